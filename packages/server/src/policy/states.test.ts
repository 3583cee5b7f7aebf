import { describe, expect, test } from 'vitest'
import { wordsOf } from './needs.ts'
import {
  type Ask,
  approvalFaults,
  type ChangedRule,
  inTrial,
  isSolo,
  needsOf,
  pauseFault,
  rollbackNeeds,
  type Standing,
} from './states.ts'

const HOUR = 3_600_000
const HASH = `sha256:${'a1'.repeat(32)}`
const rule = (more: Partial<ChangedRule> = {}): ChangedRule => ({
  rule: 'blackmail',
  severity: 'low',
  grave: false,
  approvals: 1,
  events: 1_000,
  ...more,
})
const version = (more: Partial<Standing> = {}): Standing => ({
  hash: HASH,
  state: 'shadow',
  author: 'ada',
  changes: [rule()],
  uncovered: [],
  besideSince: 0,
  approvals: [{ staff: 'ben', hash: HASH, roles: ['lead'] }],
  coldCounters: [],
  untaught: [],
  beside: null,
  sameSchema: true,
  oneStaff: false,
  ...more,
})
const ada: Ask = { by: { kind: 'staff', id: 'ada', roles: ['lead'] }, hash: HASH, now: HOUR }
const operator: Ask = { ...ada, by: { kind: 'operator' } }
const codes = (step: Parameters<typeof needsOf>[0], standing: Standing, ask = ada) =>
  needsOf(step, standing, ask).map(({ code }) => code)

test('a learner without a model keeps a version from trial and live, and from nothing else', () => {
  const untaught = { untaught: ['learner_threat'] }
  expect(codes('live', version(untaught))).toEqual(['no_model'])
  expect(codes('trial', version(untaught))).toEqual(['no_model'])
  expect(codes('shadow', version({ state: 'draft', ...untaught }))).toEqual([])
  expect(codes('live', version(untaught), operator)).toEqual(['no_model'])
  expect(codes('live', version(untaught), { ...operator, untaught: true })).toEqual([])
})

describe('the shadow minimum', () => {
  const cases = [
    ['low', 1, 1_000],
    ['medium', 6, 5_000],
    ['high', 24, 10_000],
    ['critical', 24, 10_000],
  ] as const
  test.each(cases)('of severity %s is %d h and %d events of its kinds', (severity, hours, events) => {
    const at = (changed: number, now: number) =>
      codes('live', version({ changes: [rule({ severity, events: changed })] }), { ...ada, now })
    expect(at(events, hours * HOUR)).toEqual([])
    expect(at(events, hours * HOUR - 1)).toEqual(['shadow_short'])
    expect(at(events - 1, hours * HOUR)).toEqual(['shadow_short'])
  })

  test('goes by the highest severity, and each changed rule has its own events', () => {
    const changes = [rule({ events: 10_000 }), rule({ rule: 'threat', severity: 'high', events: 9_990 })]
    expect(needsOf('live', version({ changes }), { ...ada, now: 20 * HOUR })).toEqual([
      { code: 'shadow_short', ms: 4 * HOUR, events: 10, rules: ['threat'] },
    ])
  })

  test('ends after seven days on a quiet platform', () => {
    const quiet = version({ changes: [rule({ events: 3 })] })
    expect(codes('live', quiet, { ...ada, now: 7 * 24 * HOUR - 1 })).toEqual(['shadow_short'])
    expect(codes('live', quiet, { ...ada, now: 7 * 24 * HOUR })).toEqual([])
  })

  test('is nothing where no rule changed', () => {
    expect(codes('live', version({ changes: [], besideSince: 0 }), { ...ada, now: 0 })).toEqual([])
  })
})

describe('approvals', () => {
  const grave = [rule({ grave: true, approvals: 2 })]
  const by = (staff: string, ...roles: ('lead' | 'child-safety' | 'legal')[]) => ({ staff, hash: HASH, roles })

  test('two for grave harm, one of them child-safety or legal', () => {
    const given = (...approvals: Standing['approvals']) => codes('live', version({ changes: grave, approvals }))
    expect(given(by('ben', 'lead'))).toEqual(['approvals'])
    expect(given(by('ben', 'lead'), by('cat', 'lead'))).toEqual(['approvals'])
    expect(given(by('ben', 'lead'), by('cat', 'legal'))).toEqual([])
    expect(given(by('ben', 'lead'), by('cat', 'child-safety'))).toEqual([])
  })

  test('the author’s own, another version’s and a second of the same person do not count', () => {
    const given = (...approvals: Standing['approvals']) => codes('live', version({ approvals }))
    expect(given(by('ada', 'lead'))).toEqual(['approvals'])
    expect(given({ staff: 'ben', hash: 'sha256:00', roles: ['lead'] })).toEqual(['approvals'])
    expect(codes('live', version({ changes: grave, approvals: [by('cat', 'legal'), by('cat', 'legal')] }))).toEqual([
      'approvals',
    ])
  })

  test('none where effects only queue, label or preserve', () => {
    expect(codes('live', version({ changes: [rule({ approvals: 0 })], approvals: [] }))).toEqual([])
  })

  test('one more instead of the time in shadow', () => {
    const early = version({ besideSince: HOUR })
    expect(codes('live', early)).toEqual(['shadow_short'])
    expect(codes('live', early, { ...ada, expedite: true })).toEqual(['approvals'])
    const agreed = { ...early, approvals: [by('ben', 'lead'), by('cat', 'lead')] }
    expect(codes('live', agreed, { ...ada, expedite: true })).toEqual([])
  })

  test('one’s own is enough where nobody else works, and the mark says so', () => {
    const own = version({ changes: grave, approvals: [by('ada', 'lead')], oneStaff: true })
    expect([codes('live', own), isSolo(own, ada)]).toEqual([[], true])
    expect(isSolo(version(), ada)).toBe(false)
    expect(codes('live', { ...own, approvals: [] })).toEqual(['approvals'])
  })

  test('name the hash, are never the author’s, and come after the report was opened', () => {
    const ask = { staff: 'ben', hash: HASH, opened: true }
    const faults = (standing: Standing, asked: typeof ask) => approvalFaults(standing, asked).map(({ code }) => code)
    expect(faults(version(), ask)).toEqual([])
    expect(faults(version(), { ...ask, hash: 'sha256:00' })).toEqual(['stale_revision'])
    expect(faults(version(), { ...ask, staff: 'ada' })).toEqual(['own_version'])
    expect(faults(version({ oneStaff: true }), { ...ask, staff: 'ada' })).toEqual([])
    expect(faults(version(), { ...ask, opened: false })).toEqual(['report_unopened'])
    expect(faults(version({ state: 'draft' }), ask)).toEqual(['wrong_state'])
  })
})

describe('steps', () => {
  test('only the author puts a draft in shadow, one version at a time, on the schema that is live', () => {
    const draft = version({ state: 'draft', besideSince: null })
    const ben: Ask = { ...ada, by: { kind: 'staff', id: 'ben', roles: ['lead'] } }
    expect([codes('shadow', draft), codes('shadow', draft, operator)]).toEqual([[], []])
    expect(codes('shadow', draft, ben)).toEqual(['not_author'])
    // What shipped, and what the operator handed in, has no author among the staff.
    expect(codes('shadow', { ...draft, author: 'operator' }, ben)).toEqual([])
    expect(codes('shadow', { ...draft, beside: 'core 7', sameSchema: false })).toEqual(['taken', 'other_schema'])
    expect(codes('shadow', version())).toEqual(['wrong_state'])
  })

  test('a trial never withholds protection from grave harm at random', () => {
    const trial = (...changes: ChangedRule[]) => codes('trial', version({ changes }))
    expect(trial(rule())).toEqual([])
    expect(trial(rule({ grave: true }))).toEqual(['trial_forbidden'])
    expect(trial(rule({ severity: 'critical', events: 10_000 }))).toContain('trial_forbidden')
  })

  test('nothing untested and nothing cold goes live; every need is named at once', () => {
    const bad = version({ uncovered: ['29:8'], coldCounters: ['links_sent'], approvals: [], besideSince: null })
    expect(codes('live', bad, { ...ada, hash: 'sha256:00' })).toEqual([
      'stale_revision',
      'shadow_short',
      'approvals',
      'coverage',
      'counter_cold',
    ])
  })

  test('the operator waits for nobody, but tests count, and the mark says solo', () => {
    const draft = version({ state: 'draft', approvals: [], besideSince: null })
    expect([codes('live', draft, operator), isSolo(draft, operator)]).toEqual([[], true])
    expect(codes('live', { ...draft, state: 'retired' }, operator)).toEqual([])
    expect(codes('live', { ...draft, uncovered: ['29:8'] }, operator)).toEqual(['coverage'])
    expect(codes('live', draft)).toContain('wrong_state')
  })

  test('what is live is not retired: another takes its place', () => {
    expect(codes('retire', version({ state: 'live' }))).toEqual(['wrong_state'])
    expect(codes('retire', version())).toEqual([])
  })

  test('back to the version before, of which there must be one', () => {
    const live = { hash: HASH, before: 'sha256:00' }
    expect(rollbackNeeds(live, HASH)).toEqual([])
    expect(rollbackNeeds({ ...live, before: null }, 'sha256:01').map(({ code }) => code)).toEqual([
      'stale_revision',
      'nothing_before',
    ])
  })
})

test('a pause ends within 24 hours', () => {
  expect(pauseFault(24 * HOUR, 0)).toBeUndefined()
  expect(pauseFault(24 * HOUR + 1, 0)).toBe('too_long')
  expect(pauseFault(5, 5)).toBe('past')
})

describe('the share of a trial', () => {
  test('is that of the formula, worked out elsewhere', () => {
    // printf 'a1…a1 (32 bytes)kestrel' | sha256sum → 94f8d0df…; 0x94f8d0df mod 10 000.
    const first = 4367
    expect([inTrial(HASH, 'kestrel', Math.floor(first / 100)), inTrial(HASH, 'kestrel', first / 100 + 0.01)]).toEqual([
      false,
      true,
    ])
  })

  test('holds about N of 100 ids, and who is in at 10 % is in at 20 %', () => {
    const ids = Array.from({ length: 20_000 }, (_, n) => `a${n}`)
    const at = (percent: number) => ids.filter((id) => inTrial(HASH, id, percent))
    const [ten, twenty] = [at(10), new Set(at(20))]
    expect(Math.abs(ten.length / ids.length - 0.1)).toBeLessThan(0.01)
    expect(ten.every((id) => twenty.has(id))).toBe(true)
  })
})

test('every need has words that say what to do', () => {
  const bad = version({
    uncovered: ['29:8'],
    coldCounters: ['links_sent'],
    approvals: [],
    besideSince: null,
    beside: 'core 3',
  })
  const grave = [rule({ grave: true, approvals: 2 })]
  const found = [
    ...needsOf('live', { ...bad, state: 'draft' }, { ...ada, hash: '' }),
    ...needsOf('trial', version({ changes: grave }), ada),
    ...needsOf('shadow', { ...bad, sameSchema: false }, { ...ada, by: { kind: 'staff', id: 'ben', roles: [] } }),
    ...needsOf(
      'live',
      version({ changes: grave, approvals: [0, 1].map((n) => ({ staff: `s${n}`, hash: HASH, roles: [] })) }),
      ada,
    ),
    ...rollbackNeeds({ hash: HASH, before: null }, HASH),
    ...approvalFaults(version(), { staff: 'ada', hash: HASH, opened: false }),
  ].map((need) => `${need.code}: ${wordsOf(need)}`)
  expect([...new Set(found)].sort()).toMatchInlineSnapshot(`
    [
      "approvals: 0 of 1 approvals.",
      "approvals: 1 of 2 approvals, one by child-safety or legal.",
      "approvals: One of those who approve must hold the role child-safety or legal.",
      "counter_cold: These counters have not seen a whole window: links_sent. Wait, or accept them cold.",
      "coverage: No test saw these questions answered both ways: 29:8.",
      "not_author: Only its author puts a version in shadow.",
      "nothing_before: Nothing was live before it.",
      "other_schema: The live version reads another schema of facts; upload this file again as a new version.",
      "own_version: Nobody approves their own version; ask a colleague.",
      "report_unopened: Open its shadow report or a backtest of it first; an approval is of what was found.",
      "shadow_short: It has not been watched long enough: 60 minutes to go.",
      "stale_revision: It changed since you read it; read it again and send its hash in If-Match.",
      "taken: core 3 runs beside the live one already; retire it first.",
      "trial_forbidden: Protection from grave harm is not withheld at random: blackmail.",
      "wrong_state: It is a draft; expected in shadow or in trial.",
      "wrong_state: It is in shadow; expected a draft.",
    ]
  `)
})
