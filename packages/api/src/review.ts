import { z } from 'zod'
import { endpoint } from './endpoint.ts'
import { Band, CaseNumber, Choice, Do, Id, Instant, Nothing, PlatformId, Recorded, Role, Severity } from './words.ts'

export const LaneId = z.string().regex(/^[a-z][a-z0-9-]{0,63}$/)

/** One lane as Review home shows it (console.md §3.1). */
export const LaneJson = z.object({
  id: LaneId,
  name: z.string(),
  harms: z.array(z.string()),
  band: Band,
  lifeThreat: z.boolean(),
  childSafety: z.boolean(),
  waiting: z.int(),
  overdue: z.int(),
  oldestAt: Instant.nullable(),
  nextDueAt: Instant.nullable(),
  /** How many of today's decisions in this lane are the caller's. */
  decidedByMeToday: z.int(),
})
export type LaneJson = z.infer<typeof LaneJson>

export const CaseRow = z.object({
  number: CaseNumber,
  lane: LaneId,
  /** One line in words: kind and reason, never content of band A, never an id of the platform. */
  words: z.string(),
  dueAt: Instant,
  state: z.enum(['open', 'claimed', 'handed', 'decided']),
})
export type CaseRow = z.infer<typeof CaseRow>

export const getLanes = endpoint({
  id: 'getLanes',
  method: 'get',
  path: '/v1/lanes',
  act: 'lanes.read',
  summary: 'The lanes the caller may work in, with counts, and the caller’s own cases.',
  params: Nothing,
  query: Nothing,
  body: undefined,
  status: 200,
  answer: z.object({ lanes: z.array(LaneJson), mine: z.array(CaseRow) }),
  repeat: 'own',
  codes: [],
})

export const claimNext = endpoint({
  id: 'claimNext',
  method: 'post',
  path: '/v1/lanes/{lane}/next',
  act: 'cases.work',
  summary: 'Claim the case that is due first in this lane, for ten minutes.',
  params: z.object({ lane: LaneId }),
  query: Nothing,
  body: Nothing,
  status: 200,
  answer: z.object({ number: CaseNumber.nullable() }),
  repeat: 'key',
  codes: [],
})

export const Provenance = z.enum(['server', 'proven', 'unproven', 'requested'])

/** A place in a text: UTF-16 offsets of the original. */
export const Mark = z.object({ from: z.int(), to: z.int(), why: z.string() })

export const HashHit = z.object({
  list: z.string(),
  version: z.string(),
  sealed: z.boolean(),
  kind: z.enum(['pdq', 'sha256', 'sha1', 'md5']),
  distanceBits: z.int(),
  turned: z.boolean(),
})

/** One piece of evidence. Media carry facts only; pixels come by the reveal ladder. */
export const EvidenceJson = z.object({
  /** Short reference of ours (`E1`). */
  ref: z.string(),
  provenance: Provenance,
  kind: z.enum(['text', 'media', 'profile', 'facts']),
  reported: z.boolean(),
  author: z.object({ ref: z.string(), role: z.enum(['actor', 'target', 'other', 'reporter']), words: z.string() }),
  at: Instant,
  text: z.string().nullable(),
  marks: z.array(Mark),
  links: z.array(z.string()),
  media: z
    .object({
      exhibit: Id,
      type: z.string(),
      claimedType: z.string().nullable(),
      size: z.int(),
      width: z.int().nullable(),
      height: z.int().nullable(),
      flags: z.array(z.string()),
      hits: z.array(HashHit),
      unknown: z.array(z.object({ part: z.string(), why: z.string() })),
      /** Steps of the ladder that can be made for this file here. */
      steps: z.array(z.enum(['lowpass', 'reduced', 'full'])),
      decidedBefore: z.int(),
    })
    .nullable(),
  /** `removed` etc. as the platform acknowledged, or null. */
  state: z.string().nullable(),
  /** The switch that kept its content from being read: nothing of it was measured, and nothing is shown. Null where none did. */
  off: z.string().nullable(),
})
export type EvidenceJson = z.infer<typeof EvidenceJson>

/** A signal as the left pane shows it: the state is never blank (console.md §1.5). */
export const SignalJson = z.object({
  name: z.string(),
  kind: z.enum(['list', 'score', 'bool', 'num']),
  state: z.enum(['hit', 'no_hit', 'value', 'unknown', 'none', 'off']),
  value: z.string().nullable(),
  why: z.string().nullable(),
  list: z.object({ name: z.string(), version: z.string(), sealed: z.boolean(), context: z.boolean() }).nullable(),
})
export type SignalJson = z.infer<typeof SignalJson>

export const FiredJson = z.object({
  rule: z.string(),
  version: z.int(),
  outcome: z.enum(['fired', 'unknown']),
  because: z.string(),
  clauses: z.array(z.object({ text: z.string(), outcome: z.boolean().nullable(), value: z.string() })),
  /** A counter that it read has only begun to count: its number may be too small. */
  warming: z.boolean(),
  /** The version that looked back, as `core@2`, where that is how the rule came to speak; else null. */
  lookedBack: z.string().nullable(),
  decision: Id,
})

export const CardPolicy = z.object({
  id: z.string(),
  slug: z.string(),
  name: z.string(),
  harms: z.array(z.string()),
  severity: Severity,
  /** The statement of reasons by language; `{{…}}` is a placeholder to fill. */
  statement: z.record(z.string(), z.string()),
  reasonCodes: z.array(z.object({ code: z.string(), name: z.string() })),
  /** What is preselected for this policy, never a severe action; with the reason in words. */
  suggested: z.object({ choice: Choice, why: z.string() }),
})
export type CardPolicy = z.infer<typeof CardPolicy>

export const CardChoice = z.object({
  choice: Choice,
  severe: z.boolean(),
  /** Why this platform cannot carry it out, or null. */
  unsupported: z.string().nullable(),
  /** Effects in plain words for the preview (console.md §4.3). */
  effects: z.array(z.string()),
  tellsPerson: z.boolean(),
})
export type CardChoice = z.infer<typeof CardChoice>

export const CardJson = z.object({
  /** Ranked by signals; in appeals a stable shuffle, nothing preselected. */
  policies: z.array(CardPolicy),
  choices: z.array(CardChoice),
  preselected: z.object({ policy: z.string(), choice: Choice }).nullable(),
  language: z.string(),
})
export type CardJson = z.infer<typeof CardJson>

export const CaseJson = z.object({
  number: CaseNumber,
  revision: z.int(),
  kind: z.enum(['item', 'account', 'appeal', 'notice', 'gathered']),
  words: z.string(),
  state: z.enum(['open', 'claimed', 'handed', 'decided']),
  lane: z.object({ id: LaneId, name: z.string(), band: Band, lifeThreat: z.boolean(), childSafety: z.boolean() }),
  openedAt: Instant,
  dueAt: Instant,
  claim: z.object({ by: z.string(), mine: z.boolean(), until: Instant }).nullable(),
  account: z.object({
    ref: z.string(),
    facts: z.array(z.object({ name: z.string(), value: z.string() })),
    strikes: z.int(),
    openCases: z.int(),
  }),
  reports: z.object({
    count: z.int(),
    reasons: z.array(z.object({ harm: z.string(), count: z.int() })),
    reporters: z.array(z.object({ ref: z.string(), upheld: z.int(), decided: z.int() })),
    texts: z.array(z.object({ reporter: z.string(), at: Instant, text: z.string() })),
  }),
  signals: z.array(SignalJson),
  fired: z.array(FiredJson),
  /** Authorities to which the rules ask to refer the case after review. Lamplighter sends no referrals: none of these was told. */
  referrals: z.array(z.object({ authority: z.string(), name: z.string(), rules: z.array(z.string()) })),
  evidence: z.array(EvidenceJson),
  history: z.array(z.object({ at: Instant, by: z.string(), words: z.string() })),
  notes: z.array(z.object({ at: Instant, by: z.string(), text: z.string() })),
  /** True if the caller took part in what is in question: somebody else must decide, and claiming answers `first_decider`. */
  tookPart: z.boolean(),
  next: z.array(CaseRow),
  card: CardJson,
  appeal: z
    .object({
      id: Id,
      text: z.string(),
      at: Instant,
      notice: z.object({ text: z.string(), policy: z.string(), effects: z.array(z.string()) }),
    })
    .nullable(),
  /** Notices that were kept back until now: the case asks whether to send them. Empty for every other case. */
  withheld: z.array(
    z.object({
      text: z.string(),
      policy: z.string(),
      effects: z.array(z.string()),
      /** The ground on which the rule lets it wait. */
      because: z.string(),
      since: Instant,
    }),
  ),
  /** The caller's own kept draft (console 48). */
  draft: z.looseObject({}).nullable(),
  /** The last decision of this case while it can be undone or reversed. */
  decided: z
    .object({
      id: Id,
      by: z.string(),
      mine: z.boolean(),
      at: Instant,
      choice: z.string(),
      undoUntil: Instant,
      undone: z.boolean(),
      recorded: Recorded,
    })
    .nullable(),
})
export type CaseJson = z.infer<typeof CaseJson>

const number = z.object({ number: CaseNumber })
export const getCase = endpoint({
  id: 'getCase',
  method: 'get',
  path: '/v1/cases/{number}',
  act: 'cases.read',
  summary: 'One case with its evidence, signals, explanation and decision card. No media bytes.',
  params: number,
  query: Nothing,
  body: undefined,
  status: 200,
  answer: CaseJson,
  repeat: 'own',
  codes: [],
})

export const claimCase = endpoint({
  id: 'claimCase',
  method: 'post',
  path: '/v1/cases/{number}/claim',
  act: 'cases.work',
  summary: 'Claim this very case, or keep the claim alive for another ten minutes.',
  params: number,
  query: Nothing,
  body: Nothing,
  status: 200,
  answer: z.object({ until: Instant, revision: z.int() }),
  repeat: 'own',
  codes: ['not_yours', 'already_decided', 'first_decider'],
})

export const releaseCase = endpoint({
  id: 'releaseCase',
  method: 'post',
  path: '/v1/cases/{number}/release',
  act: 'cases.work',
  summary: 'Give the case back to its lane.',
  params: number,
  query: Nothing,
  body: z.object({ draft: z.looseObject({}).optional() }),
  status: 200,
  answer: Nothing,
  repeat: 'key',
  codes: ['not_claimed', 'not_yours', 'already_decided', 'first_decider'],
})

export const skipCase = endpoint({
  id: 'skipCase',
  method: 'post',
  path: '/v1/cases/{number}/skip',
  act: 'cases.work',
  summary: 'Leave this case to others, with a reason; the next one of the lane is claimed.',
  params: number,
  query: Nothing,
  body: z.object({
    reason: z.enum(['unsure', 'language', 'known_person', 'not_now', 'technical']),
    note: z.string().max(2000).optional(),
  }),
  status: 200,
  answer: z.object({ next: CaseNumber.nullable() }),
  repeat: 'key',
  codes: ['not_claimed', 'not_yours', 'already_decided', 'first_decider'],
})

export const handoffCase = endpoint({
  id: 'handoffCase',
  method: 'post',
  path: '/v1/cases/{number}/handoff',
  act: 'cases.work',
  summary: 'Hand the case to a lead, or to whoever comes next, with a reason.',
  params: number,
  query: Nothing,
  body: z.object({ to: z.enum(['anyone', 'lead']), reason: z.string().min(1).max(2000) }),
  status: 200,
  answer: z.object({ next: CaseNumber.nullable() }),
  repeat: 'key',
  codes: ['not_claimed', 'not_yours', 'already_decided', 'first_decider'],
})

export const noteCase = endpoint({
  id: 'noteCase',
  method: 'post',
  path: '/v1/cases/{number}/note',
  act: 'cases.work',
  summary: 'Add a note for staff.',
  params: number,
  query: Nothing,
  body: z.object({ text: z.string().min(1).max(4000) }),
  status: 200,
  answer: Nothing,
  repeat: 'key',
  codes: [],
})

export const decideBody = z.object({
  policy: z.string().nullable().describe('Policy id; null only with choice `none`'),
  choice: Choice,
  reasonCode: z.string().max(64),
  statement: z.object({ language: z.string().max(12), text: z.string().max(8000) }).nullable(),
  note: z.string().max(4000).optional(),
})
export type DecideBody = z.infer<typeof decideBody>

export const Decided = z.object({
  decision: Id,
  undoUntil: Instant,
  effects: z.array(z.string()),
  recorded: Recorded,
  next: CaseNumber.nullable(),
})
export type Decided = z.infer<typeof Decided>

export const decideCase = endpoint({
  id: 'decideCase',
  method: 'post',
  path: '/v1/cases/{number}/decisions',
  act: 'cases.decide',
  summary: 'Decide the case. Effects leave after the undo window of ten seconds.',
  params: number,
  query: Nothing,
  body: decideBody,
  status: 201,
  answer: Decided,
  repeat: 'key',
  ifMatch: true,
  codes: [
    'not_claimed',
    'not_yours',
    'already_decided',
    'first_decider',
    'stale_revision',
    'placeholder_left',
    'unknown_policy',
    'unsupported_action',
    'conflict',
  ],
})

/** A notice may wait this much longer at a time (rules.md §7.1). */
export const MOST_WITHHELD_DAYS = 90

export const decideNotice = endpoint({
  id: 'decideNotice',
  method: 'post',
  path: '/v1/cases/{number}/notice',
  act: 'cases.decide',
  summary: 'Send a notice that was withheld, or let it wait for longer, with a reason.',
  params: number,
  query: Nothing,
  body: z.discriminatedUnion('do', [
    z.object({ do: z.literal('send') }),
    z.object({
      do: z.literal('withhold'),
      days: z.int().min(1).max(MOST_WITHHELD_DAYS),
      reason: z.string().trim().min(1).max(4000),
    }),
  ]),
  status: 201,
  answer: Decided,
  repeat: 'key',
  ifMatch: true,
  codes: ['not_claimed', 'not_yours', 'stale_revision', 'already_decided', 'conflict'],
})

export const undoDecision = endpoint({
  id: 'undoDecision',
  method: 'post',
  path: '/v1/decisions/{id}/undo',
  act: 'decisions.undo',
  summary: 'Undo one’s own decision within its window: nothing has left the house, the case comes back.',
  params: z.object({ id: Id }),
  query: Nothing,
  body: Nothing,
  status: 200,
  answer: z.object({ number: CaseNumber, recorded: Recorded }),
  repeat: 'key',
  codes: ['window_closed', 'not_yours', 'conflict'],
})

export const reverseDecision = endpoint({
  id: 'reverseDecision',
  method: 'post',
  path: '/v1/decisions/{id}/reverse',
  act: 'decisions.reverse',
  summary: 'Reverse a decision after its window: a new decision that withdraws the effects.',
  params: z.object({ id: Id }),
  query: Nothing,
  body: z.object({ reason: z.string().min(1).max(4000) }),
  status: 201,
  answer: Decided,
  repeat: 'key',
  codes: ['conflict', 'already_decided'],
})

export const decideAppeal = endpoint({
  id: 'decideAppeal',
  method: 'post',
  path: '/v1/appeals/{id}/decide',
  act: 'appeals.decide',
  summary: 'Decide an appeal. Reversing undoes the effects and the strike in the same transaction.',
  params: z.object({ id: Id }),
  query: Nothing,
  body: z.object({
    outcome: z.enum(['upheld', 'partly', 'reversed']),
    reasons: z.string().min(1).max(8000),
    note: z.string().max(4000).optional(),
  }),
  status: 201,
  answer: Decided,
  repeat: 'key',
  ifMatch: true,
  codes: ['not_claimed', 'not_yours', 'already_decided', 'first_decider', 'stale_revision'],
})

export const getExplanation = endpoint({
  id: 'getExplanation',
  method: 'get',
  path: '/v1/decisions/{id}/explanation',
  act: 'decisions.explain',
  summary: 'Why the rules said what they said: canonical JSON, the same bytes for ever.',
  params: z.object({ id: Id }),
  query: Nothing,
  body: undefined,
  status: 200,
  answer: z.looseObject({}),
  repeat: 'own',
  codes: [],
})

export const makeReveal = endpoint({
  id: 'makeReveal',
  method: 'post',
  path: '/v1/reveals',
  act: 'reveals.make',
  summary: 'Log a reveal first, then get an address that works once, for 60 seconds, for this person.',
  params: Nothing,
  query: Nothing,
  body: z.object({
    case: CaseNumber,
    exhibit: Id,
    step: z.enum(['lowpass', 'reduced', 'full']),
    colour: z.boolean().optional(),
    region: z.object({ x: z.number().min(0).max(1), y: z.number().min(0).max(1) }).optional(),
    reason: z.string().max(500).optional(),
  }),
  status: 201,
  answer: z.object({ reveal: Id, url: z.string(), until: Instant }),
  repeat: 'key',
  codes: ['not_found', 'not_claimed', 'gone'],
})

export const serveRendition = endpoint({
  id: 'serveRendition',
  method: 'get',
  path: '/v1/renditions/{token}',
  act: 'reveals.serve',
  summary: 'One picture, once.',
  params: z.object({ token: z.string().max(64) }),
  query: Nothing,
  body: undefined,
  status: 200,
  answer: z.string(),
  gives: 'image/jpeg',
  repeat: 'own',
  writes: true,
  codes: ['token_used', 'gone'],
})

export const RoleName = Role
export const DoName = Do
export const AnyPlatformId = PlatformId
