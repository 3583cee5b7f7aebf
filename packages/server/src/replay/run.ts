import type { Handler } from '../jobs/index.ts'
import { isRefused, type LiveRules, type RuleRegistry, versionByHash } from '../policy/index.ts'
import { reviewedSince } from '../review/index.ts'
import type { Claimed, Storage } from '../storage/index.ts'
import type { Keyring } from '../storage/keyring/index.ts'
import { warmupOf } from './backtest.ts'
import type { Decided } from './counting.ts'
import { idsUnder } from './log.ts'
import type { Errand, FromThread, ToThread } from './messages.ts'
import type { Progress } from './progress.ts'
import { resultOf } from './result.ts'
import { beginBacktest, chunksIn, endBacktest, keepPart, oneBacktest, partsOf, segmentsIn } from './store.ts'
import type { BacktestsTable } from './tables.ts'
import { PastThread } from './thread-client.ts'

export interface BacktestServices {
  readonly storage: Storage
  readonly registry: Pick<RuleRegistry, 'check'>
  readonly keyring: Keyring
  readonly progress: Progress
}

/** Chunks that cross to the thread at once. */
const AT_ONCE = 64

/**
 * Does backtests: one segment after another, each noted when it is whole. After a stop it goes on with the first segment that is not;
 * segments know nothing of each other, so the result is the same.
 */
export function backtestHandler(services: BacktestServices): Handler {
  const { storage, progress } = services
  const { store } = storage
  return async (job, { signal, claimed }) => {
    const id = idIn(job)
    if (!(await store.tx(beginBacktest, id))) return 'done'
    try {
      const row = await store.read(oneBacktest, id)
      const versions = await bothOf(row, services)
      const result = versions === undefined ? undefined : await carryOut(row, versions, services, signal)
      if (result === 'stopped') return 'done'
      await store.tx(endBacktest, {
        id,
        result: result === undefined ? null : JSON.stringify(result),
        job: claimed(),
      })
      return 'completed'
    } finally {
      progress.end(id)
    }
  }
}

interface Both {
  readonly mine: LiveRules
  readonly theirs: LiveRules
}

/** Undefined when this software no longer takes one of them. */
async function bothOf(row: BacktestsTable, { storage, registry }: BacktestServices): Promise<Both | undefined> {
  const prepared = async (hash: string) => {
    const found = await storage.store.read(versionByHash, hash)
    const rules = found && registry.check(found.text, found.schema_text)
    return rules === undefined || isRefused(rules) ? undefined : rules
  }
  const [mine, theirs] = [await prepared(row.hash), await prepared(row.against_hash)]
  return mine === undefined || theirs === undefined ? undefined : { mine, theirs }
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
      for (let after = 0; ; ) {
        const chunks = await store.read(chunksIn, { ...stretch, segment, after, most: AT_ONCE })
        const last = chunks.at(-1)
        if (last === undefined) break
        // Asked between two pages, so that a stop is heard within a second.
        if (signal.aborted) throw new Error('the worker stops')
        if ((await store.read(oneBacktest, row.id)).state !== 'running') return 'stopped' as const
        await thread.ask({ do: 'chunks', chunks: chunks.map(({ body, until }) => ({ body, until })) })
        at.add(chunks.reduce((sum, chunk) => sum + chunk.lines, 0))
        after = last.n
      }
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

function idIn({ payload }: Claimed): string {
  if (typeof payload === 'object' && payload !== null && 'id' in payload) return String(payload.id)
  throw new TypeError('a job without the id of its backtest')
}
