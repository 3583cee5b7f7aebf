import type { LawAlias, LawEntry, LawSource } from './source.ts'
import { badSource, StrictReader, type XmlElement } from './xml.ts'

const ENTITY = [
  ...['remark', 'regulation', 'subjectType', 'nameAlias', 'citizenship', 'birthdate', 'address', 'identification'],
]
const INSIDE: Readonly<Record<string, readonly string[]>> = {
  remark: [],
  regulation: ['publicationUrl'],
  subjectType: [],
  nameAlias: ['remark', 'regulationSummary'],
  citizenship: ['remark', 'regulationSummary'],
  birthdate: ['remark', 'regulationSummary'],
  address: ['remark', 'regulationSummary', 'contactInfo'],
  identification: ['remark', 'regulationSummary'],
}

/** Programmes about groups that use violence. Companies of others are no matter of this list. */
const PROGRAMMES = ['TAQA', 'TERR', 'HAM', 'SOM', 'YEM']

/**
 * The list of financial sanctions of the European Union, as XML: its enterprises. Persons are not read.
 *
 * @param regimes further programmes to take, as the file calls them
 */
export function readEu(file: string, root: XmlElement, regimes: readonly string[]): LawSource {
  const read = new StrictReader(file)
  const wanted = new Set([...PROGRAMMES, ...regimes])
  const leftOut = new Map<string, number>()
  const entries: LawEntry[] = []
  for (const entity of read.children(root, ['sanctionEntity']).get('sanctionEntity') ?? []) {
    const parts = read.children(entity, ENTITY)
    for (const [name, all] of parts)
      for (const one of all) if (name !== 'remark') read.children(one, INSIDE[name] ?? [])
    if (!isOrganisation(read, entity, parts.get('subjectType')?.[0])) continue
    const programmes = (parts.get('regulation') ?? []).flatMap(({ attributes }) => attributes.programme ?? [])
    const programme = programmes.find((one) => wanted.has(one))
    if (programme !== undefined) entries.push(entryOf(read, entity, { parts, programme }))
    else leftOut.set(programmes[0] ?? 'none', (leftOut.get(programmes[0] ?? 'none') ?? 0) + 1)
  }
  if (entries.length === 0)
    throw badSource(file, 'it lists no organisation of these programmes; an empty list is not made')
  const day = read.needed(read.day(root.attributes.generationDate, root), 'generationDate', root)
  return {
    ...{ jurisdiction: 'eu', title: 'EU list of financial sanctions', licence: 'Commission Decision 2011/833/EU' },
    ...{ file, day, entries, leftOut },
  }
}

function isOrganisation(read: StrictReader, entity: XmlElement, subject: XmlElement | undefined): boolean {
  const code = read.needed(subject?.attributes.code, 'subjectType', entity)
  if (code !== 'enterprise' && code !== 'person')
    throw read.bad(entity, `the subject "${code.slice(0, 40)}" is unknown`)
  return code === 'enterprise'
}

function entryOf(
  read: StrictReader,
  entity: XmlElement,
  { parts, programme }: { readonly parts: ReadonlyMap<string, readonly XmlElement[]>; readonly programme: string },
): LawEntry {
  const { euReferenceNumber, logicalId, designationDate, unitedNationId } = entity.attributes
  const names = (parts.get('nameAlias') ?? []).flatMap(aliasOf)
  // The first name that the source stands by, in English if there is one, is what reviewers read.
  const name = names.find(({ lang, weak }) => !weak && (lang === undefined || lang === 'en')) ?? names[0]
  const published = [...parts.values()].flat().flatMap(publishedIn)
  const listed = designationDate === undefined || designationDate === '' ? published.toSorted()[0] : designationDate
  const id = euReferenceNumber === undefined || euReferenceNumber === '' ? logicalId : euReferenceNumber
  return {
    id: `eu-${read.needed(id, 'euReferenceNumber', entity)}`,
    name: read.needed(name, 'nameAlias', entity).text,
    // The name is among them, with its language.
    aliases: names,
    act: `EU financial sanctions, ${programme}`,
    listed: read.needed(read.day(listed, entity), 'designationDate', entity),
    ...(unitedNationId !== undefined && unitedNationId !== '' && { unReference: unitedNationId }),
  }
}

function aliasOf({ attributes: { wholeName = '', nameLanguage = '', strong } }: XmlElement): LawAlias[] {
  const text = wholeName.replaceAll(/\s+/g, ' ').trim()
  if (text === '') return []
  return [
    {
      text,
      ...(nameLanguage !== '' && { lang: nameLanguage.toLowerCase() }),
      ...(strong === 'false' && { weak: true }),
    },
  ]
}

/** Days on which what is said here was published: of the element itself, and of what it rests on. */
function publishedIn({ attributes, content }: XmlElement): string[] {
  const inside = content.flatMap((part) => (typeof part === 'string' ? [] : (part.attributes.publicationDate ?? [])))
  return [...(attributes.publicationDate === undefined ? [] : [attributes.publicationDate]), ...inside].filter(
    (day) => day !== '',
  )
}
