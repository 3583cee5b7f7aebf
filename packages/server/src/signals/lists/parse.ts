import { checkTerm, isOfNothing, parseDigest, parsePdq } from '@lamplighter/matching'
import { parseVideo, writtenFrames } from '../videos/frames.ts'
import { hmaFields, isHmaContent } from './hma-content.ts'
import type { TermAbout } from './term-entry.ts'

export type ListKind = 'pdq' | 'vpdq' | 'digest' | 'text' | 'domain'

/** One row of a list file, checked. */
export interface ParsedEntry {
  readonly value: string
  /** PDQ quality 0 to 100; undefined where the source tells none. */
  readonly quality?: number
  readonly sourceId?: string
  /** The source's own word for what it is. */
  readonly class?: string
  /** When the source took it in, and from when on it no longer holds: instants in UTC, as `2027-01-31T00:00:00.000Z`. */
  readonly added?: string
  readonly expires?: string
  readonly tags?: readonly string[]
  readonly note?: string
  /** What a term file says of it. */
  readonly term?: TermAbout
}

export interface ParsedFile {
  readonly entries: readonly ParsedEntry[]
  /** Rows that cannot be used, by line from 1; at most the first hundred are listed, all are counted. */
  readonly bad: readonly { readonly line: number; readonly why: string }[]
  readonly badCount: number
  readonly rows: number
}

/** At most this share of rows may be bad, or the file changes nothing (matching.md §9.1 rails). */
export const MAX_BAD_SHARE = 0.001
export const BAD_SHOWN = 100
/** A listed PDQ of lower quality would match by chance (matching.md §6.3). */
const MIN_QUALITY = 50
const MOST_CHARS = 500
const MOST_TAGS = 20
const MOST_TAG_CHARS = 64
/** A misspelt one would be left out in silence, an end of entries among them. */
const COLUMNS: readonly string[] = ['value', 'quality', 'source_id', 'class', 'added', 'expires', 'tags', 'note']
const TAGS_APART = ';'
const INSTANT = /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+-]\d{2}:\d{2}))?$/

/**
 * Reads a list file (matching.md §9.8): CSV with a header that names `value`, JSON Lines of objects with `value` or of HMA's contents, or one value a
 * line.
 * Values are normalised; a value listed twice counts once.
 *
 * @param contentType `text/csv`, `application/x-ndjson` or `text/plain`
 */
export function parseListFile(text: string, contentType: string, kind: ListKind): ParsedFile {
  const entries = new Map<string, ParsedEntry>()
  const bad: { line: number; why: string }[] = []
  let badCount = 0
  let count = 0
  for (const row of parseRows(text, contentType, kind)) {
    count += 1
    if ('why' in row) {
      badCount += 1
      if (bad.length < BAD_SHOWN) bad.push({ line: row.line, why: row.why })
    } else if (!entries.has(row.entry.value)) entries.set(row.entry.value, row.entry)
  }
  return { entries: [...entries.values()], bad, badCount, rows: count }
}

/** One row of a list file: what it says, or why it cannot be used. */
export type ParsedRow =
  | { readonly line: number; readonly entry: ParsedEntry }
  | { readonly line: number; readonly why: string }

/** The rows of a list file one by one, those that cannot be used too. */
export function parseRows(text: string, contentType: string, kind: ListKind): Generator<ParsedRow> {
  return new RowReader(contentType, kind).rows(text.split(/\r?\n/))
}

/** Reads the rows of a file whose lines come some at a time. */
export class RowReader {
  readonly #kind: ListKind
  readonly #read: (line: string, number: number) => Row | BadRow | undefined
  #lines = 0

  /** @param contentType `text/csv`, `application/x-ndjson` or `text/plain` */
  constructor(contentType: string, kind: ListKind) {
    this.#kind = kind
    this.#read =
      contentType === 'application/x-ndjson' ? jsonRows(kind) : contentType === 'text/csv' ? csvRows() : plainRow
  }

  *rows(lines: Iterable<string>): Generator<ParsedRow> {
    for (const text of lines) {
      this.#lines += 1
      const row = this.#read(text, this.#lines)
      if (row === undefined) continue
      const entry = 'why' in row ? row : parseEntry(row.fields, this.#kind)
      yield 'why' in entry ? { line: row.line, why: entry.why } : { line: row.line, entry }
    }
  }
}

interface Row {
  readonly line: number
  readonly fields: Readonly<Record<string, string>>
}
interface BadRow {
  readonly line: number
  readonly why: string
}

function plainRow(text: string, line: number): Row | undefined {
  const value = text.trim()
  return value === '' || value.startsWith('#') ? undefined : { line, fields: { value } }
}

function jsonRows(kind: ListKind): (text: string, line: number) => Row | BadRow | undefined {
  return (text, line) => {
    if (text.trim() === '') return undefined
    const parsed = jsonObject(text)
    if (parsed === undefined) return { line, why: 'expected one JSON object with "value"' }
    if (!isHmaContent(parsed)) return { line, fields: fieldsOf(parsed, kind) }
    const read = hmaFields(parsed, kind)
    return 'why' in read ? { line, why: read.why } : { line, fields: read }
  }
}

function jsonObject(line: string): object | undefined {
  try {
    const parsed: unknown = JSON.parse(line)
    return typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed) ? parsed : undefined
  } catch {
    return undefined
  }
}

function fieldsOf(parsed: object, kind: ListKind): Record<string, string> {
  return Object.fromEntries(
    Object.entries(parsed).map(([name, value]) => [
      name,
      typeof value === 'string'
        ? value
        : kind === 'vpdq' && name === 'value' && Array.isArray(value)
          ? writtenFrames(value)
          : wordsOf(value),
    ]),
  )
}

const wordsOf = (value: unknown): string =>
  Array.isArray(value) ? value.join(TAGS_APART) : value === null ? '' : String(value)

/** The first line names the fields of the others; without it none of them can be read. */
function csvRows(): (text: string, line: number) => Row | BadRow | undefined {
  let header: readonly string[] | undefined
  return (text, line) => {
    if (line === 1) {
      const fields = csvFields(text)
      if (fields?.includes('value') !== true) return { line, why: 'expected a header row that names "value"' }
      const unknown = fields.find((name) => !COLUMNS.includes(name))
      if (unknown !== undefined)
        return { line, why: `"${unknown.slice(0, 40)}" is no column; there are ${COLUMNS.join(', ')}` }
      if (new Set(fields).size < fields.length) return { line, why: 'a column is named twice' }
      header = fields
      return undefined
    }
    if (header === undefined || text.trim() === '') return undefined
    const names = header
    const fields = csvFields(text)
    if (fields === undefined) return { line, why: 'a quotation mark is not closed' }
    if (fields.length !== names.length) return { line, why: `expected ${names.length} fields, found ${fields.length}` }
    return { line, fields: Object.fromEntries(names.map((name, place) => [name, fields[place] ?? ''])) }
  }
}

/** Fields of one CSV line (RFC 4180, without line ends inside quotes), or undefined when a quotation mark is left open. */
function csvFields(line: string): string[] | undefined {
  const fields: string[] = []
  let field = ''
  let quoted = false
  for (let place = 0; place < line.length; place += 1) {
    const char = line[place]
    if (quoted && char === '"' && line[place + 1] === '"') {
      field += '"'
      place += 1
    } else if (char === '"') quoted = !quoted
    else if (char === ',' && !quoted) {
      fields.push(field)
      field = ''
    } else field += char
  }
  fields.push(field)
  return quoted ? undefined : fields
}

/** One row by the names of its columns, checked and normalised. */
export function parseEntry(fields: Row['fields'], kind: ListKind): ParsedEntry | { why: string } {
  const raw = (fields.value ?? '').trim()
  const value = normalised(raw, kind)
  if (typeof value !== 'string') return value
  const quality = fields.quality
  const measured = quality === undefined || quality === '' ? undefined : Number(quality)
  if (measured !== undefined && !(Number.isInteger(measured) && measured >= 0 && measured <= 100)) {
    return { why: 'expected a quality from 0 to 100' }
  }
  if (kind === 'pdq' && measured !== undefined && measured < MIN_QUALITY) {
    return { why: `low_quality: ${measured} is under ${MIN_QUALITY}, so the hash would match by chance` }
  }
  if (kind === 'vpdq' && measured !== undefined) {
    return { why: 'a video has a quality for each frame; write it behind the frame, as HASH:87' }
  }
  const about = aboutOf(fields)
  if ('why' in about) return about
  return { value, ...(measured !== undefined && { quality: measured }), ...about }
}

/** What a source says of an entry beside its value (matching.md §9.1). */
function aboutOf(fields: Row['fields']): Omit<ParsedEntry, 'value' | 'quality'> | { why: string } {
  const { source_id: sourceId = '', class: word = '', note = '' } = fields
  const long = Object.entries({ source_id: sourceId, class: word, note }).find(([, text]) => text.length > MOST_CHARS)
  if (long !== undefined) return { why: `expected at most ${MOST_CHARS} characters of ${long[0]}` }
  const added = instantIn(fields.added)
  const expires = instantIn(fields.expires)
  for (const [name, instant] of Object.entries({ added, expires })) {
    if (instant === undefined) {
      return { why: `expected "${name}" as 2027-01-31, or as 2027-01-31T12:00:00Z; without a time it is 00:00 UTC` }
    }
  }
  const tags = (fields.tags ?? '')
    .split(TAGS_APART)
    .map((tag) => tag.trim())
    .filter((tag) => tag !== '')
  if (tags.length > MOST_TAGS || tags.some((tag) => tag.length > MOST_TAG_CHARS)) {
    return {
      why: `expected at most ${MOST_TAGS} tags of ${MOST_TAG_CHARS} characters, with "${TAGS_APART}" between them`,
    }
  }
  return {
    ...(sourceId && { sourceId }),
    ...(word && { class: word }),
    ...(added && { added }),
    ...(expires && { expires }),
    ...(tags.length > 0 && { tags: [...new Set(tags)] }),
    ...(note && { note }),
  }
}

/** A date or an instant with its zone, as an instant in UTC; empty where nothing stands there, undefined where it cannot be read. */
function instantIn(text = ''): string | undefined {
  if (text === '') return ''
  const day = text.slice(0, 10)
  const midnight = Date.parse(day)
  const isDay = INSTANT.test(text) && !Number.isNaN(midnight) && new Date(midnight).toISOString().startsWith(day)
  const ms = isDay ? Date.parse(text) : Number.NaN
  return Number.isNaN(ms) ? undefined : new Date(ms).toISOString()
}

function normalised(raw: string, kind: ListKind): string | { why: string } {
  switch (kind) {
    case 'pdq':
      // `parsePdq` also refuses hashes with so few or so many bits set that they match by chance (matching.md §6.3).
      return parsePdq(raw.toLowerCase()) ?? { why: 'expected a PDQ of 64 hex digits, 16 to 240 of whose bits are set' }
    case 'vpdq':
      return parseVideo(raw)
    case 'digest':
      return digestOr(raw)
    case 'domain':
      return domainOr(raw)
    case 'text':
      return termOr(raw)
  }
}

/** Why the digest of the empty file is no entry. */
export const OF_NOTHING = 'is the digest of an empty file: it would hit every upload without bytes; leave it out'

function digestOr(raw: string): string | { why: string } {
  const digest = parseDigest(raw)
  if (digest === undefined) return { why: 'expected an MD5, SHA-1 or SHA-256 in hex' }
  return isOfNothing(digest) ? { why: OF_NOTHING } : digest
}

/** At least two labels of a host name, in ASCII. */
const DOMAIN = /^(?=.{1,253}$)(?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?\.)+[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/

/** An entry covers all that lies under it: a star would cover nothing, and a top level half of the web. */
function domainOr(raw: string): string | { why: string } {
  if (raw.startsWith('*.')) return { why: 'a domain covers all that lies under it; leave "*." out' }
  const domain = asciiDomain(raw)
  if (domain !== undefined && DOMAIN.test(domain)) return domain
  const isTop = domain !== undefined && !domain.includes('.')
  return {
    why: `expected a domain such as bad.example${isTop ? '; a name without a dot would cover all under it' : ''}`,
  }
}

/** A term that would never be looked for is named, not taken in silence. */
function termOr(raw: string): string | { why: string } {
  if (/\p{Cc}/u.test(raw))
    return { why: 'holds a control character; a file has one term a line, and lines end with LF or CRLF' }
  if (raw.includes('\ufffd'))
    return { why: 'holds the sign for a letter that could not be read; save the file in UTF-8' }
  const problem = checkTerm({ text: raw })
  return problem === undefined ? raw : { why: problem.message }
}

/** A host name in lower-case ASCII, without a trailing dot, or undefined when it is none. */
export function asciiDomain(raw: string): string | undefined {
  if (raw === '' || /[\s/@:?#]/.test(raw)) return undefined
  const url = URL.parse(`http://${raw.replace(/\.$/, '')}/`)
  return url === null || url.hostname === '' ? undefined : url.hostname
}
