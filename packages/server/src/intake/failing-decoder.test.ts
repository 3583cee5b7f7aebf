import { afterEach, describe, expect, test } from 'vitest'
import { openLog } from '../log.ts'
import { film, noFilm } from '../testing/film.ts'
import { CSAM, type House, openHouse, picture, uploadOf } from '../testing/house.ts'
import { descendants, writtenBy } from '../testing/processes.ts'

// Whatever happens to a decoder, what it did not say is unknown: in the verdict, in the case, and in the log.

if (noFilm !== null) console.warn(`SKIPPED matching 2, a dying ffmpeg: ${noFilm}`)

let house: House | undefined
afterEach(async () => {
  openLog('silent')
  await house?.close()
  house = undefined
})

describe('matching 2: a listed picture', () => {
  test('whose decoders are killed, each of them, is unknown, held, and seen by a person as unknown', async () => {
    const { answer, opened, log } = await judged('killed', picture(CSAM), () =>
      whileRunning((own) => own.context.decoder.pids()),
    )
    expect(answer.verdict).toBe('hold')
    expect(answer.unknown).toContainEqual({ signal: 'media.pixels', why: 'broken' })
    expect(opened.lane.id).toBe('unscreened-media')
    for (const name of ['csam_media', 'terror_media'])
      expect(opened.signals).toContainEqual(expect.objectContaining({ name, state: 'unknown', why: 'broken' }))
    const [{ media }] = opened.evidence
    expect([media.hits, media.unknown]).toEqual([[], expect.arrayContaining([{ part: 'pixels', why: 'broken' }])])
    expect(log.length).toBeGreaterThan(0)
    expect(log.join('\n')).not.toMatch(/no[ _]?(match|hit)/i)
  })
})

describe.skipIf(noFilm !== null)('matching 2: a video whose ffmpeg dies', () => {
  const boats = Array.from({ length: 80 }, (_, n) => picture(['boat', n], 640))
  // Some frames are read by then, most are not: each is 1.2 MB, and it waits until somebody takes them.
  const whileFfmpeg = () => whileRunning(() => descendants('ffmpeg').filter((pid) => writtenBy(pid) > 8_000_000))

  test('is unknown beyond what was read, and held', async () => {
    const { answer, opened } = await judged('boats', await film(boats), whileFfmpeg)
    expect([answer.verdict, answer.unknown]).toEqual(['hold', [{ signal: 'media.frames', why: 'broken' }]])
    expect(opened.signals).toContainEqual(
      expect.objectContaining({ name: 'csam_media', state: 'unknown', why: 'broken' }),
    )
  }, 120_000)

  test('is a hit where a frame that was read is listed', async () => {
    const { answer, opened } = await judged('known', await film([picture(CSAM, 640), ...boats]), whileFfmpeg)
    expect(answer.verdict).toBe('block')
    const [{ media }] = opened.evidence
    expect(media.unknown).toContainEqual({ part: 'frames', why: 'broken' })
    expect(media.hits).toMatchObject([{ list: 'csam_media', way: { frame: 0 } }])
  }, 120_000)
})

/** Hands the file in while `harm` is done, and opens the case that comes of it. */
async function judged(id: string, bytes: Uint8Array, harm: () => { end(): void }) {
  house = await openHouse()
  const log: string[] = []
  openLog('debug', { write: (line) => void log.push(line) })
  const safety = await house.person('child-safety', 'reviewer')
  const done = harm()
  try {
    await house.putPicture(id, bytes, { prefer: 'wait=90' })
  } finally {
    done.end()
  }
  const { body: answer } = await house.screen(uploadOf(id))
  return { answer, log, opened: await safety.take(Number((await house.newestCase()).number)) }
}

/** Kills every process that is found. */
function whileRunning(pidsOf: (house: House) => readonly number[]): { end(): void } {
  const timer = setInterval(() => {
    if (house !== undefined) for (const pid of pidsOf(house)) kill(pid)
  }, 2)
  return { end: () => clearInterval(timer) }
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch {
    // It has ended by itself.
  }
}
