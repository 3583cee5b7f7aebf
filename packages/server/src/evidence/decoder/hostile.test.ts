import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { startDecoder } from './index.ts'

const program = join(import.meta.dirname, 'testing/stand-in.ts')
const decoder = startDecoder({ program, children: 1, timeoutMs: 2_000 })
afterAll(() => decoder.stop())

const measure = (misdeed: string) => decoder.measure(Buffer.from(misdeed))
const whyOf = async (misdeed: string) => (await measure(misdeed)).unknown

describe('security S-35: an answer that is not exactly what was agreed is *unknown*', () => {
  test('an honest answer passes, so that the others fail for their own fault', async () => {
    expect(await whyOf('honest')).toEqual([{ part: 'pixels', why: 'unsupported' }])
  })

  test.each([
    'head too long',
    'body too long',
    'body unasked',
    'bytes beyond',
    'no json',
    'cut short',
    'wrong id',
    'nothing seen',
    'another type',
    'extra field',
    'bad hash',
    'wrong why',
    'exits',
  ])('%s', async (misdeed) => {
    const measured = await measure(misdeed)
    expect(measured.unknown).toEqual([{ part: 'pixels', why: 'broken' }])
    expect(measured.readings).toEqual([])
    expect(measured.sha256).toMatch(/^[0-9a-f]{64}$/)
    expect(await whyOf('honest')).toEqual([{ part: 'pixels', why: 'unsupported' }])
  })

  test('a decoder that speaks without being asked is replaced', async () => {
    expect(await whyOf('speaks unasked')).toEqual([{ part: 'pixels', why: 'unsupported' }])
    const [pid] = decoder.pids()
    await new Promise((resolve) => setTimeout(resolve, 300))
    expect(decoder.pids()).toEqual([])
    expect(await whyOf('honest')).toEqual([{ part: 'pixels', why: 'unsupported' }])
    expect(decoder.pids()).not.toContain(pid)
  })

  test('a rendition with anything but pixels in it is refused', async () => {
    const bytes = Buffer.from('metadata in a rendition')
    expect(await decoder.render(bytes, { step: 'full' })).toEqual({ state: 'unknown', why: 'broken' })
  })
})

describe('time', () => {
  test.each(['silent', 'loops'])('a decoder that is %s is killed, and the file is *unknown* late', async (misdeed) => {
    expect(await whyOf(misdeed)).toEqual([{ part: 'pixels', why: 'late' }])
    expect(await whyOf('honest')).toEqual([{ part: 'pixels', why: 'unsupported' }])
  })

  test('the same bytes break the decoder twice and are never tried a third time', async () => {
    const own = startDecoder({ program, children: 1, timeoutMs: 500 })
    try {
      const bytes = Buffer.from('silent')
      expect((await own.measure(bytes)).unknown).toEqual([{ part: 'pixels', why: 'late' }])
      expect((await own.measure(bytes)).unknown).toEqual([{ part: 'pixels', why: 'late' }])
      const startedAt = performance.now()
      expect((await own.measure(bytes)).unknown).toEqual([{ part: 'pixels', why: 'broken' }])
      expect(performance.now() - startedAt).toBeLessThan(400)
      expect((await own.render(bytes, { step: 'full' })).state).toBe('unknown')
    } finally {
      own.stop()
    }
  })
})

test('a file is not blamed for what another one did to the decoder', async () => {
  // Without this, two hostile files beside a known picture would make that picture unreadable until the server ends.
  for (let round = 0; round < 3; round += 1) {
    await measure('leaves harm behind')
    expect(await whyOf('honest')).toEqual([{ part: 'pixels', why: 'unsupported' }])
  }
})

describe('security S-34: what a decoder that was taken over may do', () => {
  test('reading files, writing, starting programs and threads, the environment: all refused', async () => {
    const walls = await decoder.walls()
    const { width = -1 } = await measure('tries')
    const [read, write, spawn, thread, environment, root, network] = Array.from(
      { length: 7 },
      (_, bit) => (width >> bit) & 1,
    )
    expect({ read, write, spawn, thread, environment }).toEqual({
      read: 0,
      write: 0,
      spawn: 0,
      thread: 0,
      environment: 0,
    })
    expect(existsSync('/tmp/lamplighter-stand-in')).toBe(false)
    if (walls.network.stands) expect(network).toBe(0)
    else console.warn(`SKIPPED the network wall: ${walls.network.how}`)
    if (walls.user.stands) expect(root).toBe(0)
    else console.warn(`SKIPPED the user wall: ${walls.user.how}`)
  })

  test('taking 10 GB: killed by its limit, and the file is *unknown*', async () => {
    const walls = await decoder.walls()
    if (!walls.limits.stands) return console.warn(`SKIPPED the limits wall: ${walls.limits.how}`)
    const roomy = startDecoder({ program, children: 1, timeoutMs: 15_000 })
    const { unknown } = await roomy.measure(Buffer.from('takes memory'))
    roomy.stop()
    expect(unknown).toEqual([{ part: 'pixels', why: 'broken' }])
  })
})

test('without a wall that is required, media are *unknown*, not decoded', async () => {
  const none = startDecoder({ program: '/nowhere/decoder.ts' })
  const { unknown } = await none.measure(Buffer.from('honest'))
  expect((await none.walls()).permission).toEqual({ stands: false, how: 'the decoder does not start' })
  none.stop()
  expect(unknown).toEqual([{ part: 'pixels', why: 'no_decoder' }])
})
