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
  return readJson(text).value
}

/** The same, and whether the text is letter by letter what `JSON.stringify` writes of the value. @throws AppError `malformed` */
export function readJson(text: string): { readonly value: unknown; readonly plain: boolean } {
  const plain = text.length <= PLAIN_MOST ? plainValue(text) : undefined
  if (plain !== undefined) return { value: plain, plain: true }
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
  return { value, plain: false }
}

/** Beyond this, depth is refused before anything is built. */
const PLAIN_MOST = 256 * 1024

// Most senders write what JSON.stringify writes. Then no key was doubled and no number lost, and the text need not be read a second time.
function plainValue(text: string): unknown {
  if (text.includes(PROTO)) return undefined
  try {
    const value: unknown = JSON.parse(text)
    return isShallow(value, MAX_DEPTH) && JSON.stringify(value) === text ? value : undefined
  } catch {
    return undefined
  }
}

const PROTO = '__proto__'

function isShallow(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return true
  if (levels === 0) return false
  if (Array.isArray(value)) return value.every((one) => isShallow(one, levels - 1))
  for (const key in value) if (!isShallow(Reflect.get(value, key), levels - 1)) return false
  return true
}

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
