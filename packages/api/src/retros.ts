import { z } from 'zod'
import { endpoint } from './endpoint.ts'
import { RuleWord, VersionPath } from './rules.ts'
import { AboutRun, Archive, JobState, RunId, Source, Upload } from './runs.ts'
import { CaseNumber, Id, Instant, Nothing } from './words.ts'

const About = AboutRun.extend({
  state: JobState,
  source: Source,
  from: Instant,
  to: Instant,
  /** Rules whose findings become cases. */
  rules: z.array(z.string()),
  maxCases: z.int(),
  reason: z.string(),
  /** Who agreed, and when; null until somebody has. */
  approved: z.object({ by: z.string(), at: Instant, solo: z.boolean() }).nullable(),
})

/** What came of looking back. */
export const RetroResult = z.object({
  /** Events that were read, those that only warmed the counters among them. */
  events: z.int(),
  measured: z.int(),
  /** Where the open segment of the log begins: nobody can be found again before that; or the first event of an archive. Null where there is none. */
  since: Instant.nullable(),
  /** False if the segment was closed while it was searched. */
  whole: z.boolean(),
  opened: z.int(),
  joined: z.int(),
  /** Found, and a case was made of it by these rules before. */
  known: z.int(),
  /** Found when no more cases could be made. */
  leftOut: z.int(),
  /** Found in what was logged before the log said to which item it belongs. */
  unnamed: z.int(),
  archive: Archive.optional(),
  rules: z.array(
    z.object({
      rule: z.string(),
      version: z.int(),
      fired: z.int(),
      /** Events of which it cannot tell, because something that it asks is no longer there: they become no case. */
      undecided: z.int(),
    }),
  ),
})
export type RetroResultJson = z.infer<typeof RetroResult>

export const startRetro = endpoint({
  id: 'startRetro',
  method: 'post',
  path: '/v1/rulesets/{name}/versions/{version}/retros',
  act: 'rules.write',
  summary:
    'Propose to apply a version to past events of the replay log, or of an archive that the platform hands in. It only makes cases, and only once somebody else has agreed; an archive is taken from then on.',
  params: VersionPath,
  query: Nothing,
  body: z.object({
    source: Source,
    connection: z
      .string()
      .min(1)
      .max(64)
      .optional()
      .describe('Of an upload: the connection whose events they are; may be left out where there is one only'),
    from: Instant.describe('The first instant that is looked at, as far as the open segment of the log reaches back'),
    to: Instant.optional().describe('The last one; now by default'),
    rules: z
      .array(RuleWord)
      .min(1)
      .max(1000)
      .optional()
      .describe('Rules whose findings become cases; by default all rules that queue'),
    maxCases: z.int().min(1).max(500).describe('So many cases at most are opened or joined'),
    reason: z.string().min(1).max(1000).describe('Why, for the public log: no name, no content'),
  }),
  status: 202,
  answer: z.object({ id: Id }),
  repeat: 'key',
  codes: ['rules_refused', 'conflict', 'not_ready'],
})

export const getRetros = endpoint({
  id: 'getRetros',
  method: 'get',
  path: '/v1/rulesets/{name}/versions/{version}/retros',
  act: 'rules.read',
  summary: 'When a version was applied to the past, or should be; newest first.',
  params: VersionPath,
  query: Nothing,
  body: undefined,
  status: 200,
  answer: z.object({ items: z.array(About) }),
  repeat: 'own',
  codes: [],
})

export const getRetro = endpoint({
  id: 'getRetro',
  method: 'get',
  path: '/v1/retros/{id}',
  act: 'rules.read',
  summary: 'What was asked of the past, who agreed, and the cases that came of it.',
  params: RunId,
  query: Nothing,
  body: undefined,
  status: 200,
  answer: About.extend({
    /** Where the open segment of the log begins now: what came before is not looked at. Null while nothing is in it, and for an upload. */
    reaches: Instant.nullable(),
    upload: Upload,
    result: RetroResult.nullable(),
    cases: z.array(
      z.object({
        case: CaseNumber,
        /** The case of this item or account was open before. */
        joined: z.boolean(),
        rules: z.array(z.string()),
        events: z.int(),
      }),
    ),
  }),
  repeat: 'own',
  codes: [],
})

export const approveRetro = endpoint({
  id: 'approveRetro',
  method: 'post',
  path: '/v1/retros/{id}/approvals',
  act: 'rules.approve',
  summary: 'Agree that a version is applied to the past, by its hash; never to what one has proposed oneself.',
  params: RunId,
  query: Nothing,
  body: z.object({ hash: z.string().regex(/^sha256:[0-9a-f]{64}$/) }),
  status: 200,
  answer: z.object({ state: JobState }),
  repeat: 'key',
  codes: ['stale_revision', 'conflict', 'second_person_required', 'fresh_passkey_required'],
})
