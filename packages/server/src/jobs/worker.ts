import { type Claimed, isStorageError, type Storage } from '../storage/index.ts'

/**
 * How a handler ended. `done`: the worker closes the job. `completed`: a work of the handler has closed it, together with its results
 * (`tx.jobs.complete`).
 */
export type Ending =
  | 'done'
  | 'completed'
  | { readonly retryAt: number; readonly why: string }
  | { readonly park: string }

export interface JobContext {
  /** Aborted when the lease is lost or the worker stops: whatever comes of the job now is dropped. */
  readonly signal: AbortSignal
  /** The claim with its newest end of lease. */
  readonly claimed: () => Claimed
}

export type Handler = (job: Claimed, context: JobContext) => Promise<Ending>

export interface QueueOptions {
  /** Jobs at once; default 4. */
  readonly atOnce?: number
  /** Default 30 s; renewed at a third of it. */
  readonly leaseMs?: number
  /** Failures of an earlier job of one order key after which later ones go on. */
  readonly passAfter?: number
}

export interface WorkerOptions {
  readonly storage: Storage
  readonly handlers: Readonly<Record<string, Handler>>
  readonly queues?: Readonly<Record<string, QueueOptions>>
  readonly now?: () => number
  /** When to try again after a throw, or to park. Default: 1 s doubled each time up to an hour, ± 20 %, parked after 20. */
  readonly backoff?: (attempts: number, error: unknown) => { readonly afterMs: number } | 'park'
  /** Called with every end, for metrics and logs: codes only. */
  readonly onEnd?: (queue: string, end: 'done' | 'retried' | 'parked' | 'lost', error?: unknown) => void
  /** How long an idle queue waits before it looks again; default 1 s. */
  readonly pollMs?: number
}

export interface Worker {
  /** Claims nothing more and resolves when the running handlers have ended; after `graceMs` they are aborted. */
  stop(graceMs?: number): Promise<void>
}

const AT_ONCE = 4
const LEASE_MS = 30_000
const POLL_MS = 1_000
const GRACE_MS = 10_000
const HOUR_MS = 3_600_000
const MOST_ATTEMPTS = 20

/** 1 s, 2 s, 4 s … an hour, ± 20 %; parked after 20 tries. */
export function usualBackoff(attempts: number): { afterMs: number } | 'park' {
  if (attempts >= MOST_ATTEMPTS) return 'park'
  const planned = Math.min(1_000 * 2 ** (attempts - 1), HOUR_MS)
  return { afterMs: Math.round(planned * (0.8 + 0.4 * Math.random())) }
}

/** Claims jobs of the given queues and runs their handlers until it is stopped. */
export function startWorker(options: WorkerOptions): Worker {
  const stopping = new AbortController()
  const aborting = new AbortController()
  const loops = Object.entries(options.handlers).map(([queue, handler]) =>
    new QueueLoop(queue, handler, options, stopping.signal, aborting.signal).run(),
  )
  const ended = Promise.all(loops)
  return {
    async stop(graceMs = GRACE_MS) {
      stopping.abort()
      const timer = setTimeout(() => aborting.abort(), graceMs)
      await ended
      clearTimeout(timer)
    },
  }
}

class QueueLoop {
  readonly #queue: string
  readonly #handler: Handler
  readonly #options: WorkerOptions
  readonly #stopping: AbortSignal
  readonly #aborting: AbortSignal
  readonly #running = new Set<Promise<void>>()

  constructor(queue: string, handler: Handler, options: WorkerOptions, stopping: AbortSignal, aborting: AbortSignal) {
    this.#queue = queue
    this.#handler = handler
    this.#options = options
    this.#stopping = stopping
    this.#aborting = aborting
  }

  get #settings(): QueueOptions {
    return this.#options.queues?.[this.#queue] ?? {}
  }

  async run(): Promise<void> {
    const { atOnce = AT_ONCE } = this.#settings
    while (!this.#stopping.aborted) {
      // We listen before we look, so that no hint falls between.
      const listening = new AbortController()
      const hint = this.#hint(AbortSignal.any([this.#stopping, listening.signal]))
      const found = await this.#claim(atOnce - this.#running.size)
      for (const job of found) this.#start(job)
      if (this.#running.size >= atOnce) await Promise.race(this.#running)
      else if (found.length === 0) await hint
      listening.abort()
    }
    await Promise.all(this.#running)
  }

  async #claim(max: number): Promise<Claimed[]> {
    const { leaseMs = LEASE_MS, passAfter } = this.#settings
    try {
      return await this.#options.storage.jobs.claim(
        this.#queue,
        max,
        leaseMs,
        passAfter === undefined ? {} : { passAfter },
      )
    } catch (error) {
      // Full, busy or away: the jobs stay where they are, and we look again after a rest.
      this.#options.onEnd?.(this.#queue, 'lost', error)
      return []
    }
  }

  #hint(signal: AbortSignal): Promise<void> {
    const { storage, pollMs = POLL_MS } = this.#options
    return storage.wakeup.wait(`jobs:${this.#queue}`, pollMs, signal)
  }

  #start(job: Claimed): void {
    const running = this.#work(job).finally(() => this.#running.delete(running))
    this.#running.add(running)
  }

  async #work(job: Claimed): Promise<void> {
    const lease = new HeldLease(job, this.#options.storage, this.#settings.leaseMs ?? LEASE_MS)
    try {
      const signal = AbortSignal.any([lease.lost, this.#aborting])
      const ending = await this.#handler(job, { signal, claimed: () => lease.claimed })
      await this.#end(lease.claimed, ending)
    } catch (error) {
      await this.#failed(lease.claimed, error)
    } finally {
      lease.stop()
    }
  }

  async #end(job: Claimed, ending: Ending): Promise<void> {
    const { jobs } = this.#options.storage
    if (ending === 'completed') return this.#tell('done')
    if (ending === 'done') {
      await jobs.complete(job)
      return this.#tell('done')
    }
    if ('park' in ending) {
      await jobs.park(job, ending.park)
      return this.#tell('parked')
    }
    await jobs.retry(job, ending.why, ending.retryAt)
    this.#tell('retried')
  }

  async #failed(job: Claimed, error: unknown): Promise<void> {
    if (isStorageError(error, 'lease_lost')) return this.#tell('lost', error)
    const { storage, backoff = usualBackoff, now = Date.now } = this.#options
    const plan = backoff(job.attempts, error)
    try {
      if (plan === 'park') await storage.jobs.park(job, codeOf(error))
      else await storage.jobs.retry(job, codeOf(error), now() + plan.afterMs)
      this.#tell(plan === 'park' ? 'parked' : 'retried', error)
    } catch (lost) {
      // Neither way could be written: the lease runs out and somebody claims the job again.
      this.#tell('lost', lost)
    }
  }

  #tell(end: 'done' | 'retried' | 'parked' | 'lost', error?: unknown): void {
    this.#options.onEnd?.(this.#queue, end, error)
  }
}

/** Renews a job's lease while its handler runs. */
class HeldLease {
  readonly #storage: Storage
  readonly #leaseMs: number
  readonly #lost = new AbortController()
  readonly #timer: NodeJS.Timeout
  claimed: Claimed

  constructor(job: Claimed, storage: Storage, leaseMs: number) {
    this.claimed = job
    this.#storage = storage
    this.#leaseMs = leaseMs
    this.#timer = setInterval(() => void this.#renew(), leaseMs / 3)
  }

  get lost(): AbortSignal {
    return this.#lost.signal
  }

  stop(): void {
    clearInterval(this.#timer)
  }

  async #renew(): Promise<void> {
    try {
      const extended = await this.#storage.jobs.extend(this.claimed, this.#leaseMs)
      if (extended === undefined) this.#lost.abort()
      else this.claimed = extended
    } catch {
      // Not renewed this time; the next try comes before the lease ends, and its end is found out at the next write.
    }
  }
}

// Codes only: a message may name what no log should hold.
function codeOf(error: unknown): string {
  if (error instanceof Error && 'code' in error && typeof error.code === 'string') return error.code
  return error instanceof Error ? error.name : 'thrown'
}
