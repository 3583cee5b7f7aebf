import type { EventNode, FieldNode, RecordNode, SchemaFile, TypeNode, Word } from './ast.ts'
import { type Cursor, ParseFault } from './cursor.ts'
import { parseValue } from './parse-expr.ts'

const PARTS = ['harm', 'limit', 'record', 'event']
/** The checker says of a list in a list what is wrong with it; deeper ones are not read. */
const MAX_LISTS = 3
const SIMPLE = ['bool', 'num', 'dur', 'score', 'hash', 'phash', 'domain', 'harm'] as const

type Draft = { -readonly [K in keyof SchemaFile]: SchemaFile[K] extends readonly (infer T)[] ? T[] : SchemaFile[K] }

/** Reads a schema file. A declaration that cannot be read is reported and left out. */
export function parseSchema(cursor: Cursor): SchemaFile | undefined {
  const file = parseHeader(cursor)
  const atDecl = () => cursor.peek().leads && PARTS.some((part) => cursor.sees(part)) && cursor.peek(1).kind !== 'sign'
  while (cursor.peek().kind !== 'end') {
    try {
      parsePart(cursor, file)
    } catch (fault) {
      if (!(fault instanceof ParseFault)) throw fault
      cursor.next()
      cursor.skipTo(atDecl)
    }
  }
  return file
}

function parseHeader(cursor: Cursor): Draft {
  cursor.want('schema')
  const name = cursor.id('the name of the schema')
  cursor.want('version')
  return { kind: 'schema', name, version: cursor.int(), harms: [], limits: [], records: [], events: [] }
}

function parsePart(cursor: Cursor, file: Draft): void {
  cursor.line(0)
  if (cursor.take('harm')) {
    const names = cursor.list(() => cursor.id('a harm'))
    const grave = cursor.take('grave')
    for (const name of names) file.harms.push({ name, grave })
  } else if (cursor.take('limit')) {
    for (const limit of cursor.list(() => cursor.id('a limit'))) file.limits.push(limit)
  } else if (cursor.take('record')) {
    file.records.push(parseRecord(cursor))
  } else if (cursor.take('event')) {
    file.events.push(parseEvent(cursor))
  } else {
    throw cursor.unexpected("'harm', 'limit', 'record' or 'event'")
  }
}

function parseRecord(cursor: Cursor): RecordNode {
  const name = cursor.id('the name of the record')
  const entity = cursor.take(':') ? cursor.id('the kind of thing') : undefined
  const claimed = cursor.take('claimed')
  cursor.want('{')
  const fields: FieldNode[] = []
  while (!cursor.sees('}')) {
    cursor.line(1)
    fields.push(parseField(cursor))
  }
  cursor.line(0)
  cursor.want('}')
  return { kind: 'record', name, ...(entity === undefined ? {} : { entity }), claimed, fields }
}

function parseField(cursor: Cursor): FieldNode {
  const first = cursor.peek()
  const name = cursor.id("the name of a field or '}'")
  const sealed = cursor.take('sealed')
  const type = parseType(cursor)
  cursor.close(cursor.sees('?'), false)
  const optional = cursor.take('?')
  const initial = cursor.take('=') ? parseDefault(cursor) : undefined
  return {
    name,
    sealed,
    type,
    optional,
    ...(initial === undefined ? {} : { default: initial }),
    at: cursor.since(first),
  }
}

function parseDefault(cursor: Cursor): NonNullable<FieldNode['default']> {
  const first = cursor.peek()
  if (cursor.take('[')) {
    cursor.want(']')
    return { kind: 'empty', at: first }
  }
  if (first.kind !== 'word' || first.text === 'true' || first.text === 'false') return parseValue(cursor)
  const word = cursor.id('a value')
  return { kind: 'word', value: word.text, at: word.at }
}

/** @param depth how many lists it stands in */
function parseType(cursor: Cursor, depth = 0): TypeNode {
  const simple = SIMPLE.find((word) => cursor.take(word))
  if (simple !== undefined) return { kind: simple }
  if (cursor.take('text')) return { kind: 'text', ...(cursor.take('max') ? { max: cursor.int() } : {}) }
  if (cursor.take('id')) {
    cursor.close(true, true)
    cursor.want('<')
    const thing = cursor.id('the kind of thing').text
    cursor.close(true, false)
    cursor.want('>')
    return { kind: 'id', thing }
  }
  if (cursor.take('enum')) return parseEnum(cursor)
  if (cursor.take('list')) return parseList(cursor, depth)
  throw cursor.unexpected(
    'a type: bool, num, dur, score, hash, phash, domain, harm, text, id<…>, enum(…) or list<…, max n>',
  )
}

function parseEnum(cursor: Cursor): TypeNode {
  cursor.close(true, false)
  cursor.want('(')
  const values = cursor.list(() => ({ name: cursor.id('a value').text, firm: cursor.take('firm') }))
  cursor.want(')')
  return { kind: 'enum', values }
}

function parseList(cursor: Cursor, depth: number): TypeNode {
  if (depth > MAX_LISTS) {
    cursor.findings.error('S02', cursor.previous(), 'this type is too deep', 'a list holds single values')
    throw new ParseFault()
  }
  cursor.close(true, true)
  cursor.want('<')
  const of = parseType(cursor, depth + 1)
  const max = cursor.take(',') ? parseMax(cursor) : undefined
  cursor.close(true, false)
  cursor.want('>')
  return { kind: 'list', of, ...(max === undefined ? {} : { max }) }
}

function parseMax(cursor: Cursor): number {
  cursor.want('max')
  return cursor.int()
}

function parseEvent(cursor: Cursor): EventNode {
  const name = cursor.id('the name of the event')
  cursor.want('about')
  const about = cursor.id('the record of the person addressed')
  const item = cursor.take('item') ? cursor.id('the record that can be reviewed') : undefined
  const encrypted = cursor.take('encrypted')
  cursor.want('{')
  const members: { name: Word; record: Word; optional: boolean }[] = []
  while (!cursor.take('}')) {
    const member = cursor.id("a record or '}'")
    const record = cursor.id('a record')
    cursor.close(cursor.sees('?'), false)
    members.push({ name: member, record, optional: cursor.take('?') })
  }
  return { kind: 'event', name, about, ...(item === undefined ? {} : { item }), encrypted, members }
}
