import { randomBytes } from 'node:crypto'
import { hmacSha256, sameBytes, sha256 } from '../http/crypto.ts'

/** A form may be sent within a day of being opened. */
const goodForMs = 86_400_000

/**
 * A one-time number for a form: random, an end, and a MAC that binds both to one matter. Opening a form writes nothing; sending it uses
 * the number up in the transaction of the effect.
 */
export function formNumber(key: Uint8Array, matter: string, now: number): string {
  const open = `${randomBytes(12).toString('base64url')}.${(now + goodForMs).toString(36)}`
  return `${open}.${macOf(key, matter, open)}`
}

/** What is stored of a number once it is used; undefined for one that was altered, ended, or made for another matter. */
export function formNumberHash(key: Uint8Array, matter: string, number: string, now: number): Uint8Array | undefined {
  const parts = /^([\w-]{16}\.([0-9a-z]{1,11}))\.([\w-]{43})$/.exec(number)
  if (parts === null) return undefined
  const [, open = '', end = '', mac = ''] = parts
  const isOurs = sameBytes(Buffer.from(mac), Buffer.from(macOf(key, matter, open)))
  return isOurs && Number.parseInt(end, 36) > now ? sha256(open) : undefined
}

function macOf(key: Uint8Array, matter: string, open: string): string {
  return Buffer.from(hmacSha256(key, `lamplighter form\n${matter}\n${open}`)).toString('base64url')
}
