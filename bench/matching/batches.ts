import { createIndex, type Segment } from '../../packages/matching/src/index.ts'
import { SearchThreads } from '../../packages/server/src/signals/pictures/search-threads.ts'
import { Threads } from '../../packages/server/src/signals/pictures/threads.ts'
import { median } from '../lib/machine.ts'
import { demand, interleaved, type Row, type Scale } from '../lib/row.ts'
import type { Query } from './sets.ts'
import { modules } from './three-lists.ts'

const WITHIN = 31

/** How many lookups a second, and how much processor time each takes in all threads together. */
interface Speed {
  readonly perSecond: number
  readonly cpuUs: number
}

/** Batches as the server gives them to threads on the same memory. */
export async function twoThreads(segment: Segment, queries: readonly Query[], scale: Scale): Promise<Row> {
  const index = createIndex(modules, [segment])
  const batch = Buffer.concat(queries.map(({ hash }) => hash))
  const speedOf = async (threads: SearchThreads): Promise<Speed> => {
    const [began, cpu] = [performance.now(), process.cpuUsage()]
    let batches = 0
    do {
      const found = await threads.findMany(index, batch, WITHIN)
      demand(found.length === queries.length, 'M-1w: each hash of a batch has an answer')
      batches += 1
    } while (performance.now() < began + scale.ms / 2)
    const { user, system } = process.cpuUsage(cpu)
    const lookups = batches * queries.length
    return { perSecond: (1_000 * lookups) / (performance.now() - began), cpuUs: (user + system) / lookups }
  }
  const [one, two] = [
    new SearchThreads(new Threads(modules), { count: 1 }),
    new SearchThreads(new Threads(modules), { count: 2 }),
  ]
  // Threads start when they are first asked.
  const [alone, shared] = [await one.findMany(index, batch, WITHIN), await two.findMany(index, batch, WITHIN)]
  const counts = (found: typeof alone) => found.map(({ count }) => count).join()
  demand(counts(alone) === counts(index.findMany(batch, WITHIN)), 'M-1w: one thread finds what this one does')
  demand(counts(alone) === counts(shared), 'M-1w: two threads find what one does')
  const rounds = await interleaved(
    scale.rounds,
    () => speedOf(two),
    () => speedOf(one),
  )
  await Promise.all([one.close(), two.close()])
  const found = median(rounds.map(({ ours, theirs }) => ours.perSecond / theirs.perSecond))
  // Where a lookup takes more of it in two threads, they are in each other's way in caches and memory; where not, they wait for something else.
  const cpu = median(rounds.map(({ ours, theirs }) => ours.cpuUs / theirs.cpuUs))
  const ours = median(rounds.map((each) => each.ours.perSecond))
  const theirs = median(rounds.map((each) => each.theirs.perSecond))
  return {
    id: 'M-1w',
    measure: `lookups/s of batches in two threads ÷ in one, ${segment.rows / 1e6} M`,
    needed: '≥ 1.8',
    found: `${found.toFixed(2)} (${ours.toFixed(0)}/s ÷ ${theirs.toFixed(0)}/s; ${cpu.toFixed(2)} × the processor time a lookup)`,
    met: found >= 1.8,
  }
}
