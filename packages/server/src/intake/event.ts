import { canonicalJson, type Event, type Json, normalise, type Schema } from '@lamplighter/rules'
import { sha256Hex } from '../http/crypto.ts'
import type { Fault } from '../http/errors.ts'
import { asciiDomain } from '../signals/lists/parse.ts'

/** One file as an event names it (matching.md §4): bytes handed in before, or hashes made on the platform's servers. */
export interface WireFile {
  readonly id: string
  readonly type: string | null
  readonly size: number | null
  readonly digests: readonly string[]
  readonly pdq: readonly { readonly hash: string; readonly quality: number }[]
}

/** An event that passed the edge: typed from here on. */
export interface Accepted {
  /** Connection, kind and id: what makes an event once. */
  readonly key: string
  readonly bodyHash: string
  readonly connection: string
  readonly receivedAt: number
  /** Normal form, without media. */
  readonly event: Event
  readonly files: readonly WireFile[]
  /** Orders and spreads it in the stream. */
  readonly streamKey: string
  /** As it came, for the stream. */
  readonly wire: Json
  /** Names of fields that the schema does not know, counted by the caller. */
  readonly ignored: readonly string[]
}

export type Edge = { readonly accepted: Accepted } | { readonly faults: readonly Fault[] }

const MAX_FILES = 20
const MAX_LINKS = 20
const LINKS = /\bhttps?:\/\/[^\s<>"']{1,2048}/giu

/** Checks one event and brings it into its normal form. Nothing converts; unknown fields are left out and named. */
export function acceptEvent(
  json: unknown,
  schema: Schema,
  from: { readonly connection: string; readonly now: number },
): Edge {
  if (typeof json !== 'object' || json === null || Array.isArray(json)) {
    return { faults: [{ code: 'invalid', pointer: '', detail: 'expected one JSON object, an event' }] }
  }
  const kind = 'kind' in json ? json.kind : undefined
  if (typeof kind !== 'string')
    return {
      faults: [{ code: 'invalid', pointer: '/kind', detail: 'expected the kind of the event, such as "message"' }],
    }
  const { media, ...rest } = json as Record<string, unknown>
  const needsMedia = schema.events.get(kind)?.members.get('media')?.optional === false
  const files = filesOf(media, needsMedia)
  if ('faults' in files) return files
  const first = files.files[0]
  const stand = first === undefined ? rest : { ...rest, media: { id: first.id, type: 'file' } }
  const normal = normalise(schema, kind, stand)
  if ('problems' in normal) {
    return { faults: normal.problems.map(({ pointer, detail }) => ({ code: 'invalid', pointer, detail })) }
  }
  const wire = json as Json
  return {
    accepted: {
      key: `${from.connection}|${kind}|${normal.event.id}`,
      // Asked for when the event is judged; a batch that only goes into the stream does not pay for it.
      get bodyHash() {
        return sha256Hex(canonicalJson(wire))
      },
      connection: from.connection,
      receivedAt: from.now,
      event: enriched(normal.event, from.now),
      files: files.files,
      streamKey: streamKeyOf(normal.event),
      wire,
      ignored: normal.ignored,
    },
  }
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

/** Fills in what intake knows where the platform did not send it: time of receipt, links of the text. */
function enriched(event: Event, now: number): Event {
  const base = { ...event, received_at: new Date(now).toISOString() }
  const item = event.item
  if (typeof item !== 'object' || item === null || Array.isArray(item)) return base
  const text: unknown = Reflect.get(item, 'text')
  const sent: unknown = Reflect.get(item, 'links')
  if (typeof text !== 'string') return base
  const found = [...text.matchAll(LINKS)].map(([url]) => hostOf(url)).filter((host) => host !== undefined)
  const links = [...new Set([...(Array.isArray(sent) ? sent : []), ...found])]
  const count: unknown = Reflect.get(item, 'link_count')
  // Beyond what rules may read, nobody knows: a gap stands for the rest, so that a bad link cannot hide behind twenty good ones.
  const shown = links.length > MAX_LINKS ? [...links.slice(0, MAX_LINKS), null] : links
  return {
    ...base,
    item: { ...item, links: shown, link_count: Math.max(typeof count === 'number' ? count : 0, links.length) },
  } as Event
}

// What ends a sentence belongs to no host: "https://a.example, b" is a link to a.example.
const hostOf = (url: string): string | undefined => {
  const host = URL.parse(url)
    ?.hostname.replace(/[^a-z0-9._-].*$/s, '')
    .replace(/[.-]+$/, '')
  return host === undefined ? undefined : asciiDomain(host)
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
