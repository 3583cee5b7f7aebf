import { wordsOf } from '../case/case-number.ts'

/** A measure as a notice names it: `limit links` as *limit: links*; one in words of its own stays as it was written. */
export const effectWords = (effect: string, choiceWords: (choice: string) => string): string => {
  const [, act = effect, capability] = /^(limit) (\S+)$/.exec(effect) ?? []
  return capability === undefined ? choiceWords(act) : `${choiceWords(act)}: ${wordsOf(capability)}`
}
