import { z } from 'zod'
import { CaseStep, CaseTitle } from './case-title.ts'
import { HashHit, HashMatch } from './hash-match.ts'
import { Band, CaseNumber, Choice, Id, Instant, Recorded, Severity } from './words.ts'

export const LaneId = z.string().regex(/^[a-z][a-z0-9-]{0,63}$/)

export const CaseRow = z.object({
  number: CaseNumber,
  lane: LaneId,
  /** One line in English: kind and reason, never content of band A, never an id of the platform. */
  words: z.string(),
  /** The same in codes, for other languages; null of cases from before there were any. */
  title: CaseTitle.nullable(),
  dueAt: Instant,
  state: z.enum(['open', 'claimed', 'handed', 'decided']),
  /** An entry of a list hit something of it that hits things of more than 20 people within a day: abuse goes viral, and so does a wrong entry. */
  hot: z.boolean(),
})
export type CaseRow = z.infer<typeof CaseRow>

export const Provenance = z.enum(['server', 'proven', 'unproven', 'requested'])

/** A place in a text: UTF-16 offsets of the original. */
export const Mark = z.object({ from: z.int(), to: z.int(), why: z.string() })

const SilencedHit = z.object({
  list: z.string(),
  version: z.string(),
  entry: z.int(),
  exception: Id,
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
      /** Hits that an exception silenced: no rule saw them. */
      silenced: z.array(SilencedHit),
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
  /** How near the nearest file came, where a list of hashes said something of one. */
  match: HashMatch.exactOptional(),
  /** What this list looked at and could see nothing in, where it says "no hit" all the same. */
  blind: z.array(z.enum(['featureless'])).exactOptional(),
  /** The entry that hit hits things of more than 20 people within a day. */
  hot: z.literal(true).exactOptional(),
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

/** What will happen to whom, in codes; the person is the account of the case. */
export const CardEffect = z.discriminatedUnion('does', [
  z.object({
    does: z.enum(['keep', 'release', 'remove', 'not_delivered', 'tell_person', 'warn', 'suspend']),
  }),
  z.object({ does: z.literal('limit'), hours: z.int() }),
  z.object({ does: z.literal('tell_reporters'), count: z.int() }),
  z.object({ does: z.literal('appealable'), days: z.int() }),
])
export type CardEffect = z.infer<typeof CardEffect>

export const CardChoice = z.object({
  choice: Choice,
  severe: z.boolean(),
  /** Why it cannot be chosen: the platform said that it cannot carry it out, or the case is about no one item. Null where it can. */
  unsupported: z.enum(['platform', 'no_item']).nullable(),
  /** For the preview, in the order in which they happen (console.md §4.3). */
  effects: z.array(CardEffect),
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
  title: CaseTitle.nullable(),
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
  /** `step`: the line in codes; null of lines from before there were any. */
  history: z.array(z.object({ at: Instant, by: z.string(), words: z.string(), step: CaseStep.nullable() })),
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
      /** False where there is no measure to take back: of "no action", of a reversal, of an answer to an appeal. */
      reversible: z.boolean(),
      recorded: Recorded,
    })
    .nullable(),
})
export type CaseJson = z.infer<typeof CaseJson>
