import { CallerGone } from '../http/body.ts'
import { AppError } from '../http/errors.ts'
import { type Outgoing, type OutgoingCode, OutgoingError } from '../http/outgoing.ts'
import { paced } from '../http/paced.ts'
import { LIMITS } from './decoder/index.ts'

/** A file on its way here from its host; its type and its length are claims. */
export interface Coming {
  readonly bytes: AsyncIterable<Uint8Array>
  readonly claimedType: string | null
  readonly declared: number
}

/**
 * Fetches files that a platform names by address (matching.md §4), from the hosts that are listed for its connection, redirects included.
 * Nothing is sent but the request itself. What comes is given to `take` as it comes, however long it is. Undefined: not whole, refused, too large, or not
 * there; whoever asks again tries again.
 *
 * @throws AppError as `take`, but for what is wrong with the file
 */
export type MediaFetcher = <T>(
  connection: string,
  url: string,
  take: (file: Coming) => Promise<T>,
) => Promise<{ readonly taken: T } | undefined>

/** A file takes longer than a short answer (security.md §6). */
export const MEDIA_TIMES = { connectMs: 5_000, firstByteMs: 10_000, totalMs: 60_000 } as const

/** Files that are fetched at a time. */
const AT_A_TIME = 4
/** Of more than `LIMITS.bytes`, beside them: a long one must not keep the others waiting. */
const LONG_AT_A_TIME = 2
/** The time of a long one, which must also come as fast as one that is handed in. */
const LONG_MS = 3_600_000

/**
 * @param hosts by connection, as `host` or `host:port`
 * @param onFailure hears a code of what went wrong, and nothing of the address
 */
export function makeMediaFetcher(parts: {
  readonly outgoing: Outgoing
  readonly hosts: ReadonlyMap<string, readonly string[]>
  readonly onFailure: (code: OutgoingCode | 'host_unlisted' | 'not_whole' | 'broken') => void
}): MediaFetcher {
  const { outgoing, hosts, onFailure } = parts
  const usual = new Turns(AT_A_TIME)
  const long = new Turns(LONG_AT_A_TIME)
  return async <T>(connection: string, url: string, take: (file: Coming) => Promise<T>) => {
    const listed = hosts.get(connection)
    if (listed === undefined) {
      onFailure('host_unlisted')
      return undefined
    }
    await usual.take()
    let place: Turns | undefined = usual
    // While it waits for its turn it keeps none: the others go on.
    const moveToLong = async (): Promise<void> => {
      place = undefined
      usual.give()
      await long.take()
      place = long
    }
    let got: { readonly taken: T } | undefined
    try {
      await outgoing.send(`media:${connection}`, {
        method: 'GET',
        url,
        hosts: listed,
        ports: listed.flatMap((host) => Number(host.split(':')[1] ?? []) || []),
        redirects: 3,
        // Of an answer that is no file nothing is read.
        capBytes: 0,
        async take(body, headers) {
          const bytes = inTime(paced(body), moveToLong)
          const declared = Number(headers['content-length'] ?? 0)
          got = { taken: await take({ bytes, claimedType: headers['content-type'] ?? null, declared }) }
        },
      })
      if (got === undefined) onFailure('not_whole')
      return got
    } catch (error) {
      const isFile = error instanceof AppError && (error.code === 'too_large' || error.code === 'invalid')
      if (error instanceof AppError && !isFile) throw error
      if (error instanceof OutgoingError) onFailure(error.code)
      else onFailure(isFile || error instanceof CallerGone ? 'not_whole' : 'broken')
      return undefined
    } finally {
      place?.give()
    }
  }
}

/** The same bytes, as long as they come in time. @throws OutgoingError `timeout` */
async function* inTime(bytes: AsyncIterable<Uint8Array>, onLong: () => Promise<void>): AsyncGenerator<Uint8Array> {
  const began = performance.now()
  let size = 0
  for await (const piece of bytes) {
    const wasLong = size > LIMITS.bytes
    size += piece.length
    const isLong = size > LIMITS.bytes
    if (performance.now() - began > (isLong ? LONG_MS : MEDIA_TIMES.totalMs))
      throw new OutgoingError('timeout', 'the file did not come in time')
    if (isLong && !wasLong) await onLong()
    yield piece
  }
}

/** Lets so many through at a time, in the order in which they came. */
class Turns {
  #free: number
  readonly #waiting: (() => void)[] = []

  constructor(free: number) {
    this.#free = free
  }

  async take(): Promise<void> {
    if (this.#free > 0) {
      this.#free -= 1
      return
    }
    await new Promise<void>((resolve) => this.#waiting.push(resolve))
  }

  give(): void {
    const next = this.#waiting.shift()
    if (next === undefined) this.#free += 1
    else next()
  }
}
