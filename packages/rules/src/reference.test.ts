import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { condition, DECLARED, measured, records } from '../test/arbitrary.ts'
import { chat, DEEP, must, rule, rules } from '../test/files.ts'
import { Walker } from '../test/walker.ts'
import type { Condition } from './checked.ts'
import { isLeaf } from './checked.ts'
import type { CompiledRule } from './compiled-rule.ts'
import { Findings } from './diagnostic.ts'
import { check, compile, type Event, type Lists, type Measured, normalise, type Program, type Value } from './index.ts'
import { and, not, or, type Truth } from './logic.ts'
import { parse } from './parse.ts'
import { type Run, signalValue } from './terms.ts'

const RUNS = DEEP ? 100_000 : 1200

const lists: Lists = {
  get: (name) =>
    name === 'hashes'
      ? undefined
      : {
          version: '1',
          find: (_, value) =>
            value.includes('unsure') ? undefined : /bad|word|ab/.test(value) ? { entry: value } : null,
        },
}

const ORDERS = [
  [0, 2, 1],
  [1, 0, 2],
  [1, 2, 0],
  [2, 0, 1],
  [2, 1, 0],
] as const

interface Case {
  readonly program: Program
  readonly compiled: CompiledRule
  readonly source: ReturnType<typeof rules>
}

/** Compiles one condition; undefined where the checker refuses it (always true, too dear, too long), which random text may be. */
function build(when: string): Case | undefined {
  const source = rules(`${DECLARED}${rule({ when, unknown: 'on unknown ignore' })}`)
  const { ruleset, diagnostics } = check(source, chat)
  if (ruleset === undefined) {
    const codes = diagnostics.filter((one) => one.severity === 'error').map((one) => one.code)
    expect([when, codes.filter((code) => code !== 'T04' && code !== 'B01' && code !== 'S02')]).toEqual([when, []])
    return undefined
  }
  const program = compile(ruleset)
  return { program, compiled: must(program.rulesFor('message', 'gate')[0]), source }
}

function eventOf(json: unknown): Event {
  const normal = normalise(chat, 'message', { id: 'm', occurred_at: '2026-01-01T09:00:00Z', ...(json as object) })
  if ('problems' in normal) throw new Error(JSON.stringify(normal.problems))
  return normal.event
}

/** @param sent what the counter `sent` reads */
function walk({ source }: Case, event: Event, signals: Measured, sent?: number): Truth {
  const file = parse(source, new Findings())
  if (file?.kind !== 'ruleset') throw new Error('unreadable')
  const lets = new Map(
    file.decls.flatMap((decl) => (decl.kind === 'let' ? [[decl.name.text, decl.expr] as const] : [])),
  )
  const values = new Map<string, Value>([
    ['heat', signalValue({ event, measured: signals }, 'heat', ['item.text'])],
    ['speed', signalValue({ event, measured: signals }, 'speed', ['item.id'])],
    ['sent', sent],
  ])
  const when = must(file.decls.find((decl) => decl.kind === 'rule')?.when)
  return new Walker(event, lists, { lets, signals: values }).truth(when)
}

describe('compiled = walked (rules 11.3)', { timeout: 10_800_000 }, () => {
  test('on random expressions and events, and the clauses recombine to the rule', () => {
    fc.assert(
      fc.property(condition, fc.array(fc.tuple(records, measured), { minLength: 1, maxLength: 4 }), (when, events) => {
        const built = build(when)
        fc.pre(built !== undefined)
        for (const [json, signals] of events) {
          const event = eventOf(json)
          const plan = built.program.plan(event, clean(signals), lists)
          const outcome = built.compiled.when(plan.run)
          expect([when, outcome]).toEqual([when, walk(built, event, clean(signals))])
          expect(recombined(built.compiled.rule.when, built.compiled, plan.run)).toBe(outcome)
        }
      }),
      { numRuns: RUNS },
    )
  })

  test('bounds of a counter decide only what every number between them decides; a number decides as the walker does', () => {
    const bounds = fc.tuple(fc.integer({ min: 0, max: 4 }), fc.integer({ min: 0, max: 3 }), fc.boolean())
    let decided = 0
    fc.assert(
      fc.property(condition, records, measured, bounds, (when, json, signals, [low, wide, open]) => {
        fc.pre(/\bsent\b/.test(when))
        const built = build(when)
        fc.pre(built !== undefined)
        const event = eventOf(json)
        const reading = { low, high: open ? Number.POSITIVE_INFINITY : low + wide, events: [], flags: [] }
        const plan = built.program.plan(event, clean(signals), lists)
        const { run } = built.program.judge(plan, [reading], 'gate').plan
        const outcome = built.compiled.when(run)
        expect(recombined(built.compiled.rule.when, built.compiled, run)).toBe(outcome)
        const more = open ? [0, 1, 2, 5, 50] : Array.from({ length: wide + 1 }, (_, i) => i)
        const points = more.map((one) => walk(built, event, clean(signals), low + one))
        if (outcome !== undefined) decided += 1
        if (outcome !== undefined) expect([when, ...new Set(points)]).toEqual([when, outcome])
        else if (!open && wide === 0) expect([when, points]).toEqual([when, [undefined]])
      }),
      { numRuns: RUNS },
    )
    expect(decided).toBeGreaterThan(RUNS / 4)
  })

  test('the order in which questions are written or asked changes neither the outcome nor what is told', () => {
    let several = 0
    fc.assert(
      fc.property(
        fc.tuple(condition, condition, condition),
        fc.constantFrom(...ORDERS),
        fc.constantFrom('and', 'or'),
        records,
        measured,
        (parts, order, op, json, signals) => {
          const joined = (of: readonly string[]) => of.map((one) => `(${one})`).join(` ${op} `)
          const [built, other] = [build(joined(parts)), build(joined(order.map((index) => parts[index] ?? '')))]
          fc.pre(built !== undefined && other !== undefined)
          const event = eventOf(json)
          const [one, two] = [built, other].map(({ program, compiled }) => {
            const plan = program.plan(event, clean(signals), lists)
            // Asked backwards and twice beforehand, so that nothing rests on what was skipped.
            if (program === other.program)
              for (const { question } of [...compiled.leaves].reverse()) question.answer(plan.run)
            const judgement = program.judge(plan, [], 'gate')
            const { rules: told, undecided } = judgement.explain((value) => value)
            const clauses = told
              .flatMap((rule) => rule.clauses.map(({ at: _, ...clause }) => JSON.stringify(clause)))
              .sort()
            return {
              outcome: compiled.when(plan.run),
              clauses,
              causes: undecided.map((cause) => [...cause.because_of].sort()),
            }
          })
          if ((one?.clauses.length ?? 0) > 2) several += 1
          expect([parts, two]).toEqual([parts, one])
        },
      ),
      { numRuns: RUNS },
    )
    expect(several).toBeGreaterThan(RUNS / 10)
  })

  test('learning a value never turns a decided rule round, unless it asks whether it is known', () => {
    fc.assert(
      fc.property(condition, records, measured, records, (when, before, signals, more) => {
        fc.pre(!/ is (known|unknown|none)/.test(when))
        const built = build(when)
        fc.pre(built !== undefined)
        const poor = eventOf(before)
        const rich = eventOf(filled(before, more))
        const ask = (event: Event, readings: Measured) =>
          built.compiled.when(built.program.plan(event, readings, lists).run)
        const known: Measured = { heat: { known: true, value: 0.5 }, speed: { known: true, value: 2 } }
        const first = ask(poor, clean(signals))
        // A value of a signal that was none is no new knowledge: it would have been known to be none.
        const learned = Object.fromEntries(
          (['heat', 'speed'] as const).flatMap((name) => {
            const was = signalValue(
              { event: poor, measured: clean(signals) },
              name,
              name === 'heat' ? ['item.text'] : ['item.id'],
            )
            return was === null
              ? [[name, { known: 'none' as const }]]
              : [[name, clean(signals)[name]?.known === true ? must(clean(signals)[name]) : must(known[name])]]
          }),
        )
        const second = ask(rich, learned)
        if (first !== undefined) expect([when, second]).toEqual([when, first])
      }),
      { numRuns: RUNS },
    )
  })
})

function clean(signals: Record<string, Measured[string] | undefined>): Measured {
  return Object.fromEntries(Object.entries(signals).flatMap(([name, one]) => (one === undefined ? [] : [[name, one]])))
}

/** The same event with some of its unknown fields now known; what was known or none stays. */
function filled(before: unknown, more: unknown): unknown {
  if (typeof before !== 'object' || before === null || Array.isArray(before)) return before
  const out: Record<string, unknown> = { ...before }
  for (const [key, value] of Object.entries(more as Record<string, unknown>)) {
    const was = out[key]
    // A missing record is none, and a missing field with a default is that default: both are known.
    if (was === undefined) {
      if (
        typeof value !== 'object' &&
        value !== undefined &&
        !['text', 'forwarded', 'links', 'link_count', 'count'].includes(key)
      )
        out[key] = value
    } else if (typeof was === 'object' && typeof value === 'object' && value !== null) out[key] = filled(was, value)
  }
  return out
}

function recombined(when: Condition, compiled: CompiledRule, run: Run): Truth {
  if (isLeaf(when)) return must(compiled.leaves.find(({ leaf }) => leaf === when)).question.answer(run)
  if (when.kind === 'not') return not(recombined(when.of, compiled, run))
  const parts = when.items.map((item) => recombined(item, compiled, run))
  return when.kind === 'and' ? parts.reduce(and, true) : parts.reduce(or, false)
}
