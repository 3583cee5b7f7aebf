import type { Ask } from './leaves.ts'
import type { Truth } from './logic.ts'
import type { Run } from './terms.ts'

/** A condition ready to be asked. However many rules ask it, an event answers it once. */
export class Question {
  readonly #ask: Ask
  readonly #slot: number
  /** Whether it reads a counter: its answer then holds for one reading of the counters alone. */
  readonly #counted: boolean

  constructor(ask: Ask, { slot, counted }: { slot: number; counted: boolean }) {
    this.#ask = ask
    this.#slot = slot
    this.#counted = counted
  }

  /** Says what the answer is, before anybody asks. One that reads a counter is always asked: it rests on the readings. */
  settle(run: Run, answer: Truth): void {
    if (!this.#counted) run.answers[this.#slot] = answer
  }

  answer(run: Run): Truth {
    const answers = this.#counted ? run.countedAnswers : run.answers
    const known = answers[this.#slot]
    if (known !== null) return known
    const answer = this.#ask(run)
    answers[this.#slot] = answer
    return answer
  }
}
