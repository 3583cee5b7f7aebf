import type { HashMatch, SignalJson } from '@lamplighter/api'
import type { CaseSeed, StoredEvidence, StoredHit } from '../review/index.ts'
import { nearWords, subjectOf } from '../review/index.ts'
import { type Asked, policyOf } from './asking.ts'
import type { KeptItem } from './kept.ts'
import type { FoundInput } from './store.ts'

/** An item that stands on what versions of a list have brought. */
export interface Found {
  readonly item: KeptItem
  readonly list: { readonly id: string; readonly version: number; readonly sealed: boolean; readonly context: boolean }
  /** The nearest hit of each file with each list that it was found on, in the order of the files. */
  readonly hits: readonly (readonly StoredHit[])[]
}

/** What a case says of it. Pure: what must be written comes back as values. */
export interface Finding {
  readonly cases: readonly CaseSeed[]
  readonly subject: CaseSeed['subject']
  readonly evidence: StoredEvidence
  readonly fields: FoundInput['fields']
}

/** @param at when it was found, milliseconds since 1970 */
export function findingOf(
  { item, list, hits }: Found,
  asked: Asked,
  { ruleset, hash }: { readonly ruleset: string; readonly hash: string },
  at: number,
): Finding {
  const { connection, account, event, kind } = item
  const subject = subjectOf({ connection, item: item.item, account, event })
  const nearest = hits.flat().find((hit) => hit.list === list.id)
  const match = nearest === undefined ? null : matchOf(nearest)
  const title = { what: 'list', kind, list: list.id, version: list.version, match } as const
  const harms = [...new Set(asked.rules.map(({ harm }) => harm))]
  const base = { subject, title, account, harms, policies: asked.policies }
  return {
    subject,
    cases: asked.queues.map(({ lane, within }) => ({ ...base, lane, dueAt: at + within })),
    evidence: {
      eventKind: kind,
      provenance: 'server',
      author: { role: 'actor', id: account },
      item: item.item,
      itemState: null,
      occurredAt: item.occurredAt,
      text: null,
      marks: [],
      links: [],
      files: item.files.map(({ file }, place) => ({ ...file, exhibit: null, hits: [...(hits[place] ?? [])] })),
      signals: nearest === undefined ? [] : [signalOf(list, nearest)],
      facts: [{ name: 'found by', value: `looking back, with version ${list.version} of ${list.id}` }],
    },
    fields: {
      ...{ event, item: item.item?.id ?? null, account, verdict: 'allow' },
      effects: asked.queues.map(({ lane }) => `queue ${lane}`),
      policy: policyOf(asked),
      rules: asked.rules.map(({ name, version }) => `${ruleset}/${name} v${version}`),
      ruleset: hash,
      ...{ signals: [`${list.id} v${list.version}`], unknown: [], until: null, automated: 'fully' },
    },
  }
}

const matchOf = ({ kind, distanceBits, way, weak, shares }: StoredHit): HashMatch => ({
  ...{ kind, distanceBits, way, weak },
  ...(shares !== undefined && { shares }),
})

function signalOf(list: Found['list'], hit: StoredHit): SignalJson {
  const shown = { name: list.id, version: `v${list.version}`, sealed: list.sealed, context: list.context }
  const match = matchOf(hit)
  const base = { name: list.id, kind: 'list' as const, list: shown, value: nearWords(match), match }
  return match.weak ? { ...base, state: 'unknown', why: 'featureless' } : { ...base, state: 'hit', why: null }
}
