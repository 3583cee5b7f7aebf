import type { Assign, AssignValue, EffectNode, Literal, SampleDecl, Step, Word } from './ast.ts'
import { resolveField } from './fields.ts'
import type { Scope } from './scope.ts'
import { elementType, isNumeric, type Type, typeName } from './types.ts'

const MAX_REPEAT = 10_000
/** Steps of all tests of a file, with their repeats written out. */
const MAX_STEPS = 100_000

/** Checks samples and tests: every name exists, every value has the type of its field. */
export function checkTests(scope: Scope): void {
  for (const sample of scope.samples.values()) checkSample(sample, scope)
  const rules = new Set(scope.rules.map((rule) => rule.name.text))
  for (const test of scope.tests) for (const step of test.steps) checkStep(step, scope, rules)
  checkLength(scope)
}

/** Tests are run at every save and every upload, so they end. */
function checkLength(scope: Scope): void {
  let steps = 0
  for (const test of scope.tests) {
    steps += stepsOf(test.steps)
    if (steps <= MAX_STEPS) continue
    scope.findings.error('S02', test.name.at, 'the tests are too long', `at most ${MAX_STEPS} steps with their repeats`)
    return
  }
}

function stepsOf(steps: readonly Step[]): number {
  return steps.reduce((sum, step) => sum + (step.kind === 'repeat' ? 1 + step.times * stepsOf(step.steps) : 1), 0)
}

function checkSample(sample: SampleDecl, scope: Scope): void {
  if (scope.schema.events.has(sample.event.text)) checkAssigns(sample.assigns, sample.event.text, scope)
  else missing('event', sample.event, scope.schema.events.keys(), scope)
}

function checkStep(step: Step, scope: Scope, rules: ReadonlySet<string>): void {
  switch (step.kind) {
    case 'given':
      if (!scope.lists.has(step.list.text)) missing('list', step.list, scope.lists.keys(), scope)
      return
    case 'send': {
      const sample = scope.samples.get(step.what.text)
      if (sample !== undefined) scope.used.add(step.what.text)
      const kind = sample?.event.text ?? step.what.text
      if (scope.schema.events.has(kind)) checkAssigns(step.assigns, kind, scope)
      else if (sample === undefined)
        missing('event', step.what, [...scope.schema.events.keys(), ...scope.samples.keys()], scope)
      return
    }
    case 'repeat':
      if (step.times < 1 || step.times > MAX_REPEAT) {
        scope.findings.error('S02', step.at, `repeat ${step.times} is too long`, `1 to ${MAX_REPEAT}`)
      }
      for (const inner of step.steps) checkStep(inner, scope, rules)
      return
    case 'expect':
      checkExpectation(step, scope, rules)
      return
    case 'again':
    case 'after':
      return
  }
}

function checkExpectation(step: Step & { kind: 'expect' }, scope: Scope, rules: ReadonlySet<string>): void {
  const { that } = step
  if (that.kind === 'outcome' && !rules.has(that.rule.text)) missing('rule', that.rule, rules, scope)
  if (that.kind === 'counter') {
    if (!scope.counters.has(that.counter.text)) missing('counter', that.counter, scope.counters.keys(), scope)
    else if (that.value.kind !== 'number') scope.findings.error('T01', that.value.at, 'a counter compares with num')
  }
  if (that.kind === 'effect') checkLimit(that.effect, scope)
}

function checkLimit(effect: EffectNode, scope: Scope): void {
  if (effect.do !== 'limit' || scope.schema.limits.has(effect.what.text)) return
  missing('limit', effect.what, scope.schema.limits, scope)
}

function checkAssigns(assigns: readonly Assign[], kind: string, scope: Scope): void {
  for (const { path, value } of assigns) {
    const signal = scope.signals.get(path.text)
    if (signal !== undefined) {
      checkValue(value, { kind: signal.type }, path, scope)
      continue
    }
    if (!path.text.includes('.')) {
      const members = scope.schema.events.get(kind)?.members
      if (members?.has(path.text) && value.kind === 'none') continue
      missing('signal', path, [...scope.signals.keys(), ...(members?.keys() ?? [])], scope)
      continue
    }
    const field = resolveField(scope, path, [kind])
    if (field !== undefined) checkValue(value, field.type, path, scope)
  }
}

function checkValue(value: AssignValue, type: Type, path: Word, scope: Scope): void {
  if (value.kind === 'unknown' || value.kind === 'none') return
  if (value.kind === 'off') {
    if (!scope.signals.has(path.text))
      scope.findings.error('T01', path.at, `'${path.text}' is no signal, and only signals are off`, 'write none')
    return
  }
  const literals = value.kind === 'list' ? value.values : [value.literal]
  if ((type.kind === 'list') !== (value.kind === 'list')) {
    scope.findings.error(
      'T01',
      path.at,
      `'${path.text}' is ${typeName(type)}`,
      type.kind === 'list' ? 'write […]' : 'write one value',
    )
    return
  }
  for (const literal of literals) checkLiteral(literal, elementType(type), path, scope)
}

function checkLiteral(literal: Literal, type: Type, path: Word, scope: Scope): void {
  const wanted =
    type.kind === 'bool' ? 'bool' : isNumeric(type) ? 'number' : type.kind === 'dur' ? 'duration' : 'string'
  if (literal.kind !== wanted) {
    scope.findings.error(
      'T01',
      literal.at,
      `'${path.text}' is ${typeName(type)}, this is ${literal.kind === 'string' ? 'text' : literal.kind}`,
    )
  } else if (literal.kind === 'string' && (type.kind === 'enum' || type.kind === 'harm')) {
    const names = type.values.map((one) => one.name)
    if (!names.includes(literal.value)) missing('enum value', { text: literal.value, at: literal.at }, names, scope)
  }
}

function missing(what: string, word: Word, names: Iterable<string>, scope: Scope): void {
  scope.findings.error('N03', word.at, `no ${what} '${word.text}'`, scope.findings.didYouMean(word.text, names))
}
