import { execFileSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { distanceBits, type Pdq, type Pixels, parsePdq, readingsOf } from '@lamplighter/matching'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { OpenVideo, type Tools } from './ffmpeg.ts'
import { pdqKernel, startDecoder } from './index.ts'
import { bmp } from './testing/bitmaps.ts'
import { hills } from './testing/files.ts'

const installed = existsSync('/usr/bin/ffmpeg') && existsSync('/usr/bin/ffprobe')
if (!installed && process.env.CI === 'true') throw new Error('ffmpeg is missing: apt-get install ffmpeg')
if (!installed) console.warn('SKIPPED matching 21, C-6: ffmpeg is not installed')
const folder = join(process.env.LAMPLIGHTER_CONFORMANCE ?? '../shared/data', 'matching')
const present = existsSync(folder)
if (!present) console.warn(`SKIPPED matching C-6: no conformance data in ${folder}`)

const decoder = startDecoder({ children: 1 })
const without = startDecoder({ children: 1, native: 'off' })
afterAll(() => {
  decoder.stop()
  without.stop()
})

const scenes = Array.from({ length: 5 }, (_, n) => hills(240, 180, 40 + n))
const hashOf = (pixels: Pixels): Pdq =>
  readingsOf(pdqKernel(), pixels, { orientation: 1 })[0]?.pdq ?? expect.fail('expected a hash')

/** A video that shows each picture for a second. */
function videoOf(pictures: readonly Pixels[], name: string, ...how: string[]): Buffer {
  const place = mkdtempSync(join(tmpdir(), 'll-video-'))
  try {
    const bitmaps = Buffer.concat(pictures.map((picture) => bmp(picture, { bits: 24 })))
    const input = ['-v', 'error', '-f', 'image2pipe', '-c:v', 'bmp', '-framerate', '1', '-i', 'pipe:0']
    execFileSync('/usr/bin/ffmpeg', [...input, '-r', '10', ...how, join(place, name)], { input: bitmaps })
    return readFileSync(join(place, name))
  } finally {
    rmSync(place, { recursive: true })
  }
}

describe.skipIf(!installed)('matching 21: a video', () => {
  let film: Buffer
  beforeAll(() => {
    film = videoOf(scenes, 'film.mp4', '-q:v', '2', '-movflags', '+faststart')
  })

  test.each([
    ['film.mp4', 'video/mp4'],
    ['film.mov', 'video/quicktime'],
    ['film.webm', 'video/webm'],
    ['film.avi', 'video/x-msvideo'],
    ['film.flv', 'video/x-flv'],
    ['film.mpg', 'video/mpeg'],
  ])(
    '%s gives the frame of each second',
    async (name, type) => {
      const measured = await decoder.measure(
        videoOf(scenes, name, '-b:v', '4M', ...(name === 'film.mpg' ? ['-r', '25'] : [])),
      )
      expect(measured).toMatchObject({ type: { seen: type }, width: 240, height: 180, unknown: [] })
      const nearest = scenes.map((scene) =>
        Math.min(...measured.readings.map(({ pdq }) => distanceBits(pdq, hashOf(scene)))),
      )
      expect(Math.max(...nearest)).toBeLessThanOrEqual(31)
      expect(new Set(measured.readings.map(({ profile }) => profile))).toEqual(new Set(['full']))
    },
    120_000,
  )

  test('frames say when they are shown, and the video how long it is', async () => {
    const measured = await decoder.measure(film)
    expect(measured).toMatchObject({ durationMs: 5_000, frames: 5 })
    expect(measured.readings.map(({ frame, ms }) => [frame, ms])).toEqual([0, 1, 2, 3, 4].map((n) => [n, n * 1000]))
    expect(measured.md5).toMatch(/^[0-9a-f]{32}$/)
  }, 60_000)

  test('cut off, its frames so far count and the rest is unknown', async () => {
    const measured = await decoder.measure(film.subarray(0, Math.floor(film.length * 0.7)))
    expect(measured.readings.length).toBeGreaterThan(1)
    expect(measured.unknown).toContainEqual({ part: 'frames', why: 'damaged' })
  }, 60_000)

  test('without an index it cannot be read, and says so', async () => {
    const plain = videoOf(scenes.slice(0, 2), 'plain.mp4')
    const measured = await decoder.measure(plain.subarray(0, Math.floor(plain.length * 0.7)))
    expect([measured.readings, measured.unknown]).toEqual([[], [{ part: 'frames', why: 'damaged' }]])
  }, 60_000)

  test('a list of other files that calls itself a video opens none of them', async () => {
    const list = Buffer.from(
      '\0\0\0\x14ftypisom\0\0\0\0isom\nffconcat version 1.0\nfile /etc/passwd\n#EXTM3U\n/etc/passwd\n',
    )
    const measured = await decoder.measure(list)
    expect([measured.type.seen, measured.readings, measured.unknown]).toEqual([
      'video/mp4',
      [],
      [{ part: 'frames', why: 'damaged' }],
    ])
  }, 60_000)

  test('security S-31: markup behind it is said, and no rendition holds any of it', async () => {
    const payload = '<html><script>PAYLOAD-PAYLOAD</script>'
    const loaded = Buffer.concat([film, Buffer.from(payload)])
    expect((await decoder.measure(loaded)).flags).toContain('second_format')
    for (const step of ['lowpass', 'reduced', 'full'] as const) {
      const made = await decoder.render(loaded, { step, label: 'R-7' })
      if (made.state !== 'rendered') throw new Error(made.why)
      expect(Buffer.from(made.jpeg).includes('PAYLOAD')).toBe(false)
    }
  }, 120_000)

  test('a run that uses up its processor time says so, and one that is killed says that', async () => {
    const limited = (cpu: string): Tools => ({
      ...{ ffmpeg: '/usr/bin/ffmpeg', ffprobe: '/usr/bin/ffprobe' },
      behind: ({ file, args }) => ({ file: '/usr/bin/prlimit', args: [`--cpu=${cpu}`, '--', file, ...args] }),
    })
    const heavy = 'scale=3840:2160,gblur=sigma=99:steps=6,loop=9:1:0'
    for (const [cpu, said] of [
      ['1:9', 'over_time'],
      ['1:1', 'died'],
      ['60:62', 'clean'],
    ] as const) {
      const video = await OpenVideo.open(limited(cpu), 'video/mp4', film)
      const filter = said === 'clean' ? 'null' : heavy
      expect(await video.frames(filter, 600, () => Promise.resolve(true))).toBe(said)
      await video.close()
    }
  }, 120_000)

  test('its rendition is a sheet of nine frames', async () => {
    expect(await decoder.render(film, { step: 'full' })).toMatchObject({ state: 'rendered', width: 720, height: 540 })
  }, 60_000)

  test('with nothing that reads it, frames are unknown no_decoder, and digests are there', async () => {
    expect([await decoder.video(), await without.video()]).toEqual(['on', 'off'])
    const measured = await without.measure(film)
    expect([measured.readings, measured.unknown]).toEqual([[], [{ part: 'frames', why: 'no_decoder' }]])
    expect(measured.sha256).toMatch(/^[0-9a-f]{64}$/)
    expect(await without.render(film, { step: 'full' })).toEqual({ state: 'unknown', why: 'no_decoder' })
  }, 60_000)
})

const clips = ['doorknob-hd-no-bar', 'pattern-sd-grey-bar', 'test-padded-dimensions']
describe.skipIf(!installed || !present)('matching 21, C-6: the frames of the reference clips', () => {
  test.each(clips)(
    '%s: within 30 bits of the line of their second, half of them within 4',
    async (clip) => {
      const measured = await decoder.measure(readFileSync(join(folder, 'video', `${clip}.mp4`)))
      expect(measured.unknown).toEqual([])
      const lines = readFileSync(join(folder, 'video', `${clip}.txt`), 'utf8')
        .trim()
        .split('\n')
      const distances = measured.readings.flatMap(({ pdq, ms = 0, quality }) => {
        const line = lines.map((text) => text.split(',')).find(([, , , at]) => Math.abs(Number(at) * 1000 - ms) < 17)
        const wanted = parsePdq(line?.[2] ?? '')
        return quality < 50 || wanted === undefined || Number(line?.[1]) < 50 ? [] : [distanceBits(pdq, wanted)]
      })
      expect(distances.length).toBeGreaterThan(1)
      expect(Math.max(...distances)).toBeLessThanOrEqual(30)
      expect(distances.toSorted((a, b) => a - b)[Math.floor(distances.length / 2)]).toBeLessThanOrEqual(4)
    },
    240_000,
  )
})
