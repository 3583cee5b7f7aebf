import { setTimeout as pause } from 'node:timers/promises'
import { openContext } from '../../context.ts'
import { loadConfig } from '../../http/config.ts'
import type { ListChange } from '../../signals/lists/changes.ts'
import type { ListFacts } from '../../signals/lists/declaration.ts'
import { hashes, turned } from '../../signals/pictures/testing/hashes.ts'
import { type AskErrand, type Asked, type Bidding, machineMs, type Said, UNKNOWN } from './asking.ts'

// A server's process without its calls: `node asking-program.ts <errand as JSON>`, with a channel to its parent.

const errand: AskErrand = JSON.parse(process.argv[2] ?? '{}')
const { folder, url, schema } = errand.place
const say = (said: Said): void => void process.send?.(said)
process.on('disconnect', () => process.exit(1))

const context = await openContext({
  config: loadConfig({
    env: url === undefined ? {} : { LAMPLIGHTER_DATABASE: url },
    flags: { data: folder, log: 'silent' },
    folder,
  }).config,
  patient: true,
  consoleFolder: folder,
  onFailure: (error) => console.error(error),
  storage: { partitions: 2, ...(schema !== undefined && { schema }) },
})
const { library } = context
await library.idle()
context.start()

const queries = hashes(errand.drawn.count, errand.drawn.seed).map((value, place) =>
  turned(value, errand.bits[place % errand.bits.length] ?? 0),
)
const MOST = 400_000
/** Lookups between two turns of the event loop. */
const IN_A_ROW = 16
const made: { -readonly [K in Exclude<keyof Asked, 'swaps'>]: Asked[K] } = {
  begunAt: new Float64Array(MOST),
  endedAt: new Float64Array(MOST),
  value: new Int32Array(MOST),
  entry: new Int32Array(MOST),
  version: new Int32Array(MOST),
}
let count = 0
let swaps = 0

async function ask(): Promise<void> {
  let segments = library.pictures.shared.index.segments
  while (count < MOST) {
    for (let i = 0; i < IN_A_ROW && count < MOST; i += 1, count += 1) {
      const value = (count * 7_919) % queries.length
      const query = queries[value] ?? ''
      const begunAt = machineMs()
      const bound = library.book.bind([], Date.now(), new Set())
      const answer = bound.get(errand.list)?.find('near', query)
      made.endedAt[count] = machineMs()
      made.begunAt[count] = begunAt
      made.value[count] = value
      made.entry[count] = answer === null ? 0 : (bound.hits[0]?.entry ?? UNKNOWN)
      made.version[count] = bound.hits[0]?.version ?? 0
    }
    const now = library.pictures.shared.index.segments
    if (now.some((segment) => !segments.includes(segment))) swaps += 1
    segments = now
    // Loads, merges and the other process have the machine to themselves for most of the time.
    await pause(4)
  }
}

const facts: ListFacts = {
  ...{ id: errand.list, kind: 'pdq', harm: 'spam', sealed: false, context: false, source: 'test' },
  ...{ staleAfterMs: null, variants: 'as_is', rails: { max_growth: 1_000, max_shrink: 1, max_bad_rows: 1 } },
}

async function change(bidding: Exclude<Bidding, { kind: 'report' }>): Promise<{ version: number }> {
  const { list } = errand
  if (bidding.kind === 'import') {
    const text = `${bidding.values.join('\n')}\n`
    return library.import({ facts, text, contentType: 'text/plain', by: 'operator', live: true })
  }
  const { value } = bidding
  const one: ListChange = bidding.kind === 'put' ? { op: 'put', kind: 'pdq', entry: { value } } : { op: 'drop', value }
  return library.change({
    ...{ list, by: 'operator', full: false, rows: 1, bad: 0, entry: { second: null } },
    changes: [[one]],
  })
}

process.on('message', async (bidding: Bidding) => {
  if (bidding.kind === 'report') {
    const cut = Object.fromEntries(Object.entries(made).map(([name, all]) => [name, all.slice(0, count)]))
    say({ kind: 'asked', ...(cut as unknown as typeof made), swaps })
    return
  }
  const begunAt = machineMs()
  const { version } = await change(bidding)
  say({ kind: 'acknowledged', version, begunAt, endedAt: machineMs() })
})
say({ kind: 'ready' })
void ask()
