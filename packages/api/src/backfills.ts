import { z } from 'zod'
import { endpoint } from './endpoint.ts'
import { RuleWord, VersionPath } from './rules.ts'
import { AboutRun, RunId } from './runs.ts'
import { Id, Instant, Nothing } from './words.ts'

/** From when on counters have seen everything, now that the log was read. */
export const BackfillResult = z.object({
  /** Events of the log that were read. */
  events: z.int(),
  counters: z.array(
    z.object({
      counter: z.string(),
      /** Its window, milliseconds. */
      over: z.int(),
      /** From when on it had seen everything before; null: from the beginning. */
      from: Instant.nullable(),
      /** And now; it is warm a window later. Null: from the beginning, or it is no longer counted. */
      since: Instant.nullable(),
      /**
       * Why it is not further back. `window`: it is warm; `log`: the log begins there; `gap`: something of that time is not in the log;
       * `missing`: the log does not hold what it asks of an event; `gone`: it was no longer counted.
       */
      limit: z.enum(['window', 'log', 'gap', 'missing', 'gone']),
      /** The question that the log does not answer, as it stands in the rules. */
      what: z.string().nullable(),
    }),
  ),
})
export type BackfillResultJson = z.infer<typeof BackfillResult>

const Backfill = AboutRun.extend({ counters: z.array(z.string()), result: BackfillResult.nullable() })

export const startBackfill = endpoint({
  id: 'startBackfill',
  method: 'post',
  path: '/v1/rulesets/{name}/versions/{version}/backfills',
  act: 'rules.write',
  summary:
    'Fill the counters of a version that is counted from the open segment of the replay log, so that they need not warm for a whole window.',
  params: VersionPath,
  query: Nothing,
  body: z.object({
    source: z.literal('log'),
    counters: z
      .array(RuleWord)
      .min(1)
      .max(64)
      .optional()
      .describe('By default all that have not seen a whole window and of which the log can tell'),
  }),
  status: 202,
  answer: z.object({ id: Id }),
  repeat: 'key',
  codes: ['rules_refused', 'conflict', 'counter_not_logged', 'not_ready'],
})

export const getBackfills = endpoint({
  id: 'getBackfills',
  method: 'get',
  path: '/v1/rulesets/{name}/versions/{version}/backfills',
  act: 'rules.read',
  summary:
    'When counters of a version were filled from the log, newest first, and how far back they have seen everything since.',
  params: VersionPath,
  query: Nothing,
  body: undefined,
  status: 200,
  answer: z.object({ items: z.array(Backfill) }),
  repeat: 'own',
  codes: [],
})

export const getBackfill = endpoint({
  id: 'getBackfill',
  method: 'get',
  path: '/v1/backfills/{id}',
  act: 'rules.read',
  summary: 'How far back counters have seen everything since they were filled from the log.',
  params: RunId,
  query: Nothing,
  body: undefined,
  status: 200,
  answer: Backfill,
  repeat: 'own',
  codes: [],
})
