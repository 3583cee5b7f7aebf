import type { CounterDecl, Decl, ListDecl, RulesFile, SchemaFile, SignalDecl, Word } from './ast.ts'
import { Cursor, ParseFault } from './cursor.ts'
import type { Findings, Source, Span } from './diagnostic.ts'
import { lex } from './lex.ts'
import { parseExpr } from './parse-expr.ts'
import { parseRule } from './parse-rule.ts'
import { parseSchema } from './parse-schema.ts'
import { parseSample, parseTest } from './parse-test.ts'

const DECLS = ['list', 'signal', 'let', 'counter', 'rule', 'sample', 'test'] as const
const LIST_TYPES = ['text', 'domain', 'hash', 'phash'] as const

/**
 * Reads a file of either kind. Never throws on broken input: each mistake is reported and reading goes on at the next
 * clause, step or declaration. Absent if not even the header could be read.
 */
export function parse(source: Source, findings: Findings): RulesFile | SchemaFile | undefined {
  return parseTokens(new Cursor(lex(source, findings).tokens, findings))
}

/** As `parse`, from a cursor whose layout the caller wants to keep. */
export function parseTokens(cursor: Cursor): RulesFile | SchemaFile | undefined {
  cursor.line(0)
  try {
    if (cursor.sees('ruleset')) return parseRuleset(cursor)
    if (cursor.sees('schema')) return parseSchema(cursor)
    throw cursor.unexpected("'ruleset' or 'schema'")
  } catch (fault) {
    if (!(fault instanceof ParseFault)) throw fault
    return undefined
  }
}

function parseRuleset(cursor: Cursor): RulesFile {
  const first = cursor.want('ruleset')
  const atDecl = () => cursor.peek().leads && DECLS.some((word) => cursor.sees(word)) && cursor.peek(1).kind !== 'sign'
  const header = parseHeader(cursor, atDecl)
  const decls: Decl[] = []
  while (cursor.peek().kind !== 'end') {
    try {
      decls.push(parseDecl(cursor, atDecl))
    } catch (fault) {
      if (!(fault instanceof ParseFault)) throw fault
      cursor.skipTo(atDecl)
    }
  }
  return { kind: 'ruleset', ...header, decls, at: first }
}

type Header = Pick<RulesFile, 'name' | 'version' | 'owner' | 'schema'>

/** A broken header is reported, and the rest of the file is still read for its own mistakes. */
function parseHeader(cursor: Cursor, atDecl: () => boolean): Header {
  const nowhere: Word = { text: '', at: cursor.previous() }
  const header = { name: nowhere, version: 0, owner: nowhere, schema: { name: nowhere, version: 0 } }
  try {
    header.name = cursor.id('the name of the rule set')
    cursor.want('version')
    header.version = cursor.int()
    cursor.want('owner')
    header.owner = cursor.string()
    cursor.line(0)
    cursor.want('use')
    cursor.want('schema')
    header.schema.name = cursor.id('the name of a schema')
    cursor.want('version')
    header.schema.version = cursor.int()
  } catch (fault) {
    if (!(fault instanceof ParseFault)) throw fault
    cursor.skipTo(atDecl)
  }
  return header
}

function parseDecl(cursor: Cursor, atDecl: () => boolean): Decl {
  cursor.line(0)
  const first = cursor.peek()
  const kind = DECLS.find((word) => cursor.take(word))
  switch (kind) {
    case 'list':
      return parseList(cursor, first)
    case 'signal':
      return parseSignal(cursor, first)
    case 'let': {
      const name = cursor.id('the name of the let')
      cursor.want('=')
      return { kind, name, expr: parseExpr(cursor), at: cursor.since(first) }
    }
    case 'counter':
      return parseCounter(cursor, first)
    case 'rule':
      return parseRule(cursor, first, atDecl)
    case 'sample':
      return parseSample(cursor, first)
    case 'test':
      return parseTest(cursor, first, atDecl)
    case undefined: {
      const fault = cursor.unexpected(`a declaration: ${DECLS.map((word) => `'${word}'`).join(', ')}`)
      cursor.next()
      throw fault
    }
  }
}

function parseList(cursor: Cursor, first: Span): ListDecl {
  const name = cursor.id('the name of the list')
  cursor.want(':')
  const type = LIST_TYPES.find((word) => cursor.take(word)) ?? 'id'
  const thing = type === 'id' ? parseThing(cursor) : undefined
  const sealed = cursor.take('sealed')
  const context = cursor.take('context')
  cursor.want('from')
  const from = cursor.string()
  const staleAfter = cursor.take('stale') ? parseStaleAfter(cursor) : undefined
  return {
    kind: 'list',
    name,
    type,
    ...(thing === undefined ? {} : { thing }),
    sealed,
    context,
    from,
    ...(staleAfter === undefined ? {} : { staleAfter }),
    at: cursor.since(first),
  }
}

function parseStaleAfter(cursor: Cursor): number {
  cursor.want('after')
  return cursor.duration().value
}

function parseThing(cursor: Cursor): Word {
  if (!cursor.take('id')) throw cursor.unexpected('a type of list: text, domain, hash, phash or id<…>')
  cursor.close(true, true)
  cursor.want('<')
  const thing = cursor.id('the kind of thing')
  cursor.close(true, false)
  cursor.want('>')
  return thing
}

function parseSignal(cursor: Cursor, first: Span): SignalDecl {
  const name = cursor.id('the name of the signal')
  cursor.want(':')
  const type = (['bool', 'num', 'score'] as const).find((word) => cursor.take(word))
  if (type === undefined) throw cursor.unexpected("'bool', 'num' or 'score'")
  cursor.want('from')
  const provider = cursor.id('a provider')
  cursor.close(true, false)
  cursor.want('(')
  const inputs = cursor.list(() => cursor.path())
  cursor.want(')')
  cursor.want('within')
  const within = cursor.duration()
  return {
    kind: 'signal',
    name,
    type,
    provider,
    inputs,
    within: within.value,
    withinAt: within.at,
    at: cursor.since(first),
  }
}

function parseCounter(cursor: Cursor, first: Span): CounterDecl {
  const name = cursor.id('the name of the counter')
  cursor.want('=')
  const what = (['count', 'distinct', 'sum'] as const).find((word) => cursor.take(word))
  if (what === undefined) throw cursor.unexpected("'count', 'distinct' or 'sum'")
  const member = what === 'count' ? undefined : cursor.path()
  cursor.want('by')
  const by = cursor.list(() => cursor.path())
  cursor.want('on')
  const on = cursor.list(() => cursor.id('an event'))
  const where = cursor.take('where') ? parseExpr(cursor) : undefined
  cursor.want('over')
  const over = cursor.duration()
  const upTo = parsePrecision(cursor)
  return {
    kind: 'counter',
    name,
    what,
    ...(member === undefined ? {} : { member }),
    by,
    on,
    ...(where === undefined ? {} : { where }),
    over: over.value,
    overAt: over.at,
    ...(upTo === undefined ? {} : { upTo }),
    at: cursor.since(first),
  }
}

function parsePrecision(cursor: Cursor): number | undefined {
  if (cursor.take('approx')) return undefined
  if (!cursor.take('exact')) throw cursor.unexpected("'exact' or 'approx'")
  cursor.want('up')
  cursor.want('to')
  return cursor.int()
}
