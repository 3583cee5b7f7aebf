import { isAscii } from 'node:buffer'
import { AppError, type Fault } from './errors.ts'

const MAX_DEPTH = 32
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: false })

/** Strict UTF-8; a byte-order mark at the start is dropped (decisions.md 32). */
export function textOf(bytes: Uint8Array): string {
  if (isAscii(bytes)) return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1')
  try {
    return utf8.decode(bytes)
  } catch {
    throw new AppError('malformed', 'The body is not UTF-8. Send it again in UTF-8.')
  }
}

/**
 * Parses JSON as others will read it, too: no doubled keys, no number beyond a double, no more than 32 levels (platform.md §10).
 * `__proto__` is a plain key and is dropped. Linear in the length of the text.
 *
 * @throws AppError `malformed`
 */
export function parseJson(text: string): unknown {
  const members = scan(text)
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    throw new AppError('malformed', 'The body is not JSON.')
  }
  // JSON.parse keeps the last of two equal keys without a word; then it holds fewer members than were written.
  if (settle(value) !== members)
    throw new AppError('malformed', 'A key is written twice in one object. Send each once.')
  return value
}

/**
 * JSON from its bytes, and whether they may be kept in its place: they then hold nothing that the value does not.
 *
 * @param text of the bytes, for who has it already
 * @throws AppError `malformed`
 */
export function readJson(
  bytes: Uint8Array,
  text = textOf(bytes),
): { readonly value: unknown; readonly plain: boolean } {
  const plain = plainValue(text, bytes)
  return plain === undefined ? { value: parseJson(text), plain: false } : { value: plain, plain: true }
}

/** Beyond this, depth is refused before anything is built. */
const PLAIN_MOST = 256 * 1024

// Without a backslash each text and key stands between two quotes of its own. So when the value has half as many of them as there are quotes,
// no key was written twice, and nothing need be read a second time.
function plainValue(text: string, bytes: Uint8Array): unknown {
  const quotes = bytes.length > PLAIN_MOST || text.includes(PROTO) ? undefined : quotesIn(bytes)
  if (quotes === undefined) return undefined
  try {
    const value: unknown = JSON.parse(text)
    return 2 * stringsIn(value, MAX_DEPTH) === quotes ? value : undefined
  } catch {
    return undefined
  }
}

const PROTO = '__proto__'
const QUOTE = 0x22
const BACKSLASH = 0x5c

/** Undefined when a backslash is among them. */
function quotesIn(bytes: Uint8Array): number | undefined {
  let quotes = 0
  for (let at = 0; at < bytes.length; at += 1) {
    if (bytes[at] === QUOTE) quotes += 1
    else if (bytes[at] === BACKSLASH) return undefined
  }
  return quotes
}

/** How many texts and keys a value has; not a number when it is too deep, or holds a number that is none. */
function stringsIn(value: unknown, levels: number): number {
  if (typeof value === 'string') return 1
  if (typeof value === 'number') return Number.isFinite(value) ? 0 : Number.NaN
  if (!isComposite(value)) return 0
  if (levels === 0) return Number.NaN
  let strings = 0
  if (Array.isArray(value)) for (const one of value) strings += stringsIn(one, levels - 1)
  else for (const key in value) strings += 1 + stringsIn(value[key], levels - 1)
  return strings
}

const isComposite = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null

/** Counts the members of all objects and refuses depth, before anything is built. */
function scan(text: string): number {
  let depth = 0
  let members = 0
  for (let at = 0; at < text.length; at++) {
    switch (text.charCodeAt(at)) {
      case 0x22:
        at = endOfString(text, at)
        break
      case 0x3a:
        members++
        break
      case 0x5b:
      case 0x7b:
        if (++depth > MAX_DEPTH) throw new AppError('malformed', `The body is nested deeper than ${MAX_DEPTH} levels.`)
        break
      case 0x5d:
      case 0x7d:
        depth--
    }
  }
  return members
}

function endOfString(text: string, from: number): number {
  let at = from + 1
  while (at < text.length) {
    const code = text.charCodeAt(at)
    if (code === 0x22) break
    at += code === 0x5c ? 2 : 1
  }
  return at
}

/** Counts members, drops `__proto__`, refuses numbers that a double cannot hold. */
function settle(value: unknown): number {
  if (typeof value === 'number' && !Number.isFinite(value)) {
    throw new AppError('malformed', 'A number is too large to be kept exactly. Send it as text.')
  }
  if (typeof value !== 'object' || value === null) return 0
  if (Array.isArray(value)) {
    let inside = 0
    for (const one of value) inside += settle(one)
    return inside
  }
  let members = 0
  for (const [key, one] of Object.entries(value)) {
    members += 1 + settle(one)
    if (key === PROTO) Reflect.deleteProperty(value, key)
  }
  return members
}

const MOST_BROKEN = 20
const ESCAPED_HALF = /\\u[dD][89a-fA-F]/

/** Whether a JSON text may hold half of a character. Most hold none, and need no second look. */
export const mayBreak = (text: string): boolean => ESCAPED_HALF.test(text)

/** The texts of a value that hold half of a character: JSON can write one (`"\ud83d"`), UTF-8 and the log cannot, so none is taken. */
export function brokenTexts(value: unknown): Fault[] {
  const found: Fault[] = []
  findBroken(value, '', found)
  return found
}

function findBroken(value: unknown, pointer: string, found: Fault[]): void {
  if (typeof value === 'string' && !value.isWellFormed()) found.push(halfAt(pointer, 'half of a character'))
  if (typeof value !== 'object' || value === null) return
  for (const [key, one] of Object.entries(value)) {
    if (found.length >= MOST_BROKEN) return
    if (!key.isWellFormed()) found.push(halfAt(pointer, 'half of a character in the name of a member'))
    else findBroken(one, `${pointer}/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`, found)
  }
}

const halfAt = (pointer: string, what: string): Fault => ({
  code: 'invalid',
  pointer,
  detail: `found ${what} (a lone surrogate); send the text in UTF-8, or both halves of the pair`,
})
