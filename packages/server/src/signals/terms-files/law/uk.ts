import { type LawEntry, type LawSource, slugOf } from './source.ts'
import { badSource, flatText, isElement, StrictReader, type XmlElement } from './xml.ts'

/** Where text stands, and what it stands in: an entry of the Schedule is one `Text`. */
const BLOCKS = new Set([
  ...['ScheduleBody', 'Part', 'Pblock', 'P', 'P1group', 'P1', 'P1para', 'P2', 'P2para', 'Para', 'BlockText'],
  ...['UnorderedList', 'OrderedList', 'ListItem', 'Addition', 'Substitution', 'Repeal'],
])
/** Numbers and headings are no entries. */
const PASSED = new Set(['Pnumber', 'Number', 'Title', 'CommentaryRef'])
const INLINE = new Set([
  ...['Addition', 'Substitution', 'Repeal', 'CommentaryRef', 'FootnoteRef', 'Emphasis', 'Strong', 'SmallCaps', 'Term'],
  ...['Acronym', 'Abbreviation', 'Character', 'Citation', 'Superior', 'Inferior'],
])
/** The Schedule came into force with these organisations on it (S.I. 2001/421). */
const IN_FORCE = '2001-02-19'
const LONGEST = 600

/** Schedule 2 to the Terrorism Act 2000 as legislation.gov.uk gives it in XML: the whole Act, or the Schedule alone. */
export function readUk(file: string, root: XmlElement): LawSource {
  const read = new StrictReader(file)
  const { DocumentURI = '' } = root.attributes
  if (!/\/ukpga\/2000\/11(\/|$)/.test(DocumentURI))
    throw badSource(file, 'it is not the Terrorism Act 2000 (ukpga/2000/11)')
  const schedule = descendants(root).find(
    ({ name, attributes }) => name === 'Schedule' && attributes.id === 'schedule-2',
  )
  const parts = read.children(read.needed(schedule, 'Schedule 2', root), [
    'Number',
    'TitleBlock',
    'Reference',
    'CommentaryRef',
    'ScheduleBody',
  ])
  const notes = commentaries(root)
  const body = read.needed(parts.get('ScheduleBody')?.[0], 'ScheduleBody', root)
  const entries = linesOf(read, body, undefined).flatMap(({ text, note, element }) => {
    if (text.length > LONGEST) throw read.bad(element, 'an entry is longer than any name')
    return entryOf(text, (note === undefined ? undefined : dateIn(notes.get(note) ?? '')) ?? IN_FORCE)
  })
  if (entries.length === 0) throw badSource(file, 'Schedule 2 lists nothing; an empty list is not made')
  const all = descendants(root)
  const day = all.find(({ name }) => name === 'valid') ?? all.find(({ name }) => name === 'modified')
  return {
    ...{
      jurisdiction: 'uk',
      title: 'Terrorism Act 2000, Schedule 2',
      licence: 'OGL-UK-3.0 (Open Government Licence v3.0)',
    },
    ...{ file, entries, leftOut: new Map() },
    day: read.needed(day && read.day(flatText(day), day), 'dct:valid', root),
  }
}

interface Line {
  readonly text: string
  /** What changed it last, by the id of the note. */
  readonly note: string | undefined
  readonly element: XmlElement
}

/** The lines of the Schedule, in their order. @throws AppError an element that it does not have */
function linesOf(read: StrictReader, block: XmlElement, note: string | undefined): Line[] {
  const here = noteOf(block) ?? note
  return block.content.filter(isElement).flatMap((part) => {
    if (PASSED.has(part.name)) return []
    if (part.name === 'Text') return lineOf(read, part, here)
    if (!BLOCKS.has(part.name)) throw read.unknown(part, block)
    return part.name === 'Repeal' ? [] : linesOf(read, part, here)
  })
}

function lineOf(read: StrictReader, element: XmlElement, note: string | undefined): Line {
  let last = note
  const textOf = (one: XmlElement): string =>
    one.content
      .map((part) => {
        if (!isElement(part)) return part
        if (!INLINE.has(part.name)) throw read.unknown(part, one)
        // What was repealed is shown as a row of dots, or as what it was.
        if (part.name === 'Repeal') return ''
        last = noteOf(part) ?? last
        return textOf(part)
      })
      .join('')
  const text = textOf(element).replaceAll(/\s+/g, ' ').trim()
  return { text, note: last, element }
}

const noteOf = ({ name, attributes }: XmlElement): string | undefined =>
  name === 'Addition' || name === 'Substitution' ? attributes.CommentaryRef : undefined

/** "Words in Sch. 2 inserted (29.3.2001) by S.I. 2001/1261": the day in brackets. */
function dateIn(note: string): string | undefined {
  const [, day = '', month = '', year = ''] = /\((\d{1,2})\.(\d{1,2})\.(\d{4})\)/.exec(note) ?? []
  return year === '' ? undefined : `${year}-${month.padStart(2, '0')}-${day.padStart(2, '0')}`
}

function commentaries(root: XmlElement): ReadonlyMap<string, string> {
  const all = descendants(root).filter(({ name }) => name === 'Commentary')
  return new Map(all.map((one) => [one.attributes.id ?? '', flatText(one)]))
}

function descendants(element: XmlElement): XmlElement[] {
  return [element, ...element.content.filter(isElement).flatMap(descendants)]
}

/**
 * One line of the Schedule: `Name (Other Name) (ACRONYM)`, or `Name, including Another`. Rows of dots and the note that says which
 * organisation a name means are no entries.
 */
function entryOf(line: string, listed: string): LawEntry[] {
  if (!/\p{L}/u.test(line) || /^(Note\b|The entry for\b)/.test(line)) return []
  const [outside, inside] = parted(line)
  const [main = '', including] = outside.split(/,? including (?:the )?/)
  const name = trimmed(main)
  // Of "X, including A and all units of it" no name can be told.
  const more = including === undefined || / and /.test(including) ? [] : [including]
  const aliases = [...inside, ...more].map(trimmed).filter((text) => text !== '')
  return [
    {
      id: `uk-${slugOf(name)}`,
      name,
      aliases: aliases.map((text) => ({ text })),
      act: 'Terrorism Act 2000, Schedule 2',
      listed,
    },
  ]
}

/** What stands outside of brackets, and each piece that stands inside one or more. */
function parted(line: string): readonly [string, readonly string[]] {
  let outside = ''
  let depth = 0
  const inside: string[] = []
  for (const piece of line.split(/([()])/)) {
    if (piece === '(') depth += 1
    else if (piece === ')') depth = Math.max(0, depth - 1)
    else if (depth === 0) outside += piece
    else inside.push(piece.replace(/^\s*(including|also known as|a\.?k\.?a\.?)\s+(the\s+)?/i, ''))
  }
  return [outside, inside]
}

const trimmed = (text: string): string => text.replaceAll(/\s+/g, ' ').replace(/^[\s“"'‘,;]+|[\s”"’'.,;]+$/gu, '')
