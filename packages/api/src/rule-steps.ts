import { z } from 'zod'
import { endpoint } from './endpoint.ts'
import { RulesetState, RuleWord, VersionPath } from './rules.ts'
import { Instant, Nothing, Recorded } from './words.ts'

export const Reason = z.string().min(1).max(1000).describe('Why, for the public log: no name, no content')
const Stepped = z.object({
  name: z.string(),
  version: z.int(),
  hash: z.string(),
  state: RulesetState,
  recorded: Recorded,
})
const stepCodes = ['needs_unmet', 'stale_revision', 'conflict', 'rules_refused'] as const

export const shadowRuleset = endpoint({
  id: 'shadowRuleset',
  method: 'post',
  path: '/v1/rulesets/{name}/versions/{version}/shadow',
  act: 'rules.write',
  summary: 'Let a draft judge beside the live version. What it would do is counted and not done.',
  params: VersionPath,
  query: Nothing,
  body: Nothing,
  status: 200,
  answer: Stepped,
  repeat: 'key',
  ifMatch: 'hash',
  codes: [...stepCodes],
})

export const tryRuleset = endpoint({
  id: 'tryRuleset',
  method: 'post',
  path: '/v1/rulesets/{name}/versions/{version}/trial',
  act: 'rules.live',
  summary: 'Let a version act for a share of accounts or rooms; the live one acts for the others.',
  params: VersionPath,
  query: Nothing,
  body: z.object({ percent: z.int().min(1).max(99), by: z.enum(['actor.id', 'room.id']) }),
  status: 200,
  answer: Stepped,
  repeat: 'key',
  ifMatch: 'hash',
  codes: [...stepCodes, 'fresh_passkey_required'],
})

export const liveRuleset = endpoint({
  id: 'liveRuleset',
  method: 'post',
  path: '/v1/rulesets/{name}/versions/{version}/live',
  act: 'rules.live',
  summary: 'Let a version judge every event from now on.',
  params: VersionPath,
  query: Nothing,
  body: z.object({
    reason: Reason,
    expedite: z
      .boolean()
      .optional()
      .describe('Without the shadow minimum, for one more approval; a case reviews it within 72 hours'),
    cold: z
      .boolean()
      .optional()
      .describe('Although its counters have not seen a whole window: what is undecided by that alone is not acted on'),
  }),
  status: 200,
  answer: Stepped,
  repeat: 'key',
  ifMatch: 'hash',
  codes: [...stepCodes, 'fresh_passkey_required'],
})

export const retireRuleset = endpoint({
  id: 'retireRuleset',
  method: 'post',
  path: '/v1/rulesets/{name}/versions/{version}/retire',
  act: 'rules.write',
  summary: 'Take back a version that is not live.',
  params: VersionPath,
  query: Nothing,
  body: Nothing,
  status: 200,
  answer: Stepped,
  repeat: 'key',
  ifMatch: 'hash',
  codes: [...stepCodes],
})

export const approveRuleset = endpoint({
  id: 'approveRuleset',
  method: 'post',
  path: '/v1/rulesets/{name}/versions/{version}/approvals',
  act: 'rules.approve',
  summary: 'Agree to a version, by its hash; never one’s own, and only after opening its shadow report.',
  params: VersionPath,
  query: Nothing,
  body: z.object({ hash: z.string().regex(/^sha256:[0-9a-f]{64}$/), note: z.string().max(1000) }),
  status: 201,
  answer: z.object({ approvals: z.int(), needed: z.int() }),
  repeat: 'key',
  codes: ['needs_unmet', 'stale_revision', 'rules_refused', 'fresh_passkey_required'],
})

export const rollBackRuleset = endpoint({
  id: 'rollBackRuleset',
  method: 'post',
  path: '/v1/rulesets/{name}/rollback',
  act: 'rules.rollback',
  summary: 'Go back to the version that was live before, at once. `If-Match` names the version that goes.',
  params: z.object({ name: RuleWord }),
  query: Nothing,
  body: z.object({ reason: Reason }),
  status: 200,
  answer: Stepped,
  repeat: 'key',
  ifMatch: 'hash',
  codes: [...stepCodes],
})

export const pauseRule = endpoint({
  id: 'pauseRule',
  method: 'post',
  path: '/v1/rulesets/{name}/rules/{rule}/pause',
  act: 'rules.pause',
  summary: 'Stop what a live rule does, for 24 hours at most; what it says is still counted. It goes on by itself.',
  params: z.object({ name: RuleWord, rule: RuleWord }),
  query: Nothing,
  body: z.object({ reason: Reason, until: Instant }),
  status: 200,
  answer: z.object({ rule: z.string(), until: Instant, recorded: Recorded }),
  repeat: 'key',
  ifMatch: 'hash',
  codes: ['stale_revision', 'not_ready'],
})

export const resumeRule = endpoint({
  id: 'resumeRule',
  method: 'delete',
  path: '/v1/rulesets/{name}/rules/{rule}/pause',
  act: 'rules.pause',
  summary: 'Let a rule act again that is paused, or whose breaker is open.',
  params: z.object({ name: RuleWord, rule: RuleWord }),
  query: Nothing,
  body: undefined,
  status: 200,
  answer: z.object({ rule: z.string(), recorded: Recorded }),
  repeat: 'key',
  ifMatch: 'hash',
  codes: ['conflict', 'stale_revision'],
})
