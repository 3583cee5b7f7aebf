import { z } from 'zod'
import { endpoint } from './endpoint.ts'
import { ListId } from './list-entries.ts'
import { ListMeasures } from './list-measures.ts'
import { Instant, Nothing, Recorded } from './words.ts'

const ofList = z.object({ id: ListId })
const ofVersion = z.object({ id: ListId, version: z.coerce.number().int().min(1) })
const Harm = z.string().regex(/^[a-z][a-z0-9_]{0,63}$/)
const share = z.number().min(0).max(1)
const reason = z.string().trim().min(1).max(500).describe('Why, for the log: no name, no content')

/** What a list's licence permits; what is not said is forbidden. */
export const Terms = z.strictObject({
  name: z.string().max(200),
  document_sha256: z
    .string()
    .regex(/^[0-9a-f]{64}$/)
    .optional(),
  share: z.boolean(),
  export: z.boolean(),
  device: z.boolean(),
  purge_within_h: z.number().int().min(1).max(24).optional(),
  harms: z.array(Harm).min(1).max(20),
  feedback: z.enum(['expected', 'welcome', 'none']),
  ends: z.iso.date().optional(),
})

/** Shares that a version may differ by before a person has to look. */
export const Rails = z.strictObject({ max_growth: share, max_shrink: share, max_bad_rows: share })

const VersionState = z.enum(['staged', 'trial', 'live', 'retired', 'dropped'])

const Reason = z.discriminatedUnion('code', [
  z.object({ code: z.enum(['first', 'handed_in', 'declared']) }),
  z.object({ code: z.literal('changed'), what: z.array(z.enum(['within', 'variants', 'shares', 'sealed', 'source'])) }),
  z.object({ code: z.enum(['growth', 'shrink', 'bad_rows', 'canary']), share: z.number(), limit: z.number() }),
])

/** One version: numbers, never entries. */
export const ListVersion = z.object({
  version: z.int(),
  state: VersionState,
  digest: z
    .string()
    .describe(
      'SHA-256 of the sum (LtHash16) of the fingerprints of its entries: the same entries give the same digest, whichever way they came',
    ),
  /** This and the next four: null of a sealed list, but for child safety and the operator (matching.md §11.3). */
  entries: z.int().nullable(),
  added: z.int().nullable(),
  removed: z.int().nullable(),
  rows: z.int().nullable(),
  bad: z.int().nullable(),
  by: z.string(),
  /** Why it waits, or waited, for a person. */
  why: z.array(z.string()),
  /** The same as facts, for other languages. */
  reasons: z.array(Reason),
  at: Instant,
  trialAt: Instant.nullable(),
  liveAt: Instant.nullable(),
  endedAt: Instant.nullable(),
  /** How many people agreed. */
  approvals: z.int(),
  /** Of its trial: events that it was asked about, and those that it alone would have hit. */
  lookedUp: z.int(),
  hits: z.int(),
  record: z.string().nullable(),
})

const declared = {
  harm: Harm,
  context: z.boolean(),
  source: z.string().min(1).max(200),
  staleAfterMs: z.int().min(60_000).nullable(),
  within: z.int().min(0).max(63),
  variants: z.enum(['as_is', 'eight']),
  listShare: share.describe(
    'Lists of videos: so much of the listed video must be in the one that is asked about; 0.8 if not said',
  ),
  queryShare: share.describe(
    'Lists of videos: so much of the one that is asked about must be in the listed video; 0 if not said',
  ),
  disputed: z.enum(['hit', 'cannot_tell']),
  terms: Terms,
  rails: Rails,
}

export const getList = endpoint({
  id: 'getList',
  method: 'get',
  path: '/v1/lists/{id}',
  act: 'lists.read',
  summary:
    'One list: its declaration, the version that runs and the one that waits, what of it can be matched, and what people made of its hits.',
  params: ofList,
  query: Nothing,
  body: undefined,
  status: 200,
  answer: z.object({
    id: z.string(),
    kind: z.enum(['pdq', 'vpdq', 'digest', 'text', 'domain']),
    /** `declared`: nothing was live yet. Rules that ask a list that is not live are undecided. */
    state: z.enum(['declared', 'live', 'retired']),
    revision: z.int(),
    sealed: z.boolean(),
    ...declared,
    within: z.int().nullable(),
    variants: z.enum(['as_is', 'eight']).nullable(),
    listShare: share.nullable(),
    queryShare: share.nullable(),
    ...ListMeasures.shape,
    version: z.int(),
    /** Null of a sealed list, but for child safety and the operator. */
    entries: z.int().nullable(),
    updatedAt: Instant.nullable(),
    waits: ListVersion.nullable(),
    /** The live rules that ask it, by name: directly, or by a counter. */
    askedBy: z.array(z.string()),
  }),
  repeat: 'own',
  codes: ['not_found'],
})

export const getListVersions = endpoint({
  id: 'getListVersions',
  method: 'get',
  path: '/v1/lists/{id}/versions',
  act: 'lists.read',
  summary: 'The versions of a list, newest first: counts, reasons and times, never entries.',
  params: ofList,
  query: Nothing,
  body: undefined,
  status: 200,
  answer: z.object({ items: z.array(ListVersion) }),
  repeat: 'own',
  codes: ['not_found'],
})

export const createList = endpoint({
  id: 'createList',
  method: 'post',
  path: '/v1/lists',
  act: 'lists.edit',
  summary: 'Declare a list. It answers nothing before a version of it is live: rules that ask it are undecided.',
  params: Nothing,
  query: Nothing,
  body: z.object({
    id: ListId,
    kind: z.enum(['pdq', 'vpdq', 'digest', 'text', 'domain']),
    sealed: z.boolean(),
    ...declared,
    context: declared.context.default(false),
    staleAfterMs: declared.staleAfterMs.default(null),
    within: declared.within.optional(),
    variants: declared.variants.optional(),
    listShare: declared.listShare.optional(),
    queryShare: declared.queryShare.optional(),
    disputed: declared.disputed.default('hit'),
    terms: declared.terms.optional(),
    rails: declared.rails.optional(),
  }),
  status: 201,
  answer: z.object({ id: z.string(), revision: z.int() }),
  repeat: 'key',
  codes: ['conflict'],
})

export const changeList = endpoint({
  id: 'changeList',
  method: 'patch',
  path: '/v1/lists/{id}',
  act: 'lists.edit',
  summary:
    'Change what is said of a list. Of a sealed list, and where it would match more, it becomes a version that people put live.',
  params: ofList,
  query: Nothing,
  body: z
    .object({ ...declared, reason })
    .partial()
    .required({ reason: true }),
  status: 200,
  answer: z.object({
    revision: z.int(),
    /** The version that brings the change; null where it holds at once. */
    waits: z.int().nullable(),
  }),
  repeat: 'own',
  ifMatch: true,
  codes: ['stale_revision', 'conflict', 'not_found'],
})

export const stepListVersion = endpoint({
  id: 'stepListVersion',
  method: 'post',
  path: '/v1/lists/{id}/versions/{version}/state',
  act: 'lists.edit',
  summary:
    'Take a step with a version: trial, approve (the second person of a sealed list), live (also of a retired one: back to it), drop, retire.',
  params: ofVersion,
  query: Nothing,
  body: z.object({
    step: z.enum(['trial', 'approve', 'live', 'drop', 'retire']),
    reason,
    /** For the operator alone; the public log says so. */
    withoutTrial: z.boolean().optional(),
  }),
  status: 200,
  answer: z.object({ version: z.int(), state: VersionState, approvals: z.int(), recorded: Recorded.nullable() }),
  repeat: 'key',
  codes: ['needs_unmet', 'not_found'],
})
