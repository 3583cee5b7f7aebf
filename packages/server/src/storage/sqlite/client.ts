import type { Worker } from 'node:worker_threads'
import { StorageError } from '../errors.ts'
import { fromWire } from '../form.ts'
import type { Query, Store, TxOptions, Work } from '../seam.ts'
import { errorFromWire } from '../wire.ts'
import type {
  Answer,
  Faulty,
  FromWriter,
  ToWriter,
  WorkMessage,
  WriterFacts,
  WriterLimits,
  WriterStart,
} from './messages.ts'
import { Reader } from './reader.ts'
import { keepWriter, mayKeepWriter, writerThread } from './thread.ts'

export interface SqliteOptions {
  readonly file: string
  readonly modules: readonly string[]
  readonly limits: WriterLimits & QueueLimits
  readonly by: string
  readonly now: () => number
  readonly faults?: Faulty
  /** Topics to wake, after the commit. */
  readonly onHints: (hints: readonly string[]) => void
  readonly onSlow: (name: string, ms: number) => void
  /** The state on disk is unknown: ends the process. */
  readonly onFatal: (why: string) => void
}

export interface QueueLimits {
  readonly queueWorks: number
  readonly queueBytes: number
}

/** How much room the disk has: `low` refuses bulk works, `out` all. */
export type DiskRoom = 'enough' | 'low' | 'out'

interface Waiting {
  readonly bytes: number
  resolve(output: unknown): void
  reject(error: Error): void
}

// Below this a copy costs less than handing the memory itself to the other thread.
const HANDED_OVER_BYTES = 16_384

// The share of the queue that bulk works may fill.
const BULK_SHARE = 0.75

/** The calling side of the writer thread. */
export class SqliteStore implements Store {
  readonly engine = 'sqlite'
  readonly #options: SqliteOptions
  readonly #worker: Worker
  readonly #reader: Reader
  readonly #waiting = new Map<number, Waiting>()
  readonly #facts = new Map<number, (facts: WriterFacts) => void>()
  readonly #onMessage = (message: FromWriter): void => this.#receive(message)
  readonly #onError = (error: unknown): void => this.#die(`the writer thread failed: ${error}`)
  readonly #onExit = (): void => this.#die('the writer thread ended')
  /** The thread may not be as it was when it had read its modules. */
  #spoilt = false
  #outbox: WorkMessage[] = []
  #lastId = 0
  #bytes = 0
  #room: DiskRoom = 'enough'
  #closed: StorageError | undefined
  #onClosed: (() => void) | undefined

  private constructor(worker: Worker, options: SqliteOptions) {
    this.#options = options
    this.#worker = worker
    this.#reader = new Reader(options.file, options.onSlow)
    worker.on('message', this.#onMessage)
    worker.on('error', this.#onError)
    worker.on('exit', this.#onExit)
  }

  /** Starts the writer thread, which migrates. @throws what kept it from starting */
  static async open(options: SqliteOptions): Promise<SqliteStore> {
    const { file, modules, limits, by, faults } = options
    const worker = writerThread(modules)
    try {
      const start: WriterStart = { file, limits, by, ...(faults && { faults }) }
      worker.postMessage(start)
      await started(worker)
    } catch (error) {
      await worker.terminate()
      throw error
    }
    return new SqliteStore(worker, options)
  }

  async tx<I, O>(work: Work<I, O>, input: I, options: TxOptions = {}): Promise<O> {
    if (this.#closed !== undefined) throw this.#closed
    const bytes = work.form.toBytes(input)
    this.#admit(work, bytes.length)
    const id = ++this.#lastId
    this.#post({
      id,
      name: work.name,
      urgent: work.urgent,
      call: { ...options, now: this.#options.now(), input: bytes },
    })
    this.#bytes += bytes.length
    const output = await new Promise<unknown>((resolve, reject) => {
      this.#waiting.set(id, { bytes: bytes.length, resolve, reject })
    })
    // Produced by the same work in the writer thread, whose type is checked at its declaration.
    return output as O
  }

  async read<I, O>(query: Query<I, O>, input: I): Promise<O> {
    if (this.#closed !== undefined) throw this.#closed
    return this.#reader.read(query, input, this.#options.now())
  }

  /** Numbers for `doctor` and metrics. */
  facts(): Promise<WriterFacts> {
    return this.#ask((id) => ({ kind: 'facts', id }))
  }

  /** Gives a slice of free pages back to the disk; returns how many are left. */
  async shrink(): Promise<number> {
    return (await this.#ask((id) => ({ kind: 'shrink', id }))).freePages
  }

  /** Writes the log back into the file and empties it. */
  async checkpoint(): Promise<void> {
    await this.#ask((id) => ({ kind: 'checkpoint', id }))
  }

  get queued(): { works: number; bytes: number } {
    return { works: this.#waiting.size, bytes: this.#bytes }
  }

  setRoom(room: DiskRoom): void {
    this.#room = room
  }

  async close(): Promise<void> {
    const dead = this.#closed !== undefined
    this.#closed ??= new StorageError('storage_unavailable', 'the store is closed')
    // First, so that the writer is the last to close and can remove the log.
    await this.#reader.close()
    if (!dead) {
      const again = !this.#spoilt && mayKeepWriter()
      const ended = again ? undefined : endOf(this.#worker)
      await new Promise<void>((resolve) => {
        this.#onClosed = resolve
        this.#flush()
        this.#send({ kind: 'close', again })
      })
      await ended
      if (again && !this.#spoilt) return this.#letGo()
    }
    await this.#worker.terminate()
  }

  #letGo(): void {
    this.#worker.off('message', this.#onMessage)
    this.#worker.off('error', this.#onError)
    this.#worker.off('exit', this.#onExit)
    keepWriter(this.#worker)
  }

  #admit(work: Pick<Work<never, unknown>, 'urgent'>, bytes: number): void {
    if (this.#room === 'out' || (this.#room === 'low' && !work.urgent)) {
      throw new StorageError('storage_full', 'the disk is nearly full; nothing was written: free space')
    }
    const { queueWorks, queueBytes } = this.#options.limits
    const share = work.urgent ? 1 : BULK_SHARE
    if (this.#waiting.size < queueWorks * share && this.#bytes + bytes <= queueBytes * share) return
    throw new StorageError('busy', 'too much is waiting to be written; try again in a second')
  }

  // One message for all calls of a tick: after an answer many callers go on at once.
  #post(message: WorkMessage): void {
    this.#outbox.push(message)
    if (this.#outbox.length === 1) process.nextTick(() => this.#flush())
  }

  #flush(): void {
    if (this.#outbox.length === 0) return
    const works = this.#outbox
    this.#outbox = []
    const large = works.map(({ call }) => call.input.buffer).filter(({ byteLength }) => byteLength > HANDED_OVER_BYTES)
    this.#send({ kind: 'works', works }, large)
  }

  #ask(message: (id: number) => ToWriter): Promise<WriterFacts> {
    if (this.#closed !== undefined) return Promise.reject(this.#closed)
    const id = ++this.#lastId
    return new Promise((resolve) => {
      this.#facts.set(id, resolve)
      this.#send(message(id))
    })
  }

  #send(message: ToWriter, handedOver: readonly ArrayBuffer[] = []): void {
    this.#worker.postMessage(message, handedOver)
  }

  #receive(message: FromWriter): void {
    switch (message.kind) {
      case 'answers':
        for (const answer of message.answers) this.#answer(answer)
        if (message.fatal !== undefined) this.#die(message.fatal)
        return
      case 'facts':
        this.#facts.get(message.id)?.(message.facts)
        this.#facts.delete(message.id)
        return
      case 'slow':
        this.#options.onSlow(message.name, message.ms)
        return
      case 'closed':
        this.#onClosed?.()
        this.#onClosed = undefined
        return
      case 'ready':
      case 'failed':
        return
    }
  }

  #answer(answer: Answer): void {
    const waiting = this.#waiting.get(answer.id)
    if (waiting === undefined) return
    this.#waiting.delete(answer.id)
    this.#bytes -= waiting.bytes
    if ('error' in answer) {
      // Something of a work that left the thread may still run there.
      if (answer.error.own.code === 'tx_left_thread') this.#spoilt = true
      waiting.reject(errorFromWire(answer.error))
      return
    }
    waiting.resolve(answer.output && fromWire(answer.output))
    if (answer.hints !== undefined) this.#options.onHints(answer.hints)
  }

  #die(why: string): void {
    this.#spoilt = true
    this.#onClosed?.()
    if (this.#closed !== undefined) return
    this.#closed = new StorageError('storage_unavailable', 'the store has failed; the process restarts')
    const unknown = 'the store failed before the answer: ask again with the same key after the restart'
    for (const waiting of this.#waiting.values()) waiting.reject(new StorageError('commit_unknown', unknown))
    this.#waiting.clear()
    this.#options.onFatal(why)
  }
}

/** The thread's own end. What a work left behind when it left the thread (a timer, a socket) holds it up for a second at most. */
function endOf(worker: Worker): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, 1_000)
    worker.once('exit', () => {
      clearTimeout(timer)
      resolve()
    })
  })
}

function started(worker: Worker): Promise<void> {
  return new Promise((resolve, reject) => {
    worker.once('error', reject)
    worker.once('message', (message: FromWriter) => {
      worker.off('error', reject)
      if (message.kind === 'failed') reject(errorFromWire(message.error))
      else resolve()
    })
  })
}
