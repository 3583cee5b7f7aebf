import { z } from 'zod'
import { endpoint } from './endpoint.ts'
import { Id, Instant, Nothing } from './words.ts'

// What runs over the past, whatever it asks of it.

export const RunId = z.object({ id: Id })

/** `parked`: it could not be done, and nobody tries again. */
const RunState = z.enum(['waiting', 'running', 'done', 'cancelled', 'parked'])
/** `collecting`: it waits for the events that the platform hands in. */
export const BacktestState = z.enum(['collecting', ...RunState.options])
/** `proposed`: it goes on when somebody has agreed. */
export const JobState = z.enum(['proposed', ...BacktestState.options])

/** `log`: the replay log. `upload`: the platform's own archive, handed in for this run and for nothing else. */
export const Source = z.enum(['log', 'upload'])

/** What was handed in for a run; null for one that reads the log, and for one that has ended. */
export const Upload = z
  .object({
    taken: z.int(),
    /** Then it is gone, and the run with it. */
    until: Instant,
  })
  .nullable()

/** How well an archive was in order; absent for a run over the log. */
export const Archive = z.object({
  /** Events that came so late in the archive that a later one had been judged: what they moved is unsure from there on. */
  late: z.int(),
  /** Told twice, and judged once. */
  repeated: z.int(),
})

/** What every run says of itself. */
export const AboutRun = z.object({
  id: Id,
  state: RunState,
  name: z.string(),
  version: z.int(),
  hash: z.string(),
  /** Who asked: `R-7`, or `operator`. */
  by: z.string(),
  at: Instant,
})

export const getJob = endpoint({
  id: 'getJob',
  method: 'get',
  path: '/v1/jobs/{id}',
  act: 'jobs.read',
  summary: 'How far a long piece of work is, as soon as that has changed or after `wait` seconds.',
  params: RunId,
  query: z.object({ wait: z.coerce.number().int().min(0).max(30).optional() }),
  body: undefined,
  status: 200,
  answer: z.object({
    state: JobState,
    progress: z.object({ done: z.int(), total: z.int(), perSecond: z.number(), etaS: z.number().nullable() }),
  }),
  repeat: 'own',
  codes: [],
})

export const cancelJob = endpoint({
  id: 'cancelJob',
  method: 'delete',
  path: '/v1/jobs/{id}',
  act: 'rules.write',
  summary:
    'Stop a long piece of work for good. What a backtest had found by then goes with it; cases of a retro stay, and a person decides them; counters that a backfill was filling go on warming.',
  params: RunId,
  query: Nothing,
  body: undefined,
  status: 200,
  answer: z.object({ state: JobState }),
  repeat: 'key',
  codes: ['conflict'],
})
