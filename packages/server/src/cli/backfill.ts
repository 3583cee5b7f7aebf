import { type BackfillResultJson, getBackfill, startBackfill } from '@lamplighter/api'
import { isRunning, withApi } from './api.ts'
import type { Command } from './command.ts'
import { type ExitCode, UsageError } from './io.ts'
import { untilEnded, versionPath } from './past.ts'

/** Fills the counters of a version from the log of a running server. */
export const backfillCommand: Command = {
  name: 'rules backfill',
  summary:
    'Fills the counters of a version in shadow, trial or live from the replay log, so that they need not warm for a whole window.',
  example: 'lamplighter rules backfill core@2',
  args: ['version'],
  options: {
    counters: {
      help: 'names of counters, with commas; default: all that are not warm and that the log knows',
      value: 'names',
    },
  },
  async run(io, given): Promise<ExitCode> {
    const path = versionPath(given.args[0])
    if (path === undefined) throw new UsageError('expected a version such as core@2')
    if (!(await isRunning(io.config().config))) {
      io.err.write('no server runs on this data folder; start it with: lamplighter start\n')
      return 3
    }
    const counters = given.value('counters')?.split(',')
    return withApi(io, async (call) => {
      const body = { source: 'log', ...(counters !== undefined && { counters }) }
      const { id } = startBackfill.answer.parse(await call('POST', `${path}/backfills`, body))
      await untilEnded(io, call, id)
      const { state, result } = getBackfill.answer.parse(await call('GET', `/v1/backfills/${id}`))
      if (result === null) {
        io.err.write(`the backfill ended without a result: ${state}; the counters warm as before\n`)
        return 3
      }
      io.result({ id, ...result }, [`${result.events} events read`, ...result.counters.map(counterLine)])
      return 0
    })
  },
}

const WHY: { readonly [limit in BackfillResultJson['counters'][number]['limit']]: string } = {
  window: 'nothing is missing in its window',
  log: 'the log begins there',
  gap: 'the log has a gap there',
  missing: 'the log does not hold what it asks of events until then',
  gone: 'it was no longer counted',
}

function counterLine({ counter, over, since, limit, what }: BackfillResultJson['counters'][number]): string {
  const why = `${WHY[limit]}${what === null ? '' : `: ${what}`}`
  if (since === null) return `${counter}: ${why}`
  return `${counter}: has seen everything since ${timeOf(since)}, warm from ${timeOf(since + over)} (${why})`
}

const timeOf = (at: number): string => new Date(at).toISOString()
