import { mkdtempSync, rmSync } from 'node:fs'
import { connect, createServer, type Server, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { engines, postgres, sqlite } from './storage/testing/engines.ts'
import { holdConnection } from './storage/testing/hold.store.ts'
import { type Answered, freshId, type House, LISTED, messageOf, openHouse, reportOf } from './testing/house.ts'

const newReport = () => reportOf(freshId())
const events = (house: House, body: unknown = messageOf('hello')) => house.platform('POST', '/v1/events', { body })
const waitOf = ({ headers }: Answered) => Number(headers.get('retry-after'))

function expectPressure(
  answer: Answered | undefined,
  status: number,
  code: string,
  [least, most]: readonly [number, number],
) {
  expect([answer?.status, answer?.body.code]).toEqual([status, code])
  if (answer === undefined) return
  expect(waitOf(answer)).toBeGreaterThanOrEqual(least)
  expect(waitOf(answer)).toBeLessThanOrEqual(most)
}

/** What waits is counted four times a second. */
const counted = () => new Promise((resolve) => setTimeout(resolve, 300))

describe('platform P-13: pressure, made for real', () => {
  let house: House
  beforeAll(async () => {
    house = await openHouse({ engine: sqlite })
  })
  afterAll(() => house.close())

  /** Costs as much as one of its kind and does nothing. */
  const wrong = (path: string) => () =>
    house.platform('POST', path, { body: 'x', headers: { 'content-type': 'text/plain' } })
  const lines = (count: number, line: (no: number) => object) =>
    house.platform('POST', '/v1/events', {
      body: Array.from({ length: count }, (_, no) => `${JSON.stringify(line(no))}\n`).join(''),
      headers: { 'content-type': 'application/x-ndjson' },
    })
  const waiting = async () => (await house.context.storage.stream.backlog('follow')).records

  test('a key over its rate of screening waits until its bucket has room; its reports have a rate of their own', async () => {
    for (let n = 0; n < 1_000; n += 1) expect((await wrong('/v1/screen')()).status).toBe(415)
    expectPressure(await house.screen(messageOf('hello')), 429, 'rate_limited', [1, 1])
    expect((await house.report(newReport())).status).toBe(201)
    house.clock.now += 1_000
    expect((await house.screen(messageOf('hello'))).status).toBe(200)
  })

  test('a key over its rate of events hears so before anything of the batch is written', async () => {
    await house.follow()
    for (let n = 0; n < 39; n += 1) expect((await lines(1_000, () => ({}))).status).toBe(422)
    expect((await lines(500, () => ({}))).status).toBe(422)
    // 500 are left: a batch of 1,000 good ones is refused whole, one of 500 is taken, and then a single one is too many.
    expectPressure(await lines(1_000, () => messageOf('hello')), 429, 'rate_limited', [1, 1])
    expect(await waiting()).toBe(0)
    expect((await lines(400, () => messageOf('hello'))).status).toBe(202)
    expect(await waiting()).toBe(400)
    let last = await events(house)
    for (let n = 0; n < 100 && last.status === 202; n += 1) last = await events(house)
    expectPressure(last, 429, 'rate_limited', [1, 1])
    expect((await house.report(newReport())).status).toBe(201)
    expect((await house.screen(messageOf('hello'))).status).toBe(200)
    house.clock.now += 1_000
    expect((await events(house)).status).toBe(202)
    await house.follow()
  })

  test('a key over its rate of reports waits a second; screening goes on', async () => {
    house.clock.now += 10_000
    for (let n = 0; n < 100; n += 1) expect((await wrong('/v1/reports')()).status).toBe(415)
    const report = newReport()
    expectPressure(await house.report(report), 429, 'rate_limited', [1, 1])
    expect((await house.screen(messageOf('hello'))).status).toBe(200)
    house.clock.now += 1_000
    expect((await house.report(report)).status).toBe(201)
  })

  test('while events are unread for more than ten minutes no more are taken; screening and reports go on', async () => {
    expect((await events(house)).status).toBe(202)
    house.clock.now += 600_001
    await counted()
    expectPressure(await events(house), 503, 'backlog_full', [10, 60])
    expect((await house.screen(messageOf('hello'))).status).toBe(200)
    expect((await house.report(newReport())).status).toBe(201)
    await house.follow()
    await counted()
    expect((await events(house)).status).toBe(202)
  })

  test('large bodies of machines leave room for a person’s', async () => {
    const size = 8 * 2 ** 20
    const open = Array.from({ length: 6 }, () => halfSent(house, size))
    await new Promise((resolve) => setTimeout(resolve, 50))
    expectPressure(await events(house), 503, 'overloaded', [1, 5])
    expect((await house.report(newReport())).status).toBe(201)
    for (const { end } of open) end()
    await Promise.all(open.map(({ answer }) => answer))
    expect((await events(house)).status).toBe(202)
  })

  test('a full queue of the writer refuses, never allows; a report gets through when it is shorter', async () => {
    await house.reopen({ limits: { queueWorks: 8, workMs: 10_000 } })
    const held = () => messageOf(`send me 50 ${LISTED.blackmail_terms}`)
    // Ten times as many as there is room for; platform P-32: load makes nothing less ready.
    const burst = Array.from({ length: 80 }, () => house.screen(held()))
    const ready = await house.visit('GET', '/health/ready')
    const answers = await Promise.all(burst)
    expect(ready.status).toBe(200)
    expectPressure(
      answers.find(({ status }) => status === 503),
      ...([503, 'overloaded', [1, 5]] as const),
    )
    const judged = answers.filter(({ status }) => status !== 503)
    expect(judged.length).toBeGreaterThan(0)
    expect(judged.filter(({ status, body }) => status !== 200 || body.verdict !== 'hold')).toEqual([])
    expect((await house.report(newReport())).status).toBe(201)
  })

  test('below the floor of the disk events are refused; the gate judges on, reports are taken', async () => {
    await house.reopen({ diskFloorBytes: 2 ** 60 })
    expectPressure(await events(house), 503, 'storage_full', [30, 30])
    const ready = await house.visit('GET', '/health/ready')
    expect([ready.status, ready.body.missing]).toEqual([503, [{ name: 'database', why: 'the disk is nearly full' }]])
    expect((await house.screen(messageOf(`send me 50 ${LISTED.blackmail_terms}`))).body.verdict).toBe('hold')
    expect((await house.report(newReport())).status).toBe(201)
  })

  test('nothing of it was a fault of ours', () => expect(house.failures).toEqual([]))
})

const hasPostgres = engines.includes(postgres)
describe.runIf(hasPostgres)('platform P-13: a database that is away', () => {
  let house: House
  let line: Line
  beforeAll(async () => {
    house = await openHouse({
      engine: postgres,
      database: (place) => {
        line = new Line(place.url ?? '')
        return line.url
      },
    })
  })
  afterAll(async () => {
    await house.close()
    line.close()
  })

  test('is said, nothing is lost or doubled, and the same calls pass when it is back', async () => {
    const report = newReport()
    const event = messageOf('hello')
    expect((await events(house, event)).status).toBe(202)
    await line.cut()
    expectPressure(await events(house), 503, 'storage_unavailable', [5, 5])
    const away = await house.report(report)
    expect([503, away.body.code]).toEqual([away.status, 'storage_unavailable'])
    expect((await house.visit('GET', '/health/live')).status).toBe(200)
    const ready = await house.visit('GET', '/health/ready')
    expect([ready.status, ready.text.includes('"database"')]).toEqual([503, true])
    await line.mend()
    expect((await house.report(report)).status).toBe(201)
    expect((await house.rows('reports')).length).toBe(1)
    expect((await house.visit('GET', '/health/ready')).status).toBe(200)
  })

  test('nothing of it was a fault of ours', () => expect(house.failures).toEqual([]))
})

describe.runIf(hasPostgres)('platform P-13: connections that are all at work', () => {
  test('events wait a second and are refused; a report and the gate get through meanwhile', async () => {
    // As long as the product itself waits, not as long as tests do.
    const house = await openHouse({ engine: postgres, storage: { limits: {} } })
    try {
      const held = Array.from({ length: 12 }, () =>
        house.context.storage.store.tx(holdConnection, 4).catch(() => 'busy'),
      )
      let over = false
      void Promise.all(held).then(() => {
        over = true
      })
      const [report, screened, refused] = await Promise.all([
        house.report(newReport()),
        house.screen(messageOf(`send me 50 ${LISTED.blackmail_terms}`)),
        events(house),
      ])
      expect([report.status, screened.body.verdict]).toEqual([201, 'hold'])
      expectPressure(refused, 503, 'overloaded', [1, 5])
      expect(over).toBe(false)
      expect((await Promise.all(held)).filter((end) => end === 'busy').length).toBeGreaterThan(0)
      expect((await events(house)).status).toBe(202)
      expect(house.failures).toEqual([])
    } finally {
      await house.close()
    }
  })
})

/** A call whose body says how long it is and does not end. */
function halfSent(house: House, bytes: number): { answer: Promise<Response>; end: () => void } {
  let finish: () => void = () => undefined
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      controller.enqueue(new TextEncoder().encode('{'))
      finish = () => controller.close()
    },
  })
  const request = new Request(new URL('/v1/events', house.context.config.url), {
    method: 'POST',
    body,
    duplex: 'half',
    headers: { 'content-type': 'application/json', 'content-length': String(bytes), ...house.credentials },
  })
  return { answer: house.context.app.fetch(request), end: () => finish() }
}

/** A line to the server's socket that can be cut and mended. */
class Line {
  readonly url: string
  readonly #folder = mkdtempSync(join(tmpdir(), 'lamplighter-line-'))
  readonly #target: string
  readonly #sockets = new Set<Socket>()
  #server: Server

  constructor(url: string) {
    this.#target = join(new URL(url.replace('@/', '@localhost/')).searchParams.get('host') ?? '', '.s.PGSQL.5432')
    this.url = `postgres://postgres@/postgres?host=${encodeURIComponent(this.#folder)}`
    this.#server = this.#open()
  }

  #open(): Server {
    const server = createServer((near) => {
      const far = connect(this.#target)
      for (const socket of [near, far]) {
        this.#sockets.add(socket)
        socket.on('error', () => undefined)
        socket.on('close', () => this.#sockets.delete(socket))
      }
      near.pipe(far)
      far.pipe(near)
    })
    return server.listen(join(this.#folder, '.s.PGSQL.5432'))
  }

  async cut(): Promise<void> {
    const closed = new Promise((resolve) => this.#server.close(resolve))
    for (const socket of this.#sockets) socket.destroy()
    await closed
  }

  async mend(): Promise<void> {
    this.#server = this.#open()
    await new Promise((resolve) => this.#server.once('listening', resolve))
  }

  close(): void {
    for (const socket of this.#sockets) socket.destroy()
    this.#server.close()
    rmSync(this.#folder, { recursive: true, force: true })
  }
}
