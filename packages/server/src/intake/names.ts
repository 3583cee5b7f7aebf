import type { KeyObject } from 'node:crypto'
import { hmacHex } from '../http/crypto.ts'

/** What stands for an account, an item, a room, a link or a text: equal for equal ones, and telling nothing of which. */
export type KeyedName = (key: string) => string

const NAMES = 32_768
/** Longer ones, texts above all, are not worth their room. */
const REMEMBERED = 100

/**
 * Keyed names of accounts, items and rooms. The same ones act again and again, so the latest are remembered, twice `NAMES` at most.
 *
 * @param key HMAC-SHA-256
 */
export function keyedNames(key: KeyObject): KeyedName {
  let young = new Map<string, string>()
  let old = young
  return (plain) => {
    if (plain.length > REMEMBERED) return hmacHex(key, `stream ${plain}`)
    const known = young.get(plain)
    if (known !== undefined) return known
    const name = old.get(plain) ?? hmacHex(key, `stream ${plain}`)
    if (young.size >= NAMES) {
      old = young
      young = new Map()
    }
    young.set(plain, name)
    return name
  }
}
