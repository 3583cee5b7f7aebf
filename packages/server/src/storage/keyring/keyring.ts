import { createSecretKey, type KeyObject } from 'node:crypto'
import { existsSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { AES_256_GCM_OF_COLUMN, derive, mac, newKey, SealBroken, seal, unseal } from '../crypto.ts'
import { newId } from '../ids.ts'
import { KeyringError } from './errors.ts'
import { HeldKeys } from './held-keys.ts'
import { KeyringFile, type Tombstone } from './keyring-file.ts'
import { fileMasterKey, type MasterKey } from './master-key.ts'
import { type StreamKey, StreamKeys } from './stream-keys.ts'

/** One key per exhibit, case, person, month of sealed columns, hour of the stream, segment of the replay log, window of a counter, archive that waits for a run, file that becomes a list. */
export type KeyKind =
  | 'exhibit'
  | 'case'
  | 'person'
  | 'column'
  | 'stream'
  | 'replay'
  | 'counter'
  | 'upload'
  | 'import'
  | 'lookback'
  | 'secret'

/** Where a sealed value lives. Bound to it: moved to another row, column or table it does not open. */
export interface Place {
  readonly table: string
  readonly column: string
  readonly row: string
}

/** A key in use. It does not leave the function that got it. */
export interface KeyHandle {
  readonly id: string
  /** @param head put before the sealed bytes as it is */
  seal(context: string, bytes: Uint8Array, head?: Uint8Array): Uint8Array
  /** @throws KeyringError `seal_broken` */
  unseal(context: string, sealed: Uint8Array): Uint8Array
  /** 32 bytes for another purpose, such as a signing seed or a search index. */
  derive(info: string): Uint8Array
  mac(bytes: Uint8Array): Uint8Array
}

export interface Keyring {
  /** The live key of `ref`, made now if there is none; durable before it returns. */
  make(kind: KeyKind, ref: string): Promise<string>
  /** The same for several at once, in one commit. Ids in the order of `refs`. */
  makeAll(kind: KeyKind, refs: readonly string[]): Promise<string[]>
  /** @throws KeyringError `key_destroyed` · `key_unavailable` */
  use<T>(id: string, how: (key: KeyHandle) => Promise<T> | T): Promise<T>
  /** Ends keys for ever and leaves tombstones; durable before it returns. Unknown and destroyed ids are passed over. */
  destroy(ids: readonly string[], why: string): Promise<void>
  /** Seals a column's value under `key`, or under the month's column key. The result names its key. */
  seal(place: Place, bytes: Uint8Array, key?: string): Promise<Uint8Array>
  /** Seals many values under the month's column key, which is taken out once for all of them: a key for each row would cost far more than its sealing. */
  sealAll(values: readonly { readonly place: Place; readonly bytes: Uint8Array }[]): Promise<Uint8Array[]>
  /** @throws KeyringError `seal_broken` · `key_destroyed` */
  unseal(place: Place, sealed: Uint8Array): Promise<Uint8Array>
  /** Opens many values; each key is taken out once. @throws KeyringError `seal_broken` · `key_destroyed` */
  unsealAll(values: readonly { readonly place: Place; readonly sealed: Uint8Array }[]): Promise<Uint8Array[]>
  /** Seals a stream body under the key of the hour of `at`. */
  sealStream(at: number, bytes: Uint8Array): Promise<Uint8Array>
  unsealStream(sealed: Uint8Array): Promise<Uint8Array>
  /** Destroys stream keys of hours that ended before `before`; returns how many. */
  forgetStreamBefore(before: number): Promise<number>
  /** The keys of a kind that are alive. */
  live(kind: KeyKind): { id: string; ref: string }[]
  /** What is left of destroyed keys, of all kinds or of one. There are as many as there were files. */
  tombstones(kind?: KeyKind): Promise<Tombstone[]>
  readonly masterKeyId: string
  close(): void
}

const HOUR_MS = 3_600_000
const EPOCH_MEMORY_MS = 24 * HOUR_MS
const encoder = new TextEncoder()
const decoder = new TextDecoder()
const STREAM_CONTEXT = 'stream'
const STREAM = encoder.encode(STREAM_CONTEXT)

/**
 * Opens `keyring.db` in a folder, with the master key in `master.key` beside it unless another is given. The first start makes both.
 *
 * @throws KeyringError `master_key_exposed` · `master_key_missing` · `key_unavailable` when the master key is another's
 */
export async function openKeyring(
  folder: string,
  options: { now?: () => number; master?: MasterKey } = {},
): Promise<Keyring> {
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const path = join(folder, 'keyring.db')
  const isNew = !existsSync(path)
  const now = options.now ?? Date.now
  // The master key before the keyring: a kill between the two leaves a key that wraps nothing.
  const master = options.master ?? fileMasterKey(join(folder, 'master.key'), { make: isNew })
  const keyring = new FileKeyring(new KeyringFile(path), master, now)
  await keyring.check()
  return keyring
}

/** What the keyring itself may take from a key beside what others may. */
interface OwnHandle extends KeyHandle {
  /** The key that seals for one context. */
  sealing(context: string): Uint8Array
}

class FileKeyring implements Keyring {
  readonly #file: KeyringFile
  readonly #master: MasterKey
  readonly #now: () => number
  readonly #stream = new StreamKeys()
  /** The key of the month seals most of what is sealed. */
  readonly #months = new HeldKeys<OwnHandle>()
  readonly #epochs = new Map<string, { key: Uint8Array; until: number }>()

  constructor(file: KeyringFile, master: MasterKey, now: () => number) {
    this.#file = file
    this.#master = master
    this.#now = now
  }

  get masterKeyId(): string {
    return this.#master.id
  }

  /** Proves at start that the master key opens this keyring. */
  async check(): Promise<void> {
    await this.#epoch(this.#file.newestEpoch() ?? this.#currentEpoch())
  }

  async make(kind: KeyKind, ref: string): Promise<string> {
    const [id = ''] = await this.makeAll(kind, [ref])
    return id
  }

  async makeAll(kind: KeyKind, refs: readonly string[]): Promise<string[]> {
    const missing = refs.filter((ref) => this.#file.keyOf(kind, ref) === undefined)
    if (missing.length > 0) {
      const epoch = this.#currentEpoch()
      const wrapping = await this.#epoch(epoch)
      const madeAt = this.#now()
      this.#file.addKeys(
        missing.map((ref) => {
          const id = newId('key', madeAt)
          return { id, kind, ref, epoch, wrapped: seal(derive(wrapping, id), encoder.encode(id), newKey()), madeAt }
        }),
      )
    }
    return refs.map((ref) => {
      // Whoever made it: somebody else may have at the same time.
      const id = this.#file.keyOf(kind, ref)
      if (id === undefined) throw new KeyringError('key_unavailable', 'a key that was just made is not there')
      return id
    })
  }

  async use<T>(id: string, how: (key: OwnHandle) => Promise<T> | T): Promise<T> {
    const held = this.#months.of(id)
    if (held !== undefined) return how(held)
    const row = this.#file.key(id)
    if (row === undefined)
      throw new KeyringError('key_unavailable', `key ${id} is not in this keyring; restore its backup`)
    if (row.wrapped === undefined)
      throw new KeyringError('key_destroyed', `key ${id} was destroyed; what it sealed is gone`)
    const cleared = this.#months.cleared
    const key = opened(derive(await this.#epoch(row.epoch), id), encoder.encode(id), row.wrapped)
    try {
      if (row.kind !== 'column') return await how(handleOf(id, key))
      return await how(this.#months.hold(id, handleOf(id, createSecretKey(key)), cleared))
    } finally {
      key.fill(0)
    }
  }

  async destroy(ids: readonly string[], why: string): Promise<void> {
    this.#stream.clear()
    this.#months.clear()
    this.#file.destroy(ids, why, this.#now())
  }

  async seal(place: Place, bytes: Uint8Array, key?: string): Promise<Uint8Array> {
    return this.#sealNamed(key ?? (await this.make('column', this.#currentEpoch())), contextOf(place), bytes)
  }

  async sealAll(values: readonly { readonly place: Place; readonly bytes: Uint8Array }[]): Promise<Uint8Array[]> {
    const id = await this.make('column', this.#currentEpoch())
    const head = headOf(id)
    return this.use(id, (key) => {
      const keyOf = columnKeys(key)
      return values.map(({ place, bytes }) =>
        seal(keyOf(place), encoder.encode(contextOf(place)), bytes, head, AES_256_GCM_OF_COLUMN),
      )
    })
  }

  async unseal(place: Place, sealed: Uint8Array): Promise<Uint8Array> {
    const { id, rest } = nameOf(sealed)
    return this.use(id, (key) => unsealed(key, columnKeys(key), place, rest))
  }

  async unsealAll(values: readonly { readonly place: Place; readonly sealed: Uint8Array }[]): Promise<Uint8Array[]> {
    const named = values.map(({ place, sealed }) => ({ place, ...nameOf(sealed) }))
    const byKey = Map.groupBy(named.entries(), ([, { id }]) => id)
    const all: Uint8Array[] = []
    for (const [id, of] of byKey)
      await this.use(id, (key) => {
        const keyOf = columnKeys(key)
        for (const [at, { place, rest }] of of) all[at] = unsealed(key, keyOf, place, rest)
      })
    return all
  }

  async sealStream(at: number, bytes: Uint8Array): Promise<Uint8Array> {
    const hour = hourOf(at)
    const find = async () => this.#streamKey(await this.make('stream', hour))
    return this.#stream.use(hour, find, ({ head, sealing }) => seal(sealing, STREAM, bytes, head))
  }

  async unsealStream(sealed: Uint8Array): Promise<Uint8Array> {
    const { id, rest } = nameOf(sealed)
    return this.#stream.use(
      id,
      () => this.#streamKey(id),
      ({ sealing }) => opened(sealing, STREAM, rest),
    )
  }

  async forgetStreamBefore(before: number): Promise<number> {
    const ended = this.#file.live('stream').filter(({ ref }) => Number(ref) + HOUR_MS <= before)
    this.#stream.clear()
    if (ended.length > 0)
      this.#file.destroy(
        ended.map(({ id }) => id),
        'stream_followed',
        this.#now(),
      )
    return ended.length
  }

  live(kind: KeyKind): { id: string; ref: string }[] {
    return this.#file.live(kind)
  }

  async tombstones(kind?: KeyKind): Promise<Tombstone[]> {
    return this.#file.tombstones(kind)
  }

  close(): void {
    this.#stream.clear()
    this.#months.clear()
    for (const { key } of this.#epochs.values()) key.fill(0)
    this.#epochs.clear()
    this.#file.close()
  }

  async #sealNamed(id: string, context: string, bytes: Uint8Array): Promise<Uint8Array> {
    return this.use(id, (key) => key.seal(context, bytes, headOf(id)))
  }

  #streamKey(id: string): Promise<StreamKey> {
    return this.use(id, (key) => ({ head: headOf(id), sealing: createSecretKey(key.sealing(STREAM_CONTEXT)) }))
  }

  #currentEpoch(): string {
    return new Date(this.#now()).toISOString().slice(0, 7)
  }

  async #epoch(id: string): Promise<Uint8Array> {
    const known = this.#epochs.get(id)
    if (known !== undefined && known.until > this.#now()) return known.key
    const context = encoder.encode(`epoch ${id}`)
    let wrapped = this.#file.epoch(id)
    if (wrapped === undefined) {
      this.#file.addEpoch(id, this.#master.id, await this.#master.wrap(newKey(), context))
      wrapped = this.#file.epoch(id)
    }
    if (wrapped === undefined) throw new KeyringError('key_unavailable', `the keyring has no key for ${id}`)
    const key = await this.#master.unwrap(wrapped, context)
    this.#epochs.set(id, { key, until: this.#now() + EPOCH_MEMORY_MS })
    return key
  }
}

// The name of the key goes before the ciphertext: length, id, seal.
function headOf(id: string): Uint8Array {
  const name = encoder.encode(id)
  return Uint8Array.of(name.length, ...name)
}

function nameOf(sealed: Uint8Array): { id: string; rest: Uint8Array } {
  const end = 1 + (sealed[0] ?? 0)
  if (sealed.length <= end) throw new KeyringError('seal_broken', 'the sealed value is cut short')
  return { id: decoder.decode(sealed.subarray(1, end)), rest: sealed.subarray(end) }
}

function handleOf(id: string, key: Uint8Array | KeyObject): OwnHandle {
  // A key of its own for each context (`security.md` §8), so no nonce ever meets another's.
  const sealing = (context: string): Uint8Array => derive(key, `seal ${context}`)
  return {
    id,
    sealing,
    seal: (context, bytes, head) => seal(sealing(context), encoder.encode(context), bytes, head),
    unseal: (context, sealed) => opened(sealing(context), encoder.encode(context), sealed),
    derive: (info) => derive(key, `derive ${info}`),
    mac: (bytes) => mac(derive(key, 'mac'), bytes),
  }
}

function opened(key: Uint8Array | KeyObject, context: Uint8Array, sealed: Uint8Array, algorithm?: number): Uint8Array {
  try {
    return unseal(key, context, sealed, algorithm)
  } catch (error) {
    if (!(error instanceof SealBroken)) throw error
    throw new KeyringError('seal_broken', error.message, { cause: error })
  }
}

/** One key for all rows of a column, made when it is first asked for. */
function columnKeys(key: OwnHandle): (place: Place) => KeyObject {
  const known = new Map<string, KeyObject>()
  return ({ table, column }) => {
    const name = joined([table, column])
    const made = known.get(name) ?? createSecretKey(key.sealing(`column ${name}`))
    known.set(name, made)
    return made
  }
}

/** Opens what was sealed for this place, alone or with others. */
function unsealed(key: OwnHandle, keyOf: (place: Place) => KeyObject, place: Place, sealed: Uint8Array): Uint8Array {
  const context = contextOf(place)
  if (sealed[0] !== AES_256_GCM_OF_COLUMN) return key.unseal(context, sealed)
  return opened(keyOf(place), encoder.encode(context), sealed, AES_256_GCM_OF_COLUMN)
}

function contextOf({ table, column, row }: Place): string {
  return joined([table, column, row])
}

// Lengths first, so that no two places give one text.
function joined(parts: readonly string[]): string {
  return parts.map((part) => `${part.length}:${part}`).join('')
}

function hourOf(at: number): string {
  return String(Math.floor(at / HOUR_MS) * HOUR_MS)
}
