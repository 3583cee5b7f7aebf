import type { Assign, AssignValue, Expectation, Relation, SampleDecl, Step, TestDecl } from './ast.ts'
import { type Cursor, ParseFault } from './cursor.ts'
import type { Span } from './diagnostic.ts'
import { parseValue } from './parse-expr.ts'
import { parseEffect } from './parse-rule.ts'

const STEPS = ['given', 'send', 'after', 'repeat', 'expect'] as const
/** Repeats inside repeats. */
const MAX_REPEATS = 8
const RELATIONS: readonly string[] = ['==', '!=', '<', '<=', '>', '>=']

/** Reads a sample after the word `sample`. */
export function parseSample(cursor: Cursor, first: Span): SampleDecl {
  const name = cursor.id('the name of the sample')
  cursor.want('=')
  const event = cursor.id('an event')
  const assigns = parseAssigns(cursor)
  return { kind: 'sample', name, event, assigns, at: cursor.since(first) }
}

/** Reads a test after the word `test`. A step that cannot be read is reported and left out. */
export function parseTest(cursor: Cursor, first: Span, atDecl: () => boolean): TestDecl {
  const name = cursor.string()
  return { kind: 'test', name, steps: parseSteps(cursor, atDecl, 0), at: cursor.since(first) }
}

function parseSteps(cursor: Cursor, atDecl: () => boolean, depth: number): Step[] {
  cursor.want('{')
  const steps: Step[] = []
  while (!cursor.sees('}')) {
    cursor.line(depth + 1)
    if (cursor.peek().kind === 'end' || atDecl()) throw cursor.unexpected("'}'")
    try {
      steps.push(parseStep(cursor, atDecl, depth + 1))
    } catch (fault) {
      if (!(fault instanceof ParseFault)) throw fault
      if (!cursor.sees('}'))
        cursor.skipTo(() => cursor.sees('}') || atDecl() || STEPS.some((step) => cursor.sees(step)))
    }
  }
  cursor.line(depth)
  cursor.want('}')
  return steps
}

function parseStep(cursor: Cursor, atDecl: () => boolean, depth: number): Step {
  const first = cursor.peek()
  const kind = STEPS.find((step) => cursor.take(step))
  switch (kind) {
    case 'given':
      return parseGiven(cursor, first)
    case 'send':
      return parseSend(cursor, first)
    case 'after':
      return { kind, duration: cursor.duration().value, at: cursor.since(first) }
    case 'repeat':
      return parseRepeat(cursor, atDecl, depth)
    case 'expect':
      return { kind, that: parseExpectation(cursor), at: cursor.since(first) }
    case undefined: {
      const fault = cursor.unexpected(`a step: ${STEPS.map((step) => `'${step}'`).join(', ')}`)
      cursor.next()
      throw fault
    }
  }
}

function parseGiven(cursor: Cursor, first: Span): Step {
  const list = cursor.id('a list')
  if (cursor.take('is')) {
    cursor.want('down')
    return { kind: 'given', list, at: cursor.since(first) }
  }
  cursor.want('has')
  const has = cursor.list(() => cursor.string().text)
  return { kind: 'given', list, has, at: cursor.since(first) }
}

function parseSend(cursor: Cursor, first: Span): Step {
  if (cursor.take('again')) return { kind: 'again', at: cursor.since(first) }
  const what = cursor.id('an event or a sample')
  const assigns = cursor.sees('{') ? parseAssigns(cursor) : []
  return { kind: 'send', what, assigns, at: cursor.since(first) }
}

function parseRepeat(cursor: Cursor, atDecl: () => boolean, depth: number): Step {
  const first = cursor.previous()
  if (depth > MAX_REPEATS) {
    cursor.findings.error('S02', first, 'repeats inside repeats are too deep', `at most ${MAX_REPEATS} levels`)
    throw new ParseFault()
  }
  const times = cursor.int()
  cursor.want('as')
  const as = cursor.id('the name of the turn')
  cursor.want('every')
  const every = cursor.duration().value
  return { kind: 'repeat', times, as, every, steps: parseSteps(cursor, atDecl, depth), at: cursor.since(first) }
}

function parseAssigns(cursor: Cursor): Assign[] {
  cursor.want('{')
  if (cursor.take('}')) return []
  const assigns = cursor.list(() => {
    const path = cursor.path()
    cursor.want(':')
    return { path, value: parseAssignValue(cursor) }
  })
  cursor.want('}')
  return assigns
}

function parseAssignValue(cursor: Cursor): AssignValue {
  if (cursor.take('unknown')) return { kind: 'unknown' }
  if (cursor.take('none')) return { kind: 'none' }
  if (cursor.take('off')) return { kind: 'off' }
  if (!cursor.take('[')) return { kind: 'value', literal: parseValue(cursor) }
  if (cursor.take(']')) return { kind: 'list', values: [] }
  const values = cursor.list(() => parseValue(cursor))
  cursor.want(']')
  return { kind: 'list', values }
}

function parseExpectation(cursor: Cursor): Expectation {
  if (cursor.take('no')) {
    cursor.want('effect')
    return { kind: 'no-effect' }
  }
  if (cursor.take('effect')) return { kind: 'effect', effect: parseEffect(cursor) }
  if (cursor.take('verdict')) {
    const verdict = (['allow', 'limit', 'hold', 'block'] as const).find((word) => cursor.take(word))
    if (verdict === undefined) throw cursor.unexpected("'allow', 'limit', 'hold' or 'block'")
    return { kind: 'verdict', verdict }
  }
  const name = cursor.id("a rule, a counter, 'verdict', 'effect' or 'no'")
  const outcome = (['fired', 'quiet', 'unknown'] as const).find((word) => cursor.take(word))
  if (outcome !== undefined) return { kind: 'outcome', rule: name, outcome }
  const op = cursor.peek()
  if (op.kind !== 'sign' || !RELATIONS.includes(op.text))
    throw cursor.unexpected("'fired', 'quiet', 'unknown' or a comparison")
  cursor.next()
  return { kind: 'counter', counter: name, op: op.text as Relation, value: parseValue(cursor) }
}
