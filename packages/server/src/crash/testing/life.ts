import { type ChildProcess, spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { Errand, Said, Secrets, Waiting } from './errand.ts'
import type { Truth } from './truth.store.ts'

const LAUNCHER = fileURLToPath(new URL('./launcher.ts', import.meta.url))

/** One life of the server, from its start to its end. */
export class Life {
  readonly process: ChildProcess
  /** The exit code, or the signal that ended it. */
  readonly ended: Promise<number | string>
  readonly #errors: string[] = []
  #port = 0
  #secrets: Secrets | null = null

  private constructor(errand: Errand) {
    this.process = spawn(process.execPath, [LAUNCHER, JSON.stringify(errand)], {
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    })
    this.process.stderr?.on('data', (chunk) => this.#errors.push(String(chunk)))
    this.ended = new Promise((resolve) => this.process.once('close', (code, signal) => resolve(signal ?? code ?? -1)))
  }

  /** @throws Error with what the process said when it ends before it listens */
  static async start(errand: Errand): Promise<Life> {
    const life = new Life(errand)
    const ready = await life.#hear('ready')
    life.#port = ready.port
    life.#secrets = ready.secrets
    return life
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}`
  }

  /** Of the first life; the later ones know them already. */
  get secrets(): Secrets {
    if (this.#secrets === null) throw new Error('only the first life tells its secrets')
    return this.#secrets
  }

  async kill(): Promise<void> {
    this.process.kill('SIGKILL')
    await this.ended
  }

  /** Asks it to stop; tells how it ended and how many calls it had let in. */
  async stop(): Promise<{ ended: number | string; calls: number }> {
    this.process.kill('SIGTERM')
    const { calls } = await this.#hear('stopped')
    return { ended: await this.ended, calls }
  }

  waiting(): Promise<Waiting> {
    this.process.send('waiting')
    return this.#hear('waiting')
  }

  /** Bytes that it holds now. */
  async memory(): Promise<number> {
    this.process.send('memory')
    return (await this.#hear('memory')).bytes
  }

  async truth(): Promise<Truth> {
    this.process.send('truth')
    return (await this.#hear('truth')).truth
  }

  /** Waits until all that follows from what was sent has happened, as long as it becomes less. */
  async settled(idleMs: number): Promise<void> {
    let least = Number.POSITIVE_INFINITY
    let until = 0
    for (;;) {
      const left = await this.waiting()
      const sum = left.events + left.messages + left.records
      if (sum === 0) return
      if (sum < least) [least, until] = [sum, Date.now() + idleMs]
      if (Date.now() > until) throw new Error(`still to be done: ${JSON.stringify(left)}`)
      await new Promise((resolve) => setTimeout(resolve, 200))
    }
  }

  #hear<K extends Said['kind']>(kind: K): Promise<Extract<Said, { kind: K }>> {
    return new Promise((resolve, reject) => {
      const listen = (said: Said): void => {
        if (said.kind !== kind) return
        this.process.off('message', listen)
        resolve(said as Extract<Said, { kind: K }>)
      }
      this.process.on('message', listen)
      void this.ended.then((how) => reject(new Error(`the server ended with ${how}: ${this.#errors.join('')}`)))
    })
  }
}
