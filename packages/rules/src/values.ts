import type { CounterTerm, Leaf, RuleSet, Term } from './checked.ts'
import { countName, readsOf, termsOf } from './checked.ts'
import type { Compiler } from './compile.ts'
import { Interval, type Reach } from './interval.ts'
import { findHit } from './leaves.ts'
import type { Run } from './terms.ts'
import type { Json } from './types.ts'

/** The keyed hash of a sealed value. */
export type Seal = (value: string) => string

export type Values = { readonly [name: string]: Json }

/** What an explanation says that was read, by name: a value null is none, `{"unknown":true}` unknown. */
export type ShowValues = (run: Run, seal: Seal) => Values

type Show = (run: Run, seal: Seal) => Json

/** What a leaf reads, ready to be shown (rules.md §7.7). Sealed values appear only as `sealed:` and their keyed hash. */
export function compileValues(leaf: Leaf, ruleset: RuleSet, compiler: Compiler): ShowValues {
  const shown = new Map<string, Show>()
  if (leaf.kind === 'missing') shown.set(leaf.member, showRecord(leaf.member))
  for (const term of termsOf(leaf).flatMap(readsOf)) {
    if (term.kind === 'field') shown.set(term.path, showValue(term, compiler, term.field.sealed))
    else if (term.kind === 'counter') shown.set(countName(term), showCount(term, ruleset, compiler))
    else if (term.kind === 'signal') shown.set(term.name, showValue(term, compiler, false))
  }
  if (leaf.kind === 'lookup') shown.set(leaf.list, showHit(leaf, ruleset, compiler))
  return together([...shown])
}

/** Most leaves read one thing. */
function together(shown: readonly (readonly [string, Show])[]): ShowValues {
  const [first] = shown
  if (first !== undefined && shown.length === 1) {
    const [name, show] = first
    return (run, seal) => {
      const values: { [name: string]: Json } = {}
      values[name] = show(run, seal)
      return values
    }
  }
  return (run, seal) => {
    const values: { [name: string]: Json } = {}
    for (const [name, show] of shown) values[name] = show(run, seal)
    return values
  }
}

function showRecord(member: string): Show {
  return ({ event }) => (event[member] === undefined ? null : {})
}

function showValue(term: Term, compiler: Compiler, sealed: boolean): Show {
  const read = compiler.term(term)
  return sealed ? (run, seal) => sealedJson(read(run), seal) : (run) => stateJson(read(run))
}

/** A reading as it is stored: an open bound is null. Null alone is none: a part of the key is none. */
function showCount(term: CounterTerm, { counters }: RuleSet, compiler: Compiler): Show {
  const slot = compiler.slotOf(term)
  const over = counters.get(term.name)?.spec.over ?? null
  return ({ counts }) => {
    const counted = counts[slot]
    if (counted === undefined) return { unknown: true }
    if (counted.reading === null) return null
    const { low, high, flags, events } = counted.reading
    return { low, high: Number.isFinite(high) ? high : null, over, flags, events }
  }
}

/** Which entry was hit and how near. An entry of a sealed list is shown as its keyed hash. */
function showHit({ of, how, list }: Leaf & { kind: 'lookup' }, { lists }: RuleSet, compiler: Compiler): Show {
  const read = compiler.term(of)
  const sealed = lists.get(list)?.sealed ?? false
  return (run, seal) => {
    for (const element of elementsOf(read(run))) {
      const hit = findHit(run, list, how, element)
      if (hit === undefined || hit === null) continue
      const { entry, distance, from, to } = hit
      return {
        hit: true,
        entry: sealed ? `sealed:${seal(entry)}` : entry,
        ...(distance === undefined ? {} : { distance }),
        ...(from === undefined ? {} : { from }),
        ...(to === undefined ? {} : { to }),
      }
    }
    return { hit: false }
  }
}

/** What a list can be asked of a value: its elements or itself, but for what is none or unknown. */
export function elementsOf(value: Reach): readonly (boolean | number | string)[] {
  if (value === undefined || value === null || value instanceof Interval) return []
  if (typeof value !== 'object') return [value]
  return value.filter((one) => one !== undefined && one !== null && typeof one !== 'object')
}

function sealedJson(value: Reach, seal: Seal): Json {
  if (value === undefined || value === null) return stateJson(value)
  if (typeof value === 'object' && !(value instanceof Interval)) return value.map((one) => sealedJson(one, seal))
  return `sealed:${seal(String(value))}`
}

function stateJson(value: Reach): Json {
  if (value === undefined || value instanceof Interval) return { unknown: true }
  if (typeof value === 'object' && value !== null) return value.map(stateJson)
  return value
}
