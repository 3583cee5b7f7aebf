import { z } from 'zod'
import { endpoint } from './endpoint.ts'
import { RuleWord, VersionPath } from './rules.ts'
import { AboutRun, Archive, BacktestState, RunId, Source, Upload } from './runs.ts'
import { Id, Instant, Nothing } from './words.ts'

const About = AboutRun.extend({
  state: BacktestState,
  source: Source,
  /** What it is compared with: `starter@2`. */
  against: z.string(),
  from: Instant,
  to: Instant,
})

const Counted = z.object({ events: z.int() })

/** What a version says of past events, beside another one. Nothing in it names anybody. */
export const BacktestResult = z.object({
  events: z.int(),
  /** Without those that only warmed the counters. */
  measured: z.int(),
  warmupMs: z.int(),
  /** Counters whose window is longer than the longest warm-up, seven days: what rests on them stays undecided. */
  cold: z.array(z.string()),
  archive: Archive.optional(),
  /** Where only a share of the accounts was looked at: all numbers are of that share, and none is made larger. */
  sample: z
    .object({
      percent: z.int(),
      seed: z.string(),
      /** Rules that count what others do, by counters that are not kept by the acting account: of these a share says nothing. */
      notMeasured: z.array(z.object({ rule: z.string(), because: z.array(z.string()) })),
    })
    .optional(),
  /** Replaying what ran then, compared with what it decided then: anything but 0 events says that this backtest is not to be trusted. */
  drift: z.object({
    checked: z.int(),
    events: z.int(),
    /** Not compared: a counter had no sure number, then or now. */
    unsure: z.int(),
    rules: z.array(Counted.extend({ rule: z.string() })),
  }),
  /** Events of which the version could not ask all that it asks, and what was not there. */
  blind: Counted.extend({ because: z.array(Counted.extend({ what: z.string() })) }),
  rules: z.array(
    z.object({
      rule: z.string(),
      /** Null for a rule that the version no longer has. */
      version: z.int().nullable(),
      fired: z.object({ new: z.int(), live: z.int(), both: z.int(), onlyNew: z.int(), onlyLive: z.int() }),
      undecided: z.int(),
      /** People whom it found, each once in each segment of the log. */
      people: z.int(),
      /** What people made of the events that it fired on. `untold`: of a closed segment, so that nobody can tell which events those were. */
      outcomes: z.object({ upheld: z.int(), overturned: z.int(), open: z.int(), untold: z.int() }),
      /** 99th percentile of how often it fired in an hour. */
      perHourP99: z.int(),
    }),
  ),
})
export type BacktestResultJson = z.infer<typeof BacktestResult>

/** One event of which two versions say different things, with why. */
export const DifferenceJson = z.object({
  n: z.int(),
  rule: z.string(),
  /** `new`: only the version fires; `lost`: only the other one. */
  what: z.enum(['new', 'lost']),
  at: Instant,
  kind: z.string(),
  /** A name that says nothing of which event it was. */
  event: z.string(),
  outcome: z.object({
    new: z.enum(['fired', 'quiet', 'unknown']),
    against: z.enum(['fired', 'quiet', 'unknown']),
  }),
  clauses: z.array(
    z.object({
      text: z.string(),
      /** Null: unknown. */
      outcome: z.boolean().nullable(),
      /** What it read, lengths of time as the language writes them (`3d`); nothing where only the answer is kept. */
      values: z.record(z.string(), z.json()),
    }),
  ),
})
export type DifferenceJson = z.infer<typeof DifferenceJson>

export const startBacktest = endpoint({
  id: 'startBacktest',
  method: 'post',
  path: '/v1/rulesets/{name}/versions/{version}/backtests',
  act: 'rules.write',
  summary:
    'Ask a version about past events, as far as the replay log holds them or the platform hands them in, beside the live version or another one.',
  params: VersionPath,
  query: Nothing,
  body: z.object({
    source: Source,
    from: Instant.describe('The first instant that is measured; counters are warmed with what came before'),
    to: Instant.optional().describe('The last one; now by default'),
    against: z
      .string()
      .regex(/^(live|[a-z][a-z0-9_]{0,63}@[1-9]\d{0,8})$/)
      .default('live')
      .describe('"live", or a version such as "core@1"'),
    sample: z
      .object({
        percent: z.int().min(1).max(99).describe('So many of a hundred accounts; all that one of them did, or nothing'),
        seed: z
          .string()
          .min(1)
          .max(64)
          .optional()
          .describe('Picks them: the same word picks the same. Made up if left out'),
      })
      .optional()
      .describe(
        'Look at a share of the acting accounts only. Rules that count what others do are not measured, and named',
      ),
  }),
  status: 202,
  answer: z.object({ id: Id }),
  repeat: 'key',
  codes: ['rules_refused', 'conflict', 'not_ready'],
})

export const getBacktests = endpoint({
  id: 'getBacktests',
  method: 'get',
  path: '/v1/rulesets/{name}/versions/{version}/backtests',
  act: 'rules.read',
  summary: 'The backtests of a version, newest first.',
  params: VersionPath,
  query: Nothing,
  body: undefined,
  status: 200,
  answer: z.object({ items: z.array(About) }),
  repeat: 'own',
  codes: [],
})

export const getBacktest = endpoint({
  id: 'getBacktest',
  method: 'get',
  path: '/v1/backtests/{id}',
  act: 'rules.read',
  summary: 'What a backtest found. That somebody opened it is noted: an approval may rest on it.',
  params: RunId,
  query: Nothing,
  body: undefined,
  status: 200,
  answer: About.extend({ upload: Upload, result: BacktestResult.nullable() }),
  repeat: 'own',
  writes: true,
  codes: [],
})

export const getDifferences = endpoint({
  id: 'getDifferences',
  method: 'get',
  path: '/v1/backtests/{id}/differences',
  act: 'rules.read',
  summary:
    'Events of which the two versions say different things, with why; the first hundred of each rule, direction and segment.',
  params: RunId,
  query: z.object({ rule: RuleWord.optional(), after: z.coerce.number().int().min(0).optional() }),
  body: undefined,
  status: 200,
  answer: z.object({
    items: z.array(DifferenceJson),
    /** Null at the end. */
    next: z.int().nullable(),
  }),
  repeat: 'own',
  codes: [],
})
