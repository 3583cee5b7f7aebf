import {
  framesToCompare,
  kindOfDigest,
  type Nearby,
  type Pdq,
  parseDigest,
  parsePdq,
  VARIANTS,
} from '@lamplighter/matching'
import type { BoundReading, ListHit, LoadedList } from './book.ts'
import { type EntryBook, isPassed } from './lists/entry-book.ts'
import { asciiDomain } from './lists/parse.ts'
import type { TermAbout } from './lists/term-entry.ts'
import type { PictureFinder } from './pictures/finder.ts'
import type { Pictures } from './pictures/pictures.ts'
import type { FoundTerm, TextReader } from './terms.ts'
import { fullerFirst, videosNear } from './videos/near.ts'
import type { SeenVideo, SeenVideos } from './videos/seen.ts'

/** Within these many bits a picture is the same (matching.md §6.5). */
export const WITHIN_BITS = 31
/** Up to here the index is searched; a wider list has one of its own, of which every row is looked at. */
export const INDEX_BITS = 31
/** So much of a listed video must be in the one that is asked about, unless its list says otherwise (matching.md §7). */
export const LIST_SHARE = 0.8
/** Of a hash of which nobody says how much it shows. */
const SURE_QUALITY = 100
/** Under this quality a hit proves nothing (matching.md §6.3). */
export const MIN_QUALITY = 50

/** Why a list cannot say "no hit" (matching.md §3). */
export type Unsure = 'stale' | 'not_sent' | 'featureless' | 'broken' | 'disputed'

/** The nearest entry that stands, `null` for no hit, or why nobody can tell. */
export type Looked = ListHit | null | Unsure

/** What one event has searched for: lists that share an index share the search. */
export type Searches = Map<Pictures, Map<Pdq, Nearby>>

/** A hit that an exception silenced. */
export interface SilencedHit {
  readonly hit: ListHit
  /** That hit, as it was looked up. */
  readonly value: string
  readonly exception: string
}

/** What is known of the event beside the value that is asked about. */
export interface Seen {
  readonly readings: ReadonlyMap<string, BoundReading>
  /** SHA-256 of the files that have a value; undefined in it where a file's is not known. */
  readonly files: ReadonlyMap<string, readonly (string | undefined)[]>
  readonly videos: SeenVideos<Looked>
  readonly texts: TextReader
  readonly searches: Searches
  readonly entries: EntryBook
  readonly now: number
  onSilenced(silenced: SilencedHit): void
}

/** Looks each value up once. @param why the list cannot say "no hit", for this reason */
export function finding(list: LoadedList, seen: Seen, why: Unsure | undefined): (value: string) => Looked {
  const answers = new Map<string, Looked>()
  return (value) => {
    const before = answers.get(value)
    if (before !== undefined) return before
    const found = look(list, value, seen)
    const answer = found === null ? (why ?? null) : found
    answers.set(value, answer)
    return answer
  }
}

/** One value against one list. Of a list of videos it is the answer for the files that have the value: any hit, else anything unsure. */
export function look(list: LoadedList, value: string, seen: Seen): Looked {
  if (list.finder.kind === 'vpdq') {
    const files = seen.videos.with(value)
    const found = (files.length === 0 ? alone(value, seen) : files).map((video) => lookAtVideo(list, video, seen))
    if (found.length === 0) return 'broken'
    return found.find((one) => typeof one === 'object' && one !== null) ?? found.find((one) => one !== null) ?? null
  }
  const choice = new Choice(list, { value, files: seen.files.get(value) ?? [undefined] }, seen)
  const found = lookUp(list, value, seen, choice)
  return typeof found === 'string' ? found : (found ?? choice.otherwise())
}

/** A hash that is asked about without its file is a video of one frame. */
function alone(value: string, { readings, files }: Seen): SeenVideo[] {
  const pdq = parsePdq(value)
  if (pdq === undefined) return []
  const reading = readings.get(value) ?? { pdq, quality: SURE_QUALITY, variants: [] }
  return [{ readings: [reading], file: files.get(value)?.[0], moves: false }]
}

/** One file as a whole against a list of videos: its frames as they are, and turned and mirrored where the list says so. */
export function lookAtVideo(list: LoadedList, video: SeenVideo, seen: Seen): Looked {
  return seen.videos.once(list, video, () => {
    const { finder } = list
    if (finder.kind !== 'vpdq') return null
    const readings = comparedOf(video)
    const [first] = readings
    if (first === undefined) return video.moves ? 'featureless' : null
    const { within = WITHIN_BITS, listShare = LIST_SHARE, queryShare = 0 } = list
    const search = (frame: Pdq) => searched(seen.searches, finder.pictures, frame, within)
    const choice = new Choice(list, { value: first.pdq, files: [video.file] }, seen)
    const ways = list.variants === 'as_is' ? [0] : VARIANTS.keys()
    const near = [...ways].flatMap((way) => {
      const frames =
        way === 0 ? readings.map(({ pdq }) => pdq) : readings.flatMap(({ variants }) => variants[way] ?? [])
      const found = videosNear(finder, frames, { within, listShare, queryShare }, search)
      return found.map((one) => ({ ...one, variant: VARIANTS[way] ?? 'original' }))
    })
    for (const { entry, shares, distanceBits, variant } of near.sort(fullerFirst)) {
      const base = { list: list.id, version: list.version, sealed: list.sealed }
      const hit: ListHit = { ...base, kind: 'vpdq', entry, distanceBits, shares, variant }
      if (choice.takes(hit)) return choice.told(hit)
    }
    return choice.otherwise()
  })
}

/** The frames by which a video is compared, each with its turned and mirrored forms. */
function comparedOf({ readings }: SeenVideo): readonly BoundReading[] {
  const byHash = new Map(readings.map((reading) => [reading.pdq, reading]))
  return framesToCompare(readings).flatMap((pdq) => byHash.get(pdq) ?? [])
}

/** What is looked up: a value, and SHA-256 of the files that have it, undefined where a file's is not known. */
interface Asked {
  readonly value: string
  readonly files: readonly (string | undefined)[]
}

/** Which of the entries near a value count: the first that is neither passed over nor silenced. */
class Choice {
  readonly #list: LoadedList
  readonly #asked: Asked
  readonly #seen: Seen
  #disputed = false
  /** One of a picture's turned readings may find again what another one did. */
  readonly #silenced = new Set<number>()

  constructor(list: LoadedList, asked: Asked, seen: Seen) {
    this.#list = list
    this.#asked = asked
    this.#seen = seen
  }

  /** @param hit how it would be told */
  takes(hit: ListHit): boolean {
    const { entries, now } = this.#seen
    const { value, files } = this.#asked
    const { id, disputed } = this.#list
    const n = hit.entry
    const state = entries.stateOf(id, n, now)
    if (isPassed(state)) return false
    const exception = entries.exceptionOf({ list: id, n }, value, files, now)
    if (exception !== undefined) {
      if (!this.#silenced.has(n)) this.#seen.onSilenced({ hit, value, exception: exception.id })
      this.#silenced.add(n)
      return false
    }
    if (state !== 'disputed' || disputed !== 'cannot_tell') return true
    this.#disputed = true
    return false
  }

  told(hit: ListHit): ListHit {
    const { entries, now } = this.#seen
    const flags: ('disputed' | 'hot')[] = []
    if (entries.stateOf(hit.list, hit.entry, now) === 'disputed') flags.push('disputed')
    if (entries.isHot(hit.list, hit.entry, now)) flags.push('hot')
    return flags.length === 0 ? hit : { ...hit, flags }
  }

  /** What is said where no entry counts: nobody can tell of one that is disputed, where the list says so. */
  otherwise(): 'disputed' | null {
    return this.#disputed ? 'disputed' : null
  }
}

function lookUp(list: LoadedList, value: string, seen: Seen, choice: Choice): Looked {
  const base = { list: list.id, version: list.version, sealed: list.sealed, distanceBits: 0 }
  const { finder } = list
  const first = (hits: Iterable<ListHit>): ListHit | null => {
    for (const hit of hits) if (choice.takes(hit)) return choice.told(hit)
    return null
  }
  switch (finder.kind) {
    case 'digest': {
      const digest = parseDigest(value)
      if (digest === undefined) return 'broken'
      const kind = kindOfDigest(digest)
      return first(finder.table.find(digest).map((entry) => ({ ...base, kind, entry })))
    }
    case 'domain': {
      const host = asciiDomain(value)
      if (host === undefined) return 'broken'
      const entries = parentsOf(host).flatMap((domain) => finder.domains.get(domain) ?? [])
      return first(entries.map((entry) => ({ ...base, kind: 'domain', entry })))
    }
    case 'text': {
      const told = ({ n, from, to }: FoundTerm): ListHit => {
        const about = list.sealed ? undefined : finder.terms.about.get(n)
        return { ...base, kind: 'text', entry: n, from, to, ...(about !== undefined && { term: namedTerm(about) }) }
      }
      const found = seen.texts.find(finder.terms, value, (one) => choice.takes(told(one)))
      return found === undefined ? null : choice.told(told(found))
    }
    case 'vpdq':
      // `look` asks about whole files.
      return 'broken'
    case 'pdq':
      return near(list, finder, value, { seen, choice, base })
  }
}

const namedTerm = ({ id, severity }: TermAbout): NonNullable<ListHit['term']> => ({
  id,
  ...(severity !== undefined && { severity }),
})

function near(
  list: LoadedList,
  finder: PictureFinder,
  value: string,
  { seen, choice, base }: { seen: Seen; choice: Choice; base: Omit<ListHit, 'kind' | 'entry'> },
): ListHit | null | Unsure {
  const pdq = parsePdq(value)
  if (pdq === undefined) return 'broken'
  const reading = seen.readings.get(value)
  const within = list.within ?? WITHIN_BITS
  const ways = [pdq, ...(list.variants === 'as_is' ? [] : (reading?.variants ?? []))]
  let best: ListHit | null = null
  for (const [place, way] of ways.entries()) {
    const found = searched(seen.searches, finder.pictures, way, within)
    const told = (entry: number, distanceBits: number): ListHit => ({
      ...base,
      kind: 'pdq',
      entry,
      distanceBits,
      // The reading itself comes first, and once more as the first of its variants.
      variant: VARIANTS[Math.max(0, place - 1)] ?? 'original',
    })
    const takes = (entry: number, distanceBits: number) => choice.takes(told(entry, distanceBits))
    const hit = finder.pictures.hit(found, way, { slot: finder.slot, within, upTo: finder.upTo, takes })
    if (hit === undefined || (best !== null && best.distanceBits <= hit.distanceBits)) continue
    best = choice.told(told(hit.entry, hit.distanceBits))
  }
  // A picture with almost nothing in it matches by chance: a person looks, nobody is accused (matching.md §6.3).
  return best !== null && reading !== undefined && reading.quality < MIN_QUALITY ? { ...best, weak: true } : best
}

function searched(searches: Searches, pictures: Pictures, pdq: Pdq, within: number): Nearby {
  const before = searches.get(pictures) ?? new Map<Pdq, Nearby>()
  searches.set(pictures, before)
  const found = before.get(pdq) ?? pictures.near(pdq, Math.max(within, INDEX_BITS))
  before.set(pdq, found)
  return found
}

/** `a.b.example` → `a.b.example`, `b.example`, `example`. */
function parentsOf(domain: string): string[] {
  const labels = domain.split('.')
  return labels.map((_, index) => labels.slice(index).join('.'))
}
