import { createHash } from 'node:crypto'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { parsePdq } from '@lamplighter/matching'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openLog } from '../log.ts'
import type { BoundLists } from '../signals/index.ts'
import { hashes } from '../signals/pictures/testing/hashes.ts'
import { engines } from '../storage/testing/engines.ts'
import { CSAM, freshId, type House, openHouse, pdqOf, picture, uploadOf } from '../testing/house.ts'
import { Needles } from './testing/needles.ts'
import { allTables } from './testing/tables.ts'

const OFF = 'eu.private_scan'
const digest = (name: string, bytes: Uint8Array): string => createHash(name).update(bytes).digest('hex')
/** Every digest of a file, and what anybody would recognise its bytes by. */
const marks = (bytes: Uint8Array): string[] => [
  ...['md5', 'sha1', 'sha256'].map((name) => digest(name, bytes)),
  // Compressed pixels, which no other file has.
  ...[0.3, 0.5, 0.8].map((share) =>
    Buffer.from(bytes)
      .subarray(Math.floor(share * bytes.length))
      .subarray(0, 32)
      .toString('hex'),
  ),
]

describe.each(engines)('matching 4: private media whose switch is off ($name)', (engine) => {
  const drawn = [51, 52, 53, 54].map((seed) => ['boat', seed] as const)
  const [sent, told, fetched, open] = drawn.map((one) => picture(one))
  const [toldHash] = hashes(1, 12)
  const lines: string[] = []
  const answers: string[] = []
  let house: House
  let asked = 0
  const files = createServer((_, answer) => {
    asked += 1
    answer.end(fetched)
  })
  beforeAll(async () => {
    openLog('debug', { write: (line) => void lines.push(line) })
    await new Promise<void>((resolve) => files.listen(0, '127.0.0.1', resolve))
    const { port } = files.address() as AddressInfo
    house = await openHouse({ engine, mediaHosts: `main=127.0.0.1:${port}`, mediaNets: ['media:main'] })
    if (sent === undefined || told === undefined || open === undefined) return expect.fail('there are pictures')
    const inPrivate = { room: { id: 'dm', type: 'direct', audience: 'private' } }
    const say = async (event: object) => {
      for (const body of [event, { ...event, id: freshId() }]) {
        const answer = await house.screen(body)
        expect([answer.status, answer.body.verdict, answer.body.off]).toEqual([200, 'allow', OFF])
        answers.push(answer.text)
      }
      await house.platform('POST', '/v1/events', { body: { ...event, id: freshId() } })
    }
    // Bytes: as they come, in pieces, and again, before and with the event.
    for (const headers of [{}, { prefer: 'wait=10' }]) {
      const put = await house.platform('PUT', '/v1/media/sent?audience=private', {
        body: sent,
        headers: { ...headers, 'content-type': 'image/png' },
      })
      expect([put.status, put.body]).toEqual([200, { id: 'sent', state: 'off', by: OFF }])
      answers.push(put.text)
    }
    await say({ ...uploadOf('sent'), ...inPrivate })
    // Hashes.
    const of = {
      size: told.length,
      sha256: digest('sha256', told),
      md5: digest('md5', told),
      sha1: digest('sha1', told),
    }
    const pdq = [
      { hash: toldHash, quality: 90 },
      { hash: pdqOf(CSAM), quality: 90 },
    ]
    await say({ ...uploadOf({ id: 'told', type: 'image/png', ...of, pdq }), ...inPrivate })
    // An address.
    await say({
      ...uploadOf({ id: 'fetched', type: 'image/png', url: `http://127.0.0.1:${port}/x.png` }),
      ...inPrivate,
    })
    answers.push((await house.platform('GET', '/v1/media/sent')).text)
    // What everybody may see is measured: so the eyes of this test are open.
    await house.putPicture('open', open)
    expect((await house.screen(uploadOf('open'))).body.off).toBeUndefined()
    await house.follow()
    await house.pass(3_600_000)
  }, 120_000)
  afterAll(async () => {
    openLog('silent')
    files.close()
    await house.close()
  })

  const needles = new Needles([
    ...marks(sent ?? new Uint8Array()),
    ...marks(told ?? new Uint8Array()),
    ...marks(fetched ?? new Uint8Array()),
    ...drawn.slice(0, 3).map(pdqOf),
    toldHash ?? '',
  ])

  test('nothing was fetched, opened or kept', async () => {
    expect(asked).toBe(0)
    expect((await house.rows('media')).length).toBe(1)
    expect(await house.rows('media_arriving')).toEqual([])
    expect(await house.rows('exhibits')).toEqual([])
    expect(await house.rows('cases')).toEqual([])
    expect(house.failures).toEqual([])
  })
  test('no byte and no hash of it is in any answer, line of the log, column, or file', async () => {
    expect(needles.in(answers.join('\n'))).toEqual([])
    expect(lines.length).toBeGreaterThan(0)
    expect(needles.in(lines.join('\n'))).toEqual([])
    const found: string[] = []
    for (const [table, rows] of await allTables(house.place))
      for (const row of rows)
        for (const [column, value] of Object.entries(row))
          found.push(
            ...needles
              .in(value instanceof Uint8Array ? value : JSON.stringify(value))
              .map((one) => `${table}.${column} ${one}`),
          )
    expect(found).toEqual([])
    expect(needles.inFiles(house.place.folder)).toEqual([])
  })
  test('and the search is a search: it finds what is looked for', () => {
    expect(new Needles(marks(open ?? new Uint8Array())).in(open ?? new Uint8Array()).length).toBe(3)
  })
})

describe('matching 5: what a device says of an encrypted message', () => {
  let house: House
  const saw: string[] = []
  beforeAll(async () => {
    house = await openHouse({ demo: true })
    const { bench } = house.context.intake
    const bind = bench.lists.bind.bind(bench.lists)
    bench.lists.bind = (...given): BoundLists => {
      const bound = bind(...given)
      return {
        ...bound,
        get: (name) => {
          const list = bound.get(name)
          const find: NonNullable<typeof list>['find'] = (how, value) => {
            saw.push(`${name} ${value}`)
            return list?.find(how, value) ?? null
          }
          return list && { ...list, find }
        },
      }
    }
    await house.putPicture('vaulted', picture(CSAM))
  }, 120_000)
  afterAll(() => house.close())

  const listed = parsePdq(pdqOf(CSAM))
  const ignored = async (): Promise<number> => {
    const { text } = await house.platform('GET', '/metrics')
    return Number(/^lamplighter_intake_unknown_fields_total (\d+)$/m.exec(text)?.[1] ?? 0)
  }
  const sealedMessage = (more: object) => ({
    ...{ kind: 'sealed_message', id: freshId(), occurred_at: '2026-06-01T09:00:00.000Z' },
    ...{ actor: { id: 'kestrel' }, target: { id: 'plover' }, room: { id: 'dm', type: 'direct' }, ...more },
  })
  const hash = { hash: listed, quality: 90, profile: 'full' }
  const file = { id: 'f', type: 'image/png', size: 9, sha256: '0'.repeat(64), pdq: [hash] }

  test.each([
    ['media', { media: [file] }],
    ['media with its bytes in the vault', { media: [{ id: 'vaulted', type: 'image/png' }] }],
    ['the device names who made it', { media: [{ ...file, made_by: 'sdk-device 1.0' }] }],
    ['the shape of facts', { media: { digests: ['0'.repeat(64)], pdq: [listed] } }],
    ['the item', { item: { id: 'i', text: 'x', sha256: '0'.repeat(64), pdq: listed } }],
    ['the device', { device: { id: 'd', pdq: listed, hashes: [listed] } }],
    ['fields of its own', { pdq: listed, hashes: [hash], sha256: '0'.repeat(64), match: true }],
  ])(
    '%s: dropped and counted, or refused; nothing is looked up, and nothing follows',
    async (_, more) => {
      saw.length = 0
      const [before, cases] = [await ignored(), (await house.rows('cases')).length]
      const said = await house.screen(sealedMessage(more))
      const batch = await house.platform('POST', '/v1/events', { body: sealedMessage(more) })
      await house.follow()
      expect([200, 422]).toContain(said.status)
      expect([202, 422]).toContain(batch.status)
      if (said.status === 200) {
        expect(said.body.verdict).toBe('allow')
        expect(await ignored()).toBeGreaterThan(before)
      }
      expect(saw).toEqual([])
      expect((await house.rows('cases')).length).toBe(cases)
      const kept = JSON.stringify(
        await Promise.all(['seen', 'verdicts', 'replay_chunks'].map((table) => house.rows(table).catch(() => []))),
      )
      expect(new Needles([listed ?? '']).in(kept)).toEqual([])
    },
    60_000,
  )

  test('the same hash by a platform’s server, of what everybody may see, is looked up and hits', async () => {
    saw.length = 0
    expect((await house.screen(uploadOf(file))).body.verdict).toBe('block')
    expect(saw).not.toEqual([])
  })
})
