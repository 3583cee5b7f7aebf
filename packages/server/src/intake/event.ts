import { EventFile, MAX_FILES } from '@lamplighter/api'
import { type Pdq, parsePdq } from '@lamplighter/matching'
import { canonicalJson, type Event, type EventKind, type Json, normalise, type Schema } from '@lamplighter/rules'
import type { z } from 'zod'
import { sha256Hex } from '../http/crypto.ts'
import type { Fault } from '../http/errors.ts'
import { faultsOf } from '../http/input.ts'
import { enriched, isoOf } from './enrich.ts'
import type { KeyedName } from './names.ts'
import { claimedMedia, unreadEvent } from './unread.ts'

/** One file as an event names it (matching.md §4): bytes handed in before, or hashes made on the platform's servers. */
export interface WireFile {
  readonly id: string
  readonly type: string | null
  readonly size: number | null
  readonly digests: readonly string[]
  readonly pdq: readonly { readonly hash: Pdq; readonly quality: number }[]
  /** What made the hashes, as the platform says. */
  readonly madeBy: string | null
  /** Where the file lies, to be fetched. */
  readonly url: string | null
}

interface Origin {
  readonly connection: string
  /** Milliseconds since 1970. */
  readonly now: number
  /** The event as bytes of JSON, where they came alone and say nothing twice. */
  readonly bytes?: Uint8Array
  /** Names links and texts that counters may be kept by; without it such keys are unknown. */
  readonly nameOf?: KeyedName
}

/** An event that passed the edge: typed from here on. What only judging asks for is made when it is asked for. */
export class Accepted {
  /** Connection, kind and id: what makes an event once. */
  readonly key: string
  readonly connection: string
  readonly receivedAt: number
  readonly files: readonly WireFile[]
  /** As it came, for the stream. */
  readonly wire: Json
  /** Names of fields that the schema does not know, counted by the caller. */
  readonly ignored: readonly string[]
  readonly #normal: Event
  readonly #bytes: Uint8Array | undefined
  readonly #nameOf: KeyedName | undefined
  readonly #from: Origin
  #event: Event | undefined
  #off: string | undefined

  constructor(
    from: Origin,
    given: { wire: Json; normal: Event; files: readonly WireFile[]; ignored: readonly string[] },
  ) {
    const { normal } = given
    this.key = `${from.connection}|${normal.kind}|${normal.id}`
    this.connection = from.connection
    this.receivedAt = from.now
    this.files = given.files
    this.wire = given.wire
    this.ignored = given.ignored
    this.#normal = normal
    this.#bytes = from.bytes
    this.#nameOf = from.nameOf
    this.#from = from
  }

  /** As it was told, before anything is made of its content. */
  get told(): Event {
    return this.#normal
  }

  /** The switch that keeps its content from being read; undefined where none does. */
  get off(): string | undefined {
    return this.#off
  }

  /** The same event, judged by all that is not its content. @param by the switch that is off */
  unread(by: string, kind: EventKind): Accepted {
    const normal = this.#normal
    const media = this.files.length > 0 && { media: claimedMedia(this.files) }
    const files = this.files.map(({ id, type, size }) => ({
      id,
      type,
      size,
      digests: [],
      pdq: [],
      madeBy: null,
      url: null,
    }))
    const accepted = new Accepted(this.#from, { wire: this.wire, normal, files, ignored: this.ignored })
    accepted.#off = by
    accepted.#event = { ...unreadEvent({ ...normal, ...media }, kind, by), received_at: isoOf(this.receivedAt) }
    return accepted
  }

  get bodyHash(): string {
    return sha256Hex(canonicalJson(this.wire))
  }

  /** `wire` as bytes of JSON. */
  get wireBytes(): Uint8Array {
    return this.#bytes ?? Buffer.from(JSON.stringify(this.wire))
  }

  /** Normal form, without media. */
  get event(): Event {
    this.#event ??= enriched(this.#normal, this.receivedAt, this.#nameOf)
    return this.#event
  }

  /** Orders and spreads it in the stream. */
  get streamKey(): string {
    return streamKeyOf(this.#normal)
  }
}

export type Edge = { readonly accepted: Accepted } | { readonly faults: readonly Fault[] }

const MOST_FAULTS = 20

/** Checks one event and brings it into its normal form. Nothing converts; unknown fields are left out and named, as is every fault. */
export function acceptEvent(json: unknown, schema: Schema, from: Origin): Edge {
  if (typeof json !== 'object' || json === null || Array.isArray(json)) {
    return { faults: [{ code: 'invalid', pointer: '', detail: 'expected one JSON object, an event' }] }
  }
  const kind = 'kind' in json && typeof json.kind === 'string' ? json.kind : ''
  const media: unknown = Reflect.get(json, 'media')
  const { files, faults } = filesOf(media, schema.events.get(kind)?.members.get('media')?.optional === false)
  const first = files[0]
  // Files are checked here; where they are wrong, a stand-in lets the rest be checked, too.
  const record = first === undefined ? faults.length > 0 && { id: 'f', type: 'file' } : { id: first.id, type: 'file' }
  const stand = media === undefined && faults.length === 0 ? json : { ...json, media: record || undefined }
  const normal = normalise(schema, kind, stand)
  if ('problems' in normal || faults.length > 0) {
    const problems = 'problems' in normal ? normal.problems : []
    const all = [...problems.map(({ pointer, detail }) => ({ code: 'invalid', pointer, detail })), ...faults]
    return { faults: all.slice(0, MOST_FAULTS) }
  }
  return { accepted: new Accepted(from, { wire: json as Json, normal: normal.event, files, ignored: normal.ignored }) }
}

// platform.md §7: the acting account, else the item, else the room.
function streamKeyOf(event: Event): string {
  const account = idOf(event, 'actor')
  if (account !== undefined) return `account:${account}`
  const item = idOf(event, 'item')
  return item !== undefined ? `item:${item}` : `room:${idOf(event, 'room') ?? event.id}`
}

/** The id of a record of the event, or undefined. */
export function idOf(event: Event, record: string): string | undefined {
  const found = event[record]
  if (typeof found !== 'object' || found === null || Array.isArray(found)) return undefined
  const id: unknown = Reflect.get(found, 'id')
  return typeof id === 'string' ? id : undefined
}

interface Files {
  readonly files: readonly WireFile[]
  readonly faults: readonly Fault[]
}

function filesOf(media: unknown, needed: boolean): Files {
  const refused = (detail: string): Files => ({ files: [], faults: [{ code: 'invalid', pointer: '/media', detail }] })
  if (media === undefined || media === null)
    return needed ? refused('expected an array of files, each with an id') : { files: [], faults: [] }
  if (!Array.isArray(media)) return refused('expected an array of files')
  if (media.length > MAX_FILES) return refused(`expected at most ${MAX_FILES} files, found ${media.length}`)
  if (needed && media.length === 0) return refused('expected at least one file')
  const files: WireFile[] = []
  const faults: Fault[] = []
  for (const [index, entry] of media.entries()) {
    const place = `/media/${index}`
    const parsed = EventFile.safeParse(entry)
    const file = parsed.success
      ? wireFile(parsed.data, place)
      : { faults: faultsOf(parsed.error, place).map(asHashFault) }
    if ('faults' in file) faults.push(...file.faults)
    else files.push(file)
  }
  return { files, faults }
}

const HASH_PLACE = /\/(?:sha256|sha1|md5|pdq\/\d+\/(?:hash|quality))$/

/** What is wrong with a hash has a code of its own, so that a platform knows its hasher is at fault (matching.md §4.3). */
const asHashFault = (fault: Fault): Fault => (HASH_PLACE.test(fault.pointer) ? { ...fault, code: 'bad_hash' } : fault)

function wireFile(
  { id, type, size, sha256, md5, sha1, pdq, made_by, url }: z.output<typeof EventFile>,
  place: string,
): WireFile | { readonly faults: readonly Fault[] } {
  const hashes = (pdq ?? []).map(({ hash, quality }) => ({ hash: parsePdq(hash), quality }))
  const known = hashes.flatMap(({ hash, quality }) => (hash === undefined ? [] : [{ hash, quality }]))
  const faults = hashes.flatMap(({ hash }, at) => (hash === undefined ? [noPicture(`${place}/pdq/${at}/hash`)] : []))
  if (faults.length > 0) return { faults }
  return {
    id,
    type: type ?? null,
    size: size ?? null,
    digests: [sha256, md5, sha1].flatMap((digest) => digest?.toLowerCase() ?? []),
    pdq: known,
    madeBy: made_by ?? null,
    url: url ?? null,
  }
}

const noPicture = (pointer: string): Fault => ({
  code: 'bad_hash',
  pointer,
  detail: 'expected 16 to 240 of the 256 bits set: no picture has this hash',
})
