import { SaxesParser } from 'saxes'
import { ExchangeError } from './source.ts'

/** One element of an XML answer. All elements stand in the namespace that was asked for. */
export interface XmlElement {
  readonly name: string
  readonly attributes: Readonly<Record<string, string>>
  readonly children: readonly XmlElement[]
  /** The text directly inside, trimmed. */
  readonly text: string
  /** The element as it came. */
  readonly source: string
}

const DEEPEST = 16

interface Open {
  readonly name: string
  readonly attributes: Readonly<Record<string, string>>
  readonly children: XmlElement[]
  text: string
  readonly from: number
}

/**
 * Reads an XML answer as a tree. A document type is refused, so no entity can be declared; the five that XML knows by itself are all there are
 * (matching.md §10.1.8).
 *
 * @throws ExchangeError `unreadable`
 */
export function parseXml(text: string, root: string, namespace: string): XmlElement {
  const parser = new SaxesParser({ xmlns: true })
  const open: Open[] = []
  let found: XmlElement | undefined
  parser.on('error', ({ message }) => {
    throw unreadable(message.replaceAll(/\s+/g, ' ').slice(0, 100))
  })
  parser.on('doctype', () => {
    throw unreadable('it has a document type')
  })
  parser.on('opentag', (tag) => {
    if (open.length >= DEEPEST) throw unreadable(`elements lie deeper than ${DEEPEST}`)
    if (tag.uri !== namespace) throw unreadable('an element is of another namespace')
    if (open.length === 0 && tag.local !== root) throw unreadable(`expected <${root}>`)
    const attributes = Object.fromEntries(Object.values(tag.attributes).map(({ local, value }) => [local, value]))
    open.push({
      name: tag.local,
      attributes,
      children: [],
      text: '',
      from: text.lastIndexOf('<', parser.position - 1),
    })
  })
  const add = (more: string): void => {
    const last = open.at(-1)
    if (last !== undefined) last.text += more
  }
  parser.on('text', add)
  parser.on('cdata', add)
  parser.on('closetag', () => {
    const last = open.pop()
    if (last === undefined) return
    const { from, ...rest } = last
    const element = { ...rest, text: last.text.trim(), source: text.slice(from, parser.position) }
    const parent = open.at(-1)
    if (parent === undefined) found = element
    else parent.children.push(element)
  })
  parser.write(text).close()
  if (found === undefined) throw unreadable('it is empty')
  return found
}

const unreadable = (why: string): ExchangeError =>
  new ExchangeError('unreadable', `the answer is not the XML that was expected: ${why}`)

/** The one child of this name, or undefined where there is none or more than one. */
export function childOf(element: XmlElement, name: string): XmlElement | undefined {
  const [one, ...more] = element.children.filter((child) => child.name === name)
  return more.length === 0 ? one : undefined
}
