import { z } from 'zod'
import { endpoint } from './endpoint.ts'
import { Reason } from './rule-steps.ts'
import { RuleFile } from './rules.ts'
import { Id, Instant, Nothing, Recorded, Role } from './words.ts'

// Calls that commands make and no page of the console: apart from the others, so that a browser need not fetch them.

export const SettingName = z
  .string()
  .regex(/^[a-z]+(\.[a-z][a-zA-Z]*){1,2}$/)
  .max(64)

export const getSettings = endpoint({
  id: 'getSettings',
  method: 'get',
  path: '/v1/settings',
  act: 'settings.read',
  summary: 'What is set in the running system: each name with its present value.',
  params: Nothing,
  query: Nothing,
  body: undefined,
  status: 200,
  answer: z.object({
    items: z.array(z.object({ name: SettingName, value: z.string().nullable(), words: z.string() })),
  }),
  repeat: 'own',
  codes: [],
})

export const putSetting = endpoint({
  id: 'putSetting',
  method: 'put',
  path: '/v1/settings/{name}',
  act: 'settings.edit',
  summary: 'Set one value, with a reason. The value before stays, with its author and reason.',
  params: z.object({ name: SettingName }),
  query: Nothing,
  body: z.object({ value: z.string().max(2000).nullable(), reason: z.string().min(1).max(500) }),
  status: 200,
  answer: z.object({ version: z.int() }),
  repeat: 'own',
  codes: ['fresh_passkey_required'],
})

export const getRestore = endpoint({
  id: 'getRestore',
  method: 'get',
  path: '/v1/restore',
  act: 'settings.read',
  summary: 'Whether this server was restored from a backup and is quiet: nothing leaves it until a person resumes.',
  params: Nothing,
  query: Nothing,
  body: undefined,
  status: 200,
  answer: z.object({
    quiet: z.boolean(),
    backupAt: Instant.nullable(),
    restoredAt: Instant.nullable(),
    counts: z.object({ people: z.int(), keys: z.int(), jobs: z.int() }),
  }),
  repeat: 'own',
  codes: [],
})

export const resumeRestored = endpoint({
  id: 'resumeRestored',
  method: 'post',
  path: '/v1/restore/resume',
  act: 'restore.resume',
  summary: 'Let a restored server go on, after its people, keys and endpoints were confirmed.',
  params: Nothing,
  query: Nothing,
  body: Nothing,
  status: 200,
  answer: Nothing,
  repeat: 'key',
  codes: ['conflict', 'fresh_passkey_required'],
})

export const recheckLog = endpoint({
  id: 'recheckLog',
  method: 'post',
  path: '/v1/log/recheck',
  act: 'log.repair',
  summary: 'Recompute a log from its files, and end a halt whose cause is gone.',
  params: Nothing,
  query: Nothing,
  body: z.object({ log: z.enum(['actions', 'sealed']), moved: z.boolean().optional() }),
  status: 200,
  answer: z.object({
    log: z.enum(['actions', 'sealed']),
    was: z.string().nullable(),
    now: z.string().nullable(),
    leaves: z.int(),
  }),
  repeat: 'own',
  codes: [],
})

export const reopenLog = endpoint({
  id: 'reopenLog',
  method: 'post',
  path: '/v1/log/reopen',
  act: 'log.repair',
  summary: 'Begin a halted log anew under the next origin.',
  params: Nothing,
  query: Nothing,
  body: z.object({ log: z.enum(['actions', 'sealed']) }),
  status: 200,
  answer: z.object({ origin: z.string() }),
  repeat: 'own',
  codes: ['conflict'],
})

export const demoSay = endpoint({
  id: 'demoSay',
  method: 'post',
  path: '/v1/demo/say',
  act: 'demo.use',
  summary: 'In the demo: send one made-up message through the gate.',
  params: Nothing,
  query: Nothing,
  body: z.object({ text: z.string().min(1).max(8000) }),
  status: 200,
  answer: z.object({
    verdict: z.string(),
    because: z.array(z.string()),
    case: z.int().nullable(),
    /** The page of that case, at the address of the demo that answers. */
    page: z.string().nullable(),
  }),
  repeat: 'own',
  codes: ['conflict'],
})

export const changeRoles = endpoint({
  id: 'changeRoles',
  method: 'post',
  path: '/v1/people/{id}/roles',
  act: 'people.manage',
  summary: 'Give a person these roles instead of the present ones; their sessions end. Never one’s own.',
  params: z.object({ id: Id }),
  query: Nothing,
  body: z.object({ roles: z.array(Role).min(1), reason: z.string().min(1).max(500) }),
  status: 200,
  answer: Nothing,
  repeat: 'key',
  codes: ['conflict', 'second_person_required', 'fresh_passkey_required'],
})

export const recoverPerson = endpoint({
  id: 'recoverPerson',
  method: 'post',
  path: '/v1/people/{id}/link',
  act: 'people.manage',
  summary: 'A new link for a person who cannot sign in: it works once, for 15 minutes.',
  params: z.object({ id: Id }),
  query: Nothing,
  body: z.object({ reason: z.string().min(1).max(500) }),
  status: 201,
  answer: z.object({ id: Id, staff: z.string(), link: z.string(), until: Instant }),
  repeat: 'key',
  codes: ['conflict', 'second_person_required', 'fresh_passkey_required'],
})

export const putRuleset = endpoint({
  id: 'putRuleset',
  method: 'put',
  path: '/v1/rulesets/live',
  act: 'rules.put',
  summary:
    'For the operator of the machine: hand in a checked and tested rule file and make it live at once, marked `solo`.',
  params: Nothing,
  query: Nothing,
  body: z.object({
    text: RuleFile,
    schema: RuleFile.optional(),
    reason: Reason,
    /** Needs that do not stand in the way: `no_model`, learners without a model, which leave every text undecided. */
    accept: z.array(z.literal('no_model')).optional(),
  }),
  status: 200,
  answer: z.object({ name: z.string(), version: z.int(), hash: z.string(), recorded: Recorded }),
  repeat: 'own',
  codes: ['rules_refused', 'conflict', 'needs_unmet', 'not_ready'],
})

export const rotateConnection = endpoint({
  id: 'rotateConnection',
  method: 'post',
  path: '/v1/connections/{id}/rotate',
  act: 'connections.manage',
  summary: 'Give this endpoint a new signing secret, shown in this answer only. For 24 hours both sign.',
  params: z.object({ id: Id }),
  query: Nothing,
  body: Nothing,
  status: 200,
  answer: z.object({ secret: z.string() }),
  repeat: 'key',
  codes: ['conflict', 'fresh_passkey_required'],
})
