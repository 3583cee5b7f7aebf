import {
  createFlatIndex,
  DigestTable,
  type HammingIndex,
  isWeak,
  kindOfDigest,
  type Pdq,
  parseDigest,
  parsePdq,
} from '@lamplighter/matching'
import type { Hit, List, Lists } from '@lamplighter/rules'
import type { ListKind, ParsedEntry } from './lists/parse.ts'
import { type TermSet, termSet } from './terms.ts'

/** A list as it stands in memory: one version, swapped as a whole. */
export interface LoadedList {
  readonly id: string
  readonly kind: ListKind
  readonly harm: string
  readonly sealed: boolean
  readonly context: boolean
  readonly version: number
  readonly updatedAt: number | null
  readonly staleAfterMs: number | null
  readonly finder: Finder
}

type Finder =
  | { readonly kind: 'pdq'; readonly index: HammingIndex; readonly owners: ReadonlyMap<number, number> }
  | { readonly kind: 'digest'; readonly table: DigestTable }
  | { readonly kind: 'text'; readonly terms: TermSet }
  | { readonly kind: 'domain'; readonly domains: ReadonlyMap<string, number> }

/** Within these many bits a picture is the same (matching.md §6.5). */
export const WITHIN_BITS = 31
/** Under this quality a hit proves nothing (matching.md §6.3). */
const MIN_QUALITY = 50

/** One way to see a picture of the event: its hash, its quality, and the same picture turned and mirrored. */
export interface BoundReading {
  readonly pdq: Pdq
  readonly quality: number
  readonly variants: readonly Pdq[]
}

/** A hit as the case keeps it: which list, which version, how near, and whether only a turned picture hit. */
export interface ListHit {
  readonly list: string
  readonly version: number
  readonly sealed: boolean
  readonly kind: 'pdq' | 'sha256' | 'sha1' | 'md5' | 'text' | 'domain'
  readonly entry: number
  readonly distanceBits: number
  readonly turned: boolean
  readonly from?: number
  readonly to?: number
}

/** Builds a list from its entries. @param entries with numbers that stay with an entry through versions */
export function loadList(
  facts: Omit<LoadedList, 'finder'>,
  entries: readonly { readonly n: number; readonly entry: ParsedEntry }[],
): LoadedList {
  return { ...facts, finder: finderOf(facts.kind, entries) }
}

function finderOf(kind: ListKind, entries: readonly { readonly n: number; readonly entry: ParsedEntry }[]): Finder {
  switch (kind) {
    case 'pdq': {
      const index = createFlatIndex()
      const owners = new Map<number, number>()
      for (const { n, entry } of entries) {
        const pdq = parsePdq(entry.value)
        if (pdq !== undefined) owners.set(index.add(pdq), n)
      }
      return { kind, index, owners }
    }
    case 'digest': {
      const table = new DigestTable()
      for (const { n, entry } of entries) {
        const digest = parseDigest(entry.value)
        if (digest !== undefined) table.add(digest, n)
      }
      return { kind, table }
    }
    case 'text':
      return { kind, terms: termSet(entries.map(({ n, entry }) => ({ n, term: entry.value }))) }
    case 'domain':
      return { kind, domains: new Map(entries.map(({ n, entry }) => [entry.value, n])) }
  }
}

/** All lists of this process. A list that was never loaded is down: rules read *unknown*, never "no hit". */
export class ListBook {
  readonly #lists = new Map<string, LoadedList>()

  set(list: LoadedList): void {
    this.#lists.set(list.id, list)
  }

  get(id: string): LoadedList | undefined {
    return this.#lists.get(id)
  }

  all(): readonly LoadedList[] {
    return [...this.#lists.values()]
  }

  /**
   * The lists as the rules of one event see them. Every answer that was a hit is kept in `hits`, for the case.
   *
   * @param readings of the event's pictures, so that a hash that rules ask about is looked up with its quality and its variants
   */
  bind(readings: readonly BoundReading[], now: number): BoundLists {
    const byPdq = new Map(readings.map((reading) => [reading.pdq as string, reading]))
    const hits: ListHit[] = []
    const asked = new Map<string, LoadedList>()
    const bound = new Map<string, List>()
    return {
      hits,
      asked,
      get: (name) => {
        const list = this.#lists.get(name)
        if (list === undefined) return undefined
        const before = bound.get(name)
        if (before !== undefined) return before
        asked.set(name, list)
        const made: List = { version: `v${list.version}`, find: finding(list, byPdq, hits, now) }
        bound.set(name, made)
        return made
      },
    }
  }
}

export interface BoundLists extends Lists {
  readonly hits: readonly ListHit[]
  readonly asked: ReadonlyMap<string, LoadedList>
}

/** True when the list is older than it promises: hits still count, "no hit" does not (matching.md §9.5). */
export function isStale(list: Pick<LoadedList, 'updatedAt' | 'staleAfterMs'>, now: number): boolean {
  return list.staleAfterMs !== null && (list.updatedAt === null || now - list.updatedAt > list.staleAfterMs)
}

function finding(
  list: LoadedList,
  readings: ReadonlyMap<string, BoundReading>,
  hits: ListHit[],
  now: number,
): List['find'] {
  const answers = new Map<string, Hit | null | undefined>()
  return (_how, value) => {
    if (answers.has(value)) return answers.get(value)
    const found = look(list, value, readings)
    if (found !== null && found !== undefined) hits.push(found)
    const answer =
      found === null ? (isStale(list, now) ? undefined : null) : found === undefined ? undefined : hitFor(found)
    answers.set(value, answer)
    return answer
  }
}

const hitFor = (hit: ListHit): Hit => ({
  entry: String(hit.entry),
  ...(hit.kind === 'pdq' && { distance: hit.distanceBits }),
  ...(hit.from !== undefined && { from: hit.from }),
  ...(hit.to !== undefined && { to: hit.to }),
})

/** One value against one list: a hit, `null` for no hit, `undefined` for "cannot tell". */
function look(
  list: LoadedList,
  value: string,
  readings: ReadonlyMap<string, BoundReading>,
): ListHit | null | undefined {
  const base = { list: list.id, version: list.version, sealed: list.sealed, distanceBits: 0, turned: false }
  const { finder } = list
  switch (finder.kind) {
    case 'digest': {
      const digest = parseDigest(value)
      if (digest === undefined) return undefined
      const entry = finder.table.find(digest)[0]
      return entry === undefined ? null : { ...base, kind: kindOfDigest(digest), entry }
    }
    case 'domain': {
      const entry = parentsOf(value)
        .map((domain) => finder.domains.get(domain))
        .find((found) => found !== undefined)
      return entry === undefined ? null : { ...base, kind: 'domain', entry }
    }
    case 'text': {
      const found = finder.terms.find(value)
      return found === undefined ? null : { ...base, kind: 'text', entry: found.n, from: found.from, to: found.to }
    }
    case 'pdq':
      return near(finder, value, readings.get(value), base)
  }
}

function near(
  finder: Extract<Finder, { kind: 'pdq' }>,
  value: string,
  reading: BoundReading | undefined,
  base: Pick<ListHit, 'list' | 'version' | 'sealed'>,
): ListHit | null | undefined {
  const pdq = parsePdq(value)
  if (pdq === undefined) return undefined
  const ways = [pdq, ...(reading?.variants ?? [])]
  let best: ListHit | null = null
  for (const [place, way] of ways.entries()) {
    const { rows, distances } = finder.index.find(way, WITHIN_BITS)
    const row = rows[0]
    const distanceBits = distances[0]
    if (row === undefined || distanceBits === undefined) continue
    if (best !== null && best.distanceBits <= distanceBits) continue
    best = { ...base, kind: 'pdq', entry: finder.owners.get(row) ?? 0, distanceBits, turned: place > 1 }
  }
  // A picture with almost nothing in it matches by chance: a person looks, nobody is accused (matching.md §6.3).
  if (best !== null && reading !== undefined && reading.quality < MIN_QUALITY) return undefined
  return best
}

/** `a.b.example` → `a.b.example`, `b.example`, `example`. */
function parentsOf(domain: string): string[] {
  const labels = domain.split('.')
  return labels.map((_, index) => labels.slice(index).join('.'))
}

export { isWeak }
