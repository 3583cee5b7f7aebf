import { type Pdq, parsePdq } from '@lamplighter/matching'
import type { Event } from '@lamplighter/rules'
import { type MediaVault, mediaKey } from '../evidence/index.ts'
import type { StoredFile } from '../review/index.ts'
import type { BoundReading } from '../signals/index.ts'
import type { Accepted, WireFile } from './event.ts'

/** What the files of one event gave. */
export interface MediaReading {
  /** The event with its `media` record filled in; without files the event as it was. */
  readonly event: Event
  readonly readings: readonly BoundReading[]
  /** One entry a file, in the order of the event, for the case. */
  readonly files: readonly (Omit<StoredFile, 'exhibit' | 'hits'> & {
    readonly mediaKey: string
    readonly stored: boolean
  })[]
  /** What could not be measured; never "no match". */
  readonly unknown: readonly { readonly signal: string; readonly why: string }[]
}

/**
 * Joins an event with what is known of its files, waiting up to `budgetMs` for measurements under way. A file that is not known, not
 * measured or not decoded leaves a gap in the record (*unknown*), never an empty list.
 */
export async function readMedia(accepted: Accepted, vault: MediaVault, budgetMs: number): Promise<MediaReading> {
  if (accepted.files.length === 0) return { event: accepted.event, readings: [], files: [], unknown: [] }
  const read = await Promise.all(accepted.files.map((file) => readFile(file, accepted.connection, vault, budgetMs)))
  const digests = read.map((one) => one.digests)
  const pdq = read.map((one) => one.pdq)
  const first = accepted.files[0]
  const record: Record<string, unknown> = {
    id: first?.id ?? '',
    type: read.length > 1 && new Set(read.map((one) => one.kind)).size > 1 ? 'mixed' : (read[0]?.kind ?? 'file'),
    count: read.length,
    size: read.reduce((sum, one) => sum + (one.file.size ?? 0), 0),
    // A gap in a list is an element that nobody knows (rules.md §4): any other element can still hit.
    ...gapless('digests', digests),
    ...gapless('pdq', pdq),
  }
  return {
    event: { ...accepted.event, media: record } as Event,
    readings: read.flatMap((one) => one.readings),
    files: read.map((one) => one.file),
    unknown: read.flatMap((one) => one.file.unknown.map(({ part, why }) => ({ signal: `media.${part}`, why }))),
  }
}

function gapless(name: string, lists: readonly (readonly string[] | undefined)[]): Record<string, unknown> {
  const known = lists.filter((list) => list !== undefined).flat()
  if (lists.every((list) => list !== undefined)) return { [name]: known }
  // Nothing known at all: the field is missing. Something known: the gap stands beside it.
  return known.length === 0 ? {} : { [name]: [...known, null] }
}

interface OneFile {
  readonly kind: 'image' | 'video' | 'audio' | 'file'
  readonly digests: readonly string[] | undefined
  readonly pdq: readonly string[] | undefined
  readonly readings: readonly BoundReading[]
  readonly file: MediaReading['files'][number]
}

async function readFile(wire: WireFile, connection: string, vault: MediaVault, budgetMs: number): Promise<OneFile> {
  const stored = await vault.find(connection, wire.id, budgetMs)
  if (stored === undefined) return hashesOnly(wire, connection)
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
      kind: kindOf(base.type),
      digests: [row.sha256],
      pdq: undefined,
      readings: [],
      file: { ...base, unknown: [{ part: 'pixels', why: 'late' }] },
    }
  }
  const kind = kindOf(facts.type.seen)
  const decoded = facts.unknown.every(({ part }) => part === 'bytes')
  return {
    kind,
    digests: [facts.sha256, facts.md5],
    pdq: kind === 'image' || kind === 'video' ? (decoded ? facts.readings.map(({ pdq }) => pdq) : undefined) : [],
    readings: facts.readings.map(({ pdq, quality, variants }) => ({ pdq, quality, variants })),
    file: { ...base, unknown: [...facts.unknown] },
  }
}

/** A file of which only hashes came, or nothing (matching.md §4.3). */
function hashesOnly(wire: WireFile, connection: string): OneFile {
  const known = wire.pdq.length > 0
  const nothing = wire.digests.length === 0 && !known
  return {
    kind: kindOf(wire.type ?? ''),
    digests: wire.digests.length > 0 ? wire.digests : undefined,
    pdq: known ? wire.pdq.map(({ hash }) => hash) : undefined,
    readings: wire.pdq.flatMap(({ hash, quality }) => {
      const pdq: Pdq | undefined = parsePdq(hash)
      return pdq === undefined ? [] : [{ pdq, quality, variants: [] }]
    }),
    file: {
      mediaKey: mediaKey(connection, wire.id),
      stored: false,
      type: wire.type ?? 'application/octet-stream',
      claimedType: wire.type,
      size: wire.size ?? 0,
      width: null,
      height: null,
      flags: [],
      unknown: known ? [] : [{ part: nothing ? 'bytes' : 'pixels', why: 'not_sent' }],
    },
  }
}

function kindOf(type: string): OneFile['kind'] {
  const [kind] = type.split('/')
  return kind === 'image' || kind === 'video' || kind === 'audio' ? kind : 'file'
}
