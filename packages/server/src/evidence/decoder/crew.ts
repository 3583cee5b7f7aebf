import { Pool, type PoolLimits } from './pool.ts'
import { ChildFailure, type Request } from './process.ts'
import type { Why } from './types.ts'
import { type Program, type Raised, raiseLike, raiseWalls, type WallName } from './walls.ts'

/** The processes of one build: behind its walls, one job at a time each. */
export class Crew {
  readonly #pool: Pool
  readonly #program: Program
  readonly #required: readonly WallName[]
  readonly #crashes = new Crashes()
  readonly #like: Crew | undefined
  #tried: Promise<Raised> | undefined

  /** @param how.like another one, whose walls stand around this one, too */
  constructor(program: Program, limits: PoolLimits, how: { required: readonly WallName[]; like?: Crew }) {
    this.#program = program
    this.#required = how.required
    this.#like = how.like
    this.#pool = new Pool(async () => (await this.raised()).command, limits)
  }

  /** Walls are tried out when they are first asked for. */
  raised(): Promise<Raised> {
    this.#tried ??= this.#like === undefined ? raiseWalls(this.#program) : this.#raisedLike(this.#like)
    return this.#tried
  }

  async #raisedLike(other: Crew): Promise<Raised> {
    return raiseLike(this.#program, await other.raised())
  }

  /** Whether all walls stand without which nothing is decoded. */
  async isSafe(): Promise<boolean> {
    const { walls } = await this.raised()
    return this.#required.every((name) => walls[name].stands)
  }

  get pids(): readonly number[] {
    return this.#pool.pids
  }

  stop(): void {
    this.#pool.stop()
  }

  /**
   * One try, and a second one if the decoder broke. Bytes that broke it twice are never tried again.
   *
   * @throws DecoderError `overloaded`, `stopped`
   */
  async ask<T>(sha256: string, request: Request<T>, dropped?: AbortSignal): Promise<T | { readonly why: Why }> {
    if (!(await this.isSafe())) return { why: 'no_decoder' }
    while (this.#crashes.of(sha256) < 2) {
      try {
        return await this.#pool.run(request, dropped)
      } catch (error) {
        if (!(error instanceof ChildFailure)) throw error
        if (error.code === 'late' && dropped?.aborted) return { why: 'late' }
        this.#crashes.add(sha256)
        if (error.code === 'late') return { why: 'late' }
      }
    }
    return { why: 'broken' }
  }
}

/** Which bytes broke a decoder, and how often; the newest 10,000 are remembered. */
class Crashes {
  readonly #counts = new Map<string, number>()

  of(sha256: string): number {
    return this.#counts.get(sha256) ?? 0
  }

  add(sha256: string): void {
    const count = this.of(sha256) + 1
    this.#counts.delete(sha256)
    this.#counts.set(sha256, count)
    const [oldest] = this.#counts.keys()
    if (this.#counts.size > 10_000 && oldest !== undefined) this.#counts.delete(oldest)
  }
}
