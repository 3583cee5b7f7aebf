import { once } from 'node:events'
import { readdirSync, rmSync } from 'node:fs'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { newFolder } from '../storage/testing/room.ts'
import { uploadOf } from '../testing/house.ts'
import { Life } from './testing/life.ts'

const MIB = 2 ** 20
const folder = newFolder('ll-fetches-')
let answerWith: RequestListener = (_, answer) => void answer.writeHead(404).end()
let asked = 0
const host = createServer((request, answer) => {
  asked += 1
  answerWith(request, answer)
})
let url: string
let mediaHosts: string
let authorization: string
let life: Life
beforeAll(async () => {
  host.listen(0, '127.0.0.1')
  await once(host, 'listening')
  const { port } = host.address() as AddressInfo
  url = `http://127.0.0.1:${port}/film`
  mediaHosts = `harbour=127.0.0.1:${port}`
  life = await Life.start({ folder, hook: 'http://127.0.0.1:9/', mediaHosts })
  authorization = `Bearer ${life.secrets.key}`
}, 120_000)
afterAll(async () => {
  host.closeAllConnections()
  host.close()
  await life.kill()
  rmSync(folder, { recursive: true, force: true })
})

const files = (): number =>
  readdirSync(join(folder, 'blobs'), { recursive: true, withFileTypes: true }).filter(({ name }) =>
    name.startsWith('media-'),
  ).length
/** What the database holds, while nobody writes to it. */
function rows(sql: string, ...values: string[]): Record<string, unknown>[] {
  const db = new DatabaseSync(join(folder, 'lamplighter.db'), { readOnly: true })
  try {
    return db.prepare(sql).all(...values)
  } finally {
    db.close()
  }
}

/** The beginning of a film: what comes behind it is skipped by players. */
function film(bytes: number): Buffer {
  const head = Buffer.from('\0\0\0\x18ftypmp42\0\0\0\0mp42isom\0\0\0\0free', 'latin1')
  head.writeUInt32BE(bytes - 24, 24)
  return head
}

/** More than other files may have, and then nothing more: the fetch is under way for as long as anybody waits. */
function stallsAfter(bytes: number): Promise<void> {
  return new Promise((resolve) => {
    answerWith = (_, answer) => {
      answer.setHeader('content-type', 'video/mp4')
      answer.write(film(100 * MIB))
      answer.write(Buffer.alloc(bytes), () => resolve())
    }
  })
}

/** Sends an event that names the address, and waits until it is judged. */
async function sent(id: string): Promise<void> {
  const body = JSON.stringify(uploadOf({ id, type: 'video/mp4', url }))
  const headers = { authorization, 'content-type': 'application/json' }
  const answer = await fetch(`${life.url}/v1/events`, { method: 'POST', body, headers })
  expect(answer.status).toBeLessThan(300)
}
const judged = () => expect.poll(async () => (await life.waiting()).events, { timeout: 120_000 }).toBe(0)
const laneOf = (id: string) => rows('select lane from cases where subject_key = ?', `media:harbour:${id}`)
const left = () => [files(), rows('select media_id from media'), rows('select * from media_arriving')]

test('matching 2, 6: killed while a long file is fetched, nothing of it is left; its event is with a person, and another one fetches it again', async () => {
  const before = files()
  const stalled = stallsAfter(60 * MIB)
  await sent('long-film')
  await stalled
  await judged()
  await life.kill()
  // The file was late, and never "no match".
  expect([asked, laneOf('long-film')]).toEqual([1, [{ lane: 'unscreened-media' }]])
  life = await Life.start({ folder, hook: null, mediaHosts })
  await life.kill()
  expect([left(), laneOf('long-film')]).toEqual([[before, [], []], [{ lane: 'unscreened-media' }]])
  // Its host has lost it by now.
  answerWith = (_, lost) => void lost.writeHead(404).end()
  life = await Life.start({ folder, hook: null, mediaHosts })
  await sent('long-film-again')
  await judged()
  await life.kill()
  expect([asked, left(), laneOf('long-film-again')]).toEqual([2, [before, [], []], [{ lane: 'unscreened-media' }]])
}, 300_000)
