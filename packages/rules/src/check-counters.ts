import type { CounterDecl, Expr, Word } from './ast.ts'
import {
  allLeaves,
  type Condition,
  type Counter,
  type FieldTerm,
  type Leaf,
  type ListSpec,
  type SignalSpec,
} from './checked.ts'
import { Elaborator } from './elaborate.ts'
import type { CounterFilters } from './evidence.ts'
import { resolveField } from './fields.ts'
import { counterIdentity, readsOfCondition } from './meaning.ts'
import { duration } from './print-expr.ts'
import type { Scope } from './scope.ts'
import { isShort } from './size.ts'
import type { Type } from './types.ts'

const SECOND = 1000
const DAY = 86_400_000
const MAX_EXACT = 1000
const MAX_A_KIND = 64

/** What may be counted of encrypted kinds, by key, and for how long (encrypted.md §15). */
const ENCRYPTED: Readonly<Record<string, { readonly over: number; readonly distinct: boolean }>> = {
  'actor.id': { over: 30 * DAY, distinct: true },
  'target.id': { over: 90 * DAY, distinct: true },
  'room.id': { over: 7 * DAY, distinct: false },
  'room.invite_key': { over: 7 * DAY, distinct: false },
}

export interface CheckedCounters {
  readonly counters: ReadonlyMap<string, Counter>
  /** What each one counts, also of those that are wrong elsewhere. */
  readonly filters: CounterFilters
}

interface Around {
  readonly cyclic: ReadonlySet<string>
  readonly lists: ReadonlyMap<string, ListSpec>
  readonly signals: ReadonlyMap<string, SignalSpec>
}

/** Checks the counters of a file (rules.md §6.4; C03, P07) and gives each its identity. */
export function checkCounters(scope: Scope, around: Around): CheckedCounters {
  const filters = new Map<string, Condition | undefined>()
  const counters = new Map<string, Counter>()
  for (const decl of scope.counters.values()) {
    checkBounds(decl, scope)
    const kinds = knownKinds(decl, scope)
    const where =
      decl.where === undefined || kinds.length === 0
        ? undefined
        : whereOf({ decl, expr: decl.where, kinds, cyclic: around.cyclic }, scope)
    filters.set(decl.name.text, where)
    const by = decl.by.flatMap((word) => keyOf(word, kinds, scope) ?? [])
    const member = decl.member === undefined ? undefined : memberOf(decl, decl.member, kinds, scope)
    checkEncrypted(decl, kinds, scope)
    const whole = by.length === decl.by.length && (decl.member === undefined) === (member === undefined)
    if (!whole || kinds.length === 0 || (decl.where === undefined) !== (where === undefined)) continue
    const counter = counterOf(decl, { by, member, where, kinds }, around)
    counters.set(counter.name, counter)
    scope.identities.set(counter.name, counter.spec.id)
  }
  checkNumber(scope)
  return { counters, filters }
}

interface Parts {
  readonly by: readonly FieldTerm[]
  readonly member: FieldTerm | undefined
  readonly where: Condition | undefined
  readonly kinds: readonly string[]
}

function counterOf(decl: CounterDecl, { by, member, where, kinds }: Parts, { lists, signals }: Around): Counter {
  const spec = {
    what: decl.what,
    over: decl.over,
    ...(decl.upTo === undefined ? {} : { upTo: decl.upTo }),
    keys: by.map((key) => thingOf(key.type)),
    member: decl.what === 'distinct' && member !== undefined ? thingOf(member.type) : null,
  }
  const counter = {
    by,
    on: kinds,
    ...(member === undefined ? {} : { member }),
    ...(where === undefined ? {} : { where }),
  }
  const id = counterIdentity({ ...counter, spec }, lists, signals)
  return { ...counter, name: decl.name.text, spec: { ...spec, id } }
}

function thingOf(type: Type): string | null {
  return type.kind === 'id' ? type.thing : null
}

function knownKinds(decl: CounterDecl, scope: Scope): string[] {
  const kinds: string[] = []
  for (const word of decl.on) {
    if (!scope.schema.events.has(word.text))
      scope.findings.error(
        'N03',
        word.at,
        `no event '${word.text}'`,
        scope.findings.didYouMean(word.text, scope.schema.events.keys()),
      )
    else if (kinds.includes(word.text))
      scope.findings.error(
        'N01',
        word.at,
        `'${word.text}' is already defined on line ${decl.on[0]?.at.line ?? word.at.line}`,
        'name a kind once',
      )
    else kinds.push(word.text)
  }
  return kinds
}

function checkBounds(decl: CounterDecl, scope: Scope): void {
  const { name, over, upTo } = decl
  const outOfBounds = (at: CounterDecl['overAt'], what: string, fix: string): void =>
    scope.findings.error('C03', at, what, fix)
  if (over < SECOND || over > 90 * DAY)
    outOfBounds(decl.overAt, `the window of '${name.text}' is out of bounds`, '1s to 90d')
  if (upTo !== undefined && (upTo < 1 || upTo > MAX_EXACT))
    outOfBounds(name.at, `'${name.text}' is exact up to ${upTo}, which is out of bounds`, `1 to ${MAX_EXACT}`)
  if (decl.what === 'sum' && upTo === undefined)
    outOfBounds(name.at, "a 'sum' cannot be approximate", 'exact up to 100')
}

/** A field to key by or to count; sealed ones are refused, and a list is no single thing. */
function keyOf(word: Word, kinds: readonly string[], scope: Scope): FieldTerm | undefined {
  const field = kinds.length === 0 ? undefined : resolveField(scope, word, kinds)
  if (field === undefined) return undefined
  if (field.field.sealed) {
    const fix = 'a key made of it, for example item.text_key'
    scope.findings.error('P07', word.at, `'${word.text}' is sealed: it cannot key a counter`, fix)
    return undefined
  }
  if (field.type.kind !== 'list') return field
  scope.findings.error('T01', word.at, `'${word.text}' is a list: it cannot key a counter`, 'name a single value')
  return undefined
}

function memberOf(decl: CounterDecl, word: Word, kinds: readonly string[], scope: Scope): FieldTerm | undefined {
  const field = keyOf(word, kinds, scope)
  if (field === undefined || decl.what !== 'sum' || field.type.kind === 'num') return field
  scope.findings.error('C03', word.at, `'${word.text}' cannot be summed: it is ${field.type.kind}`, 'sum a num')
  return undefined
}

/** Of encrypted kinds only what encrypted.md §15 lists is counted, and no longer than it says. */
function checkEncrypted(decl: CounterDecl, kinds: readonly string[], scope: Scope): void {
  const encrypted = kinds.find((kind) => scope.schema.events.get(kind)?.encrypted)
  if (encrypted === undefined) return
  const key = decl.by.map((word) => word.text).join(', ')
  const allowed = Object.hasOwn(ENCRYPTED, key) ? ENCRYPTED[key] : undefined
  if (allowed === undefined || decl.what === 'sum' || (decl.what === 'distinct' && !allowed.distinct)) {
    const message = `'${decl.name.text}' may not be kept of '${encrypted}': ${decl.what} by ${key}`
    scope.findings.error('C03', decl.by[0]?.at ?? decl.name.at, message, 'by actor.id or target.id, or other kinds')
  } else if (decl.over > allowed.over) {
    const message = `the window of '${decl.name.text}' is out of bounds for '${encrypted}' by ${key}`
    scope.findings.error('C03', decl.overAt, message, `at most ${duration(allowed.over)}`)
  }
}

function checkNumber(scope: Scope): void {
  const byKind = new Map<string, CounterDecl[]>()
  for (const decl of scope.counters.values()) {
    for (const { text } of decl.on) {
      const decls = byKind.get(text)
      if (decls === undefined) byKind.set(text, [decl])
      else decls.push(decl)
    }
  }
  for (const [kind, decls] of byKind) {
    const first = decls[MAX_A_KIND]
    if (first === undefined) continue
    const message = `'${kind}' moves ${decls.length} counters, which is out of bounds`
    scope.findings.error('C03', first.name.at, message, `at most ${MAX_A_KIND}`)
  }
}

/** What is counted; absent where it cannot be understood or reads a counter itself (N04). */
function whereOf({ decl, expr, kinds, cyclic }: Where, scope: Scope): Condition | undefined {
  const where = new Elaborator(scope, kinds, cyclic).condition(expr, 'where')
  if (where === undefined || !isShort(where, expr.at, scope)) return undefined
  if (readsOfCondition(where).counters.size === 0) return where
  if (cyclic.has(decl.name.text)) return undefined
  const message = `these lets or counters refer to each other: ${decl.name.text} reads a counter`
  scope.findings.error('N04', decl.name.at, message, 'a counter may not read a counter')
  return undefined
}

interface Where {
  readonly decl: CounterDecl
  readonly expr: Expr
  readonly kinds: readonly string[]
  readonly cyclic: ReadonlySet<string>
}

/** C01: a threshold above what a counter can tell would never be decided. A sum is exact up to N events, not up to N. */
export function checkThresholds(
  condition: Condition,
  at: (leaf: Leaf) => Parameters<Scope['findings']['error']>[1],
  scope: Scope,
): void {
  for (const leaf of allLeaves(condition)) {
    for (const { name, values } of thresholdsOf(leaf)) {
      const counter = scope.counters.get(name)
      const upTo = counter?.what === 'sum' ? undefined : counter?.upTo
      const above = values.find((value) => Number(value) > (upTo ?? Number.POSITIVE_INFINITY))
      if (above === undefined) continue
      const message = `'${name}' is exact up to ${upTo}; ${above} can never be told`
      scope.findings.error('C01', at(leaf), message, `exact up to ${above}, or a lower threshold`)
    }
  }
}

function thresholdsOf(leaf: Leaf): { name: string; values: readonly (boolean | number | string)[] }[] {
  if (leaf.kind === 'member') return leaf.of.kind === 'counter' ? [{ name: leaf.of.name, values: leaf.values }] : []
  if (leaf.kind !== 'compare') return []
  const sides = [
    [leaf.left, leaf.right],
    [leaf.right, leaf.left],
  ] as const
  return sides.flatMap(([term, value]) =>
    term.kind === 'counter' && value.kind === 'constant' ? [{ name: term.name, values: [value.value] }] : [],
  )
}
