import { roles, type Severity, severities } from '@lamplighter/api'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { wordsOf } from './needs.ts'
import { type Approval, type Asker, type ChangedRule, needsOf, type Standing, type State, type Step } from './states.ts'

const HOUR = 3_600_000
const STAFF = ['ada', 'ben', 'cat', 'dan'] as const
const HASHES = ['sha256:aa', 'sha256:bb'] as const

const changed = fc.record<ChangedRule>({
  rule: fc.constantFrom('r1', 'r2', 'r3'),
  severity: fc.constantFrom<Severity>(...severities),
  grave: fc.boolean(),
  approvals: fc.constantFrom(0, 1, 2),
  events: fc.constantFrom(0, 999, 1_000, 5_000, 10_000, 50_000),
})
const approval = fc.record<Approval>({
  staff: fc.constantFrom(...STAFF),
  hash: fc.constantFrom(...HASHES),
  roles: fc.uniqueArray(fc.constantFrom(...roles), { maxLength: 2 }),
})
const standing = fc.record<Standing>({
  hash: fc.constantFrom(...HASHES),
  state: fc.constantFrom<State>('draft', 'shadow', 'trial', 'live', 'retired'),
  author: fc.constantFrom(...STAFF, 'operator'),
  changes: fc.uniqueArray(changed, { maxLength: 3, selector: ({ rule }) => rule }),
  uncovered: fc.constantFrom([], [], [], ['29:8']),
  besideSince: fc.constantFrom(null, 0, 0, 5 * HOUR),
  approvals: fc.array(approval, { maxLength: 5 }),
  coldCounters: fc.constantFrom([], [], [], ['c']),
  untaught: fc.constantFrom([], [], [], ['learner_threat']),
  beside: fc.constantFrom(null, null, 'core 3'),
  sameSchema: fc.constantFrom(true, true, true, false),
  oneStaff: fc.constantFrom(false, false, true),
})
const asker: fc.Arbitrary<Asker> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.constantFrom(...STAFF).map((id) => ({ kind: 'staff' as const, id, roles: ['lead' as const] })),
  },
  { weight: 1, arbitrary: fc.constant({ kind: 'operator' as const }) },
)
const ask = fc.record({
  by: asker,
  hash: fc.constantFrom(...HASHES),
  now: fc.constantFrom(HOUR, 6 * HOUR, 24 * HOUR, 168 * HOUR, 400 * HOUR),
  expedite: fc.boolean(),
})
const step = fc.constantFrom<Step>('shadow', 'trial', 'live', 'retire')

/** What rules.md §8.1 asks of a version that people make live, written down once more and in another way. */
function mayBeLive(version: Standing, now: number, expedite: boolean): boolean {
  const severity = Math.max(-1, ...version.changes.map((one) => severities.indexOf(one.severity)))
  const [hours, events] = [
    [0, 0],
    [1, 1_000],
    [6, 5_000],
    [24, 10_000],
    [24, 10_000],
  ][severity + 1] ?? [0, 0]
  const ran = version.besideSince === null ? 0 : now - version.besideSince
  const watched =
    severity < 0 ||
    (ran >= (hours ?? 0) * HOUR &&
      (ran >= 7 * 24 * HOUR || version.changes.every((one) => one.events >= (events ?? 0))))
  const others = version.approvals.filter((one) => one.hash === version.hash && one.staff !== version.author)
  const own = version.approvals.some((one) => one.hash === version.hash)
  const most = version.changes.some((one) => one.approvals === 2)
    ? 2
    : version.changes.some((one) => one.approvals === 1)
      ? 1
      : 0
  const enough =
    new Set(others.map((one) => one.staff)).size >= most + (expedite ? 1 : 0) &&
    (most < 2 ||
      // The last word of a person is the one that counts.
      [...new Map(others.map((one) => [one.staff, one])).values()].some(
        (one) => one.roles.includes('child-safety') || one.roles.includes('legal'),
      ))
  const agreed = most + (expedite ? 1 : 0) === 0 || (version.oneStaff ? own : enough)
  return (
    (version.state === 'shadow' || version.state === 'trial') &&
    (expedite || watched) &&
    agreed &&
    version.uncovered.length === 0 &&
    version.coldCounters.length === 0 &&
    version.untaught.length === 0 &&
    version.sameSchema
  )
}

test('people make a version live exactly when nothing that the specification asks is missing', () => {
  let live = 0
  fc.assert(
    fc.property(standing, ask, (version, given) => {
      if (given.by.kind === 'operator') return
      const needs = needsOf('live', version, given)
      const expected = given.hash === version.hash && mayBeLive(version, given.now, given.expedite)
      if (expected) live += 1
      expect(needs.length === 0).toBe(expected)
    }),
    { numRuns: 20_000 },
  )
  // The property says nothing if nothing ever passes.
  expect(live).toBeGreaterThan(100)
})

test('nobody, not even the operator, makes live what is untested, what they have not read, or what is live', () => {
  fc.assert(
    fc.property(standing, ask, (version, given) => {
      if (needsOf('live', version, given).length > 0) return
      expect([version.uncovered, version.hash, version.state === 'live']).toEqual([[], given.hash, false])
    }),
    { numRuns: 20_000 },
  )
})

test('a refusal names at least one need, and each need says something to do', () => {
  fc.assert(
    fc.property(standing, ask, step, (version, given, wanted) => {
      const needs = needsOf(wanted, version, given)
      for (const need of needs) expect(wordsOf(need).length).toBeGreaterThan(10)
      expect(new Set(needs.map(({ code }) => code)).size).toBe(needs.length)
    }),
    { numRuns: 5_000 },
  )
})

test('no walk of people through the states reaches live but by shadow, and only with what live needs', () => {
  const act = fc.oneof(
    fc.record({ do: fc.constant('step' as const), step, by: fc.constantFrom(...STAFF), expedite: fc.boolean() }),
    fc.record({ do: fc.constant('approve' as const), by: fc.constantFrom(...STAFF) }),
    fc.record({ do: fc.constant('wait' as const), hours: fc.integer({ min: 6, max: 48 }), events: fc.nat(9_000) }),
    fc.constant({ do: 'step' as const, step: 'live' as const, by: 'ada' as const, expedite: false }),
    fc.constant({ do: 'step' as const, step: 'shadow' as const, by: 'ada' as const, expedite: false }),
  )
  let reached = 0
  fc.assert(
    fc.property(changed, fc.array(act, { maxLength: 25 }), (rule, acts) => {
      let version: Standing = {
        hash: HASHES[0],
        state: 'draft',
        author: 'ada',
        changes: [{ ...rule, events: 0 }],
        uncovered: [],
        besideSince: null,
        approvals: [],
        coldCounters: [],
        untaught: [],
        beside: null,
        sameSchema: true,
        oneStaff: false,
      }
      let now = 0
      const walked: State[] = ['draft']
      for (const one of acts) {
        if (one.do === 'wait') {
          now += one.hours * HOUR
          if (version.state === 'shadow' || version.state === 'trial')
            version = {
              ...version,
              changes: version.changes.map((was) => ({ ...was, events: was.events + one.events })),
            }
        } else if (one.do === 'approve') {
          const given = {
            staff: one.by,
            hash: version.hash,
            roles: [one.by === 'ben' ? ('legal' as const) : ('lead' as const)],
          }
          version = { ...version, approvals: [...version.approvals, given] }
        } else {
          const given = {
            by: { kind: 'staff' as const, id: one.by, roles: [] },
            hash: version.hash,
            now,
            expedite: one.expedite,
          }
          if (needsOf(one.step, version, given).length > 0) continue
          if (one.step === 'live') {
            reached += 1
            expect(walked.at(-1)).toMatch(/shadow|trial/)
            expect(mayBeLive(version, now, one.expedite)).toBe(true)
          }
          if (one.step === 'trial') expect(rule.grave || rule.severity === 'critical').toBe(false)
          const state = one.step === 'retire' ? 'retired' : one.step
          walked.push(state)
          version = { ...version, state, besideSince: state === 'shadow' ? now : version.besideSince }
        }
      }
      expect(walked.join(' ')).toMatch(/^draft( shadow( trial)*( live)?)?( retired)?$/)
    }),
    { numRuns: 5_000 },
  )
  expect(reached).toBeGreaterThan(20)
})
