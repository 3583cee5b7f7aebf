import type { CaseJson, EvidenceJson, SignalJson } from '@lamplighter/api'
import { hasOnlyBegun, type Json, renderValues } from '@lamplighter/rules'
import { authorities } from './authorities.ts'
import type { CardFacts } from './card.ts'
import { laneOf } from './lanes.ts'
import type { StoredEvidence, StoredFile } from './stored.ts'
import type { CasesTable } from './tables.ts'

/** One piece of evidence with its row. */
export interface OpenedEvidence {
  readonly id: string
  readonly at: number
  readonly reported: boolean
  readonly stored: StoredEvidence
}

/** An explanation as the rules wrote it (rules.md §7.7), as far as the page shows it. */
export interface ExplanationJson {
  readonly decision: string
  readonly effects: readonly { readonly do: string; readonly what?: string; readonly rules: readonly string[] }[]
  /** Where a retro found it: the version that was applied to the past, as `core@2`. */
  readonly retro?: { readonly run: string; readonly ruleset: string }
  readonly rules: readonly {
    readonly rule: string
    readonly version: number
    readonly outcome: 'fired' | 'unknown' | 'quiet'
    readonly because: string
    readonly clauses: readonly {
      readonly text: string
      readonly outcome: boolean | null
      readonly values: Readonly<Record<string, Json>>
    }[]
  }[]
}

/** How an account is called on screen and in the preview of effects. */
export const accountWords = (account: string | null): string => (account === null ? 'nobody known' : `@${account}`)

/** The evidence of a case in the order in which it happened, with short references of ours. Media carry facts, never bytes. */
export function evidenceView(pieces: readonly OpenedEvidence[]): EvidenceJson[] {
  const ordered = [...pieces].sort((a, b) => a.stored.occurredAt - b.stored.occurredAt || (a.id < b.id ? -1 : 1))
  const rows = ordered.flatMap((piece) => rowsOf(piece))
  return rows.map((row, index) => ({ ...row, ref: `E${index + 1}` }))
}

function rowsOf(piece: OpenedEvidence): Omit<EvidenceJson, 'ref'>[] {
  const { stored } = piece
  const base = {
    provenance: stored.provenance,
    reported: piece.reported,
    author: { ref: '', role: stored.author.role, words: accountWords(stored.author.id) },
    at: stored.occurredAt,
    state: stored.itemState,
    off: stored.off ?? null,
  }
  const text: Omit<EvidenceJson, 'ref'> = {
    ...base,
    kind: stored.text === null ? 'facts' : stored.eventKind === 'profile_changed' ? 'profile' : 'text',
    text: stored.text,
    marks: [...stored.marks],
    links: [...stored.links],
    media: null,
  }
  const files = stored.files.map((file) => ({
    ...base,
    kind: 'media' as const,
    text: null,
    marks: [],
    links: [],
    media: mediaView(file),
  }))
  return stored.text === null && files.length > 0 ? files : [text, ...files]
}

/** With these nobody has seen a pixel, so there is nothing to show; a damaged picture may show something. */
const UNSEEN: ReadonlySet<string> = new Set(['no_decoder', 'unsupported', 'too_large', 'broken'])

// Without an exhibit there are no bytes to show: facts only.
function mediaView(file: StoredFile): EvidenceJson['media'] {
  if (file.exhibit === null) return null
  const decoded = file.width !== null && !file.unknown.some(({ part, why }) => part === 'pixels' && UNSEEN.has(why))
  return {
    exhibit: file.exhibit,
    type: file.type,
    claimedType: file.claimedType,
    size: file.size,
    width: file.width,
    height: file.height,
    flags: [...file.flags],
    hits: file.hits.map(({ entry: _, ...hit }) => hit),
    silenced: (file.silenced ?? []).map((one) => ({ ...one })),
    unknown: file.unknown.map((one) => ({ ...one })),
    steps: decoded ? ['lowpass', 'reduced', 'full'] : [],
    decidedBefore: 0,
  }
}

/** Signals of all evidence, one row a name: a hit before *unknown*, *unknown* before all else, so a gap is never hidden by a later "none". */
export function signalsView(pieces: readonly OpenedEvidence[]): SignalJson[] {
  const weight = { hit: 0, unknown: 1, value: 2, no_hit: 3, off: 4, none: 5 }
  const byName = new Map<string, SignalJson>()
  for (const signal of pieces.flatMap(({ stored }) => stored.signals)) {
    const before = byName.get(signal.name)
    if (before === undefined || weight[signal.state] < weight[before.state]) byName.set(signal.name, signal)
  }
  return [...byName.values()].sort((a, b) => weight[a.state] - weight[b.state] || (a.name < b.name ? -1 : 1))
}

/** A hit of an entry that hits things of many people just now is called so, on the row of its list. */
export const hotIn = (signal: SignalJson, hot: readonly string[]): SignalJson =>
  signal.state === 'hit' && signal.list !== null && hot.includes(signal.list.name) ? { ...signal, hot: true } : signal

/** Why the rules fired, newest verdict first; a rule appears once. */
export function firedView(explanations: readonly Omit<ExplanationJson, 'effects'>[]): CaseJson['fired'] {
  const seen = new Set<string>()
  return [...explanations].reverse().flatMap((explanation) =>
    explanation.rules.flatMap((rule) => {
      if (rule.outcome === 'quiet' || seen.has(rule.rule)) return []
      seen.add(rule.rule)
      return [
        {
          rule: rule.rule,
          version: rule.version,
          outcome: rule.outcome,
          because: rule.because,
          clauses: rule.clauses.map((clause) => ({
            text: clause.text,
            outcome: clause.outcome,
            value: renderValues(clause.values, clause.outcome),
          })),
          warming: rule.clauses.some(({ values }) => hasOnlyBegun(values)),
          lookedBack: explanation.retro?.ruleset ?? null,
          decision: explanation.decision,
        },
      ]
    }),
  )
}

/** Authorities to which rules ask to refer the case after review, each once. That none was told is for the page to say. */
export function referralsView(explanations: readonly Pick<ExplanationJson, 'effects'>[]): CaseJson['referrals'] {
  const asked = explanations.flatMap(({ effects }) =>
    effects.flatMap((effect) =>
      effect.do === 'refer' && effect.what !== undefined ? [{ ...effect, id: effect.what }] : [],
    ),
  )
  return [...Map.groupBy(asked, ({ id }) => id)].map(([authority, all]) => ({
    authority,
    name: authorities.get(authority) ?? authority,
    rules: [...new Set(all.flatMap(({ rules }) => rules))],
  }))
}

/** What the card needs to know of a case. */
export function cardFacts(
  row: CasesTable,
  known: { strikes: number; reports: number; held: boolean; supported: CardFacts['supported'] },
): CardFacts {
  return {
    kind: row.kind,
    harms: JSON.parse(row.harms) as string[],
    policies: JSON.parse(row.policies) as string[],
    strikes: known.strikes,
    account: row.account === null ? null : accountWords(row.account),
    reports: known.reports,
    held: known.held,
    supported: known.supported,
    language: 'en',
    caseNumber: row.number,
  }
}

/** The lane of a case as the page shows it. */
export function laneView(id: string): CaseJson['lane'] {
  const { name, band, lifeThreat, childSafety } = laneOf(id)
  return { id, name, band, lifeThreat, childSafety }
}
