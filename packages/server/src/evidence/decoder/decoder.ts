import { createHash } from 'node:crypto'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { KERNELS } from '@lamplighter/matching'
import { readMeasured, readRendered } from './answers.ts'
import { LABEL } from './font.ts'
import { ANSWER, LIMITS } from './limits.ts'
import { DecoderError, Pool } from './pool.ts'
import { ChildFailure, type Request } from './process.ts'
import { sniff } from './sniff.ts'
import type { Measurement, Rendered, RenderOptions, Seen, Why } from './types.ts'
import { type Raised, raiseWalls, type WallName, type Walls } from './walls.ts'

export interface DecoderOptions {
  /** Decoders at the same time; default: cores − 1, at least 1. */
  readonly children?: number
  /** Media that may wait; default 64 of them and 256 MiB together. */
  readonly queueJobs?: number
  readonly queueBytes?: number
  /** A decoder that has not answered by then is killed; default 30 s. */
  readonly timeoutMs?: number
  /** A decoder is replaced after this; default 200 jobs, 10 minutes, 20 s of CPU. */
  readonly jobsPerChild?: number
  readonly childAgeMs?: number
  /** Walls without which media are *unknown* instead of decoded; default permission, limits, secrets. */
  readonly require?: readonly WallName[]
  /** Another decoder program: the stand-ins of the tests. */
  readonly program?: string
}

export interface Decoder {
  /**
   * Measures one file. Never throws for what is in the file: whatever could not be measured is in `unknown`, with its
   * reason, and digests are always there.
   *
   * @param claimed media type that came with it
   * @param budgetMs after this the answer is *unknown* `late`; a measurement that has begun goes on, and a later call with
   *   the same bytes joins it
   * @throws DecoderError `overloaded`, `stopped`
   */
  measure(bytes: Uint8Array, claimed?: string, budgetMs?: number): Promise<Measurement>
  /**
   * A rendition from pixels only, or why there is none.
   *
   * @throws RangeError a label or region that cannot be drawn
   * @throws DecoderError `overloaded`, `stopped`
   */
  render(bytes: Uint8Array, options: RenderOptions): Promise<Rendered>
  /** Which walls stand on this machine; for `doctor` and Settings. */
  walls(): Promise<Walls>
  /** Process ids of the decoders that run now. */
  pids(): readonly number[]
  /** Ends all decoders; what waits fails with `stopped`. */
  stop(): void
}

const DEFAULT_REQUIRE: readonly WallName[] = ['permission', 'limits', 'secrets']
const CHILD_CPU_MS = 20_000

/** The decoder of security.md §7. Walls are tried out when it is first asked anything, `walls()` included. */
export function startDecoder(options: DecoderOptions = {}): Decoder {
  let tried: Promise<Raised> | undefined
  const raised = () => {
    tried ??= raiseWalls(options.program ?? join(import.meta.dirname, 'child.ts'))
    return tried
  }
  const pool = new Pool(async () => (await raised()).command, {
    children: options.children ?? Math.max(1, availableParallelism() - 1),
    queueJobs: options.queueJobs ?? 64,
    queueBytes: options.queueBytes ?? 256 * 1024 * 1024,
    jobsPerChild: options.jobsPerChild ?? 200,
    childAgeMs: options.childAgeMs ?? 600_000,
    childCpuMs: CHILD_CPU_MS,
  })
  const required = options.require ?? DEFAULT_REQUIRE
  const missing = async () => {
    const { walls } = await raised()
    return required.some((name) => !walls[name].stands)
  }
  const jobs = new Jobs(pool, missing, options.timeoutMs ?? 30_000)
  return {
    measure: (bytes, claimed, budgetMs) => jobs.measure(bytes, claimed, budgetMs),
    render: (bytes, how) => jobs.render(bytes, how),
    walls: async () => (await raised()).walls,
    pids: () => pool.pids,
    stop: () => pool.stop(),
  }
}

/** What was asked, and what became of it. */
class Jobs {
  readonly #pool: Pool
  readonly #wallMissing: () => Promise<boolean>
  readonly #timeoutMs: number
  readonly #crashes = new Crashes()
  readonly #running = new Map<string, Promise<Measurement>>()

  constructor(pool: Pool, wallMissing: () => Promise<boolean>, timeoutMs: number) {
    this.#pool = pool
    this.#wallMissing = wallMissing
    this.#timeoutMs = timeoutMs
  }

  async measure(bytes: Uint8Array, claimed: string | undefined, budgetMs: number | undefined): Promise<Measurement> {
    const facts = factsOf(bytes, claimed)
    const key = `${facts.sha256} ${claimed ?? ''}`
    const dropped = new AbortController()
    const running = this.#running.get(key) ?? this.#measureOnce(key, facts, { bytes, dropped: dropped.signal })
    if (budgetMs === undefined) return running
    return withinBudget(running, budgetMs, () => {
      dropped.abort()
      return unmeasured(facts, 'late')
    })
  }

  #measureOnce(key: string, facts: Facts, job: { bytes: Uint8Array; dropped: AbortSignal }): Promise<Measurement> {
    const running = this.#measured(facts, job).finally(() => this.#running.delete(key))
    // A caller whose budget is over no longer listens; the failure is then nobody's.
    running.catch(() => undefined)
    this.#running.set(key, running)
    return running
  }

  async #measured(facts: Facts, { bytes, dropped }: { bytes: Uint8Array; dropped: AbortSignal }): Promise<Measurement> {
    if (bytes.length > LIMITS.bytes) return unmeasured(facts, 'too_large')
    const { seen, claimed } = facts.type
    const head = claimed === undefined ? { job: 'measure' } : { job: 'measure', claimed }
    const request: Request<Seen | { why: Why }> = {
      head,
      body: bytes,
      timeoutMs: this.#timeoutMs,
      bodyBytes: 0,
      read: (answer) => readMeasured(answer.head, seen),
    }
    const answer = await this.#ask(facts.sha256, request, dropped)
    if ('why' in answer) return unmeasured(facts, answer.why)
    const { type: _, ...more } = answer
    return { ...facts, ...more, dropped: 0, by: 'here', kernel: KERNELS.fast }
  }

  async render(bytes: Uint8Array, options: RenderOptions): Promise<Rendered> {
    assertDrawable(options)
    if (bytes.length > LIMITS.bytes) return { state: 'unknown', why: 'too_large' }
    const request: Request<Rendered | { why: Why }> = {
      head: { job: 'render', options },
      body: bytes,
      timeoutMs: this.#timeoutMs,
      bodyBytes: ANSWER.bodyBytes,
      read: ({ head, body }) => {
        const size = readRendered(head, body, options.step)
        return 'why' in size ? size : { state: 'rendered', jpeg: body, ...size }
      },
    }
    const answer = await this.#ask(sha256Of(bytes), request)
    return 'state' in answer ? answer : { state: 'unknown', why: answer.why }
  }

  /** One try, and a second one if the decoder broke. Bytes that broke it twice are never tried again. */
  async #ask<T>(sha256: string, request: Request<T>, dropped?: AbortSignal): Promise<T | { why: Why }> {
    if (await this.#wallMissing()) return { why: 'no_decoder' }
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

type Facts = Pick<Measurement, 'size' | 'sha256' | 'sha1' | 'md5' | 'type'>

function factsOf(bytes: Uint8Array, claimed: string | undefined): Facts {
  const seen = sniff(bytes)
  return {
    size: bytes.length,
    sha256: sha256Of(bytes),
    sha1: createHash('sha1').update(bytes).digest('hex'),
    md5: createHash('md5').update(bytes).digest('hex'),
    type: claimed === undefined ? { seen } : { seen, claimed: claimed.slice(0, 200) },
  }
}

function unmeasured(facts: Facts, why: Why): Measurement {
  return {
    ...facts,
    readings: [],
    dropped: 0,
    unknown: [{ part: 'pixels', why }],
    flags: [],
    by: 'here',
    kernel: KERNELS.fast,
  }
}

function sha256Of(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex')
}

async function withinBudget<T>(running: Promise<T>, budgetMs: number, late: () => T): Promise<T> {
  const { promise, resolve } = Promise.withResolvers<T>()
  const timer = setTimeout(() => resolve(late()), budgetMs)
  try {
    return await Promise.race([running, promise])
  } finally {
    clearTimeout(timer)
  }
}

function assertDrawable({ label, region }: RenderOptions): void {
  if (label !== undefined && !LABEL.test(label)) {
    throw new RangeError('expected a label of at most 40 letters, digits, blanks or ./:-')
  }
  if (region === undefined) return
  const { x, y, width, height } = region
  if (![x, y, width, height].every((share) => share >= 0 && share <= 1)) {
    throw new RangeError('expected a region in shares of the picture, 0 to 1')
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

export { DecoderError }
