import { allLeaves, type Condition, isLeaf, type Leaf, readsOf, type Term, termsOf } from './checked.ts'
import type { Scope } from './scope.ts'

/** What the floor knows about the counters of a file: their checked `where`. */
export type CounterFilters = ReadonlyMap<string, Condition | undefined>

/**
 * A way to make the condition true that rests on no solid leaf (rules.md §7.3): its leaves, or undefined if every way
 * contains one. `and` needs one solid side, `or` needs it on both; `not` turns the two round.
 */
export function unsupported(condition: Condition, scope: Scope, filters: CounterFilters): readonly Leaf[] | undefined {
  return weakWay(condition, false, { scope, filters })
}

interface Ground {
  readonly scope: Scope
  readonly filters: CounterFilters
}

function weakWay(condition: Condition, negated: boolean, ground: Ground): readonly Leaf[] | undefined {
  if (isLeaf(condition)) return !negated && isSolid(condition, ground) ? undefined : [condition]
  if (condition.kind === 'not') return weakWay(condition.of, !negated, ground)
  const all = (condition.kind === 'and') !== negated
  const ways = condition.items.map((item) => weakWay(item, negated, ground))
  if (!all) return ways.find((way) => way !== undefined)
  return ways.includes(undefined) ? undefined : ways.flatMap((way) => way ?? [])
}

function isSolid(leaf: Leaf, ground: Ground): boolean {
  if (isSoft(leaf, ground)) return false
  const terms = termsOf(leaf)
  if (terms.some((term) => term.kind === 'truth')) return false
  switch (leaf.kind) {
    case 'is':
    case 'missing':
      return false
    case 'compare':
      return leaf.op !== '!=' && readsSomething(terms) && thresholdOfTwo(leaf)
    case 'test':
    case 'member':
    case 'lookup':
    case 'contains':
    case 'matches':
      return readsSomething(terms)
  }
}

function readsSomething(terms: readonly Term[]): boolean {
  return terms.flatMap(readsOf).length > 0
}

/** A counter proves something only from its second event on. */
function thresholdOfTwo(leaf: Leaf & { kind: 'compare' }): boolean {
  const counted = termsOf(leaf)
    .flatMap(readsOf)
    .some((term) => term.kind === 'counter')
  if (!counted) return true
  if (leaf.left.kind === 'counter' && leaf.right.kind === 'constant') {
    const least = Number(leaf.right.value) + (leaf.op === '>' ? 1 : 0)
    return (leaf.op === '>=' || leaf.op === '>' || leaf.op === '==') && least >= 2
  }
  if (leaf.right.kind === 'counter' && leaf.left.kind === 'constant') {
    const least = Number(leaf.left.value) + (leaf.op === '<' ? 1 : 0)
    return (leaf.op === '<=' || leaf.op === '<' || leaf.op === '==') && least >= 2
  }
  return false
}

/** Soft: it rests on a model, a context list, a claim, or a counter that could count on such things alone. */
export function isSoft(leaf: Leaf, ground: Ground): boolean {
  if (leaf.kind === 'lookup' && ground.scope.lists.get(leaf.list)?.context) return true
  return termsOf(leaf)
    .flatMap(readsOf)
    .some((term) => {
      switch (term.kind) {
        case 'signal':
          return true
        case 'field':
          return term.claimed && !asksFirmValue(leaf)
        case 'counter':
          return isSoftCounter(term.name, ground)
        default:
          return false
      }
    })
}

function asksFirmValue(leaf: Leaf): boolean {
  if (leaf.kind !== 'compare' || leaf.op !== '==') return false
  const [field, value] = leaf.left.kind === 'field' ? [leaf.left, leaf.right] : [leaf.right, leaf.left]
  if (field.kind !== 'field' || value.kind !== 'constant' || field.type.kind !== 'enum') return false
  return field.type.values.some((one) => one.firm && one.name === value.value)
}

function isSoftCounter(name: string, ground: Ground): boolean {
  const decl = ground.scope.counters.get(name)
  if (decl === undefined || decl.upTo === undefined) return true
  const where = ground.filters.get(name)
  const rests = where === undefined ? 'weak' : weakest(where, false, ground)
  const aboutOthers = decl.on.some((kind) => ground.scope.schema.events.get(kind.text)?.about !== 'actor')
  return rests === 'soft' || (aboutOthers && rests === 'weak')
}

/** What the weakest way to make a condition true rests on: a solid leaf, none, or soft leaves without a solid one. */
function weakest(condition: Condition, negated: boolean, ground: Ground): 'solid' | 'weak' | 'soft' {
  if (isLeaf(condition)) {
    if (allLeaves(condition).some((leaf) => isSoft(leaf, ground))) return 'soft'
    return !negated && isSolid(condition, ground) ? 'solid' : 'weak'
  }
  if (condition.kind === 'not') return weakest(condition.of, !negated, ground)
  const ways = condition.items.map((item) => weakest(item, negated, ground))
  const all = (condition.kind === 'and') !== negated
  if (all ? ways.includes('solid') : ways.every((way) => way === 'solid')) return 'solid'
  return ways.includes('soft') ? 'soft' : 'weak'
}

/**
 * Why a condition can be undecided: the signals, lists and counters that it reads, and the `?` fields that no
 * `is known` guards in the same `and` (rules.md §7.4). A division that may be by zero counts too.
 */
export function canBeUndecided(condition: Condition, guarded: ReadonlySet<string> = new Set()): ReadonlySet<string> {
  if (condition.kind === 'not') return canBeUndecided(condition.of, guarded)
  if (isLeaf(condition)) return leafCauses(condition, guarded)
  const inside = condition.kind === 'and' ? new Set([...guarded, ...guardsOf(condition.items)]) : guarded
  const causes = new Set<string>()
  for (const item of condition.items) for (const cause of canBeUndecided(item, inside)) causes.add(cause)
  return causes
}

function guardsOf(items: readonly Condition[]): string[] {
  return items.flatMap((item) =>
    item.kind === 'is' && item.what === 'known' && item.of.kind === 'field' ? [item.of.path] : [],
  )
}

function leafCauses(leaf: Leaf, guarded: ReadonlySet<string>): ReadonlySet<string> {
  const causes = new Set<string>()
  if (leaf.kind === 'is' || leaf.kind === 'missing') return causes
  if (leaf.kind === 'lookup') causes.add(leaf.list)
  for (const term of termsOf(leaf)) addTermCauses(term, guarded, causes)
  return causes
}

function addTermCauses(term: Term, guarded: ReadonlySet<string>, causes: Set<string>): void {
  switch (term.kind) {
    case 'constant':
      return
    case 'field':
      // A list may be known as a whole and still hold an element that nobody knows.
      if (term.canBeUnknown && (term.type.kind === 'list' || !guarded.has(term.path))) causes.add(term.path)
      return
    case 'signal':
    case 'counter':
      causes.add(term.name)
      return
    case 'neg':
      addTermCauses(term.of, guarded, causes)
      return
    case 'truth':
      for (const cause of canBeUndecided(term.of, guarded)) causes.add(cause)
      return
    case 'arith':
      addTermCauses(term.left, guarded, causes)
      addTermCauses(term.right, guarded, causes)
      if (term.op === '/' && !(term.right.kind === 'constant' && term.right.value !== 0)) causes.add('/')
  }
}
