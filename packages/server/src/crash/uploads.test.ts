import { readdirSync, rmSync } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { newFolder } from '../storage/testing/room.ts'
import { Life } from './testing/life.ts'

const folder = newFolder('ll-uploads-')
let life: Life
afterAll(async () => {
  await life.kill()
  rmSync(folder, { recursive: true, force: true })
})

const files = (): number =>
  readdirSync(join(folder, 'blobs'), { recursive: true, withFileTypes: true }).filter(({ name }) =>
    name.startsWith('media-'),
  ).length
const bytesOf = (seed: number) => new Uint8Array(300_000).fill(seed)

test('matching 6: kill -9 before and after the answer: what was answered is there, nothing else is', async () => {
  life = await Life.start({ folder, hook: 'http://127.0.0.1:9/' })
  const { key } = life.secrets
  const authorization = `Bearer ${key}`
  const put = async (id: string, seed: number): Promise<number> => {
    const path = `${life.url}/v1/media/${id}?audience=public`
    const answer = await fetch(path, { method: 'PUT', body: bytesOf(seed), headers: { authorization } })
    return answer.status
  }
  const before = files()

  expect(await put('whole', 1)).toBe(201)
  await life.kill()
  life = await Life.start({ folder, hook: null })
  expect([await put('whole', 1), await put('whole', 2), files()]).toEqual([200, 409, before + 1])

  // In the middle of the body.
  const socket = connect(Number(new URL(life.url).port), '127.0.0.1')
  socket.on('error', () => undefined)
  const head = ['PUT /v1/media/half?audience=public HTTP/1.1', 'Host: localhost', `Authorization: ${authorization}`]
  socket.write([...head, 'Content-Length: 300000', '', ''].join('\r\n'))
  await new Promise<void>((resolve) => socket.write(bytesOf(3).subarray(0, 200_000), () => resolve()))
  await new Promise((resolve) => setTimeout(resolve, 200))
  await life.kill()
  life = await Life.start({ folder, hook: null })
  expect(files()).toBe(before + 1)
  expect(await put('half', 3)).toBe(201)

  // At any moment between the last byte and the answer.
  for (let kill = 1; kill <= 4; kill += 1) {
    const answered = put(`any-${kill}`, 10 + kill).catch(() => 0)
    await new Promise((resolve) => setTimeout(resolve, 12 * kill))
    await life.kill()
    const heard = await answered
    life = await Life.start({ folder, hook: null })
    const kept = files() - before - 1 - kill
    expect([0, 1]).toContain(kept)
    const again = await put(`any-${kill}`, 10 + kill)
    // What was acknowledged is there; what is there is the file, and what is not there can be sent.
    expect(heard === 201 ? [1, 200] : [kept, kept === 1 ? 200 : 201]).toEqual([kept, again])
    expect(files()).toBe(before + 2 + kill)
  }
}, 600_000)
