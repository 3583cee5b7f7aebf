import { cancelJob, getJob } from '@lamplighter/api'
import type { Call } from './api.ts'
import { type Io, UsageError } from './io.ts'

const UNITS: Readonly<Record<string, number>> = { m: 60_000, h: 3_600_000, d: 86_400_000 }

/** What a duration such as `14d` is in milliseconds. @throws UsageError */
export function backOf(text: string): number {
  const [, count = '', unit = ''] = /^([1-9]\d{0,4})([mhd])$/.exec(text) ?? []
  const ms = UNITS[unit]
  if (ms === undefined) throw new UsageError(`--from ${text}: expected a number and m, h or d, such as 14d`)
  return Number(count) * ms
}

/** `core@2` as the path of that version; undefined for what is no version. */
export function versionPath(text: string | undefined): string | undefined {
  const [, name, version] = /^([a-z][a-z0-9_]*)@([1-9]\d*)$/.exec(text ?? '') ?? []
  return name === undefined ? undefined : `/v1/rulesets/${name}/versions/${version}`
}

/** Waits for the end; a person who stops the command stops the work, too. */
export async function untilEnded(io: Io, call: Call, id: string): Promise<void> {
  const stop = (): void => {
    call('DELETE', `/v1/jobs/${id}`)
      .then((answer) => io.err.write(`${cancelJob.answer.parse(answer).state}\n`))
      .catch(() => undefined)
      .finally(() => process.exit(1))
  }
  process.once('SIGINT', stop)
  try {
    for (;;) {
      const { state, progress } = getJob.answer.parse(await call('GET', `/v1/jobs/${id}?wait=1`))
      if (state !== 'waiting' && state !== 'running') return
      if (io.err.isTTY && !io.quiet) io.err.write(`\r${progress.done} of ${progress.total} events`)
    }
  } finally {
    process.off('SIGINT', stop)
    if (io.err.isTTY && !io.quiet) io.err.write('\r\u001b[K')
  }
}
