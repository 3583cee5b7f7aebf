import type { HashMatch, SignalJson } from '@lamplighter/api'
import type { MergedEffect } from '@lamplighter/rules'
import type { ExhibitSeed } from '../evidence/index.ts'
import type { ArchivedContent } from '../replay/index.ts'
import { type EvidenceSeed, factLines, type StoredEvidence, type StoredHit } from '../review/index.ts'
import { type BoundLists, type ListHit, type LoadedList, MIN_QUALITY } from '../signals/index.ts'
import { newId } from '../storage/index.ts'
import { type Accepted, idOf } from './event.ts'
import { matchesOf, matchOf, nearestWith } from './matches.ts'
import type { MediaReading } from './media.ts'
import type { Bench, Seen } from './pipeline.ts'

/** A flagged file is kept this long when no rule says otherwise; a hold or an open case makes it longer. */
export const EXHIBIT_MS = 90 * 86_400_000

/** What the case keeps of an event: its text with the places that matched, its files as exhibits, and what every signal said. */
export async function evidenceOf(
  seen: Seen,
  bench: Bench,
  given: {
    readonly effects: readonly MergedEffect[]
    readonly itemState: StoredEvidence['itemState']
    readonly item: StoredEvidence['item']
  },
): Promise<{ stored: StoredEvidence; exhibits: ExhibitSeed[] }> {
  const { accepted, media, lists } = seen
  const { event } = accepted
  const keepMs = given.effects.reduce(
    (longest, effect) => (effect.do === 'preserve' ? Math.max(longest, effect.for) : longest),
    EXHIBIT_MS,
  )
  const exhibits = await Promise.all(
    media.files
      .filter(({ stored }) => stored)
      .map(async (file): Promise<ExhibitSeed> => {
        const id = newId('ex', seen.now)
        return {
          id,
          mediaKey: file.mediaKey,
          type: file.type,
          facts: await bench.sealer.seal('exhibits', 'facts', id, file),
          keepMs,
        }
      }),
  )
  const item = event.item
  const text = fieldText(item, 'text')
  const matches = matchesOf(media.hashes, lists)
  const signals = signalsOf(seen, matches)
  return {
    exhibits,
    stored: {
      eventKind: event.kind,
      provenance: 'server',
      author: { role: 'actor', id: idOf(event, 'actor') ?? null },
      item: given.item,
      itemState: given.itemState,
      occurredAt: Date.parse(event.occurred_at),
      text: text === '' ? null : text,
      marks: marksOf(lists.hits),
      links: fieldList(item, 'links'),
      files: withSilenced(filesOf(media, { matches, silent: silentLists(seen, signals) }, exhibits), media, lists),
      signals,
      facts: [...factLines(event), ...hashers(media)],
      ...(accepted.off !== undefined && { off: accepted.off }),
    },
  }
}

/** What an archived event holds, for a case of it: its files are not here, so their hashes and what is on a list are all there is to show. */
export function archivedContent(accepted: Accepted, media: MediaReading, lists: BoundLists): ArchivedContent {
  const text = fieldText(accepted.event.item, 'text')
  const matches = matchesOf(media.hashes, lists)
  return {
    text: text === '' ? null : text,
    marks: marksOf(lists.hits),
    links: fieldList(accepted.event.item, 'links'),
    files: withSilenced(filesOf(media, { matches, silent: [] }, []), media, lists),
    signals: lists.hits.flatMap((hit): SignalJson[] => {
      const list = lists.asked.get(hit.list)
      if (list === undefined) return []
      const shown = { name: hit.list, version: `v${hit.version}`, sealed: hit.sealed, context: list.context }
      const match = nearestWith(matches, hit.list)
      return [{ name: hit.list, kind: 'list', state: 'hit', why: null, list: shown, ...hitShown(hit, match) }]
    }),
  }
}

const marksOf = (hits: readonly ListHit[]): StoredEvidence['marks'] =>
  hits.flatMap((hit) =>
    hit.from === undefined || hit.to === undefined ? [] : [{ from: hit.from, to: hit.to, why: markWords(hit) }],
  )

/** An event that nothing could be said of: what it says itself, for the person who has to look. */
export async function plainEvidence(
  accepted: Accepted,
  itemKey: string,
  sealer: Bench['sealer'],
): Promise<EvidenceSeed> {
  const { event, receivedAt } = accepted
  const id = newId('ev', receivedAt)
  const author = idOf(event, 'actor') ?? null
  const text = fieldText(event.item, 'text')
  const stored: StoredEvidence = {
    eventKind: event.kind,
    provenance: 'server',
    author: { role: 'actor', id: author },
    item: null,
    itemState: null,
    occurredAt: Date.parse(event.occurred_at),
    text: text === '' ? null : text,
    marks: [],
    links: fieldList(event.item, 'links'),
    files: [],
    signals: [],
    facts: factLines(event),
    ...(accepted.off !== undefined && { off: accepted.off }),
  }
  const sealed = await sealer.seal('evidence', 'sealed', id, stored)
  return { id, itemKey, author: author ?? '', reported: false, grade: 'seen', sealed }
}

/** What made the hashes of files that were not sent: nobody here has checked them. */
const hashers = ({ files }: MediaReading): StoredEvidence['facts'] =>
  [...new Set(files.flatMap(({ madeBy }) => madeBy ?? []))].map((value) => ({ name: 'media made by', value }))

function markWords({ list, version, sealed, term }: ListHit): string {
  if (sealed) return `a sealed list, version ${version}`
  const severity = term?.severity === undefined ? '' : ` of severity ${term.severity}`
  const named = term === undefined ? '' : `, term ${term.id}${severity}`
  return `${list.replaceAll('_', ' ')}, version ${version}${named}`
}

/** Lists of hashes that could say nothing of the files: a file of which one is silent is on "none of the lists" no more than on one. */
function silentLists({ rules }: Seen, signals: readonly SignalJson[]): { part: string; why: string }[] {
  return signals.flatMap(({ name, state, why }) => {
    const type = rules.program.ruleset.lists.get(name)?.type
    return state === 'unknown' && why !== null && (type === 'hash' || type === 'phash') ? [{ part: name, why }] : []
  })
}

function filesOf(
  media: MediaReading,
  { matches, silent }: { matches: readonly (readonly StoredHit[])[]; silent: readonly { part: string; why: string }[] },
  exhibits: readonly ExhibitSeed[],
): StoredEvidence['files'] {
  return media.files.map(({ mediaKey, stored: _, ...file }, place) => ({
    ...file,
    // What is wrong with the file itself is said once, not for every list that it kept from telling.
    unknown: [...file.unknown, ...silent.filter(({ why }) => file.unknown.every((own) => own.why !== why))],
    exhibit: exhibits.find((exhibit) => exhibit.mediaKey === mediaKey)?.id ?? null,
    hits: matches[place] ?? [],
  }))
}

/** A hit that an exception silenced is shown beside those that count: nobody wonders why a rule did not fire. */
function withSilenced(
  files: StoredEvidence['files'],
  { placed }: Pick<MediaReading, 'placed'>,
  { silenced }: Pick<BoundLists, 'silenced'>,
): StoredEvidence['files'] {
  return files.map((file, place) => ({
    ...file,
    silenced: silenced
      .filter(({ value }) => placed.get(value)?.includes(place) === true)
      .map(({ hit, exception }) => ({ list: hit.list, version: `v${hit.version}`, entry: hit.entry, exception })),
  }))
}

/** What every list and signal said that a rule asked, also where nobody could tell. */
function signalsOf(seen: Seen, matches: readonly (readonly StoredHit[])[]): SignalJson[] {
  const run = seen.parts[0]?.judgement.plan.run
  const measured = Object.entries(run?.measured ?? {}).map(([name, state]): SignalJson => {
    const base = { name, kind: 'bool' as const, value: null, why: null, list: null }
    if (state.known === true)
      return {
        ...base,
        kind: typeof state.value === 'number' ? 'score' : 'bool',
        state: 'value',
        value: String(state.value),
      }
    if (state.known === false) return { ...base, state: 'unknown', why: state.why }
    return state.known === 'off' ? { ...base, state: 'off', why: state.switch } : { ...base, state: 'none' }
  })
  return [
    ...measured,
    ...listSignals(seen, matches),
    ...seen.media.unknown.map(
      ({ signal, why }): SignalJson => ({ name: signal, kind: 'list', state: 'unknown', value: null, why, list: null }),
    ),
  ]
}

function listSignals(seen: Seen, matches: readonly (readonly StoredHit[])[]): SignalJson[] {
  const used = new Set(seen.parts.flatMap(({ judgement }) => Object.keys(judgement.explain(() => '').lists)))
  return [...used].flatMap((name): SignalJson[] => {
    const isAsked = seen.lists.asked.has(name)
    // Where nothing was there to look up, the list was never asked, and is there all the same.
    seen.lists.get(name)
    const list = seen.lists.asked.get(name)
    const base = { name, kind: 'list' as const }
    if (list === undefined) return [{ ...base, state: 'unknown', value: null, why: 'not_loaded', list: null }]
    const shown = { name, version: `v${list.version}`, sealed: list.sealed, context: list.context }
    const hit = seen.lists.hits.find((one) => one.list === name)
    const match = nearestWith(matches, name)
    if (hit !== undefined) return [{ ...base, state: 'hit', why: null, list: shown, ...hitShown(hit, match) }]
    const none = { ...base, state: 'none' as const, value: null, why: null, list: shown }
    const { off } = seen.accepted
    if (off !== undefined) return [{ ...none, state: 'off', why: off }]
    if (!hasAny(seen, list.kind)) return [none]
    const why = seen.lists.unsure.get(name) ?? gapBefore(seen, list.kind)
    const near = match === undefined ? {} : { match: matchOf(match) }
    if (why !== undefined) return [{ ...base, state: 'unknown', value: null, why, list: shown, ...near }]
    if (isAsked) return [{ ...base, state: 'no_hit', value: null, why: null, list: shown, ...blindOf(seen, list.kind) }]
    // A rule that was sure before it came to this list did not ask it; then there is nothing to say.
    return []
  })
}

/** True if the event has anything that a list of this kind could be asked about. */
function hasAny({ accepted, media }: Seen, kind: LoadedList['kind']): boolean {
  if (kind === 'text') return fieldText(accepted.event.item, 'text') !== ''
  return kind === 'domain' ? fieldList(accepted.event.item, 'links').length > 0 : media.files.length > 0
}

/** Why a list of this kind could not see all that the event holds. */
function gapBefore({ accepted, media }: Seen, kind: LoadedList['kind']): string | undefined {
  if (kind === 'domain') return isCut(accepted.event.item, 'links') ? 'truncated' : undefined
  if (kind === 'pdq' || kind === 'vpdq') return media.unknown[0]?.why
  return kind === 'digest' ? media.unknown.find(({ signal }) => signal === 'media.bytes')?.why : undefined
}

/** A picture in which is almost nothing was looked up, and that it was not found says little (matching.md §6.3). */
function blindOf({ media }: Seen, kind: LoadedList['kind']): Pick<SignalJson, 'blind'> {
  return kind === 'pdq' && media.readings.some(({ quality }) => quality < MIN_QUALITY) ? { blind: ['featureless'] } : {}
}

function hitShown(hit: ListHit, match: StoredHit | undefined): { value: string; match?: HashMatch } {
  if (match !== undefined) return { value: matchWords(match), match: matchOf(match) }
  return { value: hit.kind === 'text' ? 'words found' : 'domain listed' }
}

function matchWords({ kind, distanceBits, way, shares }: HashMatch): string {
  if (kind !== 'pdq' && shares === undefined) return `${kind.toUpperCase()} equal`
  const turned = way === null || way.variant === 'original' ? '' : `, ${way.variant.replaceAll('_', ' ')}`
  if (shares !== undefined)
    return `${percent(shares.listed)} of the listed video, ${percent(shares.query)} of this one${turned}`
  return `${distanceBits} of 256 bits differ${turned}`
}

const percent = (share: number): string => `${Math.floor(share * 100)} %`

const isCut = (record: unknown, field: string): boolean => {
  const value: unknown = typeof record === 'object' && record !== null ? Reflect.get(record, field) : undefined
  return Array.isArray(value) && value.includes(null)
}

function fieldText(record: unknown, field: string): string {
  if (typeof record !== 'object' || record === null) return ''
  const value: unknown = Reflect.get(record, field)
  return typeof value === 'string' ? value : ''
}

function fieldList(record: unknown, field: string): string[] {
  if (typeof record !== 'object' || record === null) return []
  const value: unknown = Reflect.get(record, field)
  return Array.isArray(value) ? value.filter((one) => typeof one === 'string') : []
}
