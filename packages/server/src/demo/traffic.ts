import { seeded } from '@lamplighter/text'
import { makeTown } from './harbour.ts'
import type { Platform } from './platform.ts'
import { eventOf } from './seed.ts'

/** Two made-up events a second, mostly harmless, until stopped. */
export function startTraffic(platform: Platform, onError: (error: unknown) => void): { stop(): void } {
  const town = makeTown()
  const random = seeded(Date.now())
  let count = 0
  const timer = setInterval(() => {
    count += 1
    const from = random() < 0.01 ? town.trouble : town.chatter
    const said = from[Math.floor(random() * from.length)]
    if (said === undefined) return
    const id = `live-${Date.now()}-${count}`
    platform.call('POST', '/v1/screen', eventOf({ ...said, id }, Date.now())).catch(onError)
  }, 500)
  timer.unref()
  return { stop: () => clearInterval(timer) }
}
