import { kindOfDigest, parseDigest } from '@lamplighter/matching'
import type { Event } from '@lamplighter/rules'
import { type MediaVault, mayShow, mediaKey, type StoredMedia } from '../evidence/index.ts'
import type { StoredFile } from '../review/index.ts'
import type { BoundReading, DigestKind, ListBook, SeenVideo } from '../signals/index.ts'
import type { Accepted, WireFile } from './event.ts'
import type { FileHash } from './matches.ts'

/** What the files of one event gave. */
export interface MediaReading {
  /** The event with its `media` record filled in; without files the event as it was. */
  readonly event: Event
  readonly readings: readonly BoundReading[]
  /** The same by their files, in the order of the event. */
  readonly videos: readonly SeenVideo[]
  /** Kinds of digest that are known of every file: only of these a list can say "no hit". */
  readonly digestKinds: ReadonlySet<DigestKind>
  /** SHA-256 of the files that have a hash of the record; undefined in it where a file's is not known. */
  readonly hashed: ReadonlyMap<string, readonly (string | undefined)[]>
  /** Places of the files that have a hash. */
  readonly placed: ReadonlyMap<string, readonly number[]>
  /** One entry a file, in the order of the event, for the case. */
  readonly files: readonly (Omit<StoredFile, 'exhibit' | 'hits' | 'silenced'> & {
    readonly mediaKey: string
    readonly stored: boolean
  })[]
  /** Every hash of each file, and where in it that was seen; in the same order. */
  readonly hashes: readonly (readonly FileHash[])[]
  /** What could not be measured; never "no match". */
  readonly unknown: readonly { readonly signal: string; readonly why: string }[]
}

const NOTHING: Omit<MediaReading, 'event'> = {
  readings: [],
  videos: [],
  digestKinds: new Set(['sha256', 'sha1', 'md5']),
  hashed: new Map(),
  placed: new Map(),
  files: [],
  hashes: [],
  unknown: [],
}

/** Where files are found, or fetched from. */
export type FileSource = Pick<MediaVault, 'find' | 'fetched'>

/**
 * Joins an event with what is known of its files, waiting up to `budgetMs` for measurements under way. A file that is not known, not
 * measured or not decoded leaves a gap in the record (*unknown*), never an empty list. Files that may not be looked at are not asked for.
 */
export async function readMedia(accepted: Accepted, vault: FileSource, budgetMs: number): Promise<MediaReading> {
  if (accepted.files.length === 0 || accepted.off !== undefined) return { ...NOTHING, event: accepted.event }
  const read = await Promise.all(accepted.files.map((file) => readFile(file, accepted.connection, vault, budgetMs)))
  const first = accepted.files[0]
  const record: Record<string, unknown> = {
    id: first?.id ?? '',
    type: read.length > 1 && new Set(read.map((one) => one.kind)).size > 1 ? 'mixed' : (read[0]?.kind ?? 'file'),
    count: read.length,
    size: read.reduce((sum, one) => sum + (one.file.size ?? 0), 0),
    // A gap in a list is an element that nobody knows (rules.md §4): any other element can still hit.
    ...listed(
      'digests',
      read.map((one) => one.digests),
    ),
    ...listed(
      'pdq',
      read.map((one) => one.pdq),
    ),
  }
  const kinds = read.map((one) => new Set(one.digests.known.map(kindOf)))
  return {
    event: { ...accepted.event, media: record } as Event,
    readings: read.flatMap((one) => one.readings),
    videos: read.map(({ readings, digests, moves }) => ({ readings, file: sha256In(digests), moves })),
    digestKinds: new Set([...ALL_KINDS].filter((kind) => kinds.every((known) => known.has(kind)))),
    ...filesByHash(read),
    files: read.map((one) => one.file),
    hashes: read.map(({ digests, ways }) => [...ways, ...digests.known.map((value) => ({ value, way: null }))]),
    unknown: read.flatMap((one) => one.file.unknown.map(({ part, why }) => ({ signal: `media.${part}`, why }))),
  }
}

/** Hashes of pictures that one event keeps (rules.md §6.1). */
const MOST_PDQ = 200

/**
 * The same with at most 200 hashes of pictures, those first that a list knows (matching.md §5.3). All of them were looked up, so what is left
 * out is no gap.
 */
export function withinCap(media: MediaReading, lists: Pick<ListBook, 'known'>, now: number): MediaReading {
  const record = media.event.media
  if (typeof record !== 'object' || record === null || Array.isArray(record)) return media
  const pdq: unknown = Reflect.get(record, 'pdq')
  if (!Array.isArray(pdq) || pdq.length <= MOST_PDQ) return media
  const known = lists.known(media.readings, now, media.videos)
  const gap = pdq.filter((value) => value === null).slice(0, 1)
  const kept = [...new Set<unknown>([...known, ...pdq.filter((value) => value !== null)])]
  const capped = [...kept.slice(0, MOST_PDQ - gap.length), ...gap]
  return { ...media, event: { ...media.event, media: { ...record, pdq: capped } } as Event }
}

/** Hashes of one file. `whole` is false where there may be more than what is known. */
interface Hashes {
  readonly known: readonly string[]
  readonly whole: boolean
}

function filesByHash(read: readonly Pick<OneFile, 'digests' | 'pdq'>[]): Pick<MediaReading, 'hashed' | 'placed'> {
  const pairs = read.flatMap(({ digests, pdq }, place) => {
    const sha256 = sha256In(digests)
    return [...new Set([...digests.known, ...pdq.known])].map((hash) => ({ hash, sha256, place }))
  })
  const byHash = [...Map.groupBy(pairs, ({ hash }) => hash)]
  return {
    hashed: new Map(byHash.map(([hash, of]) => [hash, of.map(({ sha256 }) => sha256)])),
    placed: new Map(byHash.map(([hash, of]) => [hash, of.map(({ place }) => place)])),
  }
}

const ALL_KINDS = NOTHING.digestKinds

const sha256In = ({ known }: Hashes): string | undefined => known.find((digest) => kindOf(digest) === 'sha256')

function listed(name: string, files: readonly Hashes[]): Record<string, unknown> {
  const known = files.flatMap((file) => file.known)
  if (files.every((file) => file.whole)) return { [name]: known }
  // Nothing known at all: the field is missing. Something known: the gap stands beside it, and a hit is still a hit.
  return known.length === 0 ? {} : { [name]: [...known, null] }
}

function kindOf(value: string): DigestKind | undefined {
  const digest = parseDigest(value)
  return digest === undefined ? undefined : kindOfDigest(digest)
}

interface OneFile {
  readonly kind: 'image' | 'video' | 'audio' | 'file'
  readonly digests: Hashes
  readonly pdq: Hashes
  readonly readings: readonly BoundReading[]
  readonly moves: boolean
  readonly ways: readonly FileHash[]
  readonly file: MediaReading['files'][number]
}

async function readFile(wire: WireFile, connection: string, vault: FileSource, budgetMs: number): Promise<OneFile> {
  const found = await vault.find(connection, wire.id, budgetMs)
  if (found !== undefined) return storedFile(wire, found)
  if (wire.url === null) return hashesOnly(wire, connection)
  const fetched = await vault.fetched({ connection, id: wire.id, url: wire.url }, budgetMs)
  return typeof fetched === 'string' ? hashesOnly(wire, connection, fetched) : storedFile(wire, fetched)
}

function storedFile(wire: WireFile, stored: StoredMedia): OneFile {
  const { facts, row } = stored
  const base = {
    mediaKey: row.media_key,
    stored: true,
    type: facts?.type.seen ?? wire.type ?? 'application/octet-stream',
    claimedType: row.claimed_type,
    size: row.size,
    width: facts?.width ?? null,
    height: facts?.height ?? null,
    flags: [...(facts?.flags ?? [])],
  }
  if (facts === undefined) {
    return {
      kind: mediaKindOf(base.type),
      digests: { known: [row.sha256], whole: true },
      pdq: { known: [], whole: false },
      readings: [],
      moves: mediaKindOf(base.type) === 'video',
      ways: [],
      file: { ...base, unknown: [{ part: 'pixels', why: 'late' }] },
    }
  }
  const kind = mediaKindOf(facts.type.seen)
  const decoded = facts.unknown.every(({ part }) => part === 'bytes')
  const shows = mayShow(facts.type.seen, [row.claimed_type, wire.type])
  return {
    kind,
    digests: { known: [facts.sha256, facts.sha1, facts.md5], whole: true },
    pdq: shows ? { known: facts.readings.map(({ pdq }) => pdq), whole: decoded } : { known: [], whole: true },
    readings: facts.readings.map(({ pdq, quality, variants }) => ({ pdq, quality, variants })),
    moves: kind === 'video' || (facts.frames ?? 1) > 1,
    ways: facts.readings.map(({ pdq, of, ground = null, frame = null, ms = null }) => ({
      value: pdq,
      way: { of, ground, frame, atMs: ms },
    })),
    file: { ...base, unknown: facts.unknown.filter(({ part }) => shows || part === 'bytes') },
  }
}

/**
 * A file of which only hashes came, or nothing (matching.md §4.3).
 *
 * @param missing why its bytes, which were promised, are not there: then no hash stands for the whole of it
 */
function hashesOnly(wire: WireFile, connection: string, missing?: 'late' | 'fetch_failed'): OneFile {
  const known = wire.pdq.length > 0
  const unknownOf = (): OneFile['file']['unknown'] => {
    if (missing !== undefined) return [{ part: 'bytes', why: missing }]
    return known ? [] : [{ part: wire.digests.length === 0 ? 'bytes' : 'pixels', why: 'not_sent' }]
  }
  return {
    kind: mediaKindOf(wire.type ?? ''),
    digests: { known: wire.digests, whole: wire.digests.length > 0 && missing === undefined },
    pdq: { known: wire.pdq.map(({ hash }) => hash), whole: known && missing === undefined },
    readings: wire.pdq.map(({ hash, quality }) => ({ pdq: hash, quality, variants: [] })),
    moves: mediaKindOf(wire.type ?? '') === 'video',
    ways: wire.pdq.map(({ hash }) => ({ value: hash, way: { of: null, ground: null, frame: null, atMs: null } })),
    file: {
      mediaKey: mediaKey(connection, wire.id),
      stored: false,
      type: wire.type ?? 'application/octet-stream',
      claimedType: wire.type,
      size: wire.size ?? 0,
      width: null,
      height: null,
      flags: [],
      ...(wire.madeBy !== null && { madeBy: wire.madeBy }),
      unknown: unknownOf(),
    },
  }
}

function mediaKindOf(type: string): OneFile['kind'] {
  const [kind] = type.split('/')
  return kind === 'image' || kind === 'video' || kind === 'audio' ? kind : 'file'
}
