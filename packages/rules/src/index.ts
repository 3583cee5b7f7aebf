export { askedLists } from './asked-lists.ts'
export { canonicalJson } from './canonical.ts'
export { check } from './check.ts'
export type { Counter, Effect, ListSpec, Rule, RuleSet, SignalSpec } from './checked.ts'
export { costOfRule } from './cost.ts'
export {
  type CounterOp,
  type CounterSpec,
  type CounterStore,
  type Entity,
  type Flag,
  GRACE,
  MemoryCounters,
  type Reading,
} from './counters/index.ts'
export type { Diagnostic, Note, Source, Span } from './diagnostic.ts'
export { type Change, diff, type RuleChange } from './diff.ts'
export { type Completion, editor, type Hover, type Token } from './editor.ts'
export { printEffect } from './effects.ts'
export { type Explanation, explain } from './explain.ts'
export { format } from './format.ts'
export { jsonSchema } from './json-schema.ts'
export { type CountedBy, countedBy, isHidden, type KeptAnswers, type KeptLeaf, mustBeKept } from './kept-leaves.ts'
export { withLengths } from './lengths.ts'
export { type Lock, lockOf } from './lock.ts'
export { type MergedEffect, type Mode, merge, type Verdict } from './merge.ts'
export { type Normalised, normalise, type Problem } from './normalise.ts'
export { compilePattern } from './pattern/index.ts'
export { AHEAD } from './plan.ts'
export {
  compile,
  type Judgement,
  type Outcome,
  type Phase,
  type Plan,
  type Program,
  type Result,
  type SignalNeed,
} from './program.ts'
export { hasOnlyBegun, renderDiagnostics, renderExplanation, renderTestReport, renderValues } from './render.ts'
export {
  editForm,
  type FormClause,
  type FormCondition,
  type FormEdit,
  formsOf,
  type Piece,
  type RuleForm,
} from './rule-form.ts'
export { type EventKind, readSchema, type Schema } from './schema.ts'
export { countsOthers } from './share.ts'
export { type ListFactory, runTests, type TestReport } from './tests.ts'
export type { Json, Value } from './types.ts'
export {
  type Event,
  type Fields,
  type Hit,
  type List,
  type Lists,
  type Measured,
  type Measurement,
  offBy,
  offFlag,
} from './world.ts'
