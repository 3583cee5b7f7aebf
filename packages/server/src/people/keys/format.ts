import { randomBytes } from 'node:crypto'
import { sha256 } from '../../http/crypto.ts'

const ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz'

function base32(bytes: Uint8Array, length: number): string {
  let letters = ''
  for (let at = 0; at < length; at += 1) letters += ALPHABET[(bytes[at] ?? 0) & 31]
  return letters
}

/** Letters by which a scanner of public code tells a leaked key from a string that looks like one. */
const checkOf = (id: string, secret: string): string => base32(sha256(`llk_${id}_${secret}`), 6)

export interface KeyText {
  readonly id: string
  readonly secret: string
  /** `llk_<10>_<43>_<6>`: id, 256 random bits, check letters (security.md §4). */
  readonly text: string
}

export function newKeyText(): KeyText {
  const id = base32(randomBytes(10), 10)
  const secret = randomBytes(32).toString('base64url')
  return { id, secret, text: `llk_${id}_${secret}_${checkOf(id, secret)}` }
}

/** Id and secret of a key as it was sent, or undefined when it cannot be one. The sender controls every letter. */
export function parseKey(text: string): { id: string; secret: string } | undefined {
  const parts = /^llk_([0-9a-z]{10})_([A-Za-z0-9_-]{43})_([0-9a-z]{6})$/.exec(text)
  const [, id, secret, check] = parts ?? []
  if (id === undefined || secret === undefined || checkOf(id, secret) !== check) return undefined
  return { id, secret }
}
