import { checkTerm, parsePdq } from '@lamplighter/matching'
import type { TermAbout } from './term-entry.ts'

export type ListKind = 'pdq' | 'digest' | 'text' | 'domain'

/** One row of a list file, checked. */
export interface ParsedEntry {
  readonly value: string
  /** PDQ quality 0 to 100; undefined where the source tells none. */
  readonly quality?: number
  readonly sourceId?: string
  readonly class?: string
  readonly expires?: string
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
const BAD_SHOWN = 100
/** A listed PDQ of lower quality would match by chance (matching.md §6.3). */
const MIN_QUALITY = 50

/**
 * Reads a list file (matching.md §9.8): CSV with a header that names `value`, JSON Lines of objects with `value`, or one value a line.
 * Values are normalised; a value listed twice counts once.
 *
 * @param contentType `text/csv`, `application/x-ndjson` or `text/plain`
 */
export function parseListFile(text: string, contentType: string, kind: ListKind): ParsedFile {
  const lines = text.split(/\r?\n/)
  const rows =
    contentType === 'application/x-ndjson'
      ? jsonRows(lines)
      : contentType === 'text/csv'
        ? csvRows(lines)
        : plainRows(lines)
  const entries = new Map<string, ParsedEntry>()
  const bad: { line: number; why: string }[] = []
  let badCount = 0
  let count = 0
  for (const row of rows) {
    count += 1
    const entry = 'why' in row ? row : checked(row, kind)
    if ('why' in entry) {
      badCount += 1
      if (bad.length < BAD_SHOWN) bad.push({ line: row.line, why: entry.why })
    } else if (!entries.has(entry.value)) entries.set(entry.value, entry)
  }
  return { entries: [...entries.values()], bad, badCount, rows: count }
}

interface Row {
  readonly line: number
  readonly fields: Readonly<Record<string, string>>
}
interface BadRow {
  readonly line: number
  readonly why: string
}

function* plainRows(lines: readonly string[]): Generator<Row | BadRow> {
  for (const [index, line] of lines.entries()) {
    const value = line.trim()
    if (value !== '' && !value.startsWith('#')) yield { line: index + 1, fields: { value } }
  }
}

function* jsonRows(lines: readonly string[]): Generator<Row | BadRow> {
  for (const [index, line] of lines.entries()) {
    if (line.trim() === '') continue
    const parsed = jsonObject(line)
    if (parsed === undefined) yield { line: index + 1, why: 'expected one JSON object with "value"' }
    else yield { line: index + 1, fields: parsed }
  }
}

function jsonObject(line: string): Record<string, string> | undefined {
  let parsed: unknown
  try {
    parsed = JSON.parse(line)
  } catch {
    return undefined
  }
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) return undefined
  return Object.fromEntries(
    Object.entries(parsed).map(([name, value]) => [name, typeof value === 'string' ? value : String(value)]),
  )
}

function* csvRows(lines: readonly string[]): Generator<Row | BadRow> {
  const header = csvFields(lines[0] ?? '')
  if (header === undefined || !header.includes('value')) {
    yield { line: 1, why: 'expected a header row that names "value"' }
    return
  }
  for (const [index, line] of lines.entries()) {
    if (index === 0 || line.trim() === '') continue
    const fields = csvFields(line)
    if (fields === undefined) yield { line: index + 1, why: 'a quotation mark is not closed' }
    else if (fields.length !== header.length) {
      yield { line: index + 1, why: `expected ${header.length} fields, found ${fields.length}` }
    } else {
      yield { line: index + 1, fields: Object.fromEntries(header.map((name, place) => [name, fields[place] ?? ''])) }
    }
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

function checked(row: Row, kind: ListKind): ParsedEntry | { why: string } {
  const raw = (row.fields.value ?? '').trim()
  const value = normalised(raw, kind)
  if (typeof value !== 'string') return value
  const quality = row.fields.quality
  const measured = quality === undefined || quality === '' ? undefined : Number(quality)
  if (measured !== undefined && !(Number.isInteger(measured) && measured >= 0 && measured <= 100)) {
    return { why: 'expected a quality from 0 to 100' }
  }
  if (kind === 'pdq' && measured !== undefined && measured < MIN_QUALITY) {
    return { why: `low_quality: ${measured} is under ${MIN_QUALITY}, so the hash would match by chance` }
  }
  return {
    value,
    ...(measured !== undefined && { quality: measured }),
    ...(row.fields.source_id && { sourceId: row.fields.source_id }),
    ...(row.fields.class && { class: row.fields.class }),
    ...(row.fields.note && { note: row.fields.note }),
  }
}

function normalised(raw: string, kind: ListKind): string | { why: string } {
  switch (kind) {
    case 'pdq':
      // `parsePdq` also refuses hashes with so few or so many bits set that they match by chance (matching.md §6.3).
      return parsePdq(raw.toLowerCase()) ?? { why: 'expected a PDQ of 64 hex digits, 16 to 240 of whose bits are set' }
    case 'digest': {
      const digest = raw.toLowerCase()
      const known = /^[0-9a-f]+$/.test(digest) && [32, 40, 64].includes(digest.length)
      return known ? digest : { why: 'expected an MD5, SHA-1 or SHA-256 in hex' }
    }
    case 'domain': {
      const domain = asciiDomain(raw)
      return domain ?? { why: 'expected a domain such as bad.example' }
    }
    case 'text':
      return termOr(raw)
  }
}

/** A term that would never be looked for is named, not taken in silence. */
function termOr(raw: string): string | { why: string } {
  const problem = checkTerm({ text: raw })
  return problem === undefined ? raw : { why: problem.message }
}

/** A host name in lower-case ASCII, without a trailing dot, or undefined when it is none. */
export function asciiDomain(raw: string): string | undefined {
  if (raw === '' || /[\s/@:?#]/.test(raw)) return undefined
  const url = URL.parse(`http://${raw.replace(/\.$/, '')}/`)
  return url === null || url.hostname === '' ? undefined : url.hostname
}
