import { ChildFailure, type Command, DecoderProcess, type Request } from './process.ts'

/** `overloaded` the queue is full: answer 503 and let the caller come again · `stopped` the service is going down. */
export type DecoderErrorCode = 'overloaded' | 'stopped'

export class DecoderError extends Error {
  override readonly name = 'DecoderError'
  readonly code: DecoderErrorCode
  constructor(code: DecoderErrorCode, message: string) {
    super(message)
    this.code = code
  }
}

export interface PoolLimits {
  readonly children: number
  readonly queueJobs: number
  readonly queueBytes: number
  readonly jobsPerChild: number
  readonly childAgeMs: number
  readonly childCpuMs: number
}

interface Waiting {
  readonly bytes: number
  /** Whether nobody waits for it any more. */
  readonly isDropped: () => boolean
  readonly ask: (child: DecoderProcess) => Promise<void>
  readonly reject: (error: Error) => void
}

interface Slot {
  child?: DecoderProcess
  jobs: number
  startedAt: number
  busy: boolean
}

/** A fixed number of decoders, one job at a time each, and a bounded queue before them. */
export class Pool {
  readonly #command: () => Promise<Command>
  readonly #limits: PoolLimits
  readonly #slots: readonly Slot[]
  readonly #queue: Waiting[] = []
  #queuedBytes = 0
  #stopped = false

  constructor(command: () => Promise<Command>, limits: PoolLimits) {
    this.#command = command
    this.#limits = limits
    this.#slots = Array.from({ length: limits.children }, () => ({ jobs: 0, startedAt: 0, busy: false }))
  }

  /**
   * @param dropped when it fires before the job has begun, the job is not begun
   * @throws DecoderError `overloaded`, `stopped`
   * @throws ChildFailure the decoder failed on this job, or `late`: dropped before it began
   */
  async run<T>(request: Request<T>, dropped?: AbortSignal): Promise<T> {
    if (this.#stopped) throw new DecoderError('stopped', 'the decoder has been stopped')
    const { queueJobs, queueBytes } = this.#limits
    if (this.#queue.length >= queueJobs || this.#queuedBytes + request.body.length > queueBytes) {
      throw new DecoderError('overloaded', `${this.#queue.length} media wait for a decoder; send this one again later`)
    }
    const { promise, resolve, reject } = Promise.withResolvers<T>()
    this.#queue.push({
      bytes: request.body.length,
      isDropped: () => dropped?.aborted === true,
      ask: async (child) => resolve(await child.ask(request)),
      reject,
    })
    this.#queuedBytes += request.body.length
    for (const slot of this.#slots) void this.#serve(slot)
    return promise
  }

  /** The processes that run now. */
  get pids(): readonly number[] {
    return this.#slots.flatMap(({ child }) => (child?.alive && child.pid !== undefined ? [child.pid] : []))
  }

  stop(): void {
    this.#stopped = true
    for (const { reject } of this.#queue.splice(0)) reject(new DecoderError('stopped', 'the decoder has been stopped'))
    for (const { child } of this.#slots) child?.kill()
  }

  async #serve(slot: Slot): Promise<void> {
    if (slot.busy) return
    slot.busy = true
    for (let next = this.#queue.shift(); next !== undefined; next = this.#queue.shift()) {
      this.#queuedBytes -= next.bytes
      await this.#answer(slot, next)
    }
    slot.busy = false
  }

  async #answer(slot: Slot, { isDropped, ask, reject }: Waiting): Promise<void> {
    try {
      if (isDropped()) throw new ChildFailure('late')
      await this.#asked(slot, ask)
    } catch (error) {
      reject(error instanceof Error ? error : new Error(String(error)))
    }
  }

  /** Jobs before may be why a decoder dies: only a fresh one's death says something of the file. */
  async #asked(slot: Slot, ask: Waiting['ask']): Promise<void> {
    const child = await this.#childOf(slot)
    slot.jobs += 1
    if (slot.jobs === 1) return ask(child)
    try {
      await ask(child)
    } catch (error) {
      if (!(error instanceof ChildFailure) || error.code === 'late') throw error
      const fresh = await this.#childOf(slot)
      slot.jobs += 1
      await ask(fresh)
    }
  }

  /** The slot's decoder, replaced when it has died, aged or worked enough: what lives short, hides little. */
  async #childOf(slot: Slot): Promise<DecoderProcess> {
    const { jobsPerChild, childAgeMs, childCpuMs } = this.#limits
    const { child } = slot
    const now = performance.now()
    const fresh = slot.jobs < jobsPerChild && now - slot.startedAt < childAgeMs
    if (child?.alive && fresh && child.cpuMs < childCpuMs && !child.tired) return child
    child?.kill()
    const command = await this.#command()
    if (this.#stopped) throw new DecoderError('stopped', 'the decoder has been stopped')
    slot.child = new DecoderProcess(command)
    slot.jobs = 0
    slot.startedAt = now
    return slot.child
  }
}
