import { type Outgoing, type OutgoingCode, OutgoingError } from '../http/outgoing.ts'
import { LIMITS } from './decoder/index.ts'

/** A file as its host gave it; its type is a claim. */
export interface Fetched {
  readonly bytes: Uint8Array
  readonly claimedType: string | null
}

/**
 * Fetches files that a platform names by address (matching.md §4), from the hosts that are listed for its connection, redirects included.
 * Nothing is sent but the request itself. Undefined: not whole, refused, or not there; whoever asks again tries again.
 */
export type MediaFetcher = (connection: string, url: string) => Promise<Fetched | undefined>

/** A file takes longer than a short answer (security.md §6). */
export const MEDIA_TIMES = { connectMs: 5_000, firstByteMs: 10_000, totalMs: 60_000 } as const

/** Files that are fetched at a time: each may be held in memory whole, 50 MiB. */
const AT_A_TIME = 4

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
  const turns = new Turns(AT_A_TIME)
  return async (connection, url) => {
    const listed = hosts.get(connection)
    if (listed === undefined) {
      onFailure('host_unlisted')
      return undefined
    }
    await turns.take()
    try {
      const answer = await outgoing.send(`media:${connection}`, {
        method: 'GET',
        url,
        hosts: listed,
        ports: listed.flatMap((host) => Number(host.split(':')[1] ?? []) || []),
        redirects: 3,
        capBytes: LIMITS.bytes,
      })
      const isWhole = answer.status === 200 && answer.cut === null && answer.body.length > 0
      if (isWhole) return { bytes: answer.body, claimedType: answer.headers['content-type'] ?? null }
      onFailure('not_whole')
      return undefined
    } catch (error) {
      onFailure(error instanceof OutgoingError ? error.code : 'broken')
      return undefined
    } finally {
      turns.give()
    }
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
