import { type ChildProcess, spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { Pdq } from '@lamplighter/matching'
import type { Place } from '../../storage/testing/engines.ts'

/** What a process is told that asks one list without a pause, and changes it when it is bidden. */
export interface AskErrand {
  readonly place: Pick<Place, 'folder' | 'url' | 'schema'>
  readonly list: string
  /** What it asks for, over and over: hashes that a seed decides, each some bits away from the listed one. */
  readonly drawn: { readonly count: number; readonly seed: number }
  readonly bits: readonly number[]
}

export type Bidding =
  | { readonly kind: 'import'; readonly values: readonly Pdq[] }
  | { readonly kind: 'put' | 'drop'; readonly value: Pdq }
  | { readonly kind: 'report' }

/** Milliseconds of the machine's own clock, which is one for all processes. */
export const machineMs = (): number => Number(process.hrtime.bigint()) / 1e6

/** A change that was acknowledged: what runs from then on in the process that made it. */
export interface Acknowledged {
  readonly version: number
  readonly begunAt: number
  readonly endedAt: number
}

/** In place of an entry: nobody could tell. */
export const UNKNOWN = -1

/** What was asked, answer by answer, in order. */
export interface Asked {
  readonly begunAt: Float64Array
  readonly endedAt: Float64Array
  /** Place of the value in the errand. */
  readonly value: Int32Array
  /** Number of the entry that was hit; 0 for no hit. */
  readonly entry: Int32Array
  /** Version that the hit names; 0 where nothing was hit. */
  readonly version: Int32Array
  /** How often a merged segment took the place of others meanwhile. */
  readonly swaps: number
}

export type Said =
  | { readonly kind: 'ready' }
  | ({ readonly kind: 'acknowledged' } & Acknowledged)
  | ({ readonly kind: 'asked' } & Asked)

const PROGRAM = fileURLToPath(new URL('./asking-program.ts', import.meta.url))

/** A server's process that asks and changes a list. */
export class Asking {
  readonly #process: ChildProcess
  readonly #ended: Promise<unknown>
  #errors = ''

  private constructor(errand: AskErrand) {
    this.#process = spawn(process.execPath, [PROGRAM, JSON.stringify(errand)], {
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
      serialization: 'advanced',
    })
    this.#process.stderr?.on('data', (chunk) => {
      this.#errors += String(chunk)
    })
    this.#ended = new Promise((resolve) => this.#process.once('close', resolve))
  }

  static async start(errand: AskErrand): Promise<Asking> {
    const asking = new Asking(errand)
    await asking.#hear('ready')
    return asking
  }

  async change(bidding: Exclude<Bidding, { kind: 'report' }>): Promise<Acknowledged> {
    this.#process.send(bidding)
    return this.#hear('acknowledged')
  }

  async report(): Promise<Asked> {
    this.#process.send({ kind: 'report' })
    return this.#hear('asked')
  }

  async end(): Promise<void> {
    this.#process.kill('SIGKILL')
    await this.#ended
  }

  #hear<K extends Said['kind']>(kind: K): Promise<Extract<Said, { kind: K }>> {
    return new Promise((resolve, reject) => {
      const listen = (said: Said): void => {
        if (said.kind !== kind) return
        this.#process.off('message', listen)
        resolve(said as Extract<Said, { kind: K }>)
      }
      this.#process.on('message', listen)
      void this.#ended.then(() => reject(new Error(`the process ended: ${this.#errors}`)))
    })
  }
}
