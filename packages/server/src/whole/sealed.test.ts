import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Endpoint, Role } from '@lamplighter/api'
import { type Pdq, parsePdq } from '@lamplighter/matching'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { makeBackup } from '../backup/backup.ts'
import { lamplighter } from '../cli/testing/command-line.ts'
import { openLog } from '../log.ts'
import { feed, goOn, ncmecAt, newestPull, pull } from '../signals/exchanges/testing/fed.ts'
import { type NcmecFake, startNcmecFake } from '../signals/exchanges/testing/ncmec-fake.ts'
import type { ListFacts } from '../signals/lists/declaration.ts'
import { hashes, turned } from '../signals/pictures/testing/hashes.ts'
import { engines } from '../storage/testing/engines.ts'
import { goodCalls, Makes, openTown, type Town } from '../testing/good-calls.ts'
import { type House, openHouse, type Person, pdqOf, picture, uploadOf } from '../testing/house.ts'
import { operatorCalls, operatorHandsIn } from '../testing/operator-calls.ts'
import { type Callers, filled, send, whoMay } from '../testing/refusals.ts'
import { operatorDoer } from '../testing/server.ts'
import { Needles } from './testing/needles.ts'
import { allTables } from './testing/tables.ts'

const WORD = 'harbour-9c41'
const DAY_MS = 86_400_000
const BOAT = ['boat', 21] as const
const listedAs = (sample: Parameters<typeof pdqOf>[0]): Pdq => parsePdq(pdqOf(sample)) ?? expect.fail('it has a hash')
/** Near the picture that is handed in, and not its own hash: that one the platform knows. */
const NEAR = turned(listedAs(BOAT), 7)
const [TWICE, PULLED, ADDED, REFUSED, ...MORE] = hashes(40, 77)
const md5 = (n: number) => `5ea1ed${n.toString(16).padStart(2, '0')}`.repeat(4)
const sha256 = (n: number) => `c105ed${n.toString(16).padStart(2, '0')}`.repeat(8)
const HIT_MD5 = md5(1)
/** Words of sealed lists that nobody ever writes. */
const [TERM, HOST, SOURCE_ID, NOTE] = ['quaywarden', 'shut.harbourgate.example', '42/berthseventeen', 'noteofthesource']
const SEALED: readonly string[] = [
  ...[NEAR, PULLED ?? '', ADDED ?? '', ...MORE, HIT_MD5, md5(2), sha256(3), md5(4), TERM, HOST, SOURCE_ID, NOTE],
]
/** Lists that are not sealed, otherwise like the others. Their values lie sealed as well (kept-values.test.ts); what the tests must find is their names. */
const OPEN = { open_media: TWICE ?? '', open_hosts: 'open.harbourgate.example' }
const BAD = `${(REFUSED ?? '').slice(1)}z`
const terms = { name: 'x', share: false, export: false, device: false, feedback: 'expected', harms: ['csea'] } as const

describe.each(engines)('matching 29: a sealed list after a full run ($name)', (engine) => {
  const needles = new Needles([...SEALED, BAD.toLowerCase()])
  const control = new Needles(Object.keys(OPEN))
  let house: House
  let town: Town
  let fake: NcmecFake
  const said: { readonly what: string; readonly status: number; readonly text: string }[] = []
  const lines: string[] = []
  const called = new Set<string>()
  const roles: Record<string, Person> = {}
  let served: readonly Endpoint[] = []

  beforeAll(async () => {
    openLog('debug', { write: (line) => void lines.push(line) })
    house = await openHouse({ engine, demo: true, mediaNets: ['exchange:sealed'] })
    served = house.context.app.routes.map(({ endpoint }) => endpoint)
    town = await openTown(house)
    for (const role of ['reviewer', 'lead', 'child-safety', 'legal', 'auditor', 'admin'] as const satisfies Role[])
      roles[role] = await house.person(role)
    fake = await startNcmecFake({ now: () => house.clock.now })
    await putSealed()
    await live()
  }, 300_000)
  afterAll(async () => {
    openLog('silent')
    await fake.close()
    await house.close()
  })

  const hear = (what: string, { status, text }: { status: number; text: string }) => {
    said.push({ what, status, text })
    return { status, text }
  }
  const put = (id: string, kind: ListFacts['kind'], sealed: boolean, text: string, type = 'text/plain') =>
    house.context.library.import({
      facts: { ...{ id, kind, harm: 'csea', sealed, context: false, source: 'made', staleAfterMs: null }, terms },
      ...{ text, contentType: type, by: 'operator', live: true },
    })

  async function putSealed(): Promise<void> {
    const row = (value: string) => `${value},90,${SOURCE_ID},A1,,,,${NOTE}`
    const csv = ['value,quality,source_id,class,added,expires,tags,note', ...[NEAR, ...MORE].map(row), ''].join('\n')
    await put('csam_media', 'pdq', true, csv, 'text/csv')
    await put('csam_digests', 'digest', true, [HIT_MD5, md5(2), sha256(3)].join('\n'))
    await put('sealed_terms', 'text', true, TERM)
    await put('sealed_hosts', 'domain', true, HOST)
    await put('open_media', 'pdq', false, OPEN.open_media)
    await put('open_hosts', 'domain', false, OPEN.open_hosts)
    // What a person hands in wrongly is not repeated to them either.
    for (const body of [`${BAD}\n${BAD}\n`, `value,quality\n${BAD},12\n`])
      hear('putList', await operatorHandsIn(house, '/v1/lists/csam_media/versions', body))
  }

  /** Everything that happens to a list: hits, a case, a decision, feedback, single entries, exceptions, a pull, questions, refusals. */
  async function live(): Promise<void> {
    const { lead, 'child-safety': safety, reviewer } = roles
    if (lead === undefined || safety === undefined || reviewer === undefined) return expect.fail('there are people')
    const at = house.clock.now - DAY_MS
    fake.put({ member: 42, id: 'berthseventeen', type: 'image', at, fingerprints: { md5: md5(4), pdq: PULLED ?? '' } })
    fake.put({ member: 42, id: 'torn', type: 'image', at, fingerprints: { md5: `${md5(4).slice(2)}zz` } })
    await feed(house, 'sealed', ncmecAt(fake), {
      facts: { sealed: true, terms, rails: { max_growth: 1, max_shrink: 1, max_bad_rows: 1 } },
    })
    await pull(house, 'sealed')
    expect(await newestPull(house, 'sealed')).toMatchObject({ state: 'done' })
    fake.trap(() => ({ status: 503, body: md5(4) }))
    house.clock.now += DAY_MS
    await pull(house, 'sealed')
    await goOn(house, String((await newestPull(house, 'sealed')).id))

    await signInAgain()
    for (const media of [
      { id: 'near', pdq: [{ hash: pdqOf(BOAT), quality: 90 }] },
      { id: 'digest', md5: HIT_MD5, sha256: sha256(99) },
    ]) {
      const { id, ...given } = media
      hear('putMedia', await house.putPicture(id, picture(BOAT)))
      hear('screen', await house.screen({ ...uploadOf(id), id: `event-${id}` }))
      hear(
        'screen',
        await house.screen({ ...uploadOf(`${id}-told`), media: [{ id: `${id}-told`, type: 'image', ...given }] }),
      )
      hear('getMedia', await house.platform('GET', `/v1/media/${id}`))
    }
    await house.follow()
    const opened = (await house.rows('cases'))
      .filter(({ number }) => Number(number) > 0)
      .map(({ number }) => Number(number))
    expect(opened.length).toBeGreaterThan(0)
    for (const number of opened) hear('getCase', await safety.call('GET', `/v1/cases/${number}`))
    expect(said.filter(({ what, text }) => what === 'getCase' && text.includes('csam_media')).length).toBeGreaterThan(0)
    const held = await safety.take(opened[0] ?? 0)
    const decided = await safety.decide(held, 'remove')
    hear('decide', decided)
    await house.pass(11_000)
    const entry = Number((await house.rows('list_entries')).find(({ list }) => list === 'sealed_files')?.n)
    for (const list of ['sealed_files', 'sealed_pictures', 'csam_media'])
      for (const by of [safety, lead])
        hear(
          'tellExchange',
          await by.call('POST', '/v1/exchanges/sealed/feedback', {
            body: { list, entry, decision: decided.body.decision },
          }),
        )
    await house.pass(11_000)

    const reason = 'as agreed'
    for (const [path, body] of [
      ['/v1/lists/csam_media/entries', { value: ADDED, quality: 90, reason }],
      ['/v1/lists/csam_media/entries', { value: NEAR, quality: 90, reason }],
      ['/v1/lists/csam_media/entries', { value: BAD, quality: 90, reason }],
      ['/v1/lists/sealed_terms/entries', { value: TERM, reason }],
      ['/v1/exceptions', { list: 'csam_media', entry: 1, sha256: sha256(3), reason }],
      ['/v1/exceptions', { list: 'csam_media', entry: 1, pdq: NEAR, reason }],
    ] as const) {
      const asked = await safety.call('POST', path, { body })
      hear(path, asked)
      if (asked.body.waits)
        hear(path, await lead.call('POST', `/v1/entry-acts/${asked.body.waits}/approvals`, { body: {} }))
    }
    const { key } = await house.context.people.newKey({
      ...{
        name: 'asks',
        connection: 'main',
        scopes: ['match', 'match:sealed', 'hash'],
        days: 30,
        doer: operatorDoer,
        addresses: ['10.1.0.0/16'],
      },
    })
    const asks = [NEAR, pdqOf(BOAT), BAD].map((value) => ({ kind: 'pdq', value, quality: 90 }))
    for (const hash of [...asks, { kind: 'md5', value: HIT_MD5 }]) {
      house.clock.now += 2_000
      const body = { hashes: [hash], lists: ['csam_media', 'csam_digests'] }
      hear('match', await house.platform('POST', '/v1/match', { body }))
      const request = new Request(new URL('/v1/match', house.context.config.url), {
        method: 'POST',
        body: JSON.stringify(body),
        headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
      })
      const answer = await house.context.app.fetch(request, { incoming: { socket: { remoteAddress: '10.1.0.9' } } })
      hear('match as oracle', { status: answer.status, text: await answer.text() })
    }
    expect(said.filter(({ what, text }) => what === 'match as oracle' && text.includes('"hit"')).length).toBe(3)
    hear('match', await operatorCalls(house, '/v1/match', { hashes: asks.slice(0, 2) }))
    await calls()
    await house.follow()
    await house.pass(3_600_000)
  }

  /** A day is longer than anybody stays signed in. */
  async function signInAgain(): Promise<void> {
    const { reviewer, lead, admin, legal, author } = town
    for (const person of [...Object.values(roles), reviewer, lead, admin, legal, author]) await person.signIn()
  }

  /** Every call that there is: once as it should be, and once for each role as if it were about a sealed list. */
  async function calls(): Promise<void> {
    const make = new Makes(town, WORD)
    const good = goodCalls(town, make, WORD)
    const staff = Object.fromEntries(Object.entries(roles).map(([name, { credentials }]) => [name, credentials]))
    const callers: Callers = { platform: house.credentials, staff }
    for (const endpoint of served) {
      if (endpoint.id === 'resumeRestored') continue
      house.clock.now += 2_000
      const wish = (await good[endpoint.id]?.()) ?? { path: filled(endpoint) }
      const answer = await send(house, endpoint, { who: whoMay(endpoint.act, callers), ...wish })
      if (answer.status < 400) called.add(endpoint.id)
      hear(endpoint.id, answer)
    }
    await signInAgain()
    for (const endpoint of served.filter(({ path }) => /^\/v1\/(lists|exchanges|term-files)\//.test(path)))
      for (const list of ['csam_media', 'csam_digests', 'sealed_files', 'sealed_terms'])
        for (const who of [
          ...Object.values(roles).map(({ credentials }) => credentials),
          house.credentials,
          'operator',
        ] as const) {
          house.clock.now += 1_000
          // Nothing is retired or dropped by this: what takes something away is refused without its body.
          const path = filled(endpoint)
            .replace(/^(\/v1\/lists\/)[^/]+/, `$1${list}`)
            .replace('nowhere', 'sealed')
          hear(
            `${endpoint.id} of ${list}`,
            await send(house, endpoint, { who, path, headers: { 'if-match': '"9999"' } }),
          )
        }
    for (const path of [
      '/c/banks',
      '/c/bank/csam_media',
      '/c/bank/csam_media/content/1',
      '/c/exchanges',
      '/m/index/status',
      `/m/lookup?signal=${NEAR}&signal_type=pdq`,
      `/m/raw_lookup?signal=${NEAR}&signal_type=pdq`,
      '/c/exchange/sealed',
      '/c/exchange/sealed/status',
    ])
      hear(`hma ${path}`, await house.platform('GET', `/compat/hma${path}`))
    for (const path of ['/metrics', '/log/checkpoint', '/log/policy', '/openapi.json', '/health/ready'])
      hear(path, await house.platform('GET', path))
  }

  test('the run was a full one: every call was answered, the lists hit, and what lies open is found', () => {
    expect(served.length - called.size).toBeLessThan(30)
    expect([house.failures, said.filter(({ status }) => status === 500).map(({ what }) => what)]).toEqual([[], []])
    expect(said.some(({ text }) => text.includes('"csam_media"'))).toBe(true)
  })

  test('no answer of any call holds a value of it', () => {
    const found = said.flatMap(({ what, status, text }) =>
      needles.in(text).map((value) => `${what} ${status}: ${value}`),
    )
    expect(found).toEqual([])
  })
  test('its entries are refused to everybody, as sealed', () => {
    const entries = said.filter(({ what }) => /^getEntries of (csam|sealed)/.test(what))
    expect(entries.length).toBeGreaterThan(20)
    for (const { status } of entries) expect([401, 403]).toContain(status)
    const byLead = entries.filter(({ text }) => text.includes('"sealed"'))
    expect(byLead.length).toBeGreaterThan(7)
  })
  test('no line of the log, and no message to the platform', () => {
    expect(lines.length).toBeGreaterThan(20)
    expect(needles.in(lines.join('\n'))).toEqual([])
    expect(needles.in(JSON.stringify(house.receiver.calls))).toEqual([])
  })
  test('no column of any table', async () => {
    const found: string[] = []
    const open = new Set<string>()
    for (const [table, rows] of await allTables(house.place)) {
      for (const row of rows)
        for (const [column, value] of Object.entries(row)) {
          const written = value instanceof Uint8Array ? value : JSON.stringify(value)
          found.push(...needles.in(written).map((one) => `${table}.${column}: ${one}`))
          if (control.in(written).length > 0) open.add(table)
        }
    }
    expect([...open]).toContain('list_entries')
    expect([...new Set(found)]).toEqual([])
  })
  test('no file of the data folder, of a backup, nor what doctor and the command line say', async () => {
    await house.context.library.pictures.save()
    expect(needles.inFiles(house.place.folder)).toEqual([])
    const out: string[] = []
    const env =
      house.place.url === undefined
        ? { LAMPLIGHTER_DATA: house.place.folder, LAMPLIGHTER_URL: 'http://localhost:4100' }
        : undefined
    if (env === undefined) return
    const to = mkdtempSync(join(tmpdir(), 'll-backup-'))
    const manifest = await makeBackup({
      data: house.place.folder,
      to: join(to, 'b'),
      version: 'x',
      now: 0,
      tell: () => undefined,
    })
    expect(needles.in(JSON.stringify(manifest))).toEqual([])
    expect(control.inFiles(to).length).toBeGreaterThan(0)
    expect(needles.inFiles(to)).toEqual([])
    rmSync(to, { recursive: true })
    const file = join(house.place.folder, 'boat.png')
    writeFileSync(file, picture(BOAT))
    await house.reopen({}, async () => {
      for (const line of [
        ['doctor'],
        ['doctor', '--json'],
        ['lists', 'status'],
        ['lists', 'export', 'csam_media', join(to, 'x.csv')],
        ['match', file, '--list', 'csam_media'],
        ['hash', file],
        ['exchanges', 'status'],
      ]) {
        const ran = await lamplighter(house.place.folder, line, env)
        out.push(ran.out, ran.err)
      }
    })
    expect(out.join('').length).toBeGreaterThan(500)
    expect(needles.in(out.join('\n'))).toEqual([])
  }, 120_000)
})
