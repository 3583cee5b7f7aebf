import type { ListDecl, RulesFile, SignalDecl } from './ast.ts'
import { checkCounters } from './check-counters.ts'
import { checkRule } from './check-rule.ts'
import { checkTests } from './check-tests.ts'
import { allLeaves, type ListSpec, type Rule, type RuleSet, type SignalSpec } from './checked.ts'
import { checkCost } from './cost.ts'
import { type Diagnostic, Findings, type Source, type Span } from './diagnostic.ts'
import { Elaborator } from './elaborate.ts'
import { hasPath } from './fields.ts'
import { checkLock, type Lock } from './lock.ts'
import { rulesetHash } from './meaning.ts'
import { parse } from './parse.ts'
import type { Schema } from './schema.ts'
import { findCycles, pathsIn, type Scope, scopeOf } from './scope.ts'

const MAX_RULES = 1000
const MAX_PATTERNS = 100

/**
 * Reads and checks a file of rules: all that must not happen at run time is refused here. The rule set is absent if
 * there is an error. Broken input gives diagnostics, never an exception.
 *
 * @param lock what earlier versions meant; a changed meaning under an old version is refused (V01)
 */
export function check(source: Source, schema: Schema, lock?: Lock): { ruleset?: RuleSet; diagnostics: Diagnostic[] } {
  const findings = new Findings()
  const file = parse(source, findings)
  if (file?.kind === 'schema')
    findings.error('S01', file.name.at, "unexpected 'schema', expected 'ruleset'", 'this file is a schema')
  const ruleset = file?.kind === 'ruleset' ? checkFile(file, { source, schema, findings, lock }) : undefined
  const diagnostics = findings.sorted()
  return ruleset === undefined || findings.failed ? { diagnostics } : { ruleset, diagnostics }
}

interface Context {
  readonly source: Source
  readonly schema: Schema
  readonly findings: Findings
  readonly lock: Lock | undefined
}

function checkFile(file: RulesFile, { source, schema, findings, lock }: Context): RuleSet {
  const scope = scopeOf(file, schema, findings)
  checkHeader(file, scope)
  const cyclic = findCycles(scope)
  for (const list of scope.lists.values()) checkList(list, scope)
  const lists = mapOf(scope.lists, listSpec)
  const signals = mapOf(scope.signals, signalSpec)
  const { counters, filters } = checkCounters(scope, { cyclic, lists, signals })
  const checked = scope.rules.flatMap((decl) => {
    const rule = checkRule(decl, scope, { lists, signals, cyclic, filters })
    return rule === undefined ? [] : [{ rule, at: decl.name.at }]
  })
  if (checked.length < scope.rules.length && !findings.failed) throw new Error('a rule was left out without a word')
  checkTests(scope)
  checkUnused(scope, cyclic)
  const rules = checked.map((one) => one.rule)
  const counterAt = (name: string): Span => scope.counters.get(name)?.name.at ?? file.at
  checkSize(file, rules, findings)
  checkCost(
    checked,
    [...counters.values()].map((counter) => ({ counter, at: counterAt(counter.name) })),
    findings,
  )
  const header = {
    name: file.name.text,
    version: file.version,
    owner: file.owner.text,
    schema: { name: schema.name, version: schema.version },
  }
  const ruleset: RuleSet = {
    ...header,
    schema,
    hash: rulesetHash(header, rules),
    rules,
    lists,
    signals,
    counters,
    samples: scope.samples,
    tests: scope.tests,
    sourceName: source.name,
  }
  const ruleAt = (name: string): Span => checked.find((one) => one.rule.name === name)?.at ?? file.at
  const places = { header: file.name.at, rule: ruleAt, counter: counterAt }
  if (lock !== undefined && !findings.failed) checkLock(ruleset, lock, places, findings)
  return ruleset
}

function checkHeader(file: RulesFile, scope: Scope): void {
  const { name, version } = file.schema
  if (name.text === '' || (name.text === scope.schema.name && version === scope.schema.version)) return
  const message = `no schema '${name.text}' version ${version}`
  scope.findings.error('N03', name.at, message, `here is '${scope.schema.name}' version ${scope.schema.version}`)
}

function checkList(list: ListDecl, scope: Scope): void {
  if (list.thing?.text !== 'account') return
  scope.findings.error(
    'T05',
    list.thing.at,
    'a list of accounts is not allowed',
    'decide on the account: that ends and can be appealed',
  )
}

/** N05, and the mistakes inside lets that no rule reads. */
function checkUnused(scope: Scope, cyclic: ReadonlySet<string>): void {
  const used = new Set(scope.used)
  for (const decl of [
    ...scope.lists.values(),
    ...scope.signals.values(),
    ...scope.lets.values(),
    ...scope.counters.values(),
    ...scope.samples.values(),
  ]) {
    if (!used.has(decl.name.text) && !cyclic.has(decl.name.text))
      scope.findings.warning('N05', decl.name.at, `'${decl.name.text}' is never used`, 'remove it')
  }
  for (const decl of scope.lets.values()) {
    if (used.has(decl.name.text) || cyclic.has(decl.name.text)) continue
    const paths = pathsIn(decl.expr)
    const kinds = [...scope.schema.events.values()].filter((kind) => paths.every((path) => hasPath(kind, path)))
    const asked = kinds.length > 0 ? kinds : [...scope.schema.events.values()].slice(0, 1)
    new Elaborator(
      scope,
      asked.map((kind) => kind.name),
      cyclic,
    ).name({ text: decl.name.text, at: decl.name.at })
  }
}

function checkSize(file: RulesFile, rules: readonly Rule[], findings: Findings): void {
  if (rules.length > MAX_RULES)
    findings.error('S02', file.at, `the file is too long: ${rules.length} rules`, `at most ${MAX_RULES}`)
  const patterns = new Set(
    rules.flatMap((rule) => allLeaves(rule.when)).flatMap((leaf) => (leaf.kind === 'matches' ? [leaf.pattern] : [])),
  )
  if (patterns.size > MAX_PATTERNS) {
    findings.error(
      'S02',
      file.at,
      `the file is too long: ${patterns.size} patterns`,
      `at most ${MAX_PATTERNS}, or a term list`,
    )
  }
}

function listSpec(decl: ListDecl): ListSpec {
  return {
    name: decl.name.text,
    type: decl.type,
    ...(decl.thing === undefined ? {} : { thing: decl.thing.text }),
    sealed: decl.sealed,
    context: decl.context,
    from: decl.from.text,
    ...(decl.staleAfter === undefined ? {} : { staleAfter: decl.staleAfter }),
  }
}

function signalSpec(decl: SignalDecl): SignalSpec {
  return {
    name: decl.name.text,
    type: decl.type,
    provider: decl.provider.text,
    inputs: decl.inputs.map((input) => input.text),
    within: decl.within,
  }
}

function mapOf<A, B>(map: ReadonlyMap<string, A>, to: (value: A) => B): ReadonlyMap<string, B> {
  return new Map([...map].map(([name, value]) => [name, to(value)]))
}
