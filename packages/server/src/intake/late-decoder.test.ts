import sharp from 'sharp'
import { describe, expect, test } from 'vitest'
import { film, noFilm } from '../testing/film.ts'
import { CSAM, type House, openHouse, picture, uploadOf } from '../testing/house.ts'
import { acceptEvent } from './event.ts'
import { screenEvent } from './gate.ts'

// Decoders start when they are first needed. What comes meanwhile is unknown, late; it is measured again when it is judged in follow.

if (noFilm !== null) console.warn(`SKIPPED matching 2, a video while a decoder starts: ${noFilm}`)

type Make = (bytes: Uint8Array) => Promise<Uint8Array>
const forms: readonly (readonly [form: string, make: Make])[] = [
  ['GIF', (bytes) => sharp(bytes).gif().toBuffer()],
  ['AVIF', (bytes) => sharp(bytes).avif({ effort: 0 }).toBuffer()],
  ...(noFilm === null ? [['MP4', (bytes: Uint8Array) => film([bytes, bytes])] as const] : []),
]

describe('matching 2: a listed file that comes while a decoder starts', () => {
  test.each(forms)(
    '%s is unknown, late, and held; follow measures it again, and a person gets the match',
    async (_, make) => {
      const house = await openHouse()
      const frozen = freeze(house)
      try {
        const id = 'first'
        const bytes = await make(picture(CSAM))
        expect((await house.putPicture(id, bytes, { prefer: 'wait=0', 'content-type': 'image/png' })).status).toBe(201)
        const answer = await screened(house, id)
        expect([answer.verdict, answer.unknown]).toEqual([
          'hold',
          expect.arrayContaining([{ signal: 'media.pixels', why: 'late' }]),
        ])
        const safety = await house.person('child-safety', 'reviewer')
        const lanes = async () => (await house.rows('cases')).map(({ lane }) => lane)
        expect(await lanes()).toEqual(['unscreened-media'])

        frozen.end()
        await measured(house, id)
        await house.follow()
        const row = await house.newestCase()
        const opened = await safety.take(Number(row.number))
        expect(opened.lane.id).toBe('csea-verified')
        expect(opened.signals).toContainEqual(expect.objectContaining({ name: 'csam_media', state: 'hit' }))
        await house.pass(1)
        const acts = house.receiver.calls.flatMap(({ data }) =>
          (data.item as { id?: string } | null)?.id === id ? [data.do] : [],
        )
        expect(acts).toContain('remove')
        expect(acts).not.toContain('release')
      } finally {
        frozen.end()
        await house.close()
      }
    },
    120_000,
  )
})

/** What the gate says of an upload of this file. Only the file has little time: how fast the database is, is not in question. */
async function screened(house: House, id: string) {
  const { intake, registry } = house.context
  const event = { ...uploadOf(id), id }
  const edge = acceptEvent(event, registry.live().schema, { connection: 'main', now: house.clock.now })
  if (!('accepted' in edge)) throw new Error('not accepted')
  const { vault } = intake.bench
  const find: typeof vault.find = (connection, file) => vault.find(connection, file, 300)
  const gate = { ...intake, bench: { ...intake.bench, vault: { ...vault, find } } }
  return screenEvent(edge.accepted, gate, 30_000)
}

/** Waits until the decoder has an answer. */
const measured = async (house: House, id: string): Promise<void> =>
  expect
    .poll(async () => (await house.context.vault.find('main', id, 5_000))?.facts?.readings.length, { timeout: 30_000 })
    .toBeGreaterThan(0)

/** From now on no decoder gets anywhere, as if each took long to start. */
function freeze(house: House): { end(): void } {
  const stopped = new Set<number>()
  const timer = setInterval(() => {
    for (const pid of house.context.decoder.pids()) {
      if (!stopped.has(pid)) process.kill(pid, 'SIGSTOP')
      stopped.add(pid)
    }
  }, 1)
  return {
    end() {
      clearInterval(timer)
      for (const pid of stopped) process.kill(pid, 'SIGCONT')
      stopped.clear()
    },
  }
}
