export { canonicalJson } from './canonical.ts'
export { check } from './check.ts'
export type { Counter, Effect, ListSpec, Rule, RuleSet, SignalSpec } from './checked.ts'
export {
  type CounterOp,
  type CounterSpec,
  type CounterStore,
  type Entity,
  type Flag,
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
export { isHidden, type KeptAnswers, type KeptLeaf, mustBeKept } from './kept-leaves.ts'
export { type Lock, lockOf } from './lock.ts'
export { type MergedEffect, type Mode, merge, type Verdict } from './merge.ts'
export { type Normalised, normalise, type Problem } from './normalise.ts'
export { compilePattern } from './pattern/index.ts'
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
export { renderDiagnostics, renderExplanation, renderTestReport, renderValues } from './render.ts'
export { readSchema, type Schema } from './schema.ts'
export { type ListFactory, runTests, type TestReport } from './tests.ts'
export type { Json, Value } from './types.ts'
export type { Event, Fields, Hit, List, Lists, Measured, Measurement } from './world.ts'
