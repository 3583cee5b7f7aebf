import { Session } from 'node:inspector'

/**
 * Counts work as V8 counts it: how often the functions and blocks of some files ran. For the same input the figure is the same on every
 * machine, busy or not, so a bound on it is a bound on time without a clock.
 */
export class Steps {
  readonly #session = new Session()
  readonly #files: RegExp

  /** @param files counts only in scripts whose address matches */
  constructor(files: RegExp) {
    this.#files = files
    this.#session.connect()
    this.#session.post('Profiler.enable')
    this.#session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: true })
  }

  /** The steps that this work took. */
  of(work: () => void): number {
    this.#take()
    work()
    return this.#take()
  }

  close(): void {
    this.#session.post('Profiler.stopPreciseCoverage')
    this.#session.disconnect()
  }

  /** Those since it was last asked. */
  #take(): number {
    let steps = 0
    this.#session.post('Profiler.takePreciseCoverage', (error, { result }) => {
      if (error !== null) throw error
      for (const script of result) {
        if (!this.#files.test(script.url)) continue
        for (const { ranges } of script.functions) for (const { count } of ranges) steps += count
      }
    })
    return steps
  }
}
