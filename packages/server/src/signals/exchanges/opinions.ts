import type { OthersOpinion } from '../lists/changes.ts'

/** So many opinions are kept of one entry, and so many characters of the name of whoever has one. */
const MOST_OPINIONS = 100
const MOST_NAME_CHARS = 100

/** Those who dispute an entry come first, so that none of them is left out where there are too many. */
const ORDER: Readonly<Record<OthersOpinion['says'], number>> = { deny: 0, doubt: 1, affirm: 2 }

/**
 * What others say of one entry, one opinion for each of them: who says different things of it at once does not know, and so doubts it. Pure; the same
 * words in another order give the same answer.
 *
 * @param words as the source tells them; without ours
 */
export function opinionsFrom(words: readonly OthersOpinion[]): readonly OthersOpinion[] {
  const said = new Map<string, OthersOpinion['says']>()
  for (const { who: name, says } of words) {
    const who = nameOf(name)
    if (who === '') continue
    const before = said.get(who)
    said.set(who, before === undefined || before === says ? says : 'doubt')
  }
  return [...said]
    .map(([who, says]) => ({ who, says }))
    .toSorted((a, b) => ORDER[a.says] - ORDER[b.says] || (a.who < b.who ? -1 : 1))
    .slice(0, MOST_OPINIONS)
}

/** The name as it is shown: one line, without signs that turn or hide what stands beside it. */
const nameOf = (name: string): string => name.replaceAll(/\p{C}/gu, '').trim().slice(0, MOST_NAME_CHARS)

/** Whose opinions they are, for whoever reads them: the exchange, and what it calls them. */
export const toldBy = (exchange: string, opinions: readonly OthersOpinion[]): readonly OthersOpinion[] =>
  opinions.map(({ who, says }) => ({ who: `${exchange}: ${who}`, says }))
