import { z } from 'zod'
import { endpoint } from './endpoint.ts'
import { Instant, Nothing, Role, Severity } from './words.ts'

export const RuleFile = z.string().max(262_144)
export const RuleWord = z.string().regex(/^[a-z][a-z0-9_]{0,63}$/)
export const VersionPath = z.object({ name: RuleWord, version: z.coerce.number().int().min(1) })

export const DiagnosticJson = z.object({
  code: z.string(),
  severity: z.enum(['error', 'warning']),
  message: z.string(),
  fix: z.string().optional(),
  line: z.int(),
  column: z.int(),
  length: z.int(),
})

/** `draft → shadow → trial → live → retired` (rules.md §8.1). */
export const RulesetState = z.enum(['draft', 'shadow', 'trial', 'live', 'retired'])

/** Something that is still missing for a step: a code of the closed set of `policy/states.ts`, and a sentence. */
export const NeedJson = z.object({
  code: z.string(),
  detail: z.string(),
  /** What the sentence counts and names, for whoever words it in another language. */
  facts: z
    .object({
      ms: z.int().optional(),
      events: z.int().optional(),
      given: z.int().optional(),
      needed: z.int().optional(),
      /** One of those who agree must hold child-safety or legal. */
      guard: z.boolean().optional(),
      names: z.array(z.string()).optional(),
      from: z.array(RulesetState).optional(),
    })
    .optional(),
})

/** What a version does to one rule, compared with the live version. */
export const RuleChange = z.object({
  kind: z.enum(['added', 'removed', 'changed', 'texts']),
  rule: z.string(),
  from: z.int().optional(),
  to: z.int().optional(),
  what: z.array(z.string()),
  severity: Severity,
  grave: z.boolean(),
  /** How many others than the author must agree. */
  approvals: z.int(),
  because: z.string().optional(),
})

/** A counter that the live version does not have: it begins when the version goes to shadow, and is warm when its window is full. */
export const NewCounter = z.object({ name: z.string(), overMs: z.int() })

export const RulesetVersion = z.object({
  name: z.string(),
  version: z.int(),
  hash: z.string(),
  state: RulesetState,
  /** `R-7`, or `operator`. */
  author: z.string(),
  rules: z.int(),
  uploadedAt: Instant,
  besideSince: Instant.nullable(),
  trial: z.object({ percent: z.int(), by: z.enum(['actor.id', 'room.id']) }).nullable(),
  liveAt: Instant.nullable(),
})

export const checkRules = endpoint({
  id: 'checkRules',
  method: 'post',
  path: '/v1/rules/check',
  act: 'rules.check',
  summary: 'Check a rule file.',
  params: Nothing,
  query: Nothing,
  body: z.object({ text: RuleFile, schema: RuleFile.optional() }),
  status: 200,
  answer: z.object({ diagnostics: z.array(DiagnosticJson) }),
  repeat: 'own',
  writes: false,
  codes: ['not_ready'],
})

export const getRulesets = endpoint({
  id: 'getRulesets',
  method: 'get',
  path: '/v1/rulesets',
  act: 'rules.read',
  summary: 'Every version of every rule set, with its state: what runs, what is proposed, what ran.',
  params: Nothing,
  query: Nothing,
  body: undefined,
  status: 200,
  answer: z.object({ items: z.array(RulesetVersion) }),
  repeat: 'own',
  codes: [],
})

export const getRuleHits = endpoint({
  id: 'getRuleHits',
  method: 'get',
  path: '/v1/rulesets/{name}/hits',
  act: 'rules.read',
  summary:
    'What became of the newest events on which the live rules fired: what people decided, and which rules fired on the same. 28 days, or since the 5,000th newest hit.',
  params: z.object({ name: RuleWord }),
  query: Nothing,
  body: undefined,
  status: 200,
  answer: z.object({
    /** All counts are of what happened since. */
    since: Instant,
    /** The live version's rules; those that fired on nothing are not here. */
    rules: z.array(
      z.object({
        rule: z.string(),
        events: z.int(),
        /** Null while nobody has decided of any. `share`: upheld of all that were decided, with the 95 % interval of Wilson. */
        reviewed: z
          .object({
            upheld: z.int(),
            overturned: z.int(),
            share: z.object({ found: z.number(), low: z.number(), high: z.number() }),
          })
          .nullable(),
        /** Events on which another rule fired, too. */
        shared: z.int(),
        most: z.object({ rule: z.string(), events: z.int() }).nullable(),
      }),
    ),
  }),
  repeat: 'own',
  codes: [],
})

export const getRuleset = endpoint({
  id: 'getRuleset',
  method: 'get',
  path: '/v1/rulesets/{name}',
  act: 'rules.read',
  summary: 'The versions of one rule set, its rules that are paused, its breakers, and what people must hear of.',
  params: z.object({ name: RuleWord }),
  query: Nothing,
  body: undefined,
  status: 200,
  answer: z.object({
    name: z.string(),
    versions: z.array(RulesetVersion),
    pauses: z.array(z.object({ rule: z.string(), reason: z.string(), by: z.string(), at: Instant, until: Instant })),
    /** How often a rule may fire in an hour; an open one makes its rule queue instead of act, until somebody resumes it. */
    breakers: z.array(
      z.object({ version: z.int(), rule: z.string(), ceiling: z.int(), openSince: Instant.nullable() }),
    ),
    /** What the holders of these roles must hear of at once; the last 7 days, newest first. */
    alerts: z.array(
      z.object({
        at: Instant,
        kind: z.enum(['paused', 'breaker', 'switch']),
        version: z.int(),
        rule: z.string(),
        roles: z.array(Role),
        words: z.string(),
      }),
    ),
  }),
  repeat: 'own',
  codes: [],
})

export const getRulesetVersion = endpoint({
  id: 'getRulesetVersion',
  method: 'get',
  path: '/v1/rulesets/{name}/versions/{version}',
  act: 'rules.read',
  summary:
    'One version: its text, its rules as checked, what it changes, what each step still needs, what happened to it.',
  params: VersionPath,
  query: Nothing,
  body: undefined,
  status: 200,
  answer: RulesetVersion.extend({
    text: z.string(),
    schema: z.string(),
    /** Who answers for these rules, as the file names them; empty where this software no longer takes the text. */
    owner: z.string(),
    /** Whether the asker handed it in. */
    own: z.boolean(),
    /** Empty where this software no longer takes the text; `needs` then says so. */
    checked: z.array(
      z.object({
        name: z.string(),
        version: z.int(),
        hash: z.string(),
        harm: z.string(),
        grave: z.boolean(),
        policy: z.string(),
        severity: Severity,
        phase: z.enum(['gate', 'follow']),
        on: z.array(z.string()),
        effects: z.array(z.string()),
        onUnknown: z.array(z.string()),
        /** What it said in the last 24 hours, in whole hours; in shadow it did none of it. Null where it has judged nothing. */
        day: z
          .object({ asked: z.int(), fired: z.int(), undecided: z.int(), people: z.int() })
          .nullable()
          .describe('people: accounts that it fired on, each counted once an hour'),
        /** The version of the rule set that made it what it is; null where that was not kept. */
        changed: z.object({ version: z.int(), by: z.string(), at: Instant }).nullable(),
      }),
    ),
    changes: z.array(RuleChange),
    counters: z.array(NewCounter),
    approvalsNeeded: z.int(),
    /** What is missing for the asker to take each step now; an empty list is a step that may be taken. */
    needs: z.object({
      shadow: z.array(NeedJson),
      trial: z.array(NeedJson),
      live: z.array(NeedJson),
      retire: z.array(NeedJson),
      /** Going live without the shadow minimum. */
      expedited: z.array(NeedJson),
      approve: z.array(NeedJson),
      /** Going back from this version; only what is live can be left. */
      rollback: z.array(NeedJson),
    }),
    approvals: z.array(
      z.object({ by: z.string(), roles: z.array(Role), note: z.string(), at: Instant, hash: z.string() }),
    ),
    history: z.array(
      z.object({
        at: Instant,
        op: z.enum([
          'uploaded',
          'approved',
          'shadow',
          'trial',
          'live',
          'rollback',
          'retired',
          'paused',
          'resumed',
          'retro',
        ]),
        by: z.string(),
        hash: z.string(),
        reason: z.string().nullable(),
        approvals: z.int(),
        solo: z.boolean(),
        record: z.string().nullable(),
      }),
    ),
  }),
  repeat: 'own',
  codes: [],
})

export const addRulesetVersion = endpoint({
  id: 'addRulesetVersion',
  method: 'post',
  path: '/v1/rulesets/{name}/versions',
  act: 'rules.write',
  summary: 'Hand in a version. It is checked and tested, and kept as a draft; the schema is that of the live version.',
  params: z.object({ name: RuleWord }),
  query: Nothing,
  body: z.object({ text: RuleFile, lock: RuleFile.optional().describe('The author’s lock file, as JSON') }),
  status: 201,
  answer: z.object({
    version: z.int(),
    hash: z.string(),
    state: RulesetState,
    changes: z.array(RuleChange),
    counters: z.array(NewCounter),
    diagnostics: z.array(DiagnosticJson),
    approvalsNeeded: z.int(),
  }),
  repeat: 'key',
  codes: ['rules_refused', 'conflict', 'not_ready'],
})

export const getShadowReport = endpoint({
  id: 'getShadowReport',
  method: 'get',
  path: '/v1/rulesets/{name}/versions/{version}/shadow-report',
  act: 'rules.read',
  summary:
    'What a version would have done beside the live one, by rule. That somebody opened it is noted: an approval rests on it.',
  params: VersionPath,
  query: Nothing,
  body: undefined,
  status: 200,
  answer: z.object({
    name: z.string(),
    version: z.int(),
    hash: z.string(),
    since: Instant.nullable(),
    /** What the shadow minimum still lacks; empty when it is met. */
    missing: z.array(NeedJson),
    rules: z.array(
      z.object({
        rule: z.string(),
        /** Events of its kinds. */
        asked: z.int(),
        fired: z.object({
          new: z.int(),
          live: z.int(),
          both: z.int(),
          onlyNew: z.int(),
          onlyLive: z.int(),
        }),
        undecided: z.int(),
        /** Accounts it would have fired on, each counted once an hour. */
        people: z.int(),
        /** 99th percentile of how often it fired in an hour. */
        perHourP99: z.int(),
      }),
    ),
  }),
  repeat: 'own',
  writes: true,
  codes: ['rules_refused'],
})
