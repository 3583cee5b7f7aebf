import { busy, cut, type FakeCall, type Trap } from '../../signals/exchanges/testing/fake-server.ts'
import type { House } from '../../testing/house.ts'
import type { Gauntlet } from './gauntlet.ts'
import { type GauntletErrand, startLife } from './gauntlet-life.ts'

/** What the line does to an answer. */
export const LINES = { cut, busy: busy(429, 1), away: busy(503) } as const
export type Line = keyof typeof LINES

export interface Runner {
  readonly name: string
  readonly source: Gauntlet
}

/** What one source went through in a pull. */
export interface Passed {
  readonly pages: number
  readonly shot: number
  readonly trapped: readonly (Line | 'place')[]
}

/** More would say that a pull does not come to an end. */
const MOST_LIVES = 60

/**
 * Begins a pull of every source and takes all of them to their ends. Each page is asked for by a process that is shot over it, then again by one whose
 * line fails, and only then answered. A process is shot when all its pulls stand over a page that nobody has asked for before, or have ended.
 *
 * @param lines what happens to the second call for each page, in turns; none: it is answered
 * @param placeEnds whether the first place that a source may let end does so, too
 * @param cache folder in which processes find what earlier ones have compiled
 */
export async function runGauntlet(
  house: House,
  runners: readonly Runner[],
  given: {
    readonly lines: readonly Line[]
    readonly placeEnds: boolean
    readonly how: GauntletErrand['how']
    readonly cache: string
  },
): Promise<ReadonlyMap<string, Passed>> {
  const { lines, placeEnds, how, cache } = given
  const pulls = await Promise.all(
    runners.map(async ({ name }) => ({
      exchange: name,
      pull: (await house.context.exchanges.pull(name, 'operator')).pull,
    })),
  )
  const passed = new Map(runners.map(({ name }) => [name, { pages: 0, shot: 0, trapped: [] as (Line | 'place')[] }]))
  const running = new Set(runners.map(({ name }) => name))
  const standing = new Set<string>()
  let release = Promise.withResolvers<void>()
  let shoot: () => void = () => undefined

  const asked = new Map<string, number>()
  const keyOf = (name: string, { path, query }: FakeCall) => `${name} ${path}?${query}`
  const aim = () => {
    if (standing.size > 0 && [...running].every((name) => standing.has(name))) shoot()
  }
  for (const [turn, { name, source }] of runners.entries()) {
    const own = passed.get(name) ?? { pages: 0, shot: 0, trapped: [] }
    source.fake.onCall = async (call) => {
      if (!source.isPage(call)) return
      const time = (asked.get(keyOf(name, call)) ?? 0) + 1
      asked.set(keyOf(name, call), time)
      if (time > 1) return
      own.pages += 1
      standing.add(name)
      const { promise } = release
      aim()
      await promise
    }
    const trap: Trap = (answer, call) => {
      if (!source.isPage(call) || asked.get(keyOf(name, call)) !== 2) return answer
      // A place ends once: what begins anew is asked for all its pages again, and too often is a fault.
      if (placeEnds && !own.trapped.includes('place')) {
        const ended = source.endsPlace?.(answer, call) ?? answer
        if (ended !== answer) {
          own.trapped.push('place')
          return ended
        }
      }
      const line = lines[(turn + own.trapped.length) % lines.length]
      if (line === undefined) return answer
      own.trapped.push(line)
      return LINES[line](answer, call)
    }
    source.fake.trap(...Array.from({ length: 1_000 }, () => trap))
  }

  await house.reopen({}, async () => {
    const { folder, url, schema } = house.place
    const at = { folder, ...(url !== undefined && { url }), ...(schema !== undefined && { schema }) }
    for (let lives = 0; running.size > 0; lives += 1) {
      if (lives === MOST_LIVES) throw new Error(`still under way: ${[...running].join(', ')}`)
      const left = pulls.filter(({ exchange }) => running.has(exchange))
      const life = startLife({ ...at, now: house.clock.now, how, pulls: left }, cache, (exchange) => {
        running.delete(exchange)
        aim()
      })
      shoot = life.kill
      await life.ended
      for (const name of standing) {
        const own = passed.get(name)
        if (own !== undefined) own.shot += 1
      }
      standing.clear()
      release.resolve()
      release = Promise.withResolvers()
      // What the dead held is free again, and whoever was told to wait has waited.
      house.clock.now += 120_000
    }
  })
  for (const { source } of runners) {
    source.fake.onCall = () => undefined
    source.fake.calm()
  }
  return passed
}
