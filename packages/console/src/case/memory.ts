import type { CaseJson } from '@lamplighter/api'

const sent = new Map<number, CaseJson>()

/** Keeps the case as it was when its decision was sent, so that a refused decision can show what has changed since. */
export const rememberSent = (shown: CaseJson): void => {
  sent.set(shown.number, shown)
}

export const sentAs = (number: number): CaseJson | undefined => sent.get(number)

export const forgetSent = (number: number): void => {
  sent.delete(number)
}
