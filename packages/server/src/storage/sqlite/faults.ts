import type { Fault } from './messages.ts'

/** Raises chosen errors at chosen statements, so that tests see what a failing disk does. Not used otherwise. */
export class Faults {
  readonly #faults: readonly Fault[]
  readonly #seen = { statement: 0, commit: 0 }

  constructor(faults: readonly Fault[]) {
    this.#faults = faults
  }

  before(on: Fault['on']): void {
    this.#seen[on] += 1
    this.#raise(on, false)
  }

  after(on: Fault['on']): void {
    this.#raise(on, true)
  }

  #raise(on: Fault['on'], after: boolean): void {
    const fault = this.#faults.find(
      (one) => one.on === on && one.at === this.#seen[on] && (one.after ?? false) === after,
    )
    if (fault !== undefined) throw Object.assign(new Error('injected fault'), { errcode: fault.errcode })
  }
}
