import { copyFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { makeBackup } from '../backup/index.ts'
import { trimStream } from '../jobs/index.ts'
import { openLog } from '../log.ts'
import { engines, sqlite } from '../storage/testing/engines.ts'
import { dataFolder } from '../storage/testing/postgres.ts'
import { type House, messageOf, openHouse, picture, reportOf, uploadOf } from '../testing/house.ts'

const CANARY = 'quixotic-heliotrope'

/** Files below a folder that hold these bytes, in UTF-8, UTF-16 or hex. */
function filesWith(folder: string, word: string): string[] {
  const forms = [Buffer.from(word), Buffer.from(word, 'utf16le'), Buffer.from(Buffer.from(word).toString('hex'))]
  return readdirSync(folder, { recursive: true })
    .map((name) => join(folder, String(name)))
    .filter((path) => statSync(path, { throwIfNoEntry: false })?.isFile())
    .filter((path) => forms.some((form) => bytesOf(path).includes(form)))
}

// A database's server takes files away while somebody looks.
function bytesOf(path: string): Buffer {
  try {
    return readFileSync(path)
  } catch {
    return Buffer.alloc(0)
  }
}

/** Data and write-ahead log of the test server, all written out; none where it is not ours. */
async function serverFolders(url: string | undefined): Promise<string[]> {
  const folder = dataFolder()
  if (url === undefined || folder === undefined) return []
  const client = new pg.Client(url)
  await client.connect()
  await client.query('checkpoint')
  await client.end()
  return ['base', 'pg_wal'].map((name) => join(folder, name))
}

/** The events that wait, as they are stored: what a copy of the database has of them. */
async function sealedBodies(house: House): Promise<Uint8Array[]> {
  return (await house.rows('stream_chunks')).map(({ body }) => new Uint8Array(body as Uint8Array))
}

describe.each(engines)('platform P-29: what nothing flagged, on $name,', (engine) => {
  let house: House
  const lines: string[] = []
  beforeEach(async () => {
    openLog('debug', { write: (line) => void lines.push(line) })
    house = await openHouse({ engine })
  })
  afterEach(() => {
    openLog('silent')
    return house.close()
  })

  /** Where it is in: files of ours, data and log files of the database's server, lines of our log. */
  async function found(): Promise<string[]> {
    const folders = [house.place.folder, ...(await serverFolders(house.place.url))]
    return [...folders.flatMap((folder) => filesWith(folder, CANARY)), ...lines.filter((line) => line.includes(CANARY))]
  }

  test('is in no file, neither while it waits nor after its hour; then a copy of before says nothing either', async () => {
    for (let place = 0; place < 20; place += 1) {
      await house.screen(messageOf(`${CANARY} ${place}, see you`, { actor: { id: `account-${CANARY}` } }))
      await house.platform('POST', '/v1/events', { body: messageOf(`${CANARY} again`, { actor: { id: 'k' } }) })
    }
    // Calls that hand in events are in no line at all; others are, without what they say.
    await house.platform('POST', '/v1/events', { body: `{"${CANARY}":` })
    await house.platform('POST', '/v1/appeals', { body: { notice: CANARY, text: CANARY } })
    expect(await found()).toEqual([])
    const { storage, keyring } = house.context
    const copied = await sealedBodies(house)
    expect(copied.length).toBeGreaterThan(20)
    expect(new TextDecoder().decode(await keyring.unsealStream(copied[0] ?? new Uint8Array()))).toContain(CANARY)
    await house.follow()
    house.clock.now += 2 * 3_600_000
    await trimStream(storage, keyring, house.clock.now)
    expect((await house.rows('stream_chunks')).length).toBe(0)
    await storage.compact()
    expect(await found()).toEqual([])
    for (const body of copied) await expect(keyring.unsealStream(body)).rejects.toMatchObject({ code: 'key_destroyed' })
    expect(lines.length).toBeGreaterThan(0)
  }, 120_000)
})

test('platform P-29: a backup of before, with the keyring of now, does not say it either', async () => {
  const house = await openHouse({ engine: sqlite })
  const copies = mkdtempSync(join(tmpdir(), 'lamplighter-copies-'))
  const { folder } = house.place
  try {
    for (let place = 0; place < 20; place += 1) {
      const body = messageOf(`${CANARY} ${place}, see you`, { actor: { id: `account-${CANARY}` } })
      expect((await house.platform('POST', '/v1/events', { body })).status).toBe(202)
    }
    const wish = { data: folder, to: join(copies, 'backup'), version: '1', now: house.clock.now, tell: () => undefined }
    await makeBackup(wish)
    expect(filesWith(wish.to, CANARY)).toEqual([])
    const waiting = (await sealedBodies(house)).length
    expect(waiting).toBeGreaterThan(0)
    await house.follow()
    house.clock.now += 2 * 3_600_000
    await trimStream(house.context.storage, house.context.keyring, house.clock.now)
    // The database goes back to what it was; the keyring stays what it became.
    await house.reopen({}, async () => {
      for (const name of ['lamplighter.db-wal', 'lamplighter.db-shm']) rmSync(join(folder, name), { force: true })
      copyFileSync(join(wish.to, 'lamplighter.db'), join(folder, 'lamplighter.db'))
    })
    const bodies = await sealedBodies(house)
    expect(bodies.length).toBe(waiting)
    for (const body of bodies) {
      await expect(house.context.keyring.unsealStream(body)).rejects.toMatchObject({ code: 'key_destroyed' })
    }
    expect(filesWith(folder, CANARY)).toEqual([])
  } finally {
    await house.close()
    rmSync(copies, { recursive: true, force: true })
  }
}, 120_000)

test('what was flagged is sealed: no text, no reporter and no picture lies open in a file', async () => {
  const house = await openHouse({ engine: sqlite })
  try {
    const png = picture(['pattern', 7])
    await house.putPicture('f1', png)
    await house.screen(uploadOf('f1'))
    await house.report(
      reportOf('m1', { item: { id: 'm1', text: `${CANARY} is rude` }, actor: { id: `reporter-${CANARY}` } }),
    )
    const reviewer = await house.person('reviewer')
    const number = Number((await house.newestCase()).number)
    const opened = await reviewer.take(number)
    expect(opened.evidence[0].text).toBe(`${CANARY} is rude`)
    await reviewer.call('POST', `/v1/cases/${number}/note`, { body: { text: `${CANARY} note` } })
    await reviewer.decide(opened, 'warn', { statement: { language: 'en', text: `You wrote ${CANARY}.` } })
    await house.pass(10_001)
    expect(filesWith(house.place.folder, CANARY)).toEqual([])
    expect(filesWith(house.place.folder, png.subarray(40, 72).toString())).toEqual([])
  } finally {
    await house.close()
  }
})
