import type { TermEntry } from '../lists/term-entry.ts'
import type { Organisation } from './shapes.ts'

/**
 * The names of an organisation as entries: one group, and none of them after the day on which the last law that lists it has taken
 * it off (text.md §4.1).
 */
export function entriesOf(organisation: Organisation): readonly TermEntry[] {
  const { id, name, aliases } = organisation
  const until = delistedOn(organisation)
  const expires = until === undefined ? {} : { expires: `${until}T00:00:00.000Z` }
  return [
    { value: withoutArticle(name), ...expires, term: { id: `${id}/0`, group: id } },
    ...aliases.map(({ text, lang, ambiguous }, at) => ({
      ...{ value: withoutArticle(text), ...expires },
      term: {
        ...{ id: `${id}/${at + 1}`, group: id },
        ...(lang !== undefined && { lang }),
        ...(ambiguous === true && { ambiguous }),
      },
    })),
  ]
}

/** The day on which nothing lists it any more, if there is one. */
export function delistedOn({ listings }: Pick<Organisation, 'listings'>): string | undefined {
  const ends = listings.map(({ delisted }) => delisted)
  return ends.includes(undefined) ? undefined : ends.toSorted().at(-1)
}

/** "The Lantern Brigade" is also written about without its article. */
const withoutArticle = (name: string): string => name.replace(/^the\s+/i, '')
