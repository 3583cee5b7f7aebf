import { canonicalJson, type Event, type Json, normalise, type Schema } from '@lamplighter/rules'
import { sha256Hex } from '../http/crypto.ts'
import type { Fault } from '../http/errors.ts'
import { enriched } from './enrich.ts'
import type { KeyedName } from './names.ts'

/** One file as an event names it (matching.md §4): bytes handed in before, or hashes made on the platform's servers. */
export interface WireFile {
  readonly id: string
  readonly type: string | null
  readonly size: number | null
  readonly digests: readonly string[]
  readonly pdq: readonly { readonly hash: string; readonly quality: number }[]
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
  #event: Event | undefined

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

const MAX_FILES = 20

/** Checks one event and brings it into its normal form. Nothing converts; unknown fields are left out and named. */
export function acceptEvent(json: unknown, schema: Schema, from: Origin): Edge {
  if (typeof json !== 'object' || json === null || Array.isArray(json)) {
    return { faults: [{ code: 'invalid', pointer: '', detail: 'expected one JSON object, an event' }] }
  }
  const kind = 'kind' in json ? json.kind : undefined
  if (typeof kind !== 'string')
    return {
      faults: [{ code: 'invalid', pointer: '/kind', detail: 'expected the kind of the event, such as "message"' }],
    }
  const media: unknown = Reflect.get(json, 'media')
  const needsMedia = schema.events.get(kind)?.members.get('media')?.optional === false
  const files = filesOf(media, needsMedia)
  if ('faults' in files) return files
  const first = files.files[0]
  const stand = media === undefined ? json : { ...json, media: first && { id: first.id, type: 'file' } }
  const normal = normalise(schema, kind, stand)
  if ('problems' in normal) {
    return { faults: normal.problems.map(({ pointer, detail }) => ({ code: 'invalid', pointer, detail })) }
  }
  const given = { wire: json as Json, normal: normal.event, files: files.files, ignored: normal.ignored }
  return { accepted: new Accepted(from, given) }
}

/** Key of the item in cases and evidence: one item has one, whichever kind of event names it. */
export function itemKey(connection: string, type: string, id: string): string {
  return `${type}:${connection}:${id}`
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

function filesOf(
  media: unknown,
  needed: boolean,
): { readonly files: readonly WireFile[] } | { readonly faults: readonly Fault[] } {
  const fault = (pointer: string, detail: string) => ({ faults: [{ code: 'invalid', pointer, detail }] })
  if (media === undefined || media === null)
    return needed ? fault('/media', 'expected an array of files, each with an id') : { files: [] }
  if (!Array.isArray(media)) return fault('/media', 'expected an array of files')
  if (media.length > MAX_FILES) return fault('/media', `expected at most ${MAX_FILES} files, found ${media.length}`)
  if (needed && media.length === 0) return fault('/media', 'expected at least one file')
  const files: WireFile[] = []
  for (const [index, entry] of media.entries()) {
    const file = fileOf(entry)
    if (typeof file === 'object' && 'pointer' in file) return fault(`/media/${index}${file.pointer}`, file.detail)
    files.push(file)
  }
  return { files }
}

function fileOf(entry: unknown): WireFile | { pointer: string; detail: string } {
  if (typeof entry !== 'object' || entry === null) return { pointer: '', detail: 'expected an object with an id' }
  const given = entry as Record<string, unknown>
  const { id, type, size, sha256, md5, sha1, pdq } = given
  if (typeof id !== 'string' || id.length === 0 || id.length > 256)
    return { pointer: '/id', detail: 'expected a text of 1 to 256 characters' }
  if ('url' in given)
    return {
      pointer: '/url',
      detail: 'fetching by address is not available; hand the bytes in with PUT /v1/media/{id}',
    }
  if (type !== undefined && typeof type !== 'string') return { pointer: '/type', detail: 'expected a text' }
  if (size !== undefined && !(typeof size === 'number' && Number.isSafeInteger(size) && size >= 0))
    return { pointer: '/size', detail: 'expected a whole number of bytes' }
  const digests: string[] = []
  for (const [name, value, length] of [
    ['sha256', sha256, 64],
    ['md5', md5, 32],
    ['sha1', sha1, 40],
  ] as const) {
    if (value === undefined) continue
    if (typeof value !== 'string' || value.length !== length || !/^[0-9a-fA-F]+$/.test(value))
      return { pointer: `/${name}`, detail: `expected ${length} hex digits` }
    digests.push(value.toLowerCase())
  }
  const hashes: { hash: string; quality: number }[] = []
  if (pdq !== undefined && !Array.isArray(pdq))
    return { pointer: '/pdq', detail: 'expected an array of {hash, quality}' }
  for (const [index, one] of (Array.isArray(pdq) ? pdq : []).entries()) {
    const hash: unknown = typeof one === 'object' && one !== null ? Reflect.get(one, 'hash') : undefined
    const quality: unknown = typeof one === 'object' && one !== null ? Reflect.get(one, 'quality') : undefined
    if (typeof hash !== 'string' || !/^[0-9a-fA-F]{64}$/.test(hash))
      return { pointer: `/pdq/${index}/hash`, detail: 'expected 64 hex digits' }
    if (typeof quality !== 'number' || !(quality >= 0 && quality <= 100))
      return { pointer: `/pdq/${index}/quality`, detail: 'expected a quality from 0 to 100' }
    hashes.push({ hash: hash.toLowerCase(), quality })
  }
  return { id, type: type ?? null, size: typeof size === 'number' ? size : null, digests, pdq: hashes }
}
