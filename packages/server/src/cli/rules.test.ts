import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { initialised, lamplighter, whileServing } from './testing/command-line.ts'

const starter = readFileSync(new URL(import.meta.resolve('@lamplighter/rules/wick/starter.wick')), 'utf8')
const core = readFileSync(new URL(import.meta.resolve('@lamplighter/rules/wick/core.wick')), 'utf8')
const edited = starter
  .replace('starter version 2', 'starter version 3')
  .replace('rule bad_link v1', 'rule bad_link v2')
  .replace('block, limit "links" for 1h', 'block, limit "links" for 2h')
  .replace('expect effect limit "links" for 1h', 'expect effect limit "links" for 2h')

let folder: string
beforeEach(async () => {
  folder = await initialised()
  writeFileSync(join(folder, 'old.wick'), starter)
  writeFileSync(join(folder, 'new.wick'), edited)
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const run = (...line: string[]) => lamplighter(folder, ['rules', ...line, '--yes'])

it('diff says what changes and who must approve, and ends with 1 when something does', async () => {
  const changed = await run('diff', 'old.wick', 'new.wick')
  expect([changed.code, changed.out]).toEqual([
    1,
    'changed  bad_link v1 → v2: then: block, limit "links" for 1h, queue "reports" within 1d → block, limit "links" for 2h, queue "reports" within 1d  approvals: 1 (block)\n',
  ])
  expect(await run('diff', 'old.wick', 'old.wick')).toMatchObject({ code: 0, out: 'no rule changes\n' })
  writeFileSync(join(folder, 'broken.wick'), 'ruleset x')
  expect((await run('diff', 'old.wick', 'broken.wick')).code).toBe(1)
})

it('shadow, status, live and rollback, with a server that runs', async () => {
  await whileServing(folder, async () => {
    const shadow = await run('shadow', 'new.wick')
    expect([shadow.err, shadow.out]).toEqual(['', expect.stringMatching(/^starter version 3 is in shadow: sha256:/)])
    const status = await run('status')
    expect(status.out.split('\n')).toEqual([
      'draft    core 1, by operator; to shadow: starter 3 runs beside the live one already; retire it first.',
      'live     starter 2, by operator',
      'shadow   starter 3, by operator; to live: It has not been watched long enough: 6 hours and 5000 events to go. 0 of 1 approvals.',
      '',
    ])
    const live = await run('live', 'new.wick', '--reason', 'two hours')
    expect([live.err, live.code]).toEqual(['', 0])
    const back = await run('rollback', '--reason', 'one hour is enough')
    expect([back.err, back.out]).toEqual(['', expect.stringMatching(/^starter version 2 is live again: sha256:/)])
    const again = await run('rollback', '--reason', 'once more')
    const words = 'Nothing was live before it.'
    expect([again.code, again.err]).toEqual([1, `needs_unmet:\n  nothing_before: ${words}\n`])
  })
})

it('live refuses a file whose learner has no model, and takes it when that was said', async () => {
  writeFileSync(join(folder, 'core.wick'), core)
  const refused = await run('live', 'core.wick', '--reason', 'more rules')
  expect([refused.code, refused.err]).toEqual([
    1,
    expect.stringMatching(/^To go live all the same: --accept no_model\nneeds_unmet:\n {2}no_model: .*learner_threat/),
  ])
  expect((await run('status')).out).toContain('live     starter 2')
  const other = await run('live', 'core.wick', '--reason', 'more rules', '--accept', 'coverage')
  expect([other.code, other.err]).toEqual([2, '--accept: expected no_model\n'])
  const taken = await run('live', 'core.wick', '--reason', 'more rules', '--accept', 'no_model')
  expect([taken.err, taken.out]).toEqual(['', expect.stringMatching(/^core version 1 is live: sha256:/)])
}, 30_000)

it('the same without one', async () => {
  expect((await run('shadow', 'new.wick')).code).toBe(0)
  expect((await run('status', '--json')).out).toContain('"shadow_short"')
})
