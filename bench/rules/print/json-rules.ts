import type { Clause, Rule } from '../neutral.ts'

export interface JsonRule {
  readonly name: string
  readonly conditions: { readonly all: readonly JsonCondition[] }
  readonly event: { readonly type: string }
}

export type JsonCondition =
  | { readonly any: readonly JsonCondition[] }
  | { readonly fact: string; readonly operator: string; readonly value: unknown }

/** The rule as json-rules-engine reads it; `matches` is added by who runs it, and the event that it raises stands for the label. */
export function jsonRuleOf({ name, all, either }: Rule): JsonRule {
  const any = either.length === 0 ? [] : [{ any: either.map(conditionOf) }]
  return { name, conditions: { all: [...all.map(conditionOf), ...any] }, event: { type: name } }
}

function conditionOf(clause: Clause): JsonCondition {
  const ask = (operator: string, value: unknown) => ({ fact: clause.of, operator, value })
  switch (clause.ask) {
    case 'below':
      return ask('lessThan', clause.value)
    case 'atLeast':
      return ask('greaterThanInclusive', clause.value)
    case 'above':
      return ask('greaterThan', clause.value)
    case 'is':
      return ask('equal', clause.value)
    case 'in':
      return ask('in', clause.values)
    case 'matches':
      return ask('matches', clause.pattern)
    case 'true':
      return ask('equal', true)
  }
}
