import { type Bytes, textOf, wholeNumber } from './bytes.ts'
import { LedgerError } from './errors.ts'
import { type KeyType, parseVerifierKey, sameKey, type VerifierKey } from './keys.ts'

/** Whom one trusts, and how many witnesses one asks for (C2SP tlog-policy). */
export interface Policy {
  readonly logs: readonly { readonly key: VerifierKey; readonly url?: string }[]
  readonly witnesses: readonly Witness[]
  readonly groups: readonly Group[]
  /** The name of a witness or group, or `none`. */
  readonly quorum: string
}

/** A witness under the name that it has in this file alone. */
export interface Witness {
  readonly name: string
  readonly key: VerifierKey
  readonly url?: string
}

/** A group counts as a witness once `threshold` of its members do. */
export interface Group {
  readonly name: string
  readonly threshold: number
  readonly members: readonly string[]
}

const POLICY_BYTES = 256 * 1024
const MOST = 32
const LOG_TYPES: readonly KeyType[] = [1, 6]
const WITNESS_TYPES: readonly KeyType[] = [4, 6]

/**
 * Reads a policy file (C2SP tlog-policy). Names are octets: each stands as the character of its number.
 *
 * @throws LedgerError `bad_policy` · `too_large`
 */
export function parsePolicy(bytes: Bytes): Policy {
  if (bytes.length > POLICY_BYTES) throw new LedgerError('too_large', 'a policy file has at most 256 KiB')
  const lines = octetText(bytes).split('\n')
  // A file cut short could end in the middle of a name, and mean something else.
  if (lines.pop() !== '') throw badPolicy('the file does not end with a newline')
  const draft = new Draft()
  for (const line of lines) {
    const [word, ...items] = line.split(/[ \t]+/).filter((item) => item !== '')
    if (word === undefined || word.startsWith('#')) continue
    draft.add(word, items)
  }
  return draft.done()
}

function octetText(bytes: Bytes): string {
  const characters: string[] = []
  for (const octet of bytes) {
    if (octet === 0x7f || (octet < 0x20 && octet !== 0x09 && octet !== 0x0a)) throw badPolicy('a control character')
    characters.push(String.fromCharCode(octet))
  }
  return characters.join('')
}

class Draft {
  readonly #logs: { key: VerifierKey; url?: string }[] = []
  readonly #witnesses: Witness[] = []
  readonly #groups: Group[] = []
  readonly #grouped = new Set<string>()
  #quorum: string | undefined

  add(word: string, items: readonly string[]): void {
    if (word === 'log') this.#addLog(items)
    else if (word === 'witness') this.#addWitness(items)
    else if (word === 'group') this.#addGroup(items)
    else if (word === 'quorum') this.#setQuorum(items)
    else throw badPolicy('a line begins with log, witness, group, quorum or #')
    if (this.#logs.length > MOST || this.#witnesses.length > MOST || this.#groups.length > MOST) {
      throw badPolicy(`more than ${MOST} logs, witnesses or groups`)
    }
  }

  done(): Policy {
    if (this.#quorum === undefined) throw badPolicy('there is no quorum line')
    return { logs: this.#logs, witnesses: this.#witnesses, groups: this.#groups, quorum: this.#quorum }
  }

  #addLog([vkey, url, ...rest]: readonly string[]): void {
    if (vkey === undefined || rest.length > 0) throw badPolicy('expected: log <key> [<address>]')
    this.#logs.push({ key: this.#newKey(vkey, LOG_TYPES), ...(url !== undefined && { url }) })
  }

  #addWitness([name, vkey, url, ...rest]: readonly string[]): void {
    if (name === undefined || vkey === undefined || rest.length > 0)
      throw badPolicy('expected: witness <name> <key> [<address>]')
    this.#assertNewName(name)
    this.#witnesses.push({ name, key: this.#newKey(vkey, WITNESS_TYPES), ...(url !== undefined && { url }) })
  }

  #addGroup([name, count, ...members]: readonly string[]): void {
    if (name === undefined || count === undefined || members.length === 0) {
      throw badPolicy('expected: group <name> all|any|<number> <name>…')
    }
    this.#assertNewName(name)
    for (const member of members) {
      this.#assertKnownName(member)
      // Each witness may count in one way only.
      if (this.#grouped.has(member)) throw badPolicy('a name is in two groups, or twice in one')
      this.#grouped.add(member)
    }
    const threshold = count === 'all' ? members.length : count === 'any' ? 1 : wholeNumber(count)
    if (threshold === null || threshold < 1 || threshold > members.length) {
      throw badPolicy('a group needs between 1 and all of its members')
    }
    this.#groups.push({ name, threshold, members })
  }

  #setQuorum([name, ...rest]: readonly string[]): void {
    if (name === undefined || rest.length > 0) throw badPolicy('expected: quorum <name>')
    if (this.#quorum !== undefined) throw badPolicy('there are two quorum lines')
    if (name !== 'none') this.#assertKnownName(name)
    this.#quorum = name
  }

  #newKey(vkey: string, types: readonly KeyType[]): VerifierKey {
    const text = textOf(Uint8Array.from(vkey, (character) => character.charCodeAt(0)))
    const key = text === null ? null : keyOrNull(text)
    if (key === null || !types.includes(key.type))
      throw badPolicy('a key is not one, or not of a type that fits its line')
    const known = [...this.#logs, ...this.#witnesses]
    if (known.some((other) => sameKey(other.key, key))) throw badPolicy('a key occurs twice')
    return key
  }

  #isKnown(name: string): boolean {
    return [...this.#witnesses, ...this.#groups].some((other) => other.name === name)
  }

  #assertNewName(name: string): void {
    if (name === 'none' || this.#isKnown(name)) throw badPolicy('a name is taken')
  }

  #assertKnownName(name: string): void {
    if (!this.#isKnown(name)) throw badPolicy('a name is used before its line')
  }
}

function keyOrNull(text: string): VerifierKey | null {
  try {
    return parseVerifierKey(text)
  } catch (error) {
    if (error instanceof LedgerError) return null
    throw error
  }
}

function badPolicy(message: string): LedgerError {
  return new LedgerError('bad_policy', message)
}

/** Whether the quorum is met by the witnesses of these names (names of the policy file). `none` is always met. */
export function isQuorumMet(policy: Policy, cosigned: ReadonlySet<string>): boolean {
  if (policy.quorum === 'none') return true
  const met = new Set(policy.witnesses.filter(({ name }) => cosigned.has(name)).map(({ name }) => name))
  // Groups stand in the order of the file, and name only what stands before them.
  for (const group of policy.groups) {
    if (group.members.filter((member) => met.has(member)).length >= group.threshold) met.add(group.name)
  }
  return met.has(policy.quorum)
}
