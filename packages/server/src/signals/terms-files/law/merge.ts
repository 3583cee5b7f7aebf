import { checkTerm } from '@lamplighter/matching'
import type { Organisation } from '../shapes.ts'
import { asRead, isAmbiguous, readName } from '../words.ts'
import type { LawAlias, LawEntry, LawSource } from './source.ts'

/** What several laws say, one organisation after another. */
export interface Merged {
  readonly organisations: readonly Organisation[]
  /** Names that cannot be looked for: with the organisation and the reason. */
  readonly unusable: readonly { readonly id: string; readonly why: string }[]
}

interface Gathered {
  readonly id: string
  readonly name: string
  readonly names: LawAlias[]
  readonly listings: Organisation['listings'][number][]
}

/**
 * Puts the entries of several laws together: one organisation is the same where a source names its reference on the list of the
 * United Nations, or where the main names read the same.
 */
export function mergeSources(sources: readonly LawSource[]): Merged {
  const all: Gathered[] = []
  const byKey = new Map<string, Gathered>()
  // The list of the United Nations first: others name its references.
  for (const source of sources.toSorted((a, b) => ORDER.indexOf(a.jurisdiction) - ORDER.indexOf(b.jurisdiction))) {
    for (const entry of source.entries) {
      const keys = [
        `name ${readName(entry.name)}`,
        ...(entry.unReference === undefined ? [] : [`un ${entry.unReference}`]),
      ]
      const known = keys.map((key) => byKey.get(key)).find((one) => one !== undefined)
      const gathered = known ?? { id: entry.id, name: entry.name, names: [], listings: [] }
      if (known === undefined) all.push(gathered)
      for (const key of keys) if (!byKey.has(key)) byKey.set(key, gathered)
      const isThere = entry.name === gathered.name || entry.aliases.some(({ text }) => text === entry.name)
      gathered.names.push(...(isThere ? [] : [{ text: entry.name }]), ...entry.aliases)
      gathered.listings.push(listingOf(source, entry))
    }
  }
  const unusable: { id: string; why: string }[] = []
  const organisations = all.map((one) => organisationOf(one, (why) => unusable.push({ id: one.id, why })))
  return { organisations: organisations.toSorted((a, b) => (a.id < b.id ? -1 : 1)), unusable }
}

const ORDER = ['un', 'uk', 'eu']

function listingOf({ jurisdiction, file, day }: LawSource, { act, listed, delisted }: LawEntry) {
  return { jurisdiction, act, listed, ...(delisted !== undefined && { delisted }), source: `${file} of ${day}` }
}

function organisationOf({ id, name, names, listings }: Gathered, onUnusable: (why: string) => void): Organisation {
  const seen = new Set([readName(name)])
  const skeletons = new Set([consonants(name)])
  const aliases: Organisation['aliases'][number][] = []
  for (const { text, lang, weak } of names) {
    const problem = checkTerm({ text, part: text.length === 1 })
    const read = readName(text)
    if (problem !== undefined) onUnusable(problem.message)
    if (problem !== undefined || read === '' || seen.has(read)) continue
    seen.add(read)
    const kind = kindOf(text, skeletons)
    skeletons.add(consonants(text))
    aliases.push({
      ...{ text, kind },
      ...(lang !== undefined && { lang }),
      ...((weak === true || isAmbiguous(text)) && { ambiguous: true }),
    })
  }
  return { id, name, aliases, listings }
}

const ACRONYM = /^[\p{Lu}\p{N}][\p{Lu}\p{N}./-]{1,11}$/u

/** An alias of the same consonants as a name before it is that name in another spelling: "Jaish e" and "Jaysh-i". */
function kindOf(text: string, skeletons: ReadonlySet<string>): Organisation['aliases'][number]['kind'] {
  if (ACRONYM.test(text)) return 'acronym'
  return skeletons.has(consonants(text)) ? 'transliteration' : 'name'
}

const consonants = (text: string): string =>
  asRead(text)
    .replaceAll(/[^\p{L}]|[aeiouyhw]/gu, '')
    .replaceAll(/(.)\1+/gu, '$1')
