import { rmSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { film, noFilm } from '../../testing/film.ts'
import { pdqOf, picture } from '../../testing/listed.ts'
import { initialised, lamplighter, type Ran, whileServing } from '../testing/command-line.ts'
import { behindDoor } from '../testing/door.ts'

const BOAT = ['boat', 3] as const
const OTHER = ['hatched', 2] as const

let folder: string
beforeAll(async () => {
  folder = await initialised()
  writeFileSync(join(folder, 'boat.png'), picture(BOAT))
  writeFileSync(join(folder, 'other.png'), picture(OTHER))
  await whileServing(folder, async ({ library }) => {
    for (const [id, sealed] of [
      ['tiles', false],
      ['kept', true],
    ] as const) {
      const facts = {
        id,
        kind: 'pdq',
        harm: 'csea',
        sealed,
        context: false,
        source: 'test',
        staleAfterMs: null,
      } as const
      await library.import({ facts, text: pdqOf(BOAT), contentType: 'text/plain', by: 'operator', live: true })
    }
  })
}, 120_000)
afterAll(() => rmSync(folder, { recursive: true, force: true }))

interface Told {
  readonly file: string
  readonly state: string
  readonly why?: string
}
const statesOf = ({ out }: Ran): string[] =>
  (JSON.parse(out).files as Told[]).map(({ file, state, why }) => [file, state, why].filter(Boolean).join(' '))

describe('lamplighter match', () => {
  test('says a hit with its entry, and no hit with what was asked', async () => {
    const { code, out } = await lamplighter(folder, ['match', 'boat.png', 'other.png', '--list', 'tiles'])
    expect(out.split('\n')).toEqual([
      'boat.png   HIT     tiles v1 entry 1, 0 bits away',
      'other.png  no hit  tiles v1, 1 entry, under 1 h old, 1 reading',
      '',
    ])
    expect(code).toBe(3)
  })

  test('names only lists that were asked: none that waits, none that is retired', async () => {
    writeFileSync(join(folder, 'later.txt'), `${pdqOf(OTHER)}\n`)
    const later = (id: string, ...more: string[]) =>
      lamplighter(folder, ['lists', 'import', 'later.txt', '--list', id, '--kind', 'pdq', '--harm', 'csea', ...more])
    expect([(await later('waiting')).code, (await later('past', '--live')).code]).toEqual([0, 0])
    const retired = await lamplighter(folder, ['lists', 'retire', 'past', '--reason', 'its licence is over'])
    expect(retired.code).toBe(0)
    const { out } = await lamplighter(folder, ['match', 'other.png', 'nowhere.png', '--json'])
    const told = JSON.parse(out)
    expect(told.files.map(({ state }: Told) => state)).toEqual(['no_hit', 'unknown'])
    const names = told.lists.map(({ id }: { id: string }) => id)
    expect(names).toContain('tiles')
    expect(names).not.toContain('waiting')
    expect(names).not.toContain('past')
    const words = (await lamplighter(folder, ['match', 'other.png', '--quiet'])).out
    expect(words).toMatch(/no hit .*tiles v1, 1 entry/)
    expect(words).not.toMatch(/waiting|past/)
  })

  test.skipIf(noFilm !== null)('says of a video how much of each is in the other one', async () => {
    const scenes = [BOAT, OTHER, ['pattern', 9] as const].map((sample) => picture(sample, 256))
    writeFileSync(join(folder, 'clip.mp4'), await film(scenes.slice(0, 2)))
    writeFileSync(join(folder, 'long.mp4'), await film(scenes))
    const hashed = await lamplighter(folder, ['hash', 'clip.mp4', '--json'])
    const [{ readings }] = JSON.parse(hashed.out).files
    const frames = readings.map(({ pdq, quality }: { pdq: string; quality: number }) => ({ pdq, quality }))
    writeFileSync(join(folder, 'clips.jsonl'), JSON.stringify({ value: frames }))
    const put = ['clips.jsonl', '--list', 'clips', '--kind', 'vpdq', '--harm', 'spam', '--list-share', '0.9', '--live']
    expect((await lamplighter(folder, ['lists', 'import', ...put])).out).toContain('clips version 1 is live: 1 entries')
    const { code, out } = await lamplighter(folder, ['match', 'clip.mp4', 'long.mp4', '--list', 'clips'])
    expect(out.split('\n')).toEqual([
      'clip.mp4  HIT  clips v1 entry 1, 100 % of it in this file, 100 % of this file in it',
      'long.mp4  HIT  clips v1 entry 1, 100 % of it in this file, 66 % of this file in it',
      '',
    ])
    expect(code).toBe(3)
  })

  test('asks the running server where there is one', async () => {
    await whileServing(folder, async () => {
      const { code, out } = await lamplighter(folder, ['match', 'other.png', '--list', 'tiles', '--json'])
      expect([code, JSON.parse(out).files]).toEqual([0, [{ file: 'other.png', state: 'no_hit', hits: [] }]])
    })
  })

  test('names a sealed list that hits, and nothing of its entry', async () => {
    const { code, out } = await lamplighter(folder, ['match', 'boat.png', '--list', 'kept'])
    expect([code, out]).toEqual([3, 'boat.png  HIT  kept\n'])
  })

  test('what cannot be read is unknown and exit 1, whatever else hits', async () => {
    writeFileSync(join(folder, 'broken.png'), picture(BOAT).subarray(0, 60))
    writeFileSync(join(folder, 'large.png'), '')
    truncateSync(join(folder, 'large.png'), 50 * 2 ** 20 + 1)
    const { code, out } = await lamplighter(folder, [
      ...['match', 'boat.png', 'broken.png', 'gone.png', 'large.png', '--list', 'tiles', '--json'],
    ])
    expect(JSON.parse(out).files).toMatchObject([
      { file: 'boat.png', state: 'hit' },
      { file: 'broken.png', state: 'unknown' },
      { file: 'gone.png', state: 'unknown', why: 'ENOENT' },
      { file: 'large.png', state: 'unknown', why: 'too_large' },
    ])
    expect(code).toBe(1)
  })

  test('a file for which the server has no time is asked about again, and the others are told in any case', async () => {
    await whileServing(folder, async () => {
      const asked = () => lamplighter(folder, ['match', 'other.png', 'boat.png', '--list', 'tiles', '--json'])
      // The second file is refused: a few times, then for ever, then by hanging up.
      const twice = await behindDoor(folder, { let: 1, refuse: 2 }, asked)
      expect([twice.code, statesOf(twice)]).toEqual([3, ['other.png no_hit', 'boat.png hit']])
      const always = await behindDoor(folder, { let: 1, refuse: 1_000 }, asked)
      expect([always.code, statesOf(always)]).toEqual([1, ['other.png no_hit', 'boat.png unknown overloaded']])
      const away = await behindDoor(folder, { let: 1, refuse: 'hang_up' }, asked)
      expect([away.code, statesOf(away)]).toEqual([1, ['other.png no_hit', 'boat.png unknown unreachable']])
    })
  }, 60_000)

  test('a list that is not there is refused before anything is said', async () => {
    const { code, out, err } = await lamplighter(folder, ['match', 'boat.png', '--list', 'nowhere'])
    expect([code, out, err]).toEqual([1, '', expect.stringContaining('There is no list of this name')])
  })
})
