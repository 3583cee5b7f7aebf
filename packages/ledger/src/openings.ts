import { type Bytes, base64, bigEndian, concat, fromBase64, sameBytes, utf8 } from './bytes.ts'
import { LedgerError } from './errors.ts'
import { type Kinds, SLOTS } from './kinds.ts'
import { type Leaf, label, parseLeaf } from './leaf.ts'
import { HASH_BYTES, type Hash, hmac, sha256 } from './sha256.ts'
import { rootOver } from './tree.ts'
import { parseValue, type Value, valueText } from './values.ts'

const NONE = label('none')
const SALT = label('salt')

/** One field of a record, with its value as text (`valueText`). */
export interface Field {
  readonly name: string
  readonly value: string
}

/** What must be kept, encrypted, to open a record later. */
export interface OpenRecord {
  /** The 38 octets in the log. */
  readonly leaf: Bytes
  readonly kind: number
  /** By slot, 0 to 15. */
  readonly fields: ReadonlyMap<number, Field>
  /** 32 random octets, new for each record. */
  readonly seed: Bytes
}

/** What shows that a leaf speaks of certain fields. A hidden slot and an unused one look alike. */
export interface Opening {
  readonly v: 1
  readonly leaf: string
  readonly kind: number
  readonly slots: readonly (string | { readonly n: string; readonly v: string; readonly s: string })[]
}

/** An opening that fits its leaf. */
export interface CheckedOpening {
  readonly leaf: Leaf
  /** The 38 octets of the leaf. */
  readonly entry: Bytes
  readonly kind: number
  readonly shown: ReadonlyMap<string, Value>
  /** Hours between the act and its batch, where they are more than 24. */
  readonly late?: number
}

/**
 * The fields of a record in the slots of their kind. A field that is not given leaves its slot unused.
 *
 * @throws LedgerError `bad_opening` for a kind or field that the table does not have
 */
export function fieldsOf(kinds: Kinds, kind: number, values: Readonly<Record<string, Value>>): Map<number, Field> {
  const row = kinds.get(kind)
  if (row === undefined) throw new LedgerError('bad_opening', `there is no kind ${kind}`)
  const fields = new Map<number, Field>()
  for (const [name, value] of Object.entries(values)) {
    const slot = row.fields.findIndex((field) => field.name === name)
    if (slot < 0) throw new LedgerError('bad_opening', `the kind ${row.name} has no field ${name}`)
    fields.set(slot, { name, value: valueText(value) })
  }
  return fields
}

/** The commitment of a record: 32 octets that give away nothing. */
export function commit(kind: number, fields: ReadonlyMap<number, Field>, seed: Bytes, hash: Hash = sha256): Bytes {
  return commitmentOf(kind, slotHashes(fields, seed, hash), hash)
}

/**
 * The hash of each of the 16 slots. An unused one is a value that only the seed's owner can tell from a used one.
 *
 * @param seed 32 octets
 */
export function slotHashes(fields: ReadonlyMap<number, Field>, seed: Bytes, hash: Hash = sha256): Bytes[] {
  if (seed.length !== HASH_BYTES) throw new RangeError(`a seed has 32 octets, not ${seed.length}`)
  return Array.from({ length: SLOTS }, (_, slot) => {
    const field = fields.get(slot)
    if (field === undefined) return hmac(seed, concat(NONE, Uint8Array.of(slot)), hash)
    return slotHash(field, saltOf(seed, slot, hash), hash)
  })
}

function saltOf(seed: Bytes, slot: number, hash: Hash): Bytes {
  return hmac(seed, concat(SALT, Uint8Array.of(slot)), hash)
}

function slotHash(field: Field, salt: Bytes, hash: Hash): Bytes {
  const name = utf8(field.name)
  const value = utf8(field.value)
  const parts = [Uint8Array.of(0), salt, Uint8Array.of(name.length), name, bigEndian(value.length, 4), value]
  return hash(concat(...parts))
}

function commitmentOf(kind: number, slots: readonly Bytes[], hash: Hash): Bytes {
  return hash(concat(label('leaf'), Uint8Array.of(kind), rootOver(slots, hash)))
}

/** Opens a record. @param show the slots to show; every other one stays a hash */
export function open(record: OpenRecord, show: ReadonlySet<number>, hash: Hash = sha256): Opening {
  const slots = slotHashes(record.fields, record.seed, hash).map((value, slot) => {
    const field = show.has(slot) ? record.fields.get(slot) : undefined
    if (field === undefined) return base64(value)
    return { n: field.name, v: field.value, s: base64(saltOf(record.seed, slot, hash)) }
  })
  return { v: 1, leaf: base64(record.leaf), kind: record.kind, slots }
}

/**
 * Checks that an opening fits the leaf it carries; whether that leaf is in a log is for a receipt to show.
 *
 * @param json as parsed, from anyone
 * @throws LedgerError `bad_opening` the form, a value, or a name that is not in its slot · `bad_leaf` ·
 *   `opening_mismatch` the slots do not lead to the commitment
 */
export function checkOpening(json: unknown, kinds: Kinds, hash: Hash = sha256): CheckedOpening {
  const opening = membersOf(json, ['v', 'leaf', 'kind', 'slots'])
  if (opening.v !== 1) throw badOpening('expected version 1')
  const octets = octetsOf(opening.leaf)
  const leaf = parseLeaf(octets)
  if (leaf.class === 2) throw badOpening('an anchor has no opening')
  const { kind, slots } = opening
  if (typeof kind !== 'number' || !Number.isInteger(kind) || kind < 1 || kind > 255)
    throw badOpening('a kind is 1 to 255')
  if (!Array.isArray(slots) || slots.length !== SLOTS) throw badOpening('expected 16 slots')
  const shown = new Map<string, Value>()
  const hashes = slots.map((slot: unknown, i) => readSlot(slot, i, kinds.get(kind)?.fields, shown, hash))
  if (!sameBytes(commitmentOf(kind, hashes, hash), leaf.commitment)) {
    throw new LedgerError('opening_mismatch', 'the fields shown are not those that the leaf commits to')
  }
  const late = hoursLate(shown.get('at'), leaf.period)
  return { leaf, entry: octets, kind, shown, ...(late !== undefined && { late }) }
}

function readSlot(
  slot: unknown,
  i: number,
  known: readonly { readonly name: string }[] | undefined,
  shown: Map<string, Value>,
  hash: Hash,
): Bytes {
  if (typeof slot === 'string') return hashOf(slot)
  const { n, v, s } = membersOf(slot, ['n', 'v', 's'])
  if (typeof n !== 'string' || n === '' || !n.isWellFormed() || utf8(n).length > 255)
    throw badOpening('a name has 1 to 255 octets')
  if (typeof v !== 'string') throw badOpening('a value is carried as text')
  if (known !== undefined && known[i]?.name !== n) throw badOpening(`slot ${i} of this kind is not called so`)
  if (shown.has(n)) throw badOpening('a name occurs twice')
  shown.set(n, parseValue(v))
  return slotHash({ name: n, value: v }, hashOf(s), hash)
}

/** A value with exactly these members. @throws LedgerError `bad_opening` */
export function membersOf<Name extends string>(json: unknown, names: readonly Name[]): Record<Name, unknown> {
  if (typeof json !== 'object' || json === null || Array.isArray(json)) throw badOpening('expected an object')
  const found = Object.keys(json)
  if (found.length !== names.length || !names.every((name) => Object.hasOwn(json, name))) {
    throw badOpening(`expected the members ${names.join(', ')}`)
  }
  return json as Record<Name, unknown>
}

/** The octets of base64. @throws LedgerError `bad_opening` */
export function octetsOf(text: unknown): Bytes {
  const octets = typeof text === 'string' ? fromBase64(text) : null
  if (octets === null) throw badOpening('expected base64')
  return octets
}

/** The 32 octets of base64. @throws LedgerError `bad_opening` */
export function hashOf(text: unknown): Bytes {
  const octets = octetsOf(text)
  if (octets.length !== HASH_BYTES) throw badOpening('a hash or salt has 32 octets')
  return octets
}

const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/
const HOUR_MS = 3_600_000

function hoursLate(at: Value | undefined, period: number): number | undefined {
  if (typeof at !== 'string' || !INSTANT.test(at)) return undefined
  const hours = period - Math.floor(Date.parse(at) / HOUR_MS)
  return hours > 24 ? hours : undefined
}

function badOpening(message: string): LedgerError {
  return new LedgerError('bad_opening', message)
}
