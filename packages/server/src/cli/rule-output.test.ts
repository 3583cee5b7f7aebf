import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { emptyFolder, lamplighter } from './testing/command-line.ts'

// What rules.md §10 shows, word by word, with the exit codes of console.md §16.

const core = readFileSync(fileURLToPath(import.meta.resolve('@lamplighter/rules/wick/core.wick')), 'utf8')
const lineOf = (text: string, part: string) => text.slice(0, text.indexOf(part)).split('\n').length

let folder: string
beforeEach(() => {
  folder = emptyFolder()
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const run = (...line: string[]) => lamplighter(folder, ['rules', ...line])
const write = (name: string, text: string) => writeFileSync(join(folder, name), text)

/** The file with one place changed. */
function changed(from: string, to: string, text = core): string {
  expect(text).toContain(from)
  return text.replace(from, to)
}

describe('check', () => {
  it('shows the line, a mark under the mistake and the fix, and ends with 1', async () => {
    const text = changed('actor.age < 3d', 'actor.age < 3')
    write('core.wick', text)
    const line = lineOf(text, 'when actor.age < 3')
    expect(await run('check', 'core.wick')).toMatchObject({
      code: 1,
      out: `core.wick:${line}:8 error T01: cannot compare dur with num
${String(line).padStart(5)} |   when actor.age < 3 and (links_sent >= 5 or receivers_of_link >= 20)
      |        ^^^^^^^^^^^^^ actor.age is a duration; write a unit, for example 3d

1 error(s)
`,
    })
  })

  it('ends with 0 on a file that is fine, and with 2 on one that cannot be read', async () => {
    write('core.wick', core)
    expect(await run('check', 'core.wick')).toMatchObject({
      code: 0,
      out: expect.stringMatching(/^core version 1 is fine: 10 rules, sha256:[0-9a-f]{64}\n$/),
    })
    expect(await run('check', 'missing.wick')).toMatchObject({
      code: 2,
      err: expect.stringContaining('missing.wick cannot be read'),
    })
  })
})

describe('the lock file', () => {
  const locked = () => JSON.parse(readFileSync(join(folder, 'core.wick.lock'), 'utf8')) as Record<string, object>
  beforeEach(async () => {
    write('core.wick', core)
    expect(await run('check', 'core.wick', '--write-lock')).toMatchObject({
      code: 0,
      out: expect.stringContaining('locked in core.wick.lock\n'),
    })
  })

  it('maps each version to its hash and each counter to its identity', () => {
    expect(Object.keys(locked().rulesets ?? {})).toEqual(['core 1'])
    expect(Object.keys(locked().rules ?? {})).toContain('adult_contacting_many_minors v1')
    expect(Object.keys(locked().counters ?? {})).toContain('minors_contacted')
    for (const hash of Object.values(locked().rules ?? {})) expect(hash).toMatch(/^sha256:[0-9a-f]{64}$/)
  })

  it('refuses a changed meaning under an old version, and stays as it was', async () => {
    const before = locked()
    write('core.wick', changed('minors_contacted >= 10 or', 'minors_contacted >= 8 or'))
    const { code, out } = await run('check', 'core.wick', '--write-lock')
    expect(code).toBe(1)
    expect(out).toContain("error V01: rule 'adult_contacting_many_minors' v1 changed since it was locked")
    expect(out).toContain("error V01: rule set 'core' 1 changed since it was locked")
    expect(out).toContain('write v2')
    expect(locked()).toEqual(before)
  })

  it('keeps every version that it ever saw, and warns of a counter that begins anew', async () => {
    const next = changed(
      'version 1 owner',
      'version 2 owner',
      changed('over 10m exact up to 100', 'over 20m exact up to 100'),
    )
    write('core.wick', changed('new_account_link_spam v1', 'new_account_link_spam v2', next))
    const { code, out } = await run('check', 'core.wick', '--write-lock')
    expect([code, out]).toEqual([0, expect.stringContaining("warning V02: counter 'links_sent' has a new meaning")])
    expect(Object.keys(locked().rulesets ?? {})).toEqual(['core 1', 'core 2'])
    expect(Object.keys(locked().rules ?? {})).toEqual(
      expect.arrayContaining(['new_account_link_spam v1', 'new_account_link_spam v2']),
    )
  })

  it('is not overlooked when it is broken', async () => {
    write('core.wick.lock', '{"format": 1}')
    expect(await run('check', 'core.wick')).toMatchObject({ code: 2, err: expect.stringContaining('is no lock file') })
  })

  it('is written only when asked for', async () => {
    write('other.wick', core)
    expect((await run('check', 'other.wick')).code).toBe(0)
    expect(existsSync(join(folder, 'other.wick.lock'))).toBe(false)
  })
})

describe('test', () => {
  it('names each test, what failed and where, and ends with 1', async () => {
    // Without the tests that answer what the others leave open.
    const first = core.slice(0, core.indexOf('# The tests above'))
    const text = changed('  given csam_digests is down\n', '', first)
    write('core.wick', text)
    const { code, out } = await run('test', 'core.wick', '--coverage')
    expect(code).toBe(1)
    const line = lineOf(text, 'expect known_csam unknown')
    expect(out).toContain('ok    ten different minors, not nine; the same event twice is one event\n')
    expect(out).toContain(`FAIL  list down: hold and tell a person, never wave through
      core.wick:${line}  expected known_csam unknown, was quiet
      core.wick:${line + 1}  expected verdict hold, was allow
`)
    expect(out).toMatch(
      /\n8 of 9 passed; leaves seen both ways \d+ of \d+: never true [\d:, ]+; never false [\d:, ]+\n/,
    )
  })

  it('says nothing of coverage unless asked, and ends with 0 when all pass', async () => {
    write('core.wick', core)
    const plain = await run('test', 'core.wick')
    expect([plain.code, plain.out.trimEnd().split('\n').at(-1)]).toEqual([0, '22 of 22 passed'])
    const covered = await run('test', 'core.wick', '--coverage')
    expect(covered.out).toMatch(/22 of 22 passed; leaves seen both ways \d+ of \d+/)
    const { coverage } = JSON.parse((await run('test', 'core.wick', '--json')).out) as { coverage: { leaves: number } }
    expect(coverage.leaves).toBeGreaterThan(15)
  })
})

describe('explain', () => {
  const event = {
    id: 'm-10',
    kind: 'upload',
    occurred_at: '2026-01-01T09:00:00Z',
    actor: { id: 'a' },
    media: { id: 'f', type: 'image', digests: [], pdq: [] },
  }

  it('says in each phase what fired, what is undecided and because of what', async () => {
    write('core.wick', core)
    write('event.json', JSON.stringify({ ...event, media: { ...event.media, digests: ['ab'.repeat(32)] } }))
    const { code, out } = await run('explain', 'core.wick', '--event', 'event.json')
    expect([code, out]).toEqual([
      0,
      `upload m-10 → hold (gate)
  core/known_csam v1  unknown
    unknown media.digests in csam_digests  sealed:64 characters, cannot tell
    false  media.pdq near csam_media      empty, no hit
    undecided because of list:csam_digests

upload m-10 → allow (follow)
  no rule fired

`,
    ])
  })

  it('refuses an event that cannot be with 1, and a missing event with 2', async () => {
    write('core.wick', core)
    write('event.json', JSON.stringify({ ...event, media: { id: 'f', type: 'painting' } }))
    expect(await run('explain', 'core.wick', '--event', 'event.json')).toMatchObject({
      code: 1,
      out: expect.stringContaining('/media/type'),
    })
    expect((await run('explain', 'core.wick')).code).toBe(2)
  })
})

describe('diff', () => {
  it('says what changed, what begins anew and who must approve, and ends with 1', async () => {
    write('core.v1.wick', core)
    const rule = changed('adult_contacting_many_minors v1', 'adult_contacting_many_minors v2')
    write('core.wick', changed('minors_contacted >= 10 or', 'minors_contacted >= 8 or', rule))
    expect(await run('diff', 'core.v1.wick', 'core.wick')).toMatchObject({
      code: 1,
      out: 'changed  adult_contacting_many_minors v1 → v2: minors_contacted >= 10 → minors_contacted >= 8  approvals: 2 (grave harm)\n',
    })
    write('core.wick', changed('where adult_to_minor and not tie.connected', 'where adult_to_minor'))
    expect((await run('diff', 'core.v1.wick', 'core.wick')).out).toContain(
      'reset    counter minors_contacted: where changed, warm after 24h\n',
    )
    expect(await run('diff', 'core.wick', 'core.wick')).toMatchObject({ code: 0, out: 'no rule changes\n' })
  })
})

describe('format', () => {
  it('ends with 1 when the file would change, and with 0 when not', async () => {
    write('core.wick', changed('harm csea policy', 'harm csea  policy'))
    expect((await run('format', 'core.wick', '--check')).code).toBe(1)
    const { code, out } = await run('format', 'core.wick')
    expect(code).toBe(0)
    write('core.wick', out)
    expect(await run('format', 'core.wick', '--check')).toMatchObject({ code: 0, out: 'nothing would change\n' })
  })
})
