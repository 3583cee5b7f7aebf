import { describe, expect, test } from 'vitest'
import { must, rule, ruleset } from '../test/files.ts'
import { diff, lockOf } from './index.ts'

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
