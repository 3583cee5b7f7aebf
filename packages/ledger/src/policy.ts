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
  const draft: Draft = { logs: [], witnesses: [], groups: [], quorum: '' }
  for (const line of lines) {
    const [word, ...items] = line.split(/[ \t]+/).filter((item) => item !== '')
    if (word !== undefined && !word.startsWith('#')) addLine(draft, word, items)
  }
  if (draft.quorum === '') throw badPolicy('there is no quorum line')
  return draft
}

interface Draft {
  logs: { key: VerifierKey; url?: string }[]
  witnesses: Witness[]
  groups: Group[]
  quorum: string
}

function octetText(bytes: Bytes): string {
  const characters = Array.from(bytes, (octet) => String.fromCharCode(octet))
  if (characters.some((c) => (c < ' ' && c !== '\t' && c !== '\n') || c === '\x7f'))
    throw badPolicy('a control character')
  return characters.join('')
}

function addLine(draft: Draft, word: string, items: readonly string[]): void {
  const [first = '', second = '', third, ...rest] = items
  if (word === 'log' && items.length >= 1 && items.length <= 2) {
    draft.logs.push({ key: newKey(draft, first, LOG_TYPES), ...(second !== '' && { url: second }) })
  } else if (word === 'witness' && items.length >= 2 && items.length <= 3) {
    const name = newName(draft, first)
    draft.witnesses.push({
      name,
      key: newKey(draft, second, WITNESS_TYPES),
      ...(third !== undefined && { url: third }),
    })
  } else if (word === 'group' && third !== undefined) {
    draft.groups.push(newGroup(draft, first, second, [third, ...rest]))
  } else if (word === 'quorum' && items.length === 1 && draft.quorum === '') {
    draft.quorum = first === 'none' ? first : knownName(draft, first)
  } else {
    throw badPolicy('a line is not a well-formed log, witness, group or (once) quorum')
  }
  if (Math.max(draft.logs.length, draft.witnesses.length, draft.groups.length) > MOST) {
    throw badPolicy(`more than ${MOST} logs, witnesses or groups`)
  }
}

function newGroup(draft: Draft, name: string, count: string, members: readonly string[]): Group {
  newName(draft, name)
  const grouped = new Set(draft.groups.flatMap((group) => group.members))
  for (const member of members) {
    // Each witness may count in one way only.
    if (grouped.has(knownName(draft, member))) throw badPolicy('a name is in two groups, or twice in one')
    grouped.add(member)
  }
  const threshold = count === 'all' ? members.length : count === 'any' ? 1 : wholeNumber(count)
  if (threshold === null || threshold < 1 || threshold > members.length) {
    throw badPolicy('a group needs between 1 and all of its members')
  }
  return { name, threshold, members }
}

function newKey({ logs, witnesses }: Draft, vkey: string, types: readonly KeyType[]): VerifierKey {
  const key = keyOrNull(textOf(Uint8Array.from(vkey, (character) => character.charCodeAt(0))) ?? '')
  if (key === null || !types.includes(key.type))
    throw badPolicy('a key is not one, or not of a type that fits its line')
  if ([...logs, ...witnesses].some((other) => sameKey(other.key, key))) throw badPolicy('a key occurs twice')
  return key
}

function isKnown({ witnesses, groups }: Draft, name: string): boolean {
  return [...witnesses, ...groups].some((other) => other.name === name)
}

function newName(draft: Draft, name: string): string {
  if (name === 'none' || isKnown(draft, name)) throw badPolicy('a name is taken')
  return name
}

function knownName(draft: Draft, name: string): string {
  if (!isKnown(draft, name)) throw badPolicy('a name is used before its line')
  return name
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
