import { createCipheriv, createHmac, type KeyObject } from 'node:crypto'

/** What stands in the log for an id of the platform: equal for equal ones of one segment. */
export type SealedId = (thing: string, id: string) => string

const IV_BYTES = 16
const NAMES = 32_768

/**
 * Ids under a segment's keys, with a synthetic IV (rules.md §8.4): the first 16 bytes of HMAC-SHA-256 over what the id names and the id,
 * then AES-256-CTR with that IV. Equal ids look equal; an account and a message of one name do not. The latest are remembered, twice
 * `NAMES` at most, as the same ones act again and again.
 */
export function sealedIds({ mac, cipher }: { readonly mac: KeyObject; readonly cipher: KeyObject }): SealedId {
  let young = new Map<string, string>()
  let old = young
  return (thing, id) => {
    const named = `${thing.length}:${thing}${id}`
    const known = young.get(named) ?? old.get(named)
    const sealed = known ?? sealOne(named, id)
    if (young.size >= NAMES) {
      old = young
      young = new Map()
    }
    young.set(named, sealed)
    return sealed
  }

  function sealOne(named: string, id: string): string {
    const iv = createHmac('sha256', mac).update(named).digest().subarray(0, IV_BYTES)
    return Buffer.concat([iv, createCipheriv('aes-256-ctr', cipher, iv).update(id, 'utf8')]).toString('base64url')
  }
}
