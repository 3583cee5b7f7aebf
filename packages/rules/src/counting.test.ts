import { describe, expect, test } from 'vitest'
import { must, rule, ruleset } from '../test/files.ts'
import {
  canonicalJson,
  compile,
  type Explanation,
  type Lists,
  type Measured,
  MemoryCounters,
  normalise,
  type Plan,
  type Program,
  type Reading,
  renderExplanation,
} from './index.ts'

const IGNORE = { unknown: 'on unknown ignore' }
const FOLLOW = 'harm spam policy "P-1" severity low phase follow'
const BODY = `
list words: text from "x"
signal heat: score from heater(item.text) within 40ms
counter sent = count by actor.id on message, sealed_message where not tie.connected over 24h exact up to 10
counter met = distinct target.id by actor.id on message, sealed_message over 24h exact up to 10
counter shared = distinct target.id by item.link_key on message over 1h exact up to 10
counter weight = sum media.size by actor.id on message over 1h exact up to 10
counter hot = count by actor.id on message where heat > 0.5 and item.text contains any words over 1h exact up to 10
counter got = count by target.id on message over 1h exact up to 10
${rule({ name: 'many v1', on: 'on message, sealed_message', head: FOLLOW, when: 'sent >= 3 and met >= 2', ...IGNORE, because: '{sent} to {met}' })}
${rule({ name: 'spread v1', when: 'shared >= 2 or weight > 100', ...IGNORE })}
${rule({ name: 'heated v1', when: 'hot >= 2', ...IGNORE })}
${rule({ name: 'asked v1', on: 'on post', when: 'got of actor.id >= 2', ...IGNORE, because: 'got' })}
`
const program: Program = compile(ruleset(BODY))
const up: Lists = {
  get: () => ({ version: '1', find: (_, value) => (value.includes('word') ? { entry: 'w' } : null) }),
}
const seal = (value: string) => `h${value.length}`

function planOf({ received_at, ...json }: Record<string, unknown>, kind = 'message', measured: Measured = {}): Plan {
  const base = { id: 'm-1', occurred_at: '2026-01-01T09:00:00Z', actor: { id: 'a' } }
  const item = kind === 'sealed_message' ? {} : { item: { id: 'm-1' } }
  const normal = normalise(program.ruleset.schema, kind, { ...base, ...item, ...json })
  if ('problems' in normal) throw new Error(JSON.stringify(normal.problems))
  const received = received_at === undefined ? {} : { received_at: String(received_at) }
  return program.plan({ ...normal.event, ...received }, measured, up)
}

/** The op of one counter, by name. */
function opOf(plan: Plan, name: string) {
  const id = must(program.ruleset.counters.get(name)).spec.id
  return plan.ops.find((op) => op.counter.id === id)
}

describe('what an event does to counters (rules.md §8.5)', () => {
  test('every counter of its kind moves, in the order of the file, whoever reads it', () => {
    const plan = planOf({ target: { id: 't' }, item: { id: 'i', link_key: 'l' } })
    const names = plan.ops.map(
      (op) => [...program.ruleset.counters.values()].find(({ spec }) => spec.id === op.counter.id)?.name,
    )
    expect(names).toEqual(['sent', 'met', 'shared', 'weight', 'hot', 'got'])
    expect(plan.ops[0]).toEqual({
      counter: {
        id: must(program.ruleset.counters.get('sent')).spec.id,
        what: 'count',
        over: 86_400_000,
        upTo: 10,
        keys: ['account'],
        member: null,
      },
      key: ['a'],
      at: Date.UTC(2026, 0, 1, 9),
      event: 'm-1',
      where: true,
    })
    expect(planOf({}, 'profile_changed').ops).toEqual([])
  })

  test("its time is the server's, and a clock that runs ahead is cut", () => {
    const ahead = planOf({ received_at: '2026-01-01T08:00:00Z' })
    expect(ahead.ops[0]?.at).toBe(Date.UTC(2026, 0, 1, 8, 2))
    expect(planOf({ received_at: '2026-01-01T10:00:00Z' }).ops[0]?.at).toBe(Date.UTC(2026, 0, 1, 9))
  })

  test.each([
    ['a question that nobody can answer', 'sent', { tie: {} }, { where: undefined }],
    ['a question answered no', 'sent', { tie: { connected: true } }, { where: false }],
    ['a member', 'met', { target: { id: 't' } }, { where: true, member: 't' }],
    ['no member: nothing counts', 'met', {}, { where: false }],
    ['a value', 'weight', { media: { id: 'f', type: 'image', size: 7 } }, { where: true, value: 7 }],
    ['no value: nothing counts', 'weight', {}, { where: false }],
    ['a value that nobody knows', 'weight', { media: { id: 'f', type: 'image' } }, { where: true }],
    ['a negative value is no value', 'weight', { media: { id: 'f', type: 'image', size: -7 } }, { where: true }],
  ])('%s', (_, name, json, expected) => {
    const { counter: _c, key: _k, at: _a, event: _e, ...rest } = must(opOf(planOf(json), name))
    expect(rest).toEqual(expected)
  })

  test('a part of the key that is none or unknown: nothing moves', () => {
    expect(opOf(planOf({ item: { id: 'i' } }), 'shared')).toBeUndefined()
    expect(opOf(planOf({ item: { id: 'i', link_key: null } }), 'shared')).toBeUndefined()
    expect(opOf(planOf({}), 'got')).toBeUndefined()
  })

  test('events of encrypted kinds say so', () => {
    expect(planOf({ target: { id: 't' } }, 'sealed_message').ops.map((op) => op.encrypted)).toEqual([true, true])
  })

  test('a counter is read by another key, on any kind, without moving', () => {
    const [op, ...rest] = planOf({}, 'post').ops
    expect(rest).toEqual([])
    expect(op).toMatchObject({ key: ['a'], where: undefined, readOnly: true, event: 'm-1' })
  })

  test('what a counter asks is measured: in follow always, in the gate where a rule reads it', () => {
    const names = (kind: string, phase: 'gate' | 'follow') => program.signals(kind, phase).map((need) => need.name)
    expect(names('message', 'gate')).toEqual(['heat'])
    expect(names('message', 'follow')).toEqual(['heat'])
    expect(names('post', 'gate')).toEqual([])
    const unread = compile(ruleset(BODY.replace('hot >= 2', 'item.link_count > 2')))
    expect(unread.signals('message', 'gate').map((need) => need.name)).toEqual([])
    expect(unread.signals('message', 'follow').map((need) => need.name)).toEqual(['heat'])
  })
})

const OPEN = Number.POSITIVE_INFINITY
const point = (count: number): Reading => ({ low: count, high: count, events: [], flags: [] })

/** The outcome of one rule with these readings for its counters; others read 0. */
function outcomeOf(name: string, readings: Record<string, Reading>, plan: Plan, phase: 'gate' | 'follow' = 'gate') {
  const all = plan.ops.map((op) => {
    const counter = [...program.ruleset.counters.values()].find(({ spec }) => spec.id === op.counter.id)
    return readings[counter?.name ?? ''] ?? point(0)
  })
  const found = program.judge(plan, all, phase).results.find((result) => result.rule === name)
  return found?.outcome ?? 'quiet'
}

describe('readings decide', () => {
  const plan = planOf({ target: { id: 't' }, item: { id: 'i', link_key: 'l' } })
  test.each<[string, Reading, Reading, string]>([
    ['points', point(3), point(2), 'fired'],
    ['a point below', point(2), point(2), 'quiet'],
    ['an interval above', { ...point(4), high: 9 }, point(2), 'fired'],
    ['an interval across', { ...point(2), high: 9 }, point(2), 'unknown'],
    ['an interval across, and the other below', { ...point(2), high: 9 }, point(1), 'quiet'],
    ['open', { ...point(0), high: OPEN, flags: ['warming'] }, point(2), 'unknown'],
    ['over the cap', { ...point(11), high: OPEN, flags: ['capped'] }, point(2), 'fired'],
  ])('%s', (_, sent, met, expected) => expect(outcomeOf('many', { sent, met }, plan, 'follow')).toBe(expected))

  test('one plan judged with other readings is judged anew, whatever it remembers', () => {
    const outcomes = [3, 2, 3].map((count) => outcomeOf('many', { sent: point(count), met: point(2) }, plan, 'follow'))
    expect(outcomes).toEqual(['fired', 'quiet', 'fired'])
  })

  test('one counter read by two keys gives two readings', () => {
    const twice = compile(
      ruleset(
        `counter c = count by actor.id on message over 1h exact up to 50\n${rule({ when: 'c >= 2 and c of target.id >= 5', ...IGNORE })}`,
      ),
    )
    const event = {
      id: 'm',
      kind: 'message',
      occurred_at: '2026-01-01T09:00:00Z',
      actor: { id: 'a' },
      target: { id: 't' },
      item: {},
    }
    const { ops } = twice.plan(event, {}, up)
    expect(ops.map((op) => [op.key, op.readOnly ?? false])).toEqual([
      [['a'], false],
      [['t'], true],
    ])
    const outcome = (...counts: number[]) =>
      twice.judge(twice.plan(event, {}, up), counts.map(point), 'gate').results[0]?.outcome ?? 'quiet'
    expect([outcome(2, 5), outcome(5, 2)]).toEqual(['fired', 'quiet'])
  })

  test('no store: open; no key: open; a key of none: none, and the answer is no', () => {
    const judged = (given: Plan) => program.judge(given, [], 'gate').results.map((one) => [one.rule, one.outcome])
    expect(judged(plan)).toEqual([
      ['spread', 'unknown'],
      ['heated', 'unknown'],
    ])
    expect(outcomeOf('spread', {}, planOf({ item: { id: 'i' } }))).toBe('unknown')
    expect(outcomeOf('spread', {}, planOf({ item: { id: 'i', link_key: null } }))).toBe('quiet')
  })
})

/** Sends events to a store that has seen everything, and explains the last one. */
function told(events: readonly Record<string, unknown>[], phase: 'gate' | 'follow' = 'follow'): Explanation {
  const store = new MemoryCounters({ since: Number.NEGATIVE_INFINITY })
  let explanation: Explanation | undefined
  for (const [index, { kind = 'message', ...json }] of events.entries()) {
    const at = new Date(Date.UTC(2026, 0, 1, 9, index)).toISOString()
    const plan = planOf({ id: `m-${index + 1}`, occurred_at: at, ...json }, String(kind))
    explanation = program.judge(plan, store.apply('live', plan.ops), phase).explain(seal)
  }
  return must(explanation)
}

const to = (id: string, more: object = {}) => ({ target: { id }, ...more })

describe('explaining a reading (rules.md §7.7)', () => {
  test('its bounds, window, flags and the events behind it', () => {
    const explanation = told([to('x'), to('y'), to('x')])
    expect(explanation.rules[0]).toMatchObject({
      rule: 'demo/many',
      outcome: 'fired',
      because: '3 to 2',
      clauses: [
        {
          text: 'sent >= 3',
          outcome: true,
          values: { sent: { low: 3, high: 3, over: 86_400_000, flags: [], events: ['m-1', 'm-2', 'm-3'] } },
        },
        { values: { met: { low: 2, high: 2, events: ['m-2', 'm-3'] } } },
      ],
    })
    expect(renderExplanation(explanation)).toBe(
      `message m-3 → label (follow)
  demo/many v1  fired
    true   sent >= 3  3 in 24h, exact: m-1, m-2, m-3
    true   met >= 2   2 in 24h, exact: m-2, m-3
`.replace('label', 'allow'),
    )
  })

  test('an open bound is null; what is unknown is told apart and named as the cause', () => {
    const explanation = told([to('x', { tie: {} }), to('y', { tie: {} }), to('z')])
    expect(explanation.rules[0]?.because).toBe('1 to 3 to 3')
    expect(explanation.undecided).toEqual([{ rule: 'demo/many', because_of: ['counter:sent'] }])
    const many = told(Array.from({ length: 12 }, (_, i) => to(`t${i}`)))
    expect(many.rules[0]?.because).toBe('over 10 to over 10')
    expect(many.rules[0]?.clauses[0]?.values.sent).toMatchObject({ low: 11, high: null, flags: ['capped'] })
    expect(renderExplanation(many)).toContain('sent >= 3  over 10 in 24h, capped: m-2 … m-12')
  })

  test('ids of encrypted events stand in no explanation', () => {
    const hidden = (id: string) => ({ kind: 'sealed_message', target: { id } })
    const explanation = told([hidden('x'), hidden('y'), to('z')])
    expect(explanation.rules[0]?.clauses[0]?.values.sent).toMatchObject({ low: 3, high: 3, events: ['m-3'] })
    const last = told([hidden('x'), hidden('y'), hidden('z')])
    expect(canonicalJson({ rules: last.rules as never })).not.toMatch(/m-[123]/)
  })

  test('a key of none is null, no store is said, and a read by another key has its own name', () => {
    const post = program.judge(planOf({}, 'post'), [], 'gate').explain(seal)
    const open = { low: 0, high: null, over: 3_600_000, flags: ['store'], events: [] }
    expect(post.rules[0]?.clauses[0]?.values).toEqual({ 'got of actor.id': open })
    expect(post.undecided[0]?.because_of).toEqual(['counter:got of actor.id'])
    const noKey = program.judge(planOf({ item: { id: 'i' } }), [], 'gate').explain(seal)
    expect(noKey.rules[0]?.clauses[0]?.values).toEqual({ shared: { ...open, flags: ['key'] } })
    const none = planOf({ item: { id: 'i', link_key: null } })
    const values = program.judge(none, [], 'gate').explain(seal).rules[0]?.clauses[0]?.values
    expect(values).toEqual({ shared: null })
  })

  test('the same plan and readings give the same bytes', () => {
    const events = [to('x'), to('y', { tie: {} }), to('z')]
    expect(canonicalJson(told(events) as never)).toBe(canonicalJson(told(events) as never))
  })
})

describe('questions about a reading', () => {
  const ask = (when: string, reading: Reading) => {
    const small = compile(
      ruleset(`counter c = count by actor.id on message over 1h exact up to 50\n${rule({ when, ...IGNORE })}`),
    )
    const normal = normalise(small.ruleset.schema, 'message', {
      id: 'm',
      occurred_at: '2026-01-01T09:00:00Z',
      actor: { id: 'a' },
      item: { id: 'm', link_count: 2 },
    })
    if ('problems' in normal) throw new Error('not an event')
    const plan = small.plan(normal.event, {}, up)
    return small.judge(plan, [reading], 'gate').results[0]?.outcome ?? 'quiet'
  }
  const wide = { ...point(7), high: 12 }
  const open = { ...point(7), high: OPEN }
  test.each<[string, Reading, string]>([
    ['c is known', point(7), 'fired'],
    ['c is known', wide, 'quiet'],
    ['c is unknown', wide, 'fired'],
    ['c is none', wide, 'quiet'],
    ['c == 7', wide, 'unknown'],
    ['c != 6', wide, 'fired'],
    ['c != 7', point(7), 'quiet'],
    ['c in [1, 20]', wide, 'quiet'],
    ['c in [1, 8]', wide, 'unknown'],
    ['c in [1, 7]', point(7), 'fired'],
    ['c * 2 >= 14', wide, 'fired'],
    ['c - 20 < 0', wide, 'fired'],
    ['-c < -6', wide, 'fired'],
    ['c / item.link_count > 3', open, 'fired'],
    ['item.link_count / (c - 8) < 99', wide, 'unknown'],
    ['c > item.link_count', open, 'fired'],
    ['(c > 8) == true', wide, 'unknown'],
    ['not c > 12', wide, 'fired'],
  ])('%s of %j: %s', (when, reading, expected) => expect(ask(when, reading)).toBe(expected))
})
