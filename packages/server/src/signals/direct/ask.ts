import type { MatchHit, MatchResult } from '@lamplighter/api'
import type { BoundReading, DigestKind, ListBook, LoadedList } from '../book.ts'
import type { ListKind } from '../lists/parse.ts'

/** What is asked about: one hash, or all that is known of one file. */
export interface Subject {
  readonly readings: readonly BoundReading[]
  /** Kind and value of each digest, in lower case. */
  readonly digests: ReadonlyMap<DigestKind, string>
  /** SHA-256 of the file that it is about: pairs of it and an entry may be excepted. */
  readonly file?: string
  /** Whether lists of pictures say something of it, though it may have no reading. */
  readonly visual: boolean
  /** Whether lists of videos are asked about its readings, in their order; `still` where they are one picture. Left out: they are not. */
  readonly frames?: 'moving' | 'still'
  /** Why its pictures are not all known; undefined where they are. */
  readonly gap?: string
}

/** A list that is asked. `kind` is known of one that is not in memory, too. */
export interface AskedList {
  readonly id: string
  readonly kind: ListKind
}

/** Under this a hit proves nothing; over it `bind` gives the hit itself. */
const SURE_QUALITY = 100
const ALL_KINDS: ReadonlySet<DigestKind> = new Set(['sha256', 'sha1', 'md5'])

/** What each list says of one subject. Of each the nearest entry is told; a sealed one says no more than its name. */
export function askEach(
  book: ListBook,
  lists: readonly AskedList[],
  subject: Subject,
  now: number,
): ReadonlyMap<string, Said> {
  return new Map(
    lists.flatMap((list) => {
      const said = askOne(book, list, subject, now)
      return said === undefined ? [] : [[list.id, said] as const]
    }),
  )
}

/** Any hit is a hit, else anything unknown is unknown, else no hit (matching.md §3). */
export function together(said: readonly Said[]): MatchResult {
  const hits = said.flatMap(({ hit }) => hit ?? [])
  const why = said.find((one) => one.why !== undefined)?.why
  if (said.some(({ hit, why: unsure }) => hit !== undefined && unsure === undefined)) return { state: 'hit', hits }
  if (why !== undefined) return { state: 'unknown', hits, why }
  return { state: said.length === 0 ? 'none' : 'no_hit', hits }
}

/** One list's answer: a hit; or why it cannot tell, with the hit that proves nothing where there is one; or "no hit". */
export interface Said {
  readonly hit?: MatchHit
  readonly why?: string
}

/** Undefined where the list holds nothing that the subject could be. */
function askOne(book: ListBook, { id, kind }: AskedList, subject: Subject, now: number): Said | undefined {
  if (!isFor(kind, subject)) return undefined
  const list = book.get(id)
  if (list === undefined) return { why: 'not_loaded' }
  if (kind === 'vpdq' && subject.frames === 'moving' && subject.readings.length === 0)
    return { why: subject.gap ?? 'featureless' }
  const values = kind === 'digest' ? digestsFor(list, subject) : subject.readings.map(({ pdq }) => pdq)
  if (values === undefined) return undefined
  const found = find(book, list, { values, subject, now })
  if (found.hit !== undefined || found.why !== undefined) return found
  return kind !== 'digest' && subject.gap !== undefined ? { why: subject.gap } : {}
}

function isFor(kind: ListKind, { visual, frames, digests }: Subject): boolean {
  if (kind === 'pdq') return visual
  if (kind === 'vpdq') return frames !== undefined
  return kind === 'digest' && digests.size > 0
}

/** The digests that such a list may hold; undefined where it holds other kinds only. */
function digestsFor({ finder }: LoadedList, { digests }: Subject): readonly string[] | undefined {
  if (finder.kind !== 'digest') return undefined
  const known = [...digests].filter(([kind]) => finder.holds.size === 0 || finder.holds.has(kind))
  return known.length === 0 ? undefined : known.map(([, value]) => value)
}

/** Looks all values up in one list. */
function find(
  book: ListBook,
  { id }: LoadedList,
  { values, subject, now }: { readonly values: readonly string[]; readonly subject: Subject; readonly now: number },
): Said {
  const files = new Map(values.map((value) => [value, [subject.file]]))
  const bind = (readings: readonly BoundReading[]) => {
    const video = { readings, file: subject.file, moves: subject.frames === 'moving' }
    const bound = book.bind(readings, now, ALL_KINDS, files, [video])
    for (const value of values) bound.get(id)?.find('any', value)
    return bound
  }
  const bound = bind(subject.readings)
  const best = nearest(bound.hits)
  if (best !== undefined) return { hit: told(best) }
  const why = bound.unsure.get(id)
  if (why !== 'featureless') return why === undefined ? {} : { why }
  // Asked again as if its pictures showed enough: a person gets the entry to look at, and nobody is accused (§6.3).
  const weak = nearest(bind(subject.readings.map((reading) => ({ ...reading, quality: SURE_QUALITY }))).hits)
  return { why, ...(weak !== undefined && { hit: told(weak, 'weak') }) }
}

type Found = ReturnType<ListBook['bind']>['hits'][number]

function nearest(hits: readonly Found[]): Found | undefined {
  // Of a list of videos there is one hit: every frame gives that of the whole file.
  return [...hits].sort((a, b) => a.distanceBits - b.distanceBits || a.entry - b.entry)[0]
}

function told(hit: Found, weak?: 'weak'): MatchHit {
  if (hit.sealed) return { list: hit.list }
  const flags = [
    ...(weak === undefined ? [] : [weak]),
    ...(hit.variant !== undefined && hit.variant !== 'original' ? (['turned'] as const) : []),
    ...(hit.flags ?? []),
    ...(hit.kind === 'md5' || hit.kind === 'sha1' ? (['weak_digest'] as const) : []),
  ]
  return {
    list: hit.list,
    version: hit.version,
    entry: hit.entry,
    // Of a video the shares say how near it is.
    ...(hit.shares === undefined ? { distance: hit.distanceBits } : { shares: hit.shares }),
    ...(flags.length > 0 && { flags }),
  }
}
