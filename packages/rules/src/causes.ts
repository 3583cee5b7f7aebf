import { type Condition, countName, isLeaf, type Leaf, readsOf, type Term, termsOf } from './checked.ts'
import type { Compiler } from './compile.ts'
import { Interval, type Reach } from './interval.ts'
import { findHit } from './leaves.ts'
import type { Run } from './terms.ts'
import { elementsOf } from './values.ts'

/** Adds the causes of what is undecided in this run. */
type Add = (run: Run, causes: Set<string>) => void

/**
 * Why a condition is undecided: `signal:threat`, `list:csam_media`, `field:actor.age`. Only what could still turn the
 * outcome counts, so a part that another one has decided is not named.
 */
export function compileCauses(condition: Condition, compiler: Compiler): (run: Run) => string[] {
  const add = compileUndecided(condition, compiler)
  return (run) => {
    const causes = new Set<string>()
    add(run, causes)
    return [...causes].sort()
  }
}

/** For a condition that is undecided; which of its parts are so, is asked. */
function compileUndecided(condition: Condition, compiler: Compiler): Add {
  if (isLeaf(condition)) return compileLeaf(condition, compiler)
  const items = condition.kind === 'not' ? [condition.of] : condition.items
  const parts = items.map((item) => ({
    question: compiler.condition(item),
    add: compileUndecided(item, compiler),
  }))
  return (run, causes) => {
    for (const { question, add } of parts) if (question.answer(run) === undefined) add(run, causes)
  }
}

function compileLeaf(leaf: Leaf, compiler: Compiler): Add {
  const terms = termsOf(leaf)
    .flatMap(readsOf)
    .map((term) => ({ name: nameOf(term), read: compiler.term(term) }))
  const cannotTell = leaf.kind === 'lookup' ? compileLookup(leaf, compiler) : undefined
  const list = leaf.kind === 'lookup' ? `list:${leaf.list}` : ''
  return (run, causes) => {
    let found = false
    for (const { name, read } of terms) {
      if (!hasUnknown(read(run))) continue
      causes.add(name)
      found = true
    }
    if (cannotTell?.(run)) causes.add(list)
    else if (!found) causes.add('arithmetic')
  }
}

function compileLookup({ of, how, list }: Leaf & { kind: 'lookup' }, compiler: Compiler): (run: Run) => boolean {
  const read = compiler.term(of)
  return (run) => elementsOf(read(run)).some((one) => findHit(run, list, how, one) === undefined)
}

function hasUnknown(value: Reach): boolean {
  if (value === undefined || value instanceof Interval) return true
  return typeof value === 'object' && value !== null && value.some((one) => one === null || one === undefined)
}

function nameOf(term: Term): string {
  if (term.kind === 'field') return `field:${term.path}`
  if (term.kind === 'counter') return `counter:${countName(term)}`
  return term.kind === 'signal' ? `signal:${term.name}` : term.kind
}
