import type { CounterDecl, Expr, Word } from './ast.ts'
import type { CounterTerm, FieldTerm } from './checked.ts'
import { resolveField } from './fields.ts'
import type { Scope } from './scope.ts'
import { NUM, sameType, typeName } from './types.ts'

/** A counter read by its name: on its own kinds, by the key of the event (C02). */
export function readByName(word: Word, kinds: readonly string[], scope: Scope): CounterTerm | undefined {
  const counter = scope.counters.get(word.text)
  if (counter === undefined) return undefined
  scope.used.add(word.text)
  const still = kinds.find((kind) => !counter.on.some((one) => one.text === kind))
  if (still !== undefined) {
    const fix = `read it by a key: ${word.text} of ${counter.by.map((key) => key.text).join(', ')}`
    scope.findings.error('C02', word.at, `'${word.text}' does not move on event '${still}'`, fix)
  }
  return { kind: 'counter', name: word.text, id: identityOf(word.text, scope), type: NUM }
}

/** `sent of target.id`: a counter read by another key, of the same types, on any kind. */
export function readByKey(
  expr: Expr & { kind: 'of' },
  kinds: readonly string[],
  scope: Scope,
): CounterTerm | undefined {
  const { text: name, at } = expr.counter
  const counter = scope.counters.get(name)
  const key = expr.key.map((word) => resolveField(scope, word, kinds))
  if (counter === undefined) {
    scope.findings.error('N03', at, `no counter '${name}'`, scope.findings.didYouMean(name, scope.counters.keys()))
    return undefined
  }
  scope.used.add(name)
  const known = key.filter((term) => term !== undefined)
  if (known.length < key.length) return undefined
  if (known.length !== counter.by.length) {
    const message = `'${name}' is kept by ${counter.by.map((one) => one.text).join(', ')}`
    scope.findings.error('T01', expr.at, message, 'name a value for each')
    return undefined
  }
  if (!known.every((given, index) => fits(given, { expr, counter, index }, scope))) return undefined
  return { kind: 'counter', name, id: identityOf(name, scope), key: known, type: NUM }
}

interface Part {
  readonly expr: Expr & { kind: 'of' }
  readonly counter: CounterDecl
  readonly index: number
}

function fits(given: FieldTerm, { expr, counter, index }: Part, scope: Scope): boolean {
  const kinds = counter.on.map((word) => word.text).filter((kind) => scope.schema.events.has(kind))
  const word = counter.by[index]
  const own = word === undefined ? undefined : resolveField(scope, word, kinds)
  if (own === undefined || sameType(own.type, given.type)) return own !== undefined
  const message = `'${expr.counter.text}' is kept by ${typeName(own.type)}, '${given.path}' is ${typeName(given.type)}`
  scope.findings.error('T01', expr.key[index]?.at ?? expr.at, message, `name a field of type ${typeName(own.type)}`)
  return false
}

/** A counter that could not be checked has no identity; its mistake is told at its own place. */
function identityOf(name: string, scope: Scope): string {
  return scope.identities.get(name) ?? name
}
