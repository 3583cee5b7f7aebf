import { type Condition, countName, isLeaf, type Leaf, readsOf, type Term, termsOf } from './checked.ts'
import type { CompiledRule } from './compile.ts'
import { Interval, type Reach } from './interval.ts'
import { findHit } from './leaves.ts'
import type { Judged } from './program.ts'
import type { Run } from './terms.ts'
import type { Value } from './types.ts'

/**
 * Why a rule is undecided: `signal:threat`, `list:csam_media`, `field:actor.age`. Only what could still turn the
 * outcome counts, so a part that another one has decided is not named.
 */
export function causesOf({ compiled }: Pick<Judged, 'compiled'>, run: Run): string[] {
  return [
    ...new Set(unknownLeaves(compiled.rule.when, compiled, run).flatMap((leaf) => leafCauses(leaf, compiled, run))),
  ].sort()
}

function unknownLeaves(condition: Condition, compiled: CompiledRule, run: Run): Leaf[] {
  if (compiled.answerOf(condition)(run) !== undefined) return []
  if (isLeaf(condition)) return [condition]
  const items = condition.kind === 'not' ? [condition.of] : condition.items
  return items.flatMap((item) => unknownLeaves(item, compiled, run))
}

function leafCauses(leaf: Leaf, compiled: CompiledRule, run: Run): string[] {
  const reads = termsOf(leaf).flatMap(readsOf)
  const causes = reads.filter((term) => hasUnknown(compiled.valueOf(term)(run))).map(nameOf)
  if (leaf.kind === 'lookup' && cannotTell(leaf, compiled, run)) causes.push(`list:${leaf.list}`)
  return causes.length === 0 ? ['arithmetic'] : causes
}

function cannotTell(leaf: Leaf & { kind: 'lookup' }, compiled: CompiledRule, run: Run): boolean {
  const value = compiled.valueOf(leaf.of)(run)
  const elements: readonly Reach[] = Array.isArray(value) ? (value as readonly Value[]) : [value]
  return elements.some(
    (one) =>
      one !== undefined &&
      one !== null &&
      !(one instanceof Interval) &&
      findHit(run, leaf.list, leaf.how, one) === undefined,
  )
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
