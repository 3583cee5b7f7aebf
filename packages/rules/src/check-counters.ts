import type { CounterDecl } from './ast.ts'
import { allLeaves, type Condition, type Leaf } from './checked.ts'
import { Elaborator } from './elaborate.ts'
import type { CounterFilters } from './evidence.ts'
import { resolveField } from './fields.ts'
import type { Scope } from './scope.ts'

const SECOND = 1000
const DAY = 86_400_000
const MAX_EXACT = 1000

/**
 * Checks the counters of a file and gives back what each one counts. Rules with counters cannot run yet: that is said
 * once (C00), and all that can be checked without running them is checked.
 */
export function checkCounters(scope: Scope, cyclic: ReadonlySet<string>): CounterFilters {
  const filters = new Map<string, Condition | undefined>()
  for (const decl of scope.counters.values()) {
    checkBounds(decl, scope)
    const kinds = decl.on.filter((word) => scope.schema.events.has(word.text)).map((word) => word.text)
    const elaborator = new Elaborator(scope, kinds, cyclic)
    checkKeys(decl, kinds, scope)
    const where = decl.where === undefined ? undefined : elaborator.condition(decl.where, 'where')
    if (where !== undefined && !cyclic.has(decl.name.text)) refuseCounters(decl, where, scope)
    filters.set(decl.name.text, where)
  }
  const [first] = scope.counters.values()
  if (first !== undefined) {
    const message = 'counters are not available yet; this rule set cannot run'
    scope.findings.error('C00', first.name.at, message, 'write rules that read one event at a time')
  }
  return filters
}

function checkBounds(decl: CounterDecl, scope: Scope): void {
  if (decl.over < SECOND || decl.over > 90 * DAY) {
    scope.findings.error('C03', decl.overAt, `the window of '${decl.name.text}' is out of bounds`, '1s to 90d')
  }
  if (decl.upTo !== undefined && (decl.upTo < 1 || decl.upTo > MAX_EXACT)) {
    scope.findings.error(
      'C03',
      decl.name.at,
      `'${decl.name.text}' is exact up to ${decl.upTo}, which is out of bounds`,
      '1 to 1000',
    )
  }
  if (decl.what === 'sum' && decl.upTo === undefined) {
    scope.findings.error('C03', decl.name.at, "a 'sum' cannot be approximate", 'exact up to 100')
  }
}

function checkKeys(decl: CounterDecl, kinds: readonly string[], scope: Scope): void {
  for (const word of [...decl.by, ...(decl.member === undefined ? [] : [decl.member])]) {
    const field = resolveField(scope, word, kinds)
    if (field === undefined) continue
    if (field.field.sealed) {
      scope.findings.error(
        'P07',
        word.at,
        `'${word.text}' is sealed: it cannot key a counter`,
        'a key made of it, for example item.text_key',
      )
    }
    if (word === decl.member && decl.what === 'sum' && field.type.kind !== 'num') {
      scope.findings.error('C03', word.at, `'${word.text}' cannot be summed: it is ${field.type.kind}`, 'sum a num')
    }
  }
}

function refuseCounters(decl: CounterDecl, where: Condition, scope: Scope): void {
  const counted = JSON.stringify(where).includes('"kind":"counter"')
  if (!counted) return
  const message = `these lets or counters refer to each other: ${decl.name.text} reads a counter`
  scope.findings.error('N04', decl.name.at, message, 'a counter may not read a counter')
}

/** C01: a threshold above what a counter can tell would never be decided. */
export function checkThresholds(
  condition: Condition,
  at: (leaf: Leaf) => Parameters<Scope['findings']['error']>[1],
  scope: Scope,
): void {
  for (const leaf of allLeaves(condition)) {
    if (leaf.kind !== 'compare') continue
    for (const [term, value] of [
      [leaf.left, leaf.right],
      [leaf.right, leaf.left],
    ] as const) {
      if (term.kind !== 'counter' || value.kind !== 'constant') continue
      const upTo = scope.counters.get(term.name)?.upTo
      if (upTo === undefined || Number(value.value) <= upTo) continue
      const message = `'${term.name}' is exact up to ${upTo}; ${value.value} can never be told`
      scope.findings.error('C01', at(leaf), message, `exact up to ${value.value}, or a lower threshold`)
    }
  }
}
