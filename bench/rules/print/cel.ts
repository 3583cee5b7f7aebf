import type { Clause, Event, Rule } from '../neutral.ts'

/** What an expression may read, with CEL's types. `hashList` may be null. */
export const celVariables = {
  ageDays: 'double',
  senderAdult: 'bool',
  recipientMinor: 'bool',
  kind: 'string',
  surface: 'string',
  region: 'string',
  text: 'string',
  links: 'double',
  reports: 'double',
  threat: 'double',
  fraud: 'double',
  insult: 'double',
  hashList: 'dyn',
  encrypted: 'bool',
} as const satisfies Readonly<Record<Clause['of'], string>>

/** One expression for each rule: CEL knows no rule sets, effects or reasons. */
export function celOf({ all, either }: Rule): string {
  const any = either.length === 0 ? [] : [`(${either.map(clauseOf).join(' || ')})`]
  return [...all.map(clauseOf), ...any].join(' && ')
}

function clauseOf(clause: Clause): string {
  switch (clause.ask) {
    case 'below':
      return `${clause.of} < ${double(clause.value)}`
    case 'atLeast':
      return `${clause.of} >= ${double(clause.value)}`
    case 'above':
      return `${clause.of} > ${double(clause.value)}`
    case 'is':
      return `${clause.of} == "${clause.value}"`
    case 'in':
      return `${clause.of} in [${clause.values.map((value) => `"${value}"`).join(', ')}]`
    case 'matches':
      return `${clause.of}.matches(r"${clause.pattern}")`
    case 'true':
      return clause.of
  }
}

// A number of JavaScript is a double of CEL; its whole numbers would be BigInt, which are slower.
const double = (value: number): string => (Number.isInteger(value) ? `${value}.0` : `${value}`)

export function celInputsOf(event: Event): Record<string, unknown> {
  return { ...event, hashList: event.hashList ?? null }
}
