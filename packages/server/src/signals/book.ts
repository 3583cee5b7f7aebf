import { DigestTable, isWeak, kindOfDigest, type Nearby, type Pdq, parseDigest, parsePdq } from '@lamplighter/matching'
import type { Hit, List, Lists } from '@lamplighter/rules'
import { asciiDomain, type ListKind, type ParsedEntry } from './lists/parse.ts'
import { Pictures, type Slot } from './pictures/pictures.ts'
import { type TermSet, TextReader, termSet } from './terms.ts'
import type { TermFacts } from './terms-messages.ts'

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
  /** Pictures only: bits within which one is the same, and whether it is also looked up turned and mirrored (matching.md §6.4, §6.5). */
  readonly within?: number
  readonly variants?: 'as_is' | 'eight'
  readonly finder: Finder
}

type Finder =
  | PictureFinder
  | { readonly kind: 'digest'; readonly table: DigestTable; readonly holds: ReadonlySet<DigestKind> }
  | { readonly kind: 'text'; readonly terms: TermSet }
  | { readonly kind: 'domain'; readonly domains: ReadonlyMap<string, number> }

/** The place of a list in an index that it shares with others. */
export interface PictureFinder {
  readonly kind: 'pdq'
  readonly pictures: Pictures
  readonly slot: Slot
  /** The highest entry number of this version: what is beyond is being loaded for the next one. */
  readonly upTo: number
}

export type DigestKind = ReturnType<typeof kindOfDigest>

/** Within these many bits a picture is the same (matching.md §6.5). */
export const WITHIN_BITS = 31
/** Up to here the index is searched; a wider list has one of its own, of which every row is looked at. */
export const INDEX_BITS = 31
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
  return { ...facts, finder: finderOf(facts, entries) }
}

/** A list of terms whose terms lie in a matcher together with those of other lists. */
export function textList(facts: Omit<LoadedList, 'finder' | 'kind'>, terms: TermSet): LoadedList {
  return { ...facts, kind: 'text', finder: { kind: 'text', terms } }
}

/** What a matcher has to know of a list. */
export const termFacts = (list: Pick<LoadedList, 'id' | 'version' | 'sealed' | 'context'>): TermFacts => ({
  id: list.id,
  version: list.version,
  sealed: list.sealed,
  use: list.context ? 'context' : 'evidence',
})

function finderOf(
  facts: Omit<LoadedList, 'finder'>,
  entries: readonly { readonly n: number; readonly entry: ParsedEntry }[],
): Finder {
  const { kind } = facts
  switch (kind) {
    case 'pdq': {
      const pictures = new Pictures()
      const slot = pictures.open()
      let upTo = 0
      for (const { n, entry } of entries) {
        const pdq = parsePdq(entry.value)
        if (pdq !== undefined) pictures.add(slot, n, pdq)
        upTo = Math.max(upTo, n)
      }
      return { kind, pictures, slot, upTo }
    }
    case 'digest': {
      const table = new DigestTable()
      const holds = new Set<DigestKind>()
      for (const { n, entry } of entries) {
        const digest = parseDigest(entry.value)
        if (digest === undefined) continue
        table.add(digest, n)
        holds.add(kindOfDigest(digest))
      }
      return { kind, table, holds }
    }
    case 'text':
      return {
        kind,
        terms: termSet(
          termFacts(facts),
          entries.map(({ n, entry }) => ({ n, term: entry.value, about: entry.term })),
        ),
      }
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

  /** Takes a list out: from now on rules that ask it read *unknown*. */
  remove(id: string): void {
    this.#lists.delete(id)
  }

  all(): readonly LoadedList[] {
    return [...this.#lists.values()]
  }

  /** Hashes of which any list of pictures says anything but "no hit", one of each list before the others. */
  known(readings: readonly BoundReading[]): ReadonlySet<Pdq> {
    const searches: Searches = new Map()
    const found = this.all().map((list) => {
      const { finder } = list
      if (finder.kind !== 'pdq') return []
      const base = { list: list.id, version: list.version, sealed: list.sealed }
      const isKnown = (reading: BoundReading): boolean =>
        near(list, finder, reading.pdq, { reading, searches, base }) !== null
      return readings.filter(isKnown).map(({ pdq }) => pdq)
    })
    return new Set([...found.map(([first]) => first), ...found.flat()].filter((pdq) => pdq !== undefined))
  }

  /**
   * The lists as the rules of one event see them. Every answer that was a hit is kept in `hits`, for the case.
   *
   * @param readings of the event's pictures, so that a hash that rules ask about is looked up with its quality and its variants
   * @param digestKinds kinds of digest that are known of every file of the event: a list that holds others cannot say "no hit"
   */
  bind(readings: readonly BoundReading[], now: number, digestKinds: ReadonlySet<DigestKind>): BoundLists {
    const byPdq = new Map<string, BoundReading>()
    // The same hash from two pictures: the better of them decides, whatever their order.
    for (const reading of readings) {
      if ((byPdq.get(reading.pdq)?.quality ?? -1) < reading.quality) byPdq.set(reading.pdq, reading)
    }
    const texts = new TextReader()
    const hits: ListHit[] = []
    const unsure = new Map<string, Unsure>()
    const asked = new Map<string, LoadedList>()
    const bound = new Map<string, List>()
    const searches: Searches = new Map()
    return {
      hits,
      unsure,
      asked,
      get: (name) => {
        const list = this.#lists.get(name)
        if (list === undefined) return undefined
        const before = bound.get(name)
        if (before !== undefined) return before
        asked.set(name, list)
        const why = isStale(list, now) ? 'stale' : isBlind(list, digestKinds) ? 'not_sent' : undefined
        const find = finding(list, { readings: byPdq, texts, searches }, why)
        const made: List = {
          version: `v${list.version}`,
          find(_how, value) {
            const found = find(value)
            if (found === null) return null
            if (typeof found === 'string') {
              unsure.set(name, found)
              return undefined
            }
            if (!hits.includes(found)) hits.push(found)
            return hitFor(found)
          },
        }
        bound.set(name, made)
        return made
      },
    }
  }
}

/** Why a list cannot say "no hit" (matching.md §3). */
export type Unsure = 'stale' | 'not_sent' | 'featureless' | 'broken'

export interface BoundLists extends Lists {
  readonly hits: readonly ListHit[]
  /** Lists that could not tell of something, with the reason. */
  readonly unsure: ReadonlyMap<string, Unsure>
  readonly asked: ReadonlyMap<string, LoadedList>
}

/** True when the list is older than it promises: hits still count, "no hit" does not (matching.md §9.5). */
export function isStale(list: Pick<LoadedList, 'updatedAt' | 'staleAfterMs'>, now: number): boolean {
  return list.staleAfterMs !== null && (list.updatedAt === null || now - list.updatedAt > list.staleAfterMs)
}

/** True when the list holds digests of a kind that is not known of every file. */
const isBlind = ({ finder }: LoadedList, known: ReadonlySet<DigestKind>): boolean =>
  finder.kind === 'digest' && [...finder.holds].some((kind) => !known.has(kind))

/** What is known of the event beside the value that is asked about. */
interface Seen {
  readonly readings: ReadonlyMap<string, BoundReading>
  readonly texts: TextReader
  readonly searches: Searches
}

/** Looks each value up once. @param why the list cannot say "no hit", for this reason */
function finding(list: LoadedList, seen: Seen, why: Unsure | undefined): (value: string) => ListHit | null | Unsure {
  const answers = new Map<string, ListHit | null | Unsure>()
  return (value) => {
    const before = answers.get(value)
    if (before !== undefined) return before
    const found = look(list, value, seen)
    const answer = found === null ? (why ?? null) : found
    answers.set(value, answer)
    return answer
  }
}

/** What one event has searched for: lists that share an index share the search. */
type Searches = Map<Pictures, Map<Pdq, Nearby>>

type HitBase = Pick<ListHit, 'list' | 'version' | 'sealed'>

function searched(searches: Searches, pictures: Pictures, pdq: Pdq, within: number): Nearby {
  const before = searches.get(pictures) ?? new Map<Pdq, Nearby>()
  searches.set(pictures, before)
  const found = before.get(pdq) ?? pictures.near(pdq, Math.max(within, INDEX_BITS))
  before.set(pdq, found)
  return found
}

const hitFor = (hit: ListHit): Hit => ({
  entry: String(hit.entry),
  ...(hit.kind === 'pdq' && { distance: hit.distanceBits }),
  ...(hit.from !== undefined && { from: hit.from }),
  ...(hit.to !== undefined && { to: hit.to }),
})

/** One value against one list: a hit, `null` for no hit, or why nobody can tell. */
function look(list: LoadedList, value: string, { readings, texts, searches }: Seen): ListHit | null | Unsure {
  const base = { list: list.id, version: list.version, sealed: list.sealed, distanceBits: 0, turned: false }
  const { finder } = list
  switch (finder.kind) {
    case 'digest': {
      const digest = parseDigest(value)
      if (digest === undefined) return 'broken'
      const entry = finder.table.find(digest)[0]
      return entry === undefined ? null : { ...base, kind: kindOfDigest(digest), entry }
    }
    case 'domain': {
      const host = asciiDomain(value)
      if (host === undefined) return 'broken'
      const entry = parentsOf(host)
        .map((domain) => finder.domains.get(domain))
        .find((found) => found !== undefined)
      return entry === undefined ? null : { ...base, kind: 'domain', entry }
    }
    case 'text': {
      const found = texts.find(finder.terms, value)
      return found === undefined ? null : { ...base, kind: 'text', entry: found.n, from: found.from, to: found.to }
    }
    case 'pdq':
      return near(list, finder, value, { reading: readings.get(value), searches, base })
  }
}

function near(
  list: LoadedList,
  finder: PictureFinder,
  value: string,
  { reading, searches, base }: { reading: BoundReading | undefined; searches: Searches; base: HitBase },
): ListHit | null | Unsure {
  const pdq = parsePdq(value)
  if (pdq === undefined) return 'broken'
  const within = list.within ?? WITHIN_BITS
  const ways = [pdq, ...(list.variants === 'as_is' ? [] : (reading?.variants ?? []))]
  let best: ListHit | null = null
  for (const [place, way] of ways.entries()) {
    const found = searched(searches, finder.pictures, way, within)
    const hit = finder.pictures.hit(found, way, { slot: finder.slot, within, upTo: finder.upTo })
    if (hit === undefined || (best !== null && best.distanceBits <= hit.distanceBits)) continue
    best = { ...base, kind: 'pdq', entry: hit.entry, distanceBits: hit.distanceBits, turned: place > 1 }
  }
  // A picture with almost nothing in it matches by chance: a person looks, nobody is accused (matching.md §6.3).
  if (best !== null && reading !== undefined && reading.quality < MIN_QUALITY) return 'featureless'
  return best
}

/** `a.b.example` → `a.b.example`, `b.example`, `example`. */
function parentsOf(domain: string): string[] {
  const labels = domain.split('.')
  return labels.map((_, index) => labels.slice(index).join('.'))
}

export { isWeak }
