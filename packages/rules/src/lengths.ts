import type { Leaf, Term } from './checked.ts'
import { countName, readsOf, termsOf } from './checked.ts'
import { duration, windowText } from './print-expr.ts'
import type { Json } from './types.ts'
import type { Values } from './values.ts'

/** What a question read, for people: lengths of time as the language writes them, `3d`, not in milliseconds. */
export function withLengths(leaf: Leaf, values: Values): Values {
  const lengths = new Set(
    termsOf(leaf)
      .flatMap(readsOf)
      .filter(({ type }) => isLength(type))
      .map(nameOf),
  )
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => [name, lengths.has(name) ? written(value) : withWindow(value)]),
  )
}

const isLength = (type: Term['type']): boolean => type.kind === 'dur' || (type.kind === 'list' && isLength(type.of))

function nameOf(term: Term): string | undefined {
  if (term.kind === 'field') return term.path
  if (term.kind === 'signal') return term.name
  return term.kind === 'counter' ? countName(term) : undefined
}

function written(value: Json): Json {
  if (typeof value === 'number') return value < 0 ? `-${duration(-value)}` : duration(value)
  return Array.isArray(value) ? value.map(written) : value
}

/** A reading of a counter says over which window it counts. */
function withWindow(value: Json): Json {
  if (typeof value !== 'object' || value === null || !('over' in value)) return value
  const { over } = value
  return typeof over === 'number' ? { ...value, over: windowText(over) } : value
}
