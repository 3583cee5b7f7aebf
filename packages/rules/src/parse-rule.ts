import { type EffectNode, type RuleDecl, SEVERITIES, type Tell, type Word } from './ast.ts'
import { type Cursor, ParseFault } from './cursor.ts'
import type { Span } from './diagnostic.ts'
import { parseExpr } from './parse-expr.ts'

type Draft = { -readonly [K in keyof RuleDecl]: RuleDecl[K] }

interface Clause {
  readonly name: string
  readonly required: boolean
  readonly here: (cursor: Cursor) => boolean
  readonly read: (cursor: Cursor, rule: Draft) => void
}

/** In the order in which they stand. `withhold` comes last and `on unknown` looks one word ahead. */
const CLAUSES: readonly Clause[] = [
  clause('harm', true, (cursor, rule) => {
    rule.harm = cursor.id('a harm')
  }),
  clause('policy', true, (cursor, rule) => {
    rule.policy = cursor.string()
  }),
  clause('severity', true, (cursor, rule) => {
    rule.severity = oneOf(cursor, SEVERITIES)
  }),
  clause('phase', true, (cursor, rule) => {
    rule.phase = oneOf(cursor, ['gate', 'follow'] as const)
  }),
  {
    name: 'on',
    required: true,
    here: (cursor) => cursor.sees('on') && !cursor.sees('unknown', 1),
    read: (cursor, rule) => {
      cursor.next()
      rule.on = cursor.list(() => cursor.id('an event'))
    },
  },
  clause('when', true, (cursor, rule) => {
    rule.when = parseExpr(cursor)
  }),
  clause('then', true, (cursor, rule) => {
    rule.effects = parseEffects(cursor)
  }),
  {
    name: 'on unknown',
    required: false,
    here: (cursor) => cursor.sees('on') && cursor.sees('unknown', 1),
    read: (cursor, rule) => {
      cursor.next()
      rule.unknownAt = cursor.next()
      rule.onUnknown = cursor.take('ignore') ? 'ignore' : parseEffects(cursor)
    },
  },
  clause('because', true, (cursor, rule) => {
    rule.because = cursor.string()
  }),
  clause('tell', false, (cursor, rule) => {
    cursor.want('user')
    rule.tell = parseTell(cursor)
  }),
  clause('withhold', false, (cursor, rule) => {
    const first = cursor.previous()
    cursor.want('because')
    const because = cursor.string()
    const time = cursor.take('for') ? cursor.duration().value : undefined
    rule.withhold = { because, ...(time === undefined ? {} : { for: time }), at: cursor.since(first) }
  }),
]

/** These follow `harm` on its line. */
const SAME_LINE: ReadonlySet<string> = new Set(['policy', 'severity', 'phase'])

const ORDER = `the clauses stand in this order: ${CLAUSES.map((one) => one.name).join(', ')}`

function clause(name: string, required: boolean, read: Clause['read']): Clause {
  return {
    name,
    required,
    here: (cursor) => cursor.sees(name),
    read: (cursor, rule) => {
      cursor.next()
      read(cursor, rule)
    },
  }
}

/**
 * Reads a rule after the word `rule`. A clause that cannot be read is reported and left out, and reading goes on with
 * the next one.
 *
 * @param atDecl whether a new declaration begins here, which ends a rule whose brace is missing
 */
export function parseRule(cursor: Cursor, first: Span, atDecl: () => boolean): RuleDecl {
  const name = cursor.id('the name of the rule')
  const version = cursor.version()
  cursor.want('{')
  const rule: Draft = { kind: 'rule', name, version, at: cursor.since(first), broken: false }
  const seen = new Set<Clause>()
  let expected = 0
  while (!cursor.sees('}')) {
    if (cursor.peek().kind === 'end' || atDecl()) {
      reportMissing(cursor, rule, seen, CLAUSES.length)
      throw cursor.unexpected("'}'")
    }
    expected = readClause(cursor, rule, { seen, expected, atDecl })
  }
  reportMissing(cursor, rule, seen, CLAUSES.length)
  cursor.line(0)
  cursor.want('}')
  return rule
}

interface Progress {
  readonly seen: Set<Clause>
  readonly expected: number
  readonly atDecl: () => boolean
}

function readClause(cursor: Cursor, rule: Draft, { seen, expected, atDecl }: Progress): number {
  const index = CLAUSES.findIndex((one) => one.here(cursor))
  const found = CLAUSES[index]
  const atClause = () => cursor.sees('}') || atDecl() || CLAUSES.some((one) => one.here(cursor))
  if (found === undefined) {
    cursor.unexpected(expectedNames(expected, seen))
    rule.broken = true
    cursor.next()
    cursor.skipTo(atClause)
    return expected
  }
  if (!SAME_LINE.has(found.name)) cursor.line(1)
  if (seen.has(found)) cursor.unexpected(expectedNames(expected, seen), `'${found.name}' stands once`)
  else if (index < expected) cursor.unexpected(expectedNames(expected, seen), ORDER)
  seen.add(found)
  try {
    found.read(cursor, rule)
  } catch (fault) {
    if (!(fault instanceof ParseFault)) throw fault
    rule.broken = true
    cursor.skipTo(atClause)
  }
  return Math.max(expected, index + 1)
}

function expectedNames(from: number, seen: ReadonlySet<Clause>): string {
  const names: string[] = []
  for (const one of CLAUSES.slice(from)) {
    if (seen.has(one)) continue
    names.push(`'${one.name}'`)
    if (one.required) return names.join(' or ')
  }
  return [...names, "'}'"].join(' or ')
}

/** Each required clause that never came is one mistake of its own. */
function reportMissing(cursor: Cursor, rule: Draft, seen: ReadonlySet<Clause>, upTo: number): void {
  for (const one of CLAUSES.slice(0, upTo)) {
    if (!one.required || seen.has(one)) continue
    if (!rule.broken) cursor.findings.error('S01', rule.name.at, `rule '${rule.name.text}' has no '${one.name}'`, ORDER)
    rule.broken = true
  }
}

function oneOf<const T extends readonly string[]>(cursor: Cursor, words: T): T[number] {
  const found = words.find((word) => cursor.take(word))
  if (found === undefined) throw cursor.unexpected(words.map((word) => `'${word}'`).join(', '))
  return found
}

function parseTell(cursor: Cursor): Tell[] {
  const tell: Tell[] = [{ text: cursor.string() }]
  while (cursor.take(',')) {
    const language: Word = cursor.id('a language')
    tell.push({ language, text: cursor.string() })
  }
  return tell
}

function parseEffects(cursor: Cursor): EffectNode[] {
  return cursor.list(() => parseEffect(cursor))
}

/** Reads one effect, in a rule or in a test's expectation. */
export function parseEffect(cursor: Cursor): EffectNode {
  const first = cursor.peek()
  if (cursor.take('block')) return { do: 'block', at: first }
  if (cursor.take('hold')) return parseHold(cursor, first)
  if (cursor.take('preserve')) {
    cursor.want('for')
    return { do: 'preserve', for: cursor.duration().value, at: cursor.since(first) }
  }
  for (const kind of ['limit', 'queue', 'label', 'refer', 'offer'] as const) {
    if (cursor.take(kind)) return parseNamed(cursor, kind, first)
  }
  throw cursor.unexpected("an effect: 'block', 'hold', 'limit', 'label', 'queue', 'preserve', 'refer' or 'offer'")
}

function parseHold(cursor: Cursor, first: Span): EffectNode {
  if (cursor.take('until')) {
    cursor.want('review')
    return { do: 'hold', until: 'review', at: cursor.since(first) }
  }
  if (!cursor.take('for')) throw cursor.unexpected("'until' or 'for'")
  const time = cursor.duration().value
  cursor.want('then')
  cursor.want('release')
  return { do: 'hold', until: 'release', for: time, at: cursor.since(first) }
}

function parseNamed(cursor: Cursor, kind: 'limit' | 'queue' | 'label' | 'refer' | 'offer', first: Span): EffectNode {
  const what = cursor.string()
  if (kind === 'limit') {
    cursor.want('for')
    return { do: kind, what, for: cursor.duration().value, at: cursor.since(first) }
  }
  if (kind === 'queue') {
    cursor.want('within')
    return { do: kind, what, within: cursor.duration().value, at: cursor.since(first) }
  }
  if (kind === 'refer') {
    cursor.want('after')
    cursor.want('review')
  }
  return { do: kind, what, at: cursor.since(first) }
}
