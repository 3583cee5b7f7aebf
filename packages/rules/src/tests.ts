import type { Expectation, Step, TestDecl } from './ast.ts'
import type { ListSpec, RuleSet } from './checked.ts'
import { MemoryCounters } from './counters/index.ts'
import { Coverage, type CoverageReport } from './coverage.ts'
import type { Diagnostic, Span } from './diagnostic.ts'
import { effectOf, printEffect } from './effects.ts'
import { compareIntervals, Interval, printInterval } from './interval.ts'
import { merge, type Verdict } from './merge.ts'
import { printLiteral, quoted } from './print-expr.ts'
import { compile, type Judgement, type Outcome, type Program } from './program.ts'
import { makeEvent } from './test-event.ts'
import { plainList } from './test-list.ts'
import type { List } from './world.ts'

/** Makes the list of a test from the entries that it was given. The server passes the real matchers. */
export type ListFactory = (spec: ListSpec, entries: readonly string[]) => List

export interface TestResult {
  readonly name: string
  readonly passed: boolean
  /** X01, one for each expectation that failed. */
  readonly failures: readonly Diagnostic[]
}

export interface TestReport {
  readonly source: string
  readonly tests: readonly TestResult[]
  readonly passed: number
  readonly failed: number
  readonly coverage: CoverageReport
}

const START = Date.UTC(2026, 0, 1, 9)

/**
 * Runs the tests of a file (rules.md §7.8). Each is a new world: empty warm counters, empty lists that are up, a
 * fixed clock, all rules live.
 *
 * @param options.filter runs only tests whose name contains this; coverage is then of those
 */
export function runTests(ruleset: RuleSet, options: { lists?: ListFactory; filter?: string } = {}): TestReport {
  const program = compile(ruleset)
  const coverage = new Coverage(ruleset)
  const chosen = ruleset.tests.filter((test) => options.filter === undefined || test.name.text.includes(options.filter))
  const tests = chosen.map((test) => new TestRun(program, test, { coverage, lists: options.lists ?? plainList }).run())
  const passed = tests.filter((test) => test.passed).length
  return { source: ruleset.sourceName, tests, passed, failed: tests.length - passed, coverage: coverage.report() }
}

interface Sent {
  readonly judgements: readonly Judgement[]
  readonly verdict: Verdict
}

class TestRun {
  readonly #program: Program
  readonly #test: TestDecl
  readonly #coverage: Coverage
  readonly #factory: ListFactory
  readonly #lists = new Map<string, List | undefined>()
  readonly #counters = new MemoryCounters({ since: Number.NEGATIVE_INFINITY })
  readonly #failures: Diagnostic[] = []
  #now = START
  #count = 0
  #last: Sent | undefined
  #repeatLast: (() => Sent | undefined) | undefined

  constructor(program: Program, test: TestDecl, { coverage, lists }: { coverage: Coverage; lists: ListFactory }) {
    this.#program = program
    this.#test = test
    this.#coverage = coverage
    this.#factory = lists
    for (const [name, spec] of program.ruleset.lists) this.#lists.set(name, lists(spec, []))
  }

  run(): TestResult {
    this.#steps(this.#test.steps, new Map())
    return { name: this.#test.name.text, passed: this.#failures.length === 0, failures: this.#failures }
  }

  #steps(steps: readonly Step[], turns: ReadonlyMap<string, number>): void {
    for (const step of steps) this.#step(step, turns)
  }

  #step(step: Step, turns: ReadonlyMap<string, number>): void {
    switch (step.kind) {
      case 'given': {
        const spec = this.#program.ruleset.lists.get(step.list.text)
        if (spec !== undefined)
          this.#lists.set(spec.name, step.has === undefined ? undefined : this.#factory(spec, step.has))
        return
      }
      case 'after':
        this.#now += step.duration
        return
      case 'repeat':
        for (let turn = 1; turn <= step.times; turn++) {
          if (turn > 1) this.#now += step.every
          this.#steps(step.steps, new Map([...turns, [step.as.text, turn]]))
        }
        return
      case 'again':
        if (this.#repeatLast === undefined) this.#fail(step.at, 'nothing was sent before')
        else this.#last = this.#repeatLast()
        return
      case 'send':
        this.#send(step, turns)
        return
      case 'expect': {
        const failure = this.#last === undefined ? 'nothing was sent' : this.#failureOf(step.that, this.#last)
        if (failure !== undefined) this.#fail(step.at, failure)
      }
    }
  }

  #send(step: Step & { kind: 'send' }, turns: ReadonlyMap<string, number>): void {
    this.#count += 1
    const made = makeEvent(this.#program.ruleset, step, { turns, number: this.#count, at: this.#now })
    if ('problems' in made) {
      this.#last = undefined
      this.#repeatLast = undefined
      for (const problem of made.problems) this.#fail(step.at, `${problem.pointer}: ${problem.detail}`)
      return
    }
    this.#repeatLast = () => {
      const plan = this.#program.plan(made.event, made.measured, { get: (name) => this.#lists.get(name) })
      const readings = this.#counters.apply('test', plan.ops)
      const judgements = (['gate', 'follow'] as const).map((phase) => {
        const judgement = this.#program.judge(plan, readings, phase)
        this.#coverage.see(this.#program.rulesFor(made.event.kind, phase), judgement.plan.run)
        return judgement
      })
      return { judgements, verdict: merge(judgements.map((judgement) => ({ judgement, mode: 'live' }))) }
    }
    this.#last = this.#repeatLast()
  }

  /** Why an expectation does not hold; undefined if it does. */
  #failureOf(that: Expectation, last: Sent): string | undefined {
    const { verdict, effects } = last.verdict
    switch (that.kind) {
      case 'outcome':
        return wrongOutcome(that.rule.text, that.outcome, last)
      case 'counter':
        return this.#wrongCount(that, last)
      case 'verdict':
        return verdict === that.verdict ? undefined : `expected verdict ${that.verdict}, was ${verdict}`
      case 'no-effect':
        return effects.length === 0 ? undefined : `expected no effect, was ${shown(last)}`
      case 'effect': {
        const wanted = printEffect(effectOf(that.effect, ''))
        const there = effects.some((effect) => printEffect(effect) === wanted)
        return there ? undefined : `expected effect ${wanted}, was ${shown(last)}`
      }
    }
  }

  /** The counter as the last event moved it. The comparison must be true: unknown does not hold. */
  #wrongCount(that: Expectation & { kind: 'counter' }, { judgements }: Sent): string | undefined {
    const name = that.counter.text
    const wanted = `expected ${name} ${that.op} ${printLiteral(that.value)}`
    const run = judgements[0]?.plan.run
    const counted = run === undefined ? undefined : this.#program.countOf(name, run)
    if (counted === undefined) return `${wanted}, but the last event does not move it`
    const { reach } = counted
    if (reach === null) return `${wanted}, was none`
    if (typeof reach !== 'number' && !(reach instanceof Interval)) return `${wanted}, was unknown`
    const op = that.op === '!=' ? '==' : that.op
    const holds = compareIntervals(op, reach, Number(that.value.value)) === (that.op !== '!=')
    return holds ? undefined : `${wanted}, was ${reach instanceof Interval ? printInterval(reach) : reach}`
  }

  #fail(at: Span, what: string): void {
    this.#failures.push({
      code: 'X01',
      severity: 'error',
      message: `test ${quoted(this.#test.name.text)}: ${what}`,
      at,
      also: [],
    })
  }
}

function wrongOutcome(rule: string, expected: Outcome, last: Sent): string | undefined {
  for (const judgement of last.judgements) {
    const judged = judgement.judged.find((one) => one.result.rule === rule)
    if (judged === undefined) continue
    const { outcome } = judged.result
    if (outcome === expected) return undefined
    const causes = outcome === 'unknown' ? judged.compiled.causes(judgement.plan.run) : []
    const names = causes.map((cause) => `'${cause.slice(cause.indexOf(':') + 1)}'`)
    return `expected ${rule} ${expected}, was ${outcome}${names.length === 0 ? '' : ` because of ${names.join(', ')}`}`
  }
  return expected === 'quiet' ? undefined : `expected ${rule} ${expected}, was quiet`
}

function shown({ verdict }: Sent): string {
  return verdict.effects.length === 0 ? 'no effect' : verdict.effects.map(printEffect).join(', ')
}
