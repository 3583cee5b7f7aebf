import { describe, expect, test } from 'vitest'
import { must, rule, ruleset } from '../test/files.ts'
import { compile, diff, lockOf } from './index.ts'

const LISTS = 'list bad: domain from "x"\n'
const LINKS = { when: 'item.links in bad and item.link_count > 2', unknown: 'on unknown ignore' }

describe('hashes (rules.md §7.5)', () => {
  const hash = (body: string) => must(ruleset(body).rules[0]).hash

  test('comments, layout, tests, brackets and the name of a let are not meaning', () => {
    const plain = hash(`${LISTS}${rule(LINKS)}`)
    expect(
      hash(
        `# c\n${LISTS}let many = item.link_count > 2\n${rule({ ...LINKS, when: '(item.links in bad) and many' })}test "t" { send message }`,
      ),
    ).toBe(plain)
  })

  test.each([
    ['a threshold', LISTS, { ...LINKS, when: 'item.links in bad and item.link_count > 3' }],
    ['an effect', LISTS, { ...LINKS, effects: 'queue "reports" within 5h' }],
    ['a reason', LISTS, { ...LINKS, because: 'another' }],
    ['the source of a list', 'list bad: domain from "y"\n', LINKS],
    ['a version', LISTS, { ...LINKS, name: 'r v2' }],
  ])('%s is', (_, lists, clauses) => expect(hash(`${lists}${rule(clauses)}`)).not.toBe(hash(`${LISTS}${rule(LINKS)}`)))

  test('a lock keeps every version that it ever saw', () => {
    const first = lockOf(ruleset(rule()))
    const second = lockOf(ruleset(rule({ name: 'r v2', when: 'item.link_count > 3' })), first)
    expect(Object.keys(second.rules)).toEqual(['r v1', 'r v2'])
    expect(second.rules['r v1']).toBe(first.rules['r v1'])
    expect(second.rules['r v1']).toMatch(/^sha256:[0-9a-f]{64}$/)
  })
})

const COUNTER = 'counter sent = count by actor.id on message, post where calm over 24h exact up to 50\n'
const CALM = 'let calm = item.link_count < 2\n'
const COUNTED = { when: 'sent >= 10', unknown: 'on unknown ignore' }

describe("a counter's identity (rules.md §6.4)", () => {
  const identity = (body: string) =>
    must([...ruleset(`${body}${rule({ ...COUNTED, when: 'item.link_count > 2' })}`).counters.values()][0]).spec.id
  const plain = identity(`${CALM}${COUNTER}`)

  test.each([
    ['its name', `${CALM}${COUNTER.replace('sent', 'posted')}`],
    ['the name of a let', `let quiet_links = item.link_count < 2\n${COUNTER.replace('calm', 'quiet_links')}`],
    ['the let written out', COUNTER.replace('calm', '(item.link_count < 2)')],
    ['the order of its kinds', `${CALM}${COUNTER.replace('message, post', 'post, message')}`],
  ])('%s is none of it', (_, body) => expect(identity(body)).toBe(plain))

  test.each([
    ['what is asked', `let calm = item.link_count < 3\n${COUNTER}`],
    ['a kind', `${CALM}${COUNTER.replace('message, post', 'message')}`],
    ['the key', `${CALM}${COUNTER.replace('by actor.id', 'by item.id')}`],
    ['the window', `${CALM}${COUNTER.replace('24h', '25h')}`],
    ['the precision', `${CALM}${COUNTER.replace('exact up to 50', 'exact up to 51')}`],
    ['approx', `${CALM}${COUNTER.replace('exact up to 50', 'approx')}`],
    ['the aggregate', `${CALM}${COUNTER.replace('= count', '= sum item.link_count')}`],
  ])('%s is', (_, body) => expect(identity(body)).not.toBe(plain))

  test('the member is', () => {
    const summed = (path: string) => identity(`${CALM}${COUNTER.replace('= count', `= sum ${path}`)}`)
    expect(summed('media.count')).not.toBe(summed('item.link_count'))
  })

  test('a list that it asks is, by declaration', () => {
    const asking = (from: string) =>
      identity(`list bad: domain from "${from}"\n${COUNTER.replace('calm', 'item.links in bad')}`)
    expect(asking('x')).not.toBe(asking('y'))
  })

  test('a rule holds its counters by identity: another name is the same rule, another meaning is not', () => {
    const hash = (body: string) => must(ruleset(body).rules[0]).hash
    const body = `${CALM}${COUNTER}${rule(COUNTED)}`
    expect(hash(body.replaceAll('sent', 'posted'))).toBe(hash(body))
    expect(hash(body.replace('24h', '25h'))).not.toBe(hash(body))
  })

  test('the lock maps every counter that it ever saw to its identity', () => {
    const first = lockOf(ruleset(`${CALM}${COUNTER}${rule(COUNTED)}`))
    expect(first.counters).toEqual({ sent: plain })
    expect(lockOf(ruleset(rule({ name: 'r v2' })), first).counters).toEqual({ sent: plain })
  })

  test('equal counters under two names are one: one op, one reading', () => {
    const twin = COUNTER.replace('sent', 'twin')
    const program = compile(
      ruleset(`${CALM}${COUNTER}${twin}${rule({ ...COUNTED, when: 'sent >= 10 and twin >= 10' })}`),
    )
    const event = {
      id: 'm',
      kind: 'message',
      occurred_at: '2026-01-01T09:00:00Z',
      actor: { id: 'a' },
      item: { id: 'm', link_count: 0 },
    }
    const plan = program.plan(event, {}, { get: () => undefined })
    expect(plan.ops.length).toBe(1)
    const reading = { low: 10, high: 10, events: [], flags: [] }
    expect(program.judge(plan, [reading], 'gate').results.map((one) => one.outcome)).toEqual(['fired'])
  })
})

describe('what changes from one version to the next', () => {
  const changes = (before: string, after: string) => diff(ruleset(before), ruleset(after))

  test('a threshold, and how many must approve a limit', () => {
    const limit = { effects: 'limit "links" for 1h', tell: 'tell user "Limited."' }
    expect(changes(rule(limit), rule({ ...limit, name: 'r v2', when: 'item.link_count > 5' }))).toEqual([
      {
        kind: 'changed',
        rule: 'r',
        from: 1,
        to: 2,
        what: ['item.link_count > 2 → item.link_count > 5'],
        approvals: 1,
        because: 'limit',
      },
    ])
  })

  test('a rule more, a rule less, and a harm that is grave', () => {
    const grave = rule({ name: 'g v1', head: 'harm csea policy "C" severity low phase gate' })
    expect(changes(rule(), grave)).toEqual([
      { kind: 'added', rule: 'g', to: 1, what: [], approvals: 2, because: 'grave harm' },
      { kind: 'removed', rule: 'r', from: 1, what: [], approvals: 0 },
    ])
  })

  test('a counter that means something else begins anew, and the rules that read it change', () => {
    const body = (counter: string) => `${CALM}${counter}${rule(COUNTED)}`
    const reset = (counter: string) => changes(body(COUNTER), body(counter))
    expect(reset(COUNTER.replace('where calm ', '').replace('24h', '48h'))).toMatchObject([
      { kind: 'changed', rule: 'r', what: ['a list, signal or counter that it reads'] },
      { kind: 'reset', counter: 'sent', what: ['where', 'window'], warmAfter: 172_800_000 },
    ])
    expect(reset(COUNTER.replace('message, post', 'post, message'))).toEqual([])
    expect(changes(body(COUNTER), body(COUNTER).replaceAll('sent', 'posted'))).toEqual([])
    expect(changes(body(COUNTER), `${CALM}${COUNTER}${rule({ ...COUNTED, when: 'sent >= 8' })}`)).toMatchObject([
      { what: ['sent >= 10 → sent >= 8'] },
    ])
  })

  test('texts only, clauses, and what is declared elsewhere', () => {
    expect(changes(rule(), rule({ because: 'x' }))).toMatchObject([{ kind: 'texts', what: ['because'] }])
    expect(changes(rule(), rule({ on: 'on message, post', effects: 'label "links"' }))).toMatchObject([
      { kind: 'changed', what: ['on: message → message, post', 'then: queue "reports" within 4h → label "links"'] },
    ])
    const listed = (from: string) => `list bad: domain from "${from}"\n${rule(LINKS)}`
    expect(changes(listed('x'), listed('y'))).toMatchObject([{ what: ['a list, signal or counter that it reads'] }])
    expect(changes(rule(), rule())).toEqual([])
    const joined = (op: string) => rule({ when: `item.forwarded ${op} item.link_count > 2` })
    expect(changes(joined('and'), joined('or'))).toMatchObject([{ what: ['when: how its questions are joined'] }])
  })
})
