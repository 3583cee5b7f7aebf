import { type Finding, look, ok, wrong } from './finding.ts'

const GIB = 2 ** 30
const DAY_MS = 86_400_000

export function judgeNode(version: string): Finding {
  const [major = 0, minor = 0] = version.split('.').map(Number)
  return major === 24 && minor >= 12
    ? ok('node', version)
    : wrong('node', version, 'Install Node 24.12 or later in the 24 line; npm start brings its own.')
}

/** @param why what opening the installation said; it names what to do */
export const judgeRefused = (why: string): Finding =>
  wrong('database', 'cannot be opened', `${why.charAt(0).toUpperCase()}${why.slice(1)}.`)

/** A folder that cannot be made or written: nothing that lies in it can be judged. */
export function judgeUnusable(folder: string, why: string): Finding {
  return why === 'ENOSPC'
    ? wrong(
        'disk space',
        'full: nothing can be written',
        'Free space on the disk of LAMPLIGHTER_DATA, then start again.',
      )
    : wrong(
        'data folder',
        `${folder} cannot be written (${why})`,
        'Look at its owner, mode and disk, or set LAMPLIGHTER_DATA to another folder.',
      )
}

/** @param p50Us median of 100 writes, each synced, in microseconds */
export function judgeSync(p50Us: number): Finding {
  const found = `${Math.round(p50Us)} µs to write and sync`
  if (p50Us < 10) {
    return wrong(
      'disk sync',
      found,
      'Your disk does not really write. Turn its write cache’s lie off, or use another disk.',
    )
  }
  return p50Us > 50_000
    ? look('disk sync', found, 'This disk is slow: answers wait for it. Use an SSD.')
    : ok('disk sync', found)
}

export function judgeSpace(free: number, total: number, floorBytes?: number): Finding {
  const floor = floorBytes ?? Math.min(GIB, 0.05 * total)
  const found = `${(free / GIB).toFixed(1)} GiB free`
  if (free < floor)
    return wrong('disk space', found, 'Free space on the disk of LAMPLIGHTER_DATA: bulk writes are refused now.')
  return free < 3 * floor
    ? look('disk space', found, 'Free space soon; below the floor bulk writes are refused.')
    : ok('disk space', found)
}

export function judgeFileSystem(magic: number): Finding {
  const name = NETWORK.get(magic)
  return name === undefined
    ? ok('file system', 'local')
    : wrong('file system', name, 'Put LAMPLIGHTER_DATA on a local disk: locks and syncs do not hold on a network.')
}

const NETWORK: ReadonlyMap<number, string> = new Map([
  [0x6969, 'NFS'],
  [0x517b, 'SMB'],
  [0xff534d42, 'CIFS'],
  [0xfe534d42, 'SMB 2'],
  [0x5346414f, 'AFS'],
])

/**
 * Large pages of memory, which this program never sets: they are a choice for the whole machine.
 *
 * @param setting as `/sys/kernel/mm/transparent_hugepage/enabled` has it; undefined where there is none
 */
export function judgeHugePages(setting: string | undefined): Finding {
  const chosen = /\[(\w+)\]/.exec(setting ?? '')?.[1]
  if (chosen === undefined) return ok('huge pages', 'none on this system')
  return chosen === 'always'
    ? ok('huge pages', 'always')
    : ok('huge pages', `${chosen}; with "always", lookups in lists of millions of pictures are 10 to 25 % faster`)
}

/** PostgreSQL is copied by its own tools, of which nothing is seen from here. */
export const backupElsewhere = (): Finding =>
  ok('backup', 'of PostgreSQL by your own tools; whether there is one cannot be seen from here')

/** @param ageMs since the last backup; undefined when there was none */
export function judgeBackup(ageMs: number | undefined): Finding {
  const remedy = 'Run: lamplighter backup <folder>, daily, and copy it to another machine.'
  if (ageMs === undefined) return look('backup', 'none was ever made', remedy)
  const found = `${Math.floor(ageMs / DAY_MS)} days old`
  return ageMs > 7 * DAY_MS
    ? wrong('backup', found, remedy)
    : ageMs > 2 * DAY_MS
      ? look('backup', found, remedy)
      : ok('backup', found)
}

/** What a clock can be compared with. */
export interface OtherClocks {
  /** When the newest act was noted here. */
  readonly writtenAt: number | null
  /** How far the database's clock is ahead of ours. */
  readonly databaseOffMs: number | null
}

/** @param others null where there is no database to ask */
export function judgeClock(others: OtherClocks | null, now: number): Finding {
  const remedy = 'Set the clock, and keep it by NTP: order and deadlines rest on it.'
  const time = new Date(now).toISOString()
  if (now < Date.UTC(2025, 0, 1)) return wrong('clock', time, remedy)
  const behindMs = (others?.writtenAt ?? 0) - now
  if (behindMs > 5_000) return wrong('clock', `${seconds(behindMs)} behind what was written here`, remedy)
  const offMs = others?.databaseOffMs ?? null
  if (offMs === null) return ok('clock', `${time}, the only one here`)
  const found = `${seconds(offMs)} off the database`
  return Math.abs(offMs) > 5_000
    ? wrong('clock', found, remedy)
    : Math.abs(offMs) > 1_000
      ? look('clock', found, remedy)
      : ok('clock', found)
}

const seconds = (ms: number): string => `${(Math.abs(ms) / 1000).toFixed(1)} s`

export function judgeEngine(settings: Readonly<Record<string, string | number>>): Finding {
  const journal = String(settings.journal_mode ?? '').toLowerCase()
  const sync = String(settings.synchronous ?? '').toLowerCase()
  const found = `journal ${journal}, synchronous ${sync}`
  return journal === 'wal' && (sync === '2' || sync === 'full' || sync === '3' || sync === 'extra')
    ? ok('engine', found)
    : wrong(
        'engine',
        found,
        'Start this version again: it sets WAL and FULL itself. If it stays so, the file is on a strange disk.',
      )
}

export function judgeMode(what: string, mode: number | undefined, path: string): Finding {
  if (mode === undefined) return ok(what, 'not there yet; made at the first start')
  return (mode & 0o077) === 0
    ? ok(what, `mode ${(mode & 0o777).toString(8)}`)
    : wrong(what, `mode ${(mode & 0o777).toString(8)}: others on this machine may read it`, `Run: chmod go-rwx ${path}`)
}

export function judgeSchema(waiting: readonly string[]): Finding {
  return waiting.length === 0
    ? ok('schema', 'up to date')
    : look('schema', `${waiting.length} migration steps wait`, 'Run: lamplighter migrate, or start: it migrates first.')
}
