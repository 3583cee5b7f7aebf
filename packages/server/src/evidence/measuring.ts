import type { Storage } from '../storage/index.ts'
import type { Sealer } from '../storage/sealer.ts'
import { type Decoder, type LargeFile, LIMITS, type Measurement } from './decoder/index.ts'
import { collect, openFile } from './sealed-file.ts'
import { mediaMeasured, type SealedFile } from './store.ts'
import type { MediaTable } from './tables.ts'
import { upTo } from './taking.ts'

/** What stored files say, from their rows or from the decoder. */
export interface Measuring {
  /**
   * Has a stored file measured, and the result written. Whoever asks while that runs joins it.
   *
   * @param held its bytes, where they were just here: they are not read back then
   */
  measure(row: MediaTable, held?: Uint8Array): Promise<Measurement>
  /** What is known of it, waiting up to `budgetMs` for a measurement that is under way. Undefined: nothing yet. */
  facts(row: MediaTable, budgetMs: number): Promise<Measurement | undefined>
  /** The bytes of a sealed file; of one that is too large for memory a way to read it. @throws KeyringError `key_destroyed` */
  bytes(file: SealedFile): Promise<Uint8Array | LargeFile>
}

export function makeMeasuring(parts: {
  readonly storage: Storage
  readonly sealer: Sealer
  readonly decoder: Decoder
  readonly fileKey: (keyId: string) => Promise<Uint8Array>
}): Measuring {
  const { storage, sealer, decoder, fileKey } = parts
  const running = new Map<string, Promise<Measurement>>()

  async function* opened({ blob, keyId }: SealedFile): AsyncGenerator<Uint8Array> {
    yield* openFile(await fileKey(keyId), blob, await storage.blobs.get(blob))
  }

  const decoded = async (row: MediaTable, held: Uint8Array | undefined): Promise<Measurement> => {
    const file = { blob: row.blob, keyId: row.key_id }
    const claimed = row.claimed_type ?? undefined
    if (row.size > LIMITS.bytes) return decoder.measureLarge({ bytes: () => opened(file) }, claimed)
    return decoder.measure(held ?? (await collect(opened(file), LIMITS.bytes)), claimed)
  }

  const measured = async (row: MediaTable, held: Uint8Array | undefined): Promise<Measurement> => {
    const facts = await decoded(row, held)
    // A measurement that was only late is not a result: the next event that names the file asks again.
    if (facts.unknown.some(({ why }) => why === 'late')) return facts
    await storage.store.tx(mediaMeasured, {
      key: row.media_key,
      state: facts.unknown.length === 0 ? 'measured' : 'partly',
      facts: await sealer.seal('media', 'facts', row.media_key, facts),
    })
    return facts
  }

  const measure = (row: MediaTable, held?: Uint8Array): Promise<Measurement> => {
    const before = running.get(row.media_key)
    if (before !== undefined) return before
    const started = measured(row, held)
    running.set(row.media_key, started)
    const forget = (): void => {
      running.delete(row.media_key)
    }
    started.then(forget, forget)
    return started
  }

  return {
    measure,
    async facts(row, budgetMs) {
      if (row.facts !== null) return sealer.open<Measurement>('media', 'facts', row.media_key, row.facts)
      return Promise.race([measure(row).catch(() => undefined), after(budgetMs)])
    },
    async bytes(file) {
      const { whole, bytes } = await upTo(opened(file), LIMITS.bytes)
      return whole ? bytes : { bytes: () => opened(file) }
    },
  }
}

/** Resolves when the time is over; keeps no process alive. */
export const after = (ms: number): Promise<undefined> =>
  new Promise((resolve) => {
    setTimeout(() => resolve(undefined), ms).unref()
  })
