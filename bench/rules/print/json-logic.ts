import type { Clause, Rule } from '../neutral.ts'

export type JsonLogic = { readonly [operation: string]: unknown }

/** One expression for each rule: JsonLogic knows no rule sets, effects or reasons. `matches` is added by who runs it. */
export function jsonLogicOf({ all, either }: Rule): JsonLogic {
  const any = either.length === 0 ? [] : [{ or: either.map(clauseOf) }]
  return { and: [...all.map(clauseOf), ...any] }
}

function clauseOf(clause: Clause): JsonLogic {
  const read = { var: clause.of }
  switch (clause.ask) {
    case 'below':
      return { '<': [read, clause.value] }
    case 'atLeast':
      return { '>=': [read, clause.value] }
    case 'above':
      return { '>': [read, clause.value] }
    case 'is':
      return { '===': [read, clause.value] }
    case 'in':
      return { in: [read, clause.values] }
    case 'matches':
      return { matches: [read, clause.pattern] }
    case 'true':
      return read
  }
}
