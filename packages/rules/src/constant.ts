import { canonicalJson } from './canonical.ts'
import { type Condition, isLeaf, type Leaf, readsOf, termsOf } from './checked.ts'
import { Compiler } from './compile.ts'
import { conditionJson, keyOf } from './meaning.ts'
import { newRun } from './terms.ts'

/** A part of a condition whose answer never changes, and the leaf to point at. */
export interface Constant {
  readonly leaf: Leaf
  readonly always: boolean
}

/**
 * The first part of a condition that is always true or can never be true (T04): a leaf that reads nothing, a question
 * that its field's type answers, or parts of one `and` that exclude each other. It misses some; what it reports is so.
 */
export function findConstant(condition: Condition): Constant | undefined {
  if (isLeaf(condition)) return constantLeaf(condition)
  if (condition.kind === 'not') return findConstant(condition.of)
  for (const item of condition.items) {
    const found = findConstant(item)
    if (found !== undefined) return found
  }
  return condition.kind === 'and' ? contradiction(condition.items) : undefined
}

function constantLeaf(leaf: Leaf): Constant | undefined {
  const is = (always: boolean): Constant => ({ leaf, always })
  if (leaf.kind === 'missing') return undefined
  if (termsOf(leaf).every((term) => readsOf(term).length === 0)) return is(answerOf(leaf))
  if (leaf.kind === 'is' && leaf.of.kind === 'field') {
    const { canBeUnknown, canBeNone } = leaf.of
    if (leaf.what === 'none' && !canBeNone) return is(false)
    if (leaf.what === 'unknown' && !canBeUnknown) return is(false)
    return leaf.what === 'known' && !canBeNone && !canBeUnknown ? is(true) : undefined
  }
  return leaf.kind === 'compare' && outsideScore(leaf) ? is(false) : undefined
}

/** The answer of a leaf that reads nothing, from the evaluator itself. Unknown, as of a division by 0, never turns true. */
function answerOf(leaf: Leaf): boolean {
  const compiler = new Compiler(new Map())
  const question = compiler.condition(leaf)
  const event = { id: '', kind: '', occurred_at: '' }
  const run = newRun({ event, measured: {}, lists: { get: () => undefined } }, compiler.slots())
  return question.answer(run) === true
}

/** A score is 0 to 1, so `threat > 1` waits for ever. */
function outsideScore(leaf: Leaf & { kind: 'compare' }): boolean {
  const bound = boundOf(leaf)
  if (bound === undefined || bound.type !== 'score') return false
  const { op, value } = bound
  if (op === '>') return value >= 1
  if (op === '>=' || op === '==') return value > 1 || (op === '==' && value < 0)
  return op === '<' ? value <= 0 : value < 0
}

const NOWHERE = { text: '', at: { from: 0, to: 0, line: 0, column: 0 } }

interface Bound {
  readonly key: string
  readonly type: string
  readonly op: '==' | '<' | '<=' | '>' | '>='
  readonly value: number
}

const MIRROR = { '==': '==', '<': '>', '<=': '>=', '>': '<', '>=': '<=' } as const

function boundOf(leaf: Leaf): Bound | undefined {
  if (leaf.kind !== 'compare' || leaf.op === '!=') return undefined
  const [term, value, op] =
    leaf.right.kind === 'constant' ? [leaf.left, leaf.right, leaf.op] : [leaf.right, leaf.left, MIRROR[leaf.op]]
  if (value.kind !== 'constant' || typeof value.value !== 'number' || term.kind === 'constant') return undefined
  const probe = conditionJson({ kind: 'test', of: term, place: NOWHERE })
  return { key: canonicalJson(probe), type: term.type.kind, op, value: value.value }
}

function contradiction(items: readonly Condition[]): Constant | undefined {
  const required = new Set(items.map(keyOf))
  for (const item of items) {
    if (item.kind === 'not' && isLeaf(item.of) && required.has(keyOf(item.of))) return { leaf: item.of, always: false }
  }
  const leaves = items.filter(isLeaf)
  for (const [index, leaf] of leaves.entries()) {
    if (leaves.slice(0, index).some((before) => exclude(before, leaf))) return { leaf, always: false }
  }
  return undefined
}

function exclude(a: Leaf, b: Leaf): boolean {
  const [one, other] = [boundOf(a), boundOf(b)]
  if (one !== undefined && other !== undefined) return one.key === other.key && !overlap(one, other)
  if (a.kind !== 'compare' || b.kind !== 'compare' || a.op !== '==' || b.op !== '==') return false
  const [left, right] = [a.right, b.right]
  if (left.kind !== 'constant' || right.kind !== 'constant' || a.left.kind !== 'field' || b.left.kind !== 'field')
    return false
  return a.left.path === b.left.path && left.value !== right.value
}

function overlap(a: Bound, b: Bound): boolean {
  const low = Math.max(lowOf(a), lowOf(b))
  const high = Math.min(highOf(a), highOf(b))
  if (low !== high) return low < high
  return (
    [a, b].every((bound) => bound.op !== '<' || bound.value > low) &&
    [a, b].every((bound) => bound.op !== '>' || bound.value < low)
  )
}

function lowOf({ op, value }: Bound): number {
  return op === '<' || op === '<=' ? Number.NEGATIVE_INFINITY : value
}

function highOf({ op, value }: Bound): number {
  return op === '>' || op === '>=' ? Number.POSITIVE_INFINITY : value
}
