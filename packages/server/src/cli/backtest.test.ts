import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import type { Context } from '../context.ts'
import { initialised, lamplighter, whileServing } from './testing/command-line.ts'

const starter = readFileSync(new URL(import.meta.resolve('@lamplighter/rules/wick/starter.wick')), 'utf8')
const HOUR = 3_600_000
const START = Date.UTC(2026, 5, 1)

const rulesOf = (version: number, from: number, more = ''): string => `
ruleset tiny version ${version} owner "lead@example.org"
use schema chat version 1
counter sent = count by actor.id on message over 1h exact up to 50
rule many v${version} {
  harm spam policy "SPAM-3" severity low phase gate
  on message
  when sent >= ${from}
  then limit "messages" for 1h
  on unknown ignore
  because "{sent} messages"
  tell user "You sent many messages."
}
${more}`

/** One message that warms the counter, and an hour later as many as these of each. */
function eventsOf(counts: Readonly<Record<string, number>>): string {
  const at = (ms: number) => new Date(START + ms).toISOString()
  const message = (id: string, actor: string, ms: number) =>
    JSON.stringify({ kind: 'message', id, occurred_at: at(ms), actor: { id: actor }, item: { id, text: 'hello' } })
  const after = Object.entries(counts).flatMap(([actor, count]) =>
    Array.from({ length: count }, (_, n) => message(`${actor}-${n}`, actor, HOUR + n * 1_000)),
  )
  return `${[message('first', 'nobody', 0), ...after].join('\n')}\n`
}

let folder: string
beforeEach(async () => {
  folder = await initialised()
  writeFileSync(join(folder, 'three.wick'), rulesOf(1, 3))
  writeFileSync(join(folder, 'four.wick'), rulesOf(2, 4))
  writeFileSync(join(folder, 'past.ndjson'), eventsOf({ kestrel: 5, plover: 3, heron: 1 }))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const run = (...line: string[]) => lamplighter(folder, ['rules', 'backtest', ...line, '--yes'])

it('asks a rule file about events of a file, without a server', async () => {
  const alone = await run('three.wick', '--events', 'past.ndjson')
  expect([alone.err, alone.code]).toEqual(['', 0])
  const [head, titles, ...rows] = alone.out.trimEnd().split('\n')
  expect(head).toMatch(/^10 events in .* drift not checked; warm-up 1h, then 9 measured; blind: 0$/)
  expect(titles?.split(/ {2,}/)).toEqual([
    'rule',
    'new',
    'undecided',
    'people',
    'per hour p99',
    'upheld/overturned/open',
  ])
  expect(rows.map((row) => row.split(/ {2,}/))).toEqual([['many v1', '4', '0', '2', '4', '–']])
})

it('says what changes between two files, and ends with 1 when something does', async () => {
  const both = await run('four.wick', '--events', 'past.ndjson', '--against', 'three.wick')
  expect([both.err, both.code]).toEqual(['', 1])
  const [, , counted, ...differences] = both.out.trimEnd().split('\n')
  expect(counted?.split(/ {2,}/)).toEqual(['many v2', '2', '4', '2', '0', '2', '0', '1', '2', '–'])
  expect(differences).toEqual([
    '- many: kestrel-2 (fired → quiet) sent >= 4 false',
    '- many: plover-2 (fired → quiet) sent >= 4 false',
  ])
  const json = JSON.parse((await run('four.wick', '--events', 'past.ndjson', '--against', 'three.wick', '--json')).out)
  expect(json).toMatchObject({ measured: 9, drift: { checked: 0 }, differences: [{ rule: 'many', what: 'lost' }, {}] })
})

it('writes lengths of time as the language does', async () => {
  const grown = (days: number) => rulesOf(1, 3).replace('when sent >= 3', `when actor.age >= ${days}d and sent >= 1`)
  writeFileSync(join(folder, 'young.wick'), grown(2))
  writeFileSync(join(folder, 'old.wick'), grown(4))
  const at = (ms: number) => new Date(START + ms).toISOString()
  const ages = [0, HOUR].map((ms, n) =>
    JSON.stringify({
      ...{ kind: 'message', id: `a${n}`, occurred_at: at(ms), item: { id: `a${n}`, text: 'hello' } },
      actor: { id: 'wren', age: 3 * 24 * HOUR },
    }),
  )
  writeFileSync(join(folder, 'ages.ndjson'), `${ages.join('\n')}\n`)
  const line = ['young.wick', '--events', 'ages.ndjson', '--against', 'old.wick']
  expect((await run(...line)).out).toContain(
    '+ many: a1 (quiet → fired) actor.age >= 2d true (actor.age 3d), sent >= 1 true',
  )
  const { differences } = JSON.parse((await run(...line, '--json')).out)
  expect(differences[0].clauses).toMatchObject([
    { values: { 'actor.age': '3d' } },
    { values: { sent: { over: '1h' } } },
  ])
})

it('says what was not there: a list without a server', async () => {
  const listed = `list words: text from "x"
rule listed v1 {
  harm spam policy "SPAM-3" severity low phase follow
  on message
  when item.text contains any words
  then queue "reports" within 24h
  on unknown ignore
  because "listed"
}`
  // Declarations stand before rules.
  const [head = '', ...rest] = rulesOf(1, 3).split('counter ')
  const [list = '', rule = ''] = listed.split('\nrule ')
  writeFileSync(join(folder, 'listed.wick'), `${head}${list}\ncounter ${rest.join('counter ')}\nrule ${rule}`)
  const { out, code } = await run('listed.wick', '--events', 'past.ndjson', '--json')
  expect(code).toBe(0)
  expect(JSON.parse(out).rules.find((one: { rule: string }) => one.rule === 'listed')).toMatchObject({ undecided: 9 })
})

it('names the line that is no event, and the file that is no rule set', async () => {
  writeFileSync(join(folder, 'bad.ndjson'), `${eventsOf({})}{"kind":"message","id":7}\n`)
  const bad = await run('three.wick', '--events', 'bad.ndjson')
  expect([bad.code, bad.err]).toEqual([2, expect.stringMatching(/^bad\.ndjson:2: \/id /)])
  writeFileSync(join(folder, 'broken.wick'), 'ruleset x')
  expect((await run('broken.wick', '--events', 'past.ndjson')).code).toBe(1)
  expect((await run('three.wick', '--events', 'past.ndjson', '--from', 'soon')).code).toBe(2)
  expect((await run('three.wick')).err).toContain('core@2')
})

it('hands an archive in, says where it stops, and goes on there', async () => {
  const past = Array.from({ length: 2_400 }, (_, n) => ({
    ...{ kind: 'message', id: `m${n}`, occurred_at: new Date(START + n * 60_000).toISOString() },
    ...{ actor: { id: `a${n % 7}` }, item: { id: `m${n}`, text: 'hello' } },
  }))
  const lines = past.map((event) => JSON.stringify(event))
  writeFileSync(join(folder, 'good.ndjson'), `\uFEFF${lines.join('\n\n')}\n`)
  writeFileSync(join(folder, 'bad.ndjson'), lines.with(1_500, '{"kind":"message"}').join('\n\n'))
  writeFileSync(join(folder, 'empty.ndjson'), '\n')
  const serve = async (context: Context) => {
    const { name, version } = context.registry.live()
    const live = `${name}@${version}`
    const bad = await run(live, '--upload', 'bad.ndjson')
    expect(bad.code).toBe(2)
    const [, again = ''] = /with: lamplighter rules backtest (bt_\w+) --upload bad\.ndjson\n/.exec(bad.err) ?? []
    expect(bad.err).toMatch(/\nbad\.ndjson:3001: \/id .*; mend it and go on\n$/)
    const good = await run(again, '--upload', 'good.ndjson', '--json')
    expect([good.err, good.code]).toEqual(['', 0])
    // The first day warms the counters.
    expect(JSON.parse(good.out)).toMatchObject({
      ...{ id: again, events: 2_400, measured: 2_400 - 24 * 60, archive: { late: 0, repeated: 0 } },
    })
    writeFileSync(join(folder, 'short.ndjson'), lines.slice(0, 60).join('\n'))
    const short = await run(live, '--upload', 'short.ndjson')
    expect([short.code, short.out]).toEqual([1, expect.stringContaining('nothing was measured, so nothing is known')])
    expect(await run(again, '--upload', 'good.ndjson')).toMatchObject({
      code: 2,
      err: expect.stringContaining('this run takes no events (done)'),
    })
    const some = await run(live, '--upload', 'good.ndjson', '--sample', '30', '--seed', 'a')
    expect(some.out).toContain('\nof 30 % of the accounts, picked by a; no number is made larger\n')
    for (const wrong of [
      [live, '--upload', 'none.ndjson'],
      [live, '--upload', 'empty.ndjson'],
      [live, '--sample', '100'],
      [live, '--seed', 'a'],
      ['three.wick', '--events', 'past.ndjson', '--upload', 'good.ndjson'],
    ])
      expect([wrong, (await run(...wrong)).code]).toEqual([wrong, 2])

    const retro = (...line: string[]) => lamplighter(folder, ['rules', 'retro', ...line, '--yes'])
    const proposed = await retro(live, '--upload', 'good.ndjson', '--reason', 'a new list', '--connection', 'nobody')
    expect(proposed).toMatchObject({ code: 1, err: expect.stringContaining('connection: expected') })
  }
  await whileServing(folder, serve, { working: true })
}, 60_000)

it('asks a running server about its past, and a person where none runs', async () => {
  expect(await run('starter@2')).toMatchObject({
    code: 3,
    err: 'no server runs on this data folder; start it with: lamplighter start\n',
  })
  expect(await lamplighter(folder, ['rules', 'backfill', 'starter@2', '--yes'])).toMatchObject({ code: 3 })
  const edited = starter
    .replace('starter version 2', 'starter version 3')
    .replace('rule bad_link v1', 'rule bad_link v2')
    .concat('\ncounter extra = count by actor.id on message over 90m exact up to 9\n')
  writeFileSync(join(folder, 'new.wick'), edited)
  const serve = async (_context: Context) => {
    expect((await lamplighter(folder, ['rules', 'shadow', 'new.wick', '--yes'])).err).toBe('')
    const told = await run('starter@3', '--from', '1h', '--against', 'starter@2')
    // Nobody looked at anything: that is not "nothing found".
    expect([told.err, told.code]).toEqual(['', 1])
    expect(told.out).toMatch(
      /^0 events in .* then 0 measured; blind: 0\nnothing was measured, so nothing is known: counters have to see 24h first; [^\n]*\n$/,
    )
    const retro = (...line: string[]) => lamplighter(folder, ['rules', 'retro', ...line, '--yes'])
    expect((await retro('starter@3')).out).toBe('this version was not applied to the past\n')
    const proposed = await retro('starter@3', '--from', '1h', '--rules', 'blackmail', '--reason', 'late')
    expect([proposed.err, proposed.code]).toEqual(['', 0])
    expect(proposed.out).toMatch(
      /^proposed: rt_\w+; a person agrees in the console: .*starter@3, Look back\nthe open segment of the log holds nothing yet, so nothing would be looked at\n$/,
    )
    expect((await retro('starter@3')).out).toMatch(/^rt_\w+ proposed, proposed by operator: blackmail \(late\)\n$/)
    expect(await retro('starter', '--from', '1h')).toMatchObject({ code: 2 })
    expect(await retro('starter@3', '--from', '1h', '--max-cases', '0', '--reason', 'x')).toMatchObject({ code: 2 })
    const quiet = await retro('starter@3', '--from', '1h', '--rules', 'new_account_link_spam', '--reason', 'x')
    expect(quiet).toMatchObject({
      code: 1,
      err: expect.stringMatching(/new_account_link_spam is no rule of this version that queues/),
    })
    expect(await run('starter@9')).toMatchObject({ code: 1, err: expect.stringMatching(/^not_found: /) })
    const backfill = (...line: string[]) => lamplighter(folder, ['rules', 'backfill', ...line, '--yes'])
    const filled = await backfill('starter@3')
    expect([filled.err, filled.code]).toEqual(['', 0])
    expect(filled.out).toMatch(
      /^0 events read\nlinks_sent: [\s\S]*\nextra: has seen everything since 2\S+Z, warm from 2\S+Z \(the log begins there\)\n$/,
    )
    expect(await backfill('starter')).toMatchObject({ code: 2 })
    const wrong = await backfill('starter@3', '--counters', 'extra,other')
    expect(wrong).toMatchObject({ code: 1, err: expect.stringMatching(/this version has no counter other/) })
  }
  await whileServing(folder, serve, { working: true })
})
