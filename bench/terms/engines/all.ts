import { join } from 'node:path'
import { compileTerms } from '../../../packages/matching/src/index.ts'
import { peersIn } from '../../lib/peers.ts'
import type { Engine, EngineName } from '../engine.ts'
import { alone } from './alone.ts'

const peers = peersIn(join(import.meta.dirname, '..'))

/** What of `modern-ahocorasick` is used here: its matcher, and the one over a double array. */
type AhoCorasick = new (
  terms: readonly string[],
  options: { boundary: 'ascii' },
) => { search(text: string): readonly { readonly pattern: string; readonly start: number }[] }

/** What of `@2toad/profanity` is used here. It tells whether there is something, and no place. */
interface Toad {
  readonly Profanity: new (options: {
    languages: string[]
  }) => {
    removeWords(words: string[]): void
    addWords(words: string[]): void
    exists(text: string): boolean
  }
  readonly profaneWords: ReadonlyMap<string, string[]>
}

/** What of `obscenity` is used here. */
interface Obscenity {
  parseRawPattern(pattern: string): unknown
  readonly RegExpMatcher: new (options: {
    blacklistedTerms: { id: number; pattern: unknown }[]
  }) => {
    hasMatch(text: string): boolean
    getAllMatches(text: string): readonly { readonly termId: number; readonly startIndex: number }[]
  }
}

function ahoCorasick(module: string): Engine {
  return {
    load(terms) {
      const matcher = new (peers.load<AhoCorasick>(module))(terms, { boundary: 'ascii' })
      return {
        search: (text) => matcher.search(text).length > 0,
        places: (text) => matcher.search(text).map(({ pattern, start }) => `${pattern}@${start}`),
      }
    },
  }
}

/** Each side with the same terms, as whole words. */
export const engines: Readonly<Record<EngineName, Engine>> = {
  ours: {
    load(terms) {
      const list = { id: 'words', version: 1, use: 'evidence', sealed: false } as const
      const { matcher } = compileTerms([{ ...list, terms: terms.map((text) => ({ id: text, text })) }])
      return {
        search: (text) => matcher.match(text).length > 0,
        places: (text) => matcher.match(text).map(({ term, from }) => `${term}@${from}`),
      }
    },
  },
  alone,
  modernAhoCorasick: ahoCorasick('modern-ahocorasick'),
  modernAhoCorasickFast: ahoCorasick('modern-ahocorasick/fast'),
  toad: {
    load(terms) {
      const { Profanity, profaneWords } = peers.load<Toad>('@2toad/profanity')
      const filter = new Profanity({ languages: ['en'] })
      // Its own list is not what is measured.
      filter.removeWords(profaneWords.get('en') ?? [])
      filter.addWords([...terms])
      return { search: (text) => filter.exists(text), places: () => undefined }
    },
  },
  obscenity: {
    load(terms) {
      const { parseRawPattern, RegExpMatcher } = peers.load<Obscenity>('obscenity')
      const matcher = new RegExpMatcher({
        blacklistedTerms: terms.map((term, id) => ({ id, pattern: parseRawPattern(`|${term}|`) })),
      })
      return {
        search: (text) => matcher.hasMatch(text),
        places: (text) => matcher.getAllMatches(text).map(({ termId, startIndex }) => `${terms[termId]}@${startIndex}`),
      }
    },
  },
  // What many begin with: no word boundaries, no disguises, so it is asked for its speed only.
  loop: {
    load: (terms) => ({
      search(text) {
        const lower = text.toLowerCase()
        let found = false
        for (const term of terms) if (lower.includes(term)) found = true
        return found
      },
      places: () => undefined,
    }),
  },
}
