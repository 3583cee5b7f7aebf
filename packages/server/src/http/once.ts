import { sha256Hex } from './crypto.ts'
import { AppError } from './errors.ts'
import { nameOf, type Principal } from './principal.ts'
import type { CommandKey } from './route.ts'

const WAIT_MS = 10_000

/** The key of a command: what the caller sent, bound to caller and route, with the hash of the body (platform.md §12). */
export function commandKeyOf(
  header: string | null,
  who: Principal,
  call: { id: string; path: string; body: Uint8Array },
): CommandKey {
  if (header === null) {
    throw new AppError(
      'idempotency_key_required',
      'This call needs a header Idempotency-Key, so that repeating it is safe.',
    )
  }
  if (!/^[\x21-\x7e]{1,255}$/.test(header)) {
    throw new AppError('malformed', 'Idempotency-Key: expected 1 to 255 visible ASCII characters.')
  }
  // The path is part of the body's hash: the same key for another object is a mistake of the caller, too.
  return {
    scope: `http|${nameOf(who)}|${call.id}`,
    key: header,
    fingerprint: sha256Hex(Buffer.concat([Buffer.from(`${call.path}\n`), call.body])),
  }
}

/**
 * Lets one call per key run at a time in this process; a second waits for the first up to 10 s. Whether the effect was made is not known
 * here but in the transaction: the second call runs, too, and is given the stored result of the first.
 */
export class Turns {
  readonly #running = new Map<string, Promise<void>>()
  readonly #waitMs: number

  constructor(waitMs = WAIT_MS) {
    this.#waitMs = waitMs
  }

  /** @throws AppError `in_progress` when the first call takes longer */
  async take<T>(key: CommandKey, run: () => Promise<T>): Promise<T> {
    const name = `${key.scope}|${key.key}`
    const endsAt = Date.now() + this.#waitMs
    for (let first = this.#running.get(name); first !== undefined; first = this.#running.get(name)) {
      if (!(await endedBefore(first, endsAt - Date.now()))) {
        throw new AppError('in_progress', 'The first call with this key is still running. Send it again.', {
          retryAfterS: 5,
        })
      }
    }
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#running.set(name, promise)
    try {
      return await run()
    } finally {
      this.#running.delete(name)
      resolve()
    }
  }
}

async function endedBefore(work: Promise<void>, ms: number): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>()
  const timer = setTimeout(() => resolve(false), Math.max(0, ms))
  try {
    return await Promise.race([work.then(() => true), promise])
  } finally {
    clearTimeout(timer)
  }
}
