import type { Handler } from '../jobs/index.ts'
import type { LiveRules } from '../policy/index.ts'
import { reviewedSince } from '../review/index.ts'
import type { Keyring } from '../storage/keyring/index.ts'
import { warmupOf } from './backtest.ts'
import type { Decided } from './counting.ts'
import { idsUnder } from './log.ts'
import type { Errand, FromThread, ToThread } from './messages.ts'
import { resultOf } from './result.ts'
import { bodiesOf, eachPage, linesIn, type RunServices, runHandler, versionWith } from './runs.ts'
import { keepPart, oneBacktest, partsOf, segmentsIn } from './store.ts'
import type { BacktestsTable } from './tables.ts'
import { PastThread } from './thread-client.ts'

export interface BacktestServices extends RunServices {
  readonly keyring: Keyring
}

/** Chunks that cross to the thread at once. */
const AT_ONCE = 64

/**
 * Does backtests: one segment after another, each noted when it is whole. After a stop it goes on with the first segment that is not;
 * segments know nothing of each other, so the result is the same.
 */
export function backtestHandler(services: BacktestServices): Handler {
  return runHandler(services, async (id, signal) => {
    const row = await services.storage.store.read(oneBacktest, id)
    const [mine, theirs] = [await versionWith(row.hash, services), await versionWith(row.against_hash, services)]
    return mine === undefined || theirs === undefined
      ? undefined
      : await carryOut(row, { mine, theirs }, services, signal)
  })
}

interface Both {
  readonly mine: LiveRules
  readonly theirs: LiveRules
}

async function carryOut(row: BacktestsTable, both: Both, services: BacktestServices, signal: AbortSignal) {
  const { store } = services.storage
  const warmup = warmupOf(both)
  const stretch = { since: row.since - warmup.ms, until: row.until, last: row.last }
  const segments = await store.read(segmentsIn, stretch)
  const whole = new Map((await store.read(partsOf, row.id)).map((part) => [part.segment, part]))
  const total = segments.reduce((sum, { lines }) => sum + lines, 0)
  const done = [...whole.values()].reduce((sum, { lines }) => sum + lines, 0)
  const at = services.progress.begin(row.id, { done, total })
  const span = { from: row.since, to: row.until }
  const errand: Errand = { mine: textsOf(both.mine), theirs: textsOf(both.theirs), ...span }
  const thread = new PastThread<ToThread, FromThread>(new URL('./thread.ts', import.meta.url), errand)
  try {
    for (const { segment, lines } of segments) {
      if (whole.has(segment)) continue
      const decided = await decidedIn(segment, stretch.since, services)
      await thread.ask({ do: 'begin', ...(decided !== undefined && { decided }) })
      const walk = { run: row.id, stretch: { ...stretch, segment }, most: AT_ONCE }
      const walked = await eachPage(services, walk, signal, async (page) => {
        await thread.ask({ do: 'chunks', chunks: bodiesOf(page) })
        at.add(linesIn(page))
        return 'on'
      })
      if (walked === 'stopped') return walked
      const ended = await thread.ask({ do: 'end' })
      if (ended.did !== 'end') throw new TypeError('the thread of a backtest said something else')
      await store.tx(keepPart, { id: row.id, segment, lines, part: ended.part, differences: ended.differences })
    }
  } finally {
    await thread.stop()
  }
  const parts = (await store.read(partsOf, row.id)).map(({ part }) => part)
  const versions = new Map(both.mine.program.ruleset.rules.map(({ name, version }) => [name, version]))
  return resultOf(parts, { warmupMs: warmup.ms, cold: warmup.cold, versions })
}

/** What people decided of the events of a segment; undefined when its key is gone, and nobody can find them again. */
async function decidedIn(segment: string, since: number, services: BacktestServices): Promise<Decided | undefined> {
  const { keyring, storage } = services
  if (!keyring.live('replay').some(({ id }) => id === segment)) return undefined
  const sealedId = await idsUnder(keyring, segment)
  const reviewed = await storage.store.read(reviewedSince, since)
  return new Map([...reviewed].map(([key, outcome]) => [sealedId('event', key.split('|').slice(2).join('|')), outcome]))
}

const textsOf = ({ text, schemaText }: LiveRules) => ({ text, schemaText })
