import { createCipheriv, createDecipheriv, createHmac, type KeyObject } from 'node:crypto'

/** What stands in the log for an id of the platform: equal for equal ones of one segment. */
export type SealedId = (thing: string, id: string) => string

/** Gives the id back that `SealedId` made of it. @throws TypeError for what it did not make */
export type OpenedId = SealedId

/** What the item of a case is called in a schema of facts: an account and a file have ids of their own kind. */
export const thingOf = (type: string): string => (type === 'account' || type === 'media' ? type : 'item')

export interface IdKeys {
  readonly mac: KeyObject
  readonly cipher: KeyObject
}

const IV_BYTES = 16
const NAMES = 32_768

/**
 * Ids under a segment's keys, with a synthetic IV (rules.md §8.4): the first 16 bytes of HMAC-SHA-256 over what the id names and the id,
 * then AES-256-CTR with that IV. Equal ids look equal; an account and a message of one name do not. The latest are remembered, twice
 * `NAMES` at most, as the same ones act again and again.
 */
export function sealedIds({ mac, cipher }: IdKeys): SealedId {
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

/** While the keys of a segment are there, its lines can be told apart from each other and led back to what they name. */
export function openedIds(keys: IdKeys): OpenedId {
  const sealedId = sealedIds(keys)
  return (thing, sealed) => {
    const bytes = Buffer.from(sealed, 'base64url')
    const decipher = createDecipheriv('aes-256-ctr', keys.cipher, bytes.subarray(0, IV_BYTES))
    const id = decipher.update(bytes.subarray(IV_BYTES)).toString('utf8')
    // The IV says what was sealed: bytes that somebody changed make another one.
    if (sealedId(thing, id) !== sealed) throw new TypeError('this is no id of this segment')
    return id
  }
}
