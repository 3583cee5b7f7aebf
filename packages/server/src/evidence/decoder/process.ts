import { type ChildProcessByStdio, spawn } from 'node:child_process'
import type { Readable, Writable } from 'node:stream'
import { readUpkeep } from './answers.ts'
import { type Frame, FrameError, FrameReader, framePieces } from './frames.ts'
import { ANSWER } from './limits.ts'

/** A program and its arguments, walls included. */
export interface Command {
  readonly file: string
  readonly args: readonly string[]
  /** What it is handed before anything is asked. */
  readonly input?: Uint8Array
}

/** `late` it did not answer in time · `died` it ended · `nonsense` it said something that it may not say. */
export type FailureCode = 'late' | 'died' | 'nonsense'

export class ChildFailure extends Error {
  override readonly name = 'ChildFailure'
  readonly code: FailureCode
  constructor(code: FailureCode) {
    super(`the decoder failed: ${code}`)
    this.code = code
  }
}

export interface Request<T> {
  readonly head: object
  readonly body: Uint8Array
  readonly timeoutMs: number
  /** How long the answer's body may be. */
  readonly bodyBytes: number
  /** Reads the answer; whatever it throws is the child's fault. */
  readonly read: (answer: Frame) => T
}

interface Pending {
  readonly id: number
  readonly reader: FrameReader
  readonly take: (answer: Frame) => void
  readonly fail: (failure: ChildFailure) => void
}

/**
 * One running decoder. It has an empty environment, three pipes and no other handle. Whatever it does wrong ends it: it is
 * killed, never argued with.
 */
export class DecoderProcess {
  readonly #child: ChildProcessByStdio<Writable, Readable, null>
  #pending: Pending | undefined
  #asked = 0
  #alive = true
  /** CPU time that it says to have used. Its limit holds anyway; a truthful child is replaced before that. */
  cpuMs = 0
  tired = false

  constructor(command: Command) {
    this.#child = spawn(command.file, command.args, { env: {}, cwd: '/', stdio: ['pipe', 'pipe', 'ignore'] })
    this.#child.on('error', () => this.#fail('died'))
    this.#child.on('exit', () => this.#fail('died'))
    // A child that died has closed its end; `exit` says so.
    this.#child.stdin.on('error', () => this.#fail('died'))
    this.#child.stdout.on('data', (piece: Uint8Array) => this.#hear(piece))
    if (command.input !== undefined) this.#child.stdin.write(command.input)
  }

  get alive(): boolean {
    return this.#alive
  }

  get pid(): number | undefined {
    return this.#child.pid
  }

  /** Asks one thing; the caller waits for the answer before it asks the next. @throws ChildFailure */
  async ask<T>({ head, body, timeoutMs, bodyBytes, read }: Request<T>): Promise<T> {
    if (!this.#alive) throw new ChildFailure('died')
    this.#asked += 1
    const { promise, resolve, reject } = Promise.withResolvers<T>()
    const timer = setTimeout(() => this.#fail('late'), timeoutMs)
    const over = () => clearTimeout(timer)
    promise.then(over, over)
    this.#pending = {
      id: this.#asked,
      reader: new FrameReader({ headBytes: ANSWER.headBytes, bodyBytes }),
      take: (answer) => resolve(read(answer)),
      fail: reject,
    }
    for (const piece of framePieces({ ...head, id: this.#asked }, body)) this.#child.stdin.write(piece)
    return promise
  }

  kill(): void {
    this.#fail('died')
  }

  #hear(piece: Uint8Array): void {
    const pending = this.#pending
    if (pending === undefined) {
      this.#fail('nonsense')
      return
    }
    try {
      const frame = pending.reader.push(piece)
      if (frame === undefined) return
      const { id, cpuMs, tired } = readUpkeep(frame.head)
      if (id !== pending.id) throw new FrameError(`expected answer ${pending.id}, found ${id}`)
      pending.take(frame)
      this.#pending = undefined
      this.cpuMs = cpuMs
      this.tired = tired
    } catch {
      this.#fail('nonsense')
    }
  }

  #fail(code: FailureCode): void {
    this.#alive = false
    this.#child.kill('SIGKILL')
    this.#pending?.fail(new ChildFailure(code))
    this.#pending = undefined
  }
}
