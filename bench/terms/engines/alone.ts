import { buildTables, mergedText, scan } from '../../../packages/matching/src/text/automaton.ts'
import { isWithinWord } from '../../../packages/matching/src/text/place.ts'
import type { Engine } from '../engine.ts'

/**
 * The automaton of our matcher without the rest of it: no views but small letters, no explanation. It is what a word filter does that says whether
 * there is any listed word, and nothing else.
 */
export const alone: Engine = {
  load(terms) {
    // Some letters are one to the automaton, so of two terms that differ by them it is given one; what it finds is compared with all.
    const patterns = [...new Map(terms.map((term) => [mergedText(term), term])).values()]
    const lengths = [0, ...patterns.map(({ length }) => length)]
    const known = new Set(terms)
    const tables = buildTables(patterns)
    const found = (text: string): readonly string[] => {
      const lower = text.toLowerCase()
      const places: string[] = []
      scan(tables, lower, (pattern, end) => {
        const start = end - (lengths[pattern] ?? 0)
        if (isWithinWord(lower, start, end)) return
        const term = lower.slice(start, end)
        if (known.has(term)) places.push(`${term}@${start}`)
      })
      return places
    }
    return { search: (text) => found(text).length > 0, places: found }
  },
}
