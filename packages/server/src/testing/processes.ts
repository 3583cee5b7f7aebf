import { readdirSync, readFileSync } from 'node:fs'

/** Process ids of programs with this name that this process started, at whatever remove. Linux only. */
export function descendants(name: string): readonly number[] {
  const rows = readdirSync('/proc').flatMap((entry) => (/^\d+$/.test(entry) ? statOf(Number(entry)) : []))
  const parents = new Map(rows.map(({ pid, parent }) => [pid, parent]))
  const isOurs = (pid: number): boolean => {
    for (let at = parents.get(pid); at !== undefined && at > 1; at = parents.get(at))
      if (at === process.pid) return true
    return false
  }
  return rows.flatMap(({ pid, comm }) => (comm === name && isOurs(pid) ? [pid] : []))
}

/** How many bytes a process has written, to wherever; 0 where that cannot be told. */
export function writtenBy(pid: number): number {
  try {
    return Number(/^wchar: (\d+)$/m.exec(readFileSync(`/proc/${pid}/io`, 'latin1'))?.[1] ?? 0)
  } catch {
    return 0
  }
}

function statOf(pid: number): { pid: number; comm: string; parent: number }[] {
  try {
    const [, comm = '', parent = ''] = /^\d+ \((.*)\) \S (\d+)/s.exec(readFileSync(`/proc/${pid}/stat`, 'latin1')) ?? []
    return [{ pid, comm, parent: Number(parent) }]
  } catch {
    // It has ended meanwhile.
    return []
  }
}
