import {
  DigestTable,
  isWeak,
  kindOfDigest,
  type Nearby,
  type Pdq,
  parseDigest,
  SECRET_WORDS,
  type VARIANTS,
  type VideoShares,
} from '@lamplighter/matching'
import type { Hit, List, Lists } from '@lamplighter/rules'
import { EntryBook } from './lists/entry-book.ts'
import type { ListKind, ParsedEntry } from './lists/parse.ts'
import {
  finding,
  INDEX_BITS,
  type Looked,
  look,
  lookAtVideo,
  type Searches,
  type Seen,
  type SilencedHit,
  type Unsure,
  WITHIN_BITS,
} from './look.ts'
import { Filling, type IndexedFinder } from './pictures/finder.ts'
import { MANY, Pictures } from './pictures/pictures.ts'
import { type TermSet, TextReader, termSet } from './terms.ts'
import type { TermFacts } from './terms-messages.ts'
import { type SeenVideo, SeenVideos } from './videos/seen.ts'

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
  /** Pictures and videos: bits within which one is the same, and whether it is also looked up turned and mirrored (matching.md §6.4, §6.5). */
  readonly within?: number
  readonly variants?: 'as_is' | 'eight'
  /** Videos only: how much of the listed one, and of the one that is asked about, must be in the other (matching.md §7). */
  readonly listShare?: number
  readonly queryShare?: number
  /** What an entry is that is disputed: a hit by default, or nothing that anybody can tell (matching.md §9.1). */
  readonly disputed?: 'hit' | 'cannot_tell'
  readonly finder: Finder
}

type Finder =
  | IndexedFinder
  | { readonly kind: 'digest'; readonly table: DigestTable; readonly holds: ReadonlySet<DigestKind> }
  | { readonly kind: 'text'; readonly terms: TermSet }
  | { readonly kind: 'domain'; readonly domains: ReadonlyMap<string, number> }

/** What was searched in an index, and how many entries had been added to it by then. */
interface Ahead {
  readonly pictures: Pictures
  readonly additions: number
  readonly found: Map<Pdq, Nearby>
}

export type DigestKind = ReturnType<typeof kindOfDigest>

/** One way to see a picture of the event: its hash, its quality, and the same picture turned and mirrored. */
export interface BoundReading {
  readonly pdq: Pdq
  readonly quality: number
  readonly variants: readonly Pdq[]
}

/** A hit as the case keeps it: which list, which version, how near, and how the picture lies compared with the listed one. */
export interface ListHit {
  readonly list: string
  readonly version: number
  readonly sealed: boolean
  readonly kind: 'pdq' | 'vpdq' | 'sha256' | 'sha1' | 'md5' | 'text' | 'domain'
  readonly entry: number
  /** Of a video: of the two frames that are nearest to each other. */
  readonly distanceBits: number
  /** Videos only: how much of each is in the other one. */
  readonly shares?: VideoShares
  /** Pictures and videos. */
  readonly variant?: (typeof VARIANTS)[number]
  /** The picture shows too little to be sure: to the rules this is *unknown*. */
  readonly weak?: true
  readonly from?: number
  readonly to?: number
  /** Not everybody thinks that the entry belongs there; it hits things of many people just now. */
  readonly flags?: readonly ('disputed' | 'hot')[]
  /** What a term file calls the entry, and how grave it says that it is; never of a sealed list. */
  readonly term?: { readonly id: string; readonly severity?: 1 | 2 | 3 | 4 }
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

/** What makes the places of digests in memory unforeseeable, for as long as this process runs. */
const DIGEST_SECRET = crypto.getRandomValues(new Uint32Array(SECRET_WORDS))

type DigestFinder = Extract<Finder, { kind: 'digest' }>

/** Digests beside those that are there: the table is the same one, so what is looked up next finds them. */
export function withDigests(
  running: DigestFinder | undefined,
  entries: readonly { readonly n: number; readonly entry: ParsedEntry }[],
): DigestFinder {
  const table = running?.table ?? new DigestTable(DIGEST_SECRET)
  const holds = new Set<DigestKind>(running?.holds)
  for (const { n, entry } of entries) {
    const digest = parseDigest(entry.value)
    if (digest === undefined) continue
    table.add(digest, n)
    holds.add(kindOfDigest(digest))
  }
  return { kind: 'digest', table, holds }
}

function finderOf(
  facts: Omit<LoadedList, 'finder'>,
  entries: readonly { readonly n: number; readonly entry: ParsedEntry }[],
): Finder {
  const { kind } = facts
  switch (kind) {
    case 'pdq':
    case 'vpdq': {
      const filling = new Filling(kind, new Pictures())
      for (const { n, entry } of entries) filling.add(n, entry.value)
      return filling.finder(entries.reduce((highest, { n }) => Math.max(highest, n), 0))
    }
    case 'digest':
      return withDigests(undefined, entries)
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
  readonly #lists: Map<string, LoadedList>
  readonly #entries: EntryBook
  readonly #ahead: readonly Ahead[]

  /**
   * @param entries what is known of single entries of these lists
   * @param of another book, whose lists this one shows, and what was searched ahead in them
   */
  constructor(entries: EntryBook = new EntryBook(), of?: { lists: Map<string, LoadedList>; ahead: readonly Ahead[] }) {
    this.#entries = entries
    this.#lists = of?.lists ?? new Map()
    this.#ahead = of?.ahead ?? []
  }

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

  /**
   * The same lists, of which these readings are looked up already: from 256 hashes on in threads, so that a video or a long question keeps nobody else
   * waiting. An index to which an entry was added since then is searched again.
   */
  async searched(readings: readonly BoundReading[]): Promise<ListBook> {
    const near = this.all().flatMap(({ finder, within = WITHIN_BITS, variants }) =>
      'pictures' in finder && within <= INDEX_BITS
        ? [{ pictures: finder.pictures, isTurned: variants !== 'as_is' }]
        : [],
    )
    const many = [...Map.groupBy(near, ({ pictures }) => pictures)].flatMap(([pictures, lists]) => {
      const isTurned = lists.some((list) => list.isTurned)
      const pdqs = new Set(readings.flatMap(({ pdq, variants }) => (isTurned ? [pdq, ...variants] : [pdq])))
      return pdqs.size < MANY ? [] : [{ pictures, pdqs }]
    })
    if (many.length === 0) return this
    const ahead = many.map(async ({ pictures, pdqs }) => {
      const { additions } = pictures
      return { pictures, additions, found: await pictures.nearMany([...pdqs], INDEX_BITS) }
    })
    return new ListBook(this.#entries, { lists: this.#lists, ahead: await Promise.all(ahead) })
  }

  /**
   * Hashes of which any list of pictures or videos says anything but "no hit", one of each list before the others.
   *
   * @param videos the same readings by their files
   */
  known(readings: readonly BoundReading[], now: number, videos: readonly SeenVideo[] = []): ReadonlySet<Pdq> {
    const searches = this.#searches()
    const seenVideos: Seen['videos'] = new SeenVideos(videos)
    const found = this.all().map((list) => {
      if (!('pictures' in list.finder)) return []
      const isKnown = (reading: BoundReading): boolean => {
        const own = { readings: new Map([[reading.pdq, reading]]), videos: seenVideos }
        const seen = { ...this.#seen(searches, now), ...own }
        return look(list, reading.pdq, seen) !== null
      }
      return readings.filter(isKnown).map(({ pdq }) => pdq)
    })
    return new Set([...found.map(([first]) => first), ...found.flat()].filter((pdq) => pdq !== undefined))
  }

  /**
   * The lists as the rules of one event see them. Every answer that was a hit is kept in `hits`, for the case.
   *
   * @param readings of the event's pictures, so that a hash that rules ask about is looked up with its quality and its variants
   * @param digestKinds kinds of digest that are known of every file of the event: a list that holds others cannot say "no hit"
   * @param files SHA-256 of the files that have a hash, for exceptions; undefined in it where a file's is not known
   * @param videos the readings by their files, in the order of the event: a list of videos is asked about a file as a whole
   */
  bind(
    readings: readonly BoundReading[],
    now: number,
    digestKinds: ReadonlySet<DigestKind>,
    files: Seen['files'] = new Map(),
    videos: readonly SeenVideo[] = [],
  ): BoundLists {
    const byPdq = new Map<string, BoundReading>()
    // The same hash from two pictures: the better of them decides, whatever their order.
    for (const reading of readings) {
      if ((byPdq.get(reading.pdq)?.quality ?? -1) < reading.quality) byPdq.set(reading.pdq, reading)
    }
    const hits: ListHit[] = []
    const silenced: SilencedHit[] = []
    const unsure = new Map<string, Unsure>()
    const asked = new Map<string, LoadedList>()
    const bound = new Map<string, List>()
    const others = new Map<string, ReturnType<typeof finding>>()
    const onSilenced = (one: SilencedHit) => void silenced.push(one)
    const own = { readings: byPdq, files, onSilenced, videos: new SeenVideos<Looked>(videos) }
    const seen: Seen = { ...this.#seen(this.#searches(), now), ...own }
    return {
      hits,
      silenced,
      unsure,
      asked,
      nearest: (name, value) => {
        const list = asked.get(name)
        if (list === undefined) return undefined
        const find = others.get(name) ?? finding(list, { ...seen, onSilenced: () => undefined }, undefined)
        others.set(name, find)
        const found = find(value)
        return typeof found === 'object' && found !== null ? found : undefined
      },
      nearestVideo: (name, place) => {
        const list = asked.get(name)
        const video = seen.videos.files[place]
        if (list?.finder.kind !== 'vpdq' || video === undefined) return undefined
        const found = lookAtVideo(list, video, { ...seen, onSilenced: () => undefined })
        return typeof found === 'object' && found !== null ? found : undefined
      },
      get: (name) => {
        const list = this.#lists.get(name)
        if (list === undefined) return undefined
        const before = bound.get(name)
        if (before !== undefined) return before
        asked.set(name, list)
        const why = isStale(list, now) ? 'stale' : isBlind(list, digestKinds) ? 'not_sent' : undefined
        const find = finding(list, seen, why)
        const made: List = {
          version: `v${list.version}`,
          find(_how, value) {
            const found = find(value)
            if (found === null) return null
            if (typeof found === 'string' || found.weak) {
              unsure.set(name, typeof found === 'string' ? found : 'featureless')
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

  /** What was searched ahead and still holds. All who ask this book share it: what one of them adds is as good for the next. */
  #searches(): Searches {
    const valid = this.#ahead.filter(({ pictures, additions }) => pictures.additions === additions)
    return new Map(valid.map(({ pictures, found }) => [pictures, found]))
  }

  #seen(searches: Searches, now: number): Seen {
    const entries = this.#entries
    const onSilenced = () => undefined
    const none = { readings: new Map(), files: new Map(), videos: new SeenVideos<Looked>() }
    return { ...none, texts: new TextReader(), searches, entries, now, onSilenced }
  }
}

export interface BoundLists extends Lists {
  readonly hits: readonly ListHit[]
  /** Hits that an exception silenced: no rule saw them. */
  readonly silenced: readonly SilencedHit[]
  /** Lists that could not tell of something, with the reason. */
  readonly unsure: ReadonlyMap<string, Unsure>
  readonly asked: ReadonlyMap<string, LoadedList>
  /** What a list that was asked holds of one more value, for the case: a rule is content with the first hit. Changes nothing of the above. */
  nearest(name: string, value: string): ListHit | undefined
  /** The same of a list of videos and of one file of the event, by its place. */
  nearestVideo(name: string, place: number): ListHit | undefined
}

/** True when the list is older than it promises: hits still count, "no hit" does not (matching.md §9.5). */
export function isStale(list: Pick<LoadedList, 'updatedAt' | 'staleAfterMs'>, now: number): boolean {
  return list.staleAfterMs !== null && (list.updatedAt === null || now - list.updatedAt > list.staleAfterMs)
}

/** True when the list holds digests of a kind that is not known of every file. */
const isBlind = ({ finder }: LoadedList, known: ReadonlySet<DigestKind>): boolean =>
  finder.kind === 'digest' && [...finder.holds].some((kind) => !known.has(kind))

const hitFor = (hit: ListHit): Hit => ({
  entry: String(hit.entry),
  ...(hit.kind === 'pdq' && { distance: hit.distanceBits }),
  ...(hit.from !== undefined && { from: hit.from }),
  ...(hit.to !== undefined && { to: hit.to }),
})

export { INDEX_BITS, isWeak, WITHIN_BITS }
