import type { LawAlias, LawEntry, LawSource } from './source.ts'
import { badSource, StrictReader, type XmlElement } from './xml.ts'

const ENTITY = [
  ...[
    'DATAID',
    'VERSIONNUM',
    'FIRST_NAME',
    'UN_LIST_TYPE',
    'REFERENCE_NUMBER',
    'LISTED_ON',
    'DELISTED_ON',
    'SUBMITTED_ON',
  ],
  ...['SUBMITTED_BY', 'NAME_ORIGINAL_SCRIPT', 'COMMENTS1', 'NOTE', 'LIST_TYPE', 'LAST_DAY_UPDATED', 'ENTITY_ALIAS'],
  ...['ENTITY_ADDRESS', 'SORT_KEY', 'SORT_KEY_LAST_MOD'],
]
const ALIAS = ['QUALITY', 'ALIAS_NAME', 'NOTE', 'DATE_OF_BIRTH', 'CITY_OF_BIRTH', 'COUNTRY_OF_BIRTH']
const ADDRESS = ['STREET', 'CITY', 'STATE_PROVINCE', 'ZIP_CODE', 'COUNTRY', 'NOTE']
const QUALITIES = new Set(['Good', 'Low', 'a.k.a.', 'f.k.a.', ''])

/** Regimes about groups that use violence. Companies of others are no matter of this list. */
const REGIMES = ['Al-Qaida', 'Taliban', 'Somalia', 'Yemen']

/**
 * The consolidated list of the United Nations Security Council, as XML: its entities. Individuals are not read: a person's name is no
 * matter of a list of organisations.
 *
 * @param regimes further ones to take, as the file calls them
 */
export function readUn(file: string, root: XmlElement, regimes: readonly string[]): LawSource {
  const read = new StrictReader(file)
  const parts = read.children(root, ['INDIVIDUALS', 'ENTITIES'])
  const day = read.needed(read.day(root.attributes.dateGenerated, root), 'dateGenerated', root)
  const wanted = new Set([...REGIMES, ...regimes])
  const leftOut = new Map<string, number>()
  const entries: LawEntry[] = []
  for (const list of parts.get('ENTITIES') ?? []) {
    for (const entity of read.children(list, ['ENTITY']).get('ENTITY') ?? []) {
      const { entry, regime } = entryOf(read, entity)
      if (wanted.has(regime)) entries.push(entry)
      else leftOut.set(regime, (leftOut.get(regime) ?? 0) + 1)
    }
  }
  if (entries.length === 0)
    throw badSource(file, 'it lists no organisation of these regimes; an empty list is not made')
  return {
    ...{
      jurisdiction: 'un',
      title: 'United Nations Security Council Consolidated List',
      licence: 'public list of the United Nations',
    },
    ...{ file, day, entries, leftOut },
  }
}

function entryOf(read: StrictReader, entity: XmlElement): { readonly entry: LawEntry; readonly regime: string } {
  const parts = read.children(entity, ENTITY)
  const textOf = (name: string): string | undefined => read.text(parts.get(name)?.[0])
  const reference = read.needed(textOf('REFERENCE_NUMBER'), 'REFERENCE_NUMBER', entity)
  const delisted = read.day(textOf('DELISTED_ON'), entity)
  const original = textOf('NAME_ORIGINAL_SCRIPT')
  const aliases = (parts.get('ENTITY_ALIAS') ?? []).flatMap((alias) => aliasOf(read, alias))
  // What is not used is looked at, too: a new element inside an address may be what says that it is none.
  for (const address of parts.get('ENTITY_ADDRESS') ?? []) read.children(address, ADDRESS)
  const regime = read.needed(textOf('UN_LIST_TYPE'), 'UN_LIST_TYPE', entity)
  const entry = {
    id: `un-${reference}`,
    name: read.needed(textOf('FIRST_NAME'), 'FIRST_NAME', entity),
    aliases: [...(original === undefined ? [] : [{ text: original }]), ...aliases],
    act: `UN Security Council, ${regime}`,
    listed: read.needed(read.day(textOf('LISTED_ON'), entity), 'LISTED_ON', entity),
    ...(delisted !== undefined && { delisted }),
    unReference: reference,
  }
  return { entry, regime }
}

function aliasOf(read: StrictReader, alias: XmlElement): LawAlias[] {
  const parts = read.children(alias, ALIAS)
  const quality = read.text(parts.get('QUALITY')?.[0]) ?? ''
  if (!QUALITIES.has(quality)) throw read.bad(alias, `the quality "${quality.slice(0, 40)}" of a name is unknown`)
  const text = read.text(parts.get('ALIAS_NAME')?.[0])
  return text === undefined ? [] : [{ text, ...(quality === 'Low' && { weak: true }) }]
}
