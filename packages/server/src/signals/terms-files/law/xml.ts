import { SaxesParser } from 'saxes'
import { AppError } from '../../../http/errors.ts'

/** One element of a law source, with what stands in it in its order. */
export interface XmlElement {
  /** Without its prefix. */
  readonly name: string
  /** By names without their prefixes. */
  readonly attributes: Readonly<Record<string, string>>
  readonly content: readonly (XmlElement | string)[]
  readonly line: number
}

/** A file of a law source that cannot be used: nothing is made of it. */
export function badSource(file: string, detail: string): AppError {
  return new AppError('invalid', `${file}: ${detail}`)
}

const DEEPEST = 64

/**
 * Reads a file as a tree. A document type is refused, so no entity can be declared: the five that XML knows by itself are all there are.
 *
 * @throws AppError `invalid`
 */
export function parseXml(file: string, text: string): XmlElement {
  const parser = new SaxesParser({ xmlns: true, position: true })
  const open: { name: string; attributes: Record<string, string>; content: (XmlElement | string)[]; line: number }[] =
    []
  let root: XmlElement | undefined
  parser.on('error', ({ message }) => {
    throw badSource(file, `it is no good XML: ${message.replaceAll(/\s+/g, ' ').slice(0, 120)}`)
  })
  parser.on('doctype', () => {
    throw badSource(file, 'it has a document type, which no source has; fetch it anew')
  })
  parser.on('opentag', ({ local, attributes }) => {
    if (open.length >= DEEPEST) throw badSource(file, `elements lie deeper than ${DEEPEST}`)
    const named = Object.values(attributes).map((one) => [one.local, one.value])
    open.push({ name: local, attributes: Object.fromEntries(named), content: [], line: parser.line })
  })
  const add = (more: string): void => void open.at(-1)?.content.push(more)
  parser.on('text', add)
  parser.on('cdata', add)
  parser.on('closetag', () => {
    const element = open.pop()
    if (element === undefined) return
    const parent = open.at(-1)
    if (parent === undefined) root = element
    else parent.content.push(element)
  })
  parser.write(text).close()
  if (root === undefined) throw badSource(file, 'it is empty')
  return root
}

export const isElement = (part: XmlElement | string): part is XmlElement => typeof part !== 'string'

/** All text in an element, that of elements inside it too, with single spaces. */
export function flatText(element: XmlElement): string {
  const all = (one: XmlElement): string => one.content.map((part) => (isElement(part) ? all(part) : part)).join('')
  return all(element).replaceAll(/\s+/g, ' ').trim()
}

/** Reads elements of one file and refuses what its format does not have (text.md §4.1). */
export class StrictReader {
  readonly #file: string

  constructor(file: string) {
    this.#file = file
  }

  /** The children of an element, by name. @throws AppError one is not among `known`, or text stands between them */
  children(element: XmlElement, known: readonly string[]): ReadonlyMap<string, readonly XmlElement[]> {
    const found = new Map<string, XmlElement[]>()
    for (const part of element.content) {
      if (!isElement(part)) {
        if (part.trim() !== '') throw this.bad(element, `text where elements are expected, in <${element.name}>`)
        continue
      }
      if (!known.includes(part.name)) throw this.unknown(part, element)
      found.set(part.name, [...(found.get(part.name) ?? []), part])
    }
    return found
  }

  /** The text of an element that holds nothing else; undefined if there is none. */
  text(element: XmlElement | undefined): string | undefined {
    if (element === undefined) return undefined
    const inside = element.content.find(isElement)
    if (inside !== undefined) throw this.unknown(inside, element)
    const text = flatText(element)
    return text === '' ? undefined : text
  }

  /** A day, of a date or an instant. */
  day(text: string | undefined, element: XmlElement): string | undefined {
    if (text === undefined || text === '') return undefined
    const day = /^(\d{4}-\d\d-\d\d)(T|$)/.exec(text)?.[1]
    if (day === undefined || Number.isNaN(Date.parse(day)))
      throw this.bad(element, `expected a date in <${element.name}>`)
    return day
  }

  needed<T>(value: T | undefined, what: string, element: XmlElement): T {
    if (value === undefined) throw this.bad(element, `<${element.name}> has no ${what}`)
    return value
  }

  unknown(element: XmlElement, parent: XmlElement): AppError {
    return this.bad(
      element,
      `<${element.name}> in <${parent.name}> is unknown. The format has changed: look at what it says, and do not use the file before`,
    )
  }

  bad({ line }: XmlElement, detail: string): AppError {
    return badSource(this.#file, `line ${line}: ${detail}`)
  }
}
