import type { Handler } from '../jobs/index.ts'
import type { LiveRules } from '../policy/index.ts'
import { reviewedSince } from '../review/index.ts'
import type { Keyring } from '../storage/keyring/index.ts'
import { eachPiece } from './archive-walk.ts'
import { warmupOf } from './backtest.ts'
import type { Decided } from './counting.ts'
import { idsUnder } from './log.ts'
import type { Errand, FromThread, ToThread } from './messages.ts'
import { resultOf } from './result.ts'
import { bodiesOf, eachPage, endingUploads, linesIn, type RunServices, runHandler, versionWith } from './runs.ts'
import { isIn, notMeasuredIn, type Sample } from './sample.ts'
import { chunkPlaces, keepPart, oneBacktest, oneUpload, partsOf, segmentsIn } from './store.ts'
import type { BacktestsTable } from './tables.ts'
import { PastThread } from './thread-client.ts'
import type { Uploads } from './uploads.ts'

export interface BacktestServices extends RunServices {
  readonly keyring: Keyring
  readonly uploads: Uploads
}

/** Chunks that cross to the thread at once. */
const AT_ONCE = 64

/**
 * Does backtests: one segment after another, each noted when it is whole. After a stop it goes on with the first segment that is not;
 * segments know nothing of each other, so the result is the same.
 */
export function backtestHandler(services: BacktestServices): Handler {
  const handler = runHandler(services, async (id, signal) => {
    const row = await services.storage.store.read(oneBacktest, id)
    const [mine, theirs] = [await versionWith(row.hash, services), await versionWith(row.against_hash, services)]
    if (mine === undefined || theirs === undefined) return undefined
    const asked = { row, both: { mine, theirs } }
    return row.source === 'log' ? overLog(asked, services, signal) : overUpload(asked, services, signal)
  })
  return endingUploads(handler, services.uploads)
}

interface Both {
  readonly mine: LiveRules
  readonly theirs: LiveRules
}

interface Asked {
  readonly row: BacktestsTable
  readonly both: Both
}

type BacktestThread = PastThread<ToThread, FromThread>

/** @param drawn the share of accounts was drawn before the thread sees an event */
const threadOf = ({ row, both }: Asked, drawn = false): BacktestThread => {
  const sample = sampleOf(row)
  const span = {
    ...{ from: row.since, to: row.until },
    ...(sample !== undefined && { leftOut: notMeasuredIn(both).map(({ rule }) => rule), ...(!drawn && { sample }) }),
  }
  const errand: Errand = { mine: textsOf(both.mine), theirs: textsOf(both.theirs), span }
  return new PastThread<ToThread, FromThread>(new URL('./thread.ts', import.meta.url), errand)
}

async function overLog(asked: Asked, services: BacktestServices, signal: AbortSignal) {
  const { row, both } = asked
  const { store } = services.storage
  const warmup = warmupOf(both)
  const stretch = { since: row.since - warmup.ms, until: row.until, last: row.last }
  const segments = await store.read(segmentsIn, stretch)
  const whole = new Map((await store.read(partsOf, row.id)).map((part) => [part.segment, part]))
  const total = segments.reduce((sum, { lines }) => sum + lines, 0)
  const done = [...whole.values()].reduce((sum, { lines }) => sum + lines, 0)
  const at = services.progress.begin(row.id, { done, total })
  const thread = threadOf(asked)
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
      await endPart(thread, { id: row.id, segment, lines }, services)
    }
  } finally {
    await thread.stop()
  }
  return resultNow(asked, services)
}

/** An archive is one segment, read from its beginning after a stop: its events are named under its own key, and stay in this process. */
async function overUpload(asked: Asked, services: BacktestServices, signal: AbortSignal) {
  const { row, both } = asked
  const { storage, uploads, keyring } = services
  const segment = uploads.keyOf(row.id)
  if (segment === undefined) return undefined
  const upload = await storage.store.read(oneUpload, row.id)
  if (upload === undefined) return 'stopped' as const
  const at = services.progress.begin(row.id, { done: 0, total: upload.taken })
  const decided = await decidedUnder(segment, row.since, services)
  const sample = sampleOf(row)
  const walk = {
    ...{ run: row.id, versions: [both.mine, both.theirs], sealedId: await idsUnder(keyring, segment) },
    // By the names that the platform gives them: they are the same in each archive.
    ...(sample !== undefined && { wanted: (account: string | undefined) => isIn(sample, account) }),
  }
  const thread = threadOf(asked, true)
  try {
    const [earliest] = await storage.store.read(chunkPlaces, row.id)
    await thread.ask({ do: 'begin', decided, ...(earliest !== undefined && { first: earliest.since }) })
    const walked = await eachPiece(services, walk, signal, async ({ chunk, events }) => {
      await thread.ask({ do: 'chunks', chunks: [chunk] })
      at.add(events)
      return 'on'
    })
    if (walked === 'stopped') return walked
    await endPart(thread, { id: row.id, segment, lines: upload.taken }, services)
    return { ...(await resultNow(asked, services)), archive: walked }
  } finally {
    await thread.stop()
  }
}

async function endPart(
  thread: BacktestThread,
  of: { readonly id: string; readonly segment: string; readonly lines: number },
  { storage }: BacktestServices,
): Promise<void> {
  const ended = await thread.ask({ do: 'end' })
  if (ended.did !== 'end') throw new TypeError('the thread of a backtest said something else')
  await storage.store.tx(keepPart, { ...of, part: ended.part, differences: ended.differences })
}

async function resultNow({ row, both }: Asked, { storage }: BacktestServices) {
  const { ms, cold } = warmupOf(both)
  const parts = (await storage.store.read(partsOf, row.id)).map(({ part }) => part)
  const versions = new Map(both.mine.program.ruleset.rules.map(({ name, version }) => [name, version]))
  const result = resultOf(parts, { warmupMs: ms, cold, versions })
  const sample = sampleOf(row)
  return sample === undefined ? result : { ...result, sample: { ...sample, notMeasured: notMeasuredIn(both) } }
}

const sampleOf = ({ percent, seed }: BacktestsTable): Sample | undefined =>
  percent === null || seed === null ? undefined : { percent, seed }

/** What people decided of the events of a segment; undefined when its key is gone, and nobody can find them again. */
async function decidedIn(segment: string, since: number, services: BacktestServices): Promise<Decided | undefined> {
  const isOpen = services.keyring.live('replay').some(({ id }) => id === segment)
  return isOpen ? decidedUnder(segment, since, services) : undefined
}

async function decidedUnder(segment: string, since: number, { keyring, storage }: BacktestServices): Promise<Decided> {
  const sealedId = await idsUnder(keyring, segment)
  const reviewed = await storage.store.read(reviewedSince, since)
  return new Map([...reviewed].map(([key, outcome]) => [sealedId('event', key.split('|').slice(2).join('|')), outcome]))
}

const textsOf = ({ text, schemaText }: LiveRules) => ({ text, schemaText })
