import { buildSegment, type Segment } from '../../packages/matching/src/index.ts'
import { Pictures } from '../../packages/server/src/signals/pictures/pictures.ts'
import { SLOTS } from '../../packages/server/src/signals/pictures/threads.ts'
import { median, quantile } from '../lib/machine.ts'
import { demand, interleaved, type Row, type Scale } from '../lib/row.ts'
import { twoThreads } from './batches.ts'
import { faiss } from './faiss.ts'
import { type Driver, type IndexPeer, startIndexPeer } from './index-peer.ts'
import { metaIndex } from './meta-index.ts'
import { draw, type Query, queriesFor, skewed, uniform } from './sets.ts'
import { build, modules } from './three-lists.ts'

const WITHIN = 31
/** Queries for which a peer that looks at every row is asked, and our own flat scan. */
const BY_HAND = 64

const [LARGE, SMALL] = [10_000_000, 1_000_000]
const sizesOf = ({ smoke }: Scale): { large: number; small: number } =>
  smoke ? { large: 100_000, small: 20_000 } : { large: LARGE, small: SMALL }

/** The rows of the index (matching.md §13, M-1 to M-6 and M-11 to M-13). */
export const searching: readonly ((scale: Scale) => Promise<Row[]>)[] = [againstPeers, smaller, skew]

/** M-1, M-2, M-4, M-5, M-6, M-11 and M-13: 10 million hashes. */
async function againstPeers(scale: Scale): Promise<Row[]> {
  const { large } = sizesOf(scale)
  const hashes = uniform(large)
  const queries = queriesFor(hashes)
  const startedAt = performance.now()
  const segment = await build(hashes, { slots: SLOTS })
  const ms = performance.now() - startedAt
  const data = { segment, hashes, queries }
  const checked = check(segment, hashes, queries)
  const rows: Row[] = []
  let hma: IndexPeer | undefined
  for (const against of PEERS) {
    const row = about(against.id, `lookups/s at ${words(large)} ÷ ${against.of}`, `≥ ${against.atLeast}`)
    const { peer, ...found } = await compared(data, against, scale)
    rows.push({ ...row, ...found })
    if (against.kind === 'multihash') hma = peer
  }
  return [
    ...rows,
    ownFlat(segment, queries, scale),
    await twoThreads(segment, queries, scale),
    checked,
    buildRow(ms, hma, large),
    bytesRow(segment, hma, large),
    ...(await whileGrowing(segment, queries, scale)),
  ]
}

/** An index of a peer, and what is asked for beside it. `checked`: so many queries it answers first, as ours are compared with; fewer where it is slow. */
interface Against {
  readonly id: string
  readonly of: string
  readonly driver: () => Driver
  readonly kind: string
  readonly atLeast: number
  readonly checked: number
}

const PEERS: readonly Against[] = [
  { id: 'M-1', of: 'FAISS MultiHash', driver: faiss, kind: 'multihash', atLeast: 140, checked: 2_000 },
  { id: 'M-2', of: 'FAISS flat', driver: faiss, kind: 'flat', atLeast: 1_200, checked: 16 },
  { id: 'M-2', of: 'Meta’s flat scan, eight a call', driver: metaIndex, kind: 'flat', atLeast: 220, checked: 64 },
  { id: 'M-2', of: 'Meta’s MIH', driver: metaIndex, kind: 'mih', atLeast: 230, checked: 64 },
]

/** M-3: one million. */
async function smaller(scale: Scale): Promise<Row[]> {
  const { small } = sizesOf(scale)
  const hashes = uniform(small)
  const queries = queriesFor(hashes)
  const segment = buildSegment(modules, hashes)
  check(segment, hashes, queries)
  const row = about('M-3', `lookups/s at ${words(small)} ÷ FAISS MultiHash`, '≥ 90')
  const multihash = { id: row.id, of: 'FAISS MultiHash', driver: faiss, kind: 'multihash', atLeast: 90, checked: 2_000 }
  const { found, met } = await compared({ segment, hashes, queries }, multihash, scale)
  return [{ ...row, found, met }]
}

/** M-12: what skew costs. */
async function skew(scale: Scale): Promise<Row[]> {
  const { small } = sizesOf(scale)
  const plain = uniform(small)
  const base = { segment: buildSegment(modules, plain), queries: queriesFor(plain) }
  const found: string[] = []
  let worst = 0
  for (const [name, draws] of Object.entries(skewed)) {
    const hashes = draws(small)
    const set = { segment: buildSegment(modules, hashes), queries: queriesFor(hashes) }
    for (const { hash } of set.queries.slice(0, BY_HAND)) sameAsFlat(set.segment, hash)
    const rounds = await interleaved(
      scale.rounds,
      async () => perSecond(set, scale.ms / 4),
      async () => perSecond(base, scale.ms / 4),
    )
    const slower = median(rounds.map(({ ours, theirs }) => theirs / ours))
    worst = Math.max(worst, slower)
    found.push(`${name} ${slower.toFixed(1)}`)
  }
  return [
    {
      ...about('M-12', `time of skewed sets ÷ uniform, ${words(small)}`, '≤ 11'),
      found: found.join('; '),
      met: worst <= 11,
    },
  ]
}

/** M-4, before any speed: every planted row is found with its distance, nothing is found beyond, and a flat scan says the same. */
function check(segment: Segment, hashes: Uint8Array, queries: readonly Query[]): Row {
  let planted = 0
  for (const { hash, planted: at } of queries) {
    const { nearest } = segment.find(hash, WITHIN)
    for (const key of nearest) demand(apart(hashes, key & 0xffffff, hash) === key >>> 24, 'M-4: a distance is wrong')
    if (at === undefined) continue
    const there = nearest.includes((at.bits << 24) | at.row)
    demand(there === at.bits <= WITHIN, `M-4: a row at ${at.bits} bits was ${there ? 'found' : 'missed'}`)
    if (there) planted += 1
  }
  for (const { hash } of queries.slice(0, BY_HAND)) sameAsFlat(segment, hash)
  return {
    ...about('M-4', `recall; false hits, ${queries.length} queries`, '1.0; 0'),
    found: `1.0 (${planted} planted); 0`,
    met: true,
  }
}

function sameAsFlat(segment: Segment, hash: Uint8Array): void {
  const found = [...segment.find(hash, WITHIN).nearest].toSorted()
  const wide = [...segment.find(hash, WITHIN + 1).nearest].filter((key) => key >>> 24 <= WITHIN).toSorted()
  demand(found.join() === wide.join(), 'M-4: the tables and a flat scan differ')
}

function apart(hashes: Uint8Array, row: number, hash: Uint8Array): number {
  let bits = 0
  for (let i = 0; i < 32; i += 1)
    for (let left = (hashes[32 * row + i] ?? 0) ^ (hash[i] ?? 0); left !== 0; left &= left - 1) bits += 1
  return bits
}

/** What is searched on both sides. */
interface Sought {
  readonly segment: Segment
  readonly hashes: Uint8Array
  readonly queries: readonly Query[]
}

/** The peer has the same answers as ours; then both have their turns. It is gone before the next one comes: each needs memory of its own. */
async function compared(
  { segment, hashes, queries }: Sought,
  { driver, kind, of, atLeast, checked }: Against,
  scale: Scale,
): Promise<Pick<Row, 'found' | 'met'> & { readonly peer?: IndexPeer }> {
  const built = driver()
  if ('missing' in built) return { found: built.missing, met: undefined }
  const asked = queries.map(({ hash }) => hash)
  const peer = await startIndexPeer(built.program, kind, { hashes, queries: asked, checked })
  try {
    for (const [i, count] of peer.found.entries()) {
      const own = segment.find(asked[i] ?? draw.hash(), WITHIN).count
      demand(count === own, `${of} found ${count} rows, we ${own}`)
    }
    const rounds = await interleaved(
      scale.rounds,
      async () => perSecond({ segment, queries }, scale.ms),
      () => peer.perSecond(scale.ms),
    )
    const found = median(rounds.map(({ ours, theirs }) => ours / theirs))
    const [ours, theirs] = [median(rounds.map((one) => one.ours)), median(rounds.map((one) => one.theirs))]
    const speeds = `${ours.toFixed(0)}/s ÷ ${theirs.toFixed(0)}/s, ${built.name}`
    return { found: `${found.toFixed(found < 10 ? 1 : 0)} (${speeds})`, met: found >= atLeast, peer }
  } finally {
    peer.stop()
  }
}

function perSecond({ segment, queries }: { segment: Segment; queries: readonly Query[] }, ms: number): number {
  const until = performance.now() + ms
  const startedAt = performance.now()
  let asked = 0
  while (performance.now() < until) {
    for (let i = 0; i < 100; i += 1) {
      const query = queries[asked % queries.length]
      if (query !== undefined) segment.find(query.hash, WITHIN)
      asked += 1
    }
  }
  return (1_000 * asked) / (performance.now() - startedAt)
}

function ownFlat(segment: Segment, queries: readonly Query[], scale: Scale): Row {
  const times = Array.from({ length: scale.smoke ? 3 : BY_HAND }, (_, i) => {
    const startedAt = performance.now()
    segment.find(queries[i]?.hash ?? draw.hash(), WITHIN + 1)
    return performance.now() - startedAt
  })
  const ms = median(times)
  return {
    ...about('M-2', 'our own scan of every row', '–'),
    found: `${ms.toFixed(2)} ms (${(1_000 / ms).toFixed(0)}/s)`,
    met: undefined,
  }
}

const NO_FAISS = 'FAISS is not there'

function buildRow(ms: number, hma: IndexPeer | undefined, rows: number): Row {
  const row = about('M-5', `build of ${words(rows)}, 2 threads, ÷ FAISS MultiHash`, '≤ 1/10')
  if (hma === undefined) return { ...row, found: `${(ms / 1_000).toFixed(2)} s; ${NO_FAISS}`, met: undefined }
  const share = (1_000 * hma.buildSeconds) / ms
  return {
    ...row,
    found: `1/${share.toFixed(1)} (${(ms / 1_000).toFixed(2)} s ÷ ${hma.buildSeconds.toFixed(1)} s)`,
    met: share >= 10,
  }
}

function bytesRow(segment: Segment, hma: IndexPeer | undefined, rows: number): Row {
  const bytes = segment.layout.bytes / rows
  const row = about('M-6', 'bytes a hash; ÷ FAISS MultiHash', '≤ 140; ≤ 0.45')
  if (hma === undefined)
    return { ...row, found: `${bytes.toFixed(1)}; ${NO_FAISS}`, met: bytes <= 140 ? undefined : false }
  const theirs = hma.bytes / rows
  return {
    ...row,
    found: `${bytes.toFixed(1)}; ${(bytes / theirs).toFixed(2)} (÷ ${theirs.toFixed(1)})`,
    met: bytes <= 140 && bytes / theirs <= 0.45,
  }
}

/** M-11 and M-13: one lookup at a time, in the thread that holds the event, idle and while entries come and segments are merged. */
async function whileGrowing(segment: Segment, queries: readonly Query[], scale: Scale): Promise<Row[]> {
  const merges: number[] = []
  const pictures = new Pictures({ onMerged: () => void merges.push(1) }, [segment])
  const lookup = (i: number): number => {
    const startedAt = performance.now()
    pictures.index.find(queries[i % queries.length]?.hash ?? draw.hash(), WITHIN)
    return performance.now() - startedAt
  }
  const lookups = scale.smoke ? 500 : 20_000
  const idle = Array.from({ length: lookups }, (_, i) => lookup(i))
  const busy: number[] = []
  const added: number[] = []
  for (let i = 0; i < lookups; i += 1) {
    const hash = draw.hash()
    const startedAt = performance.now()
    const row = pictures.index.add(hash)
    const [found] = pictures.index.find(hash, 0).rows
    added.push(performance.now() - startedAt)
    demand(found === row, 'M-13: a new entry is found at once')
    busy.push(lookup(i))
    if (i % 2_048 === 0) void pictures.settle()
    if (i % 16 === 0) await new Promise((resolve) => setImmediate(resolve))
  }
  await pictures.close()
  const [calm, merging, slowest] = [quantile(idle, 0.99), quantile(busy, 0.99), Math.max(...added)]
  return [
    {
      ...about('M-11', `p99 of a lookup, idle; during ${merges.length} merges`, '< 0.5 ms; < 0.5 ms'),
      found: `${(1_000 * calm).toFixed(0)} µs; ${(1_000 * merging).toFixed(0)} µs`,
      met: calm < 0.5 && merging < 0.5,
    },
    {
      ...about('M-13', 'new entry → matches, this process, slowest', '< 10 ms'),
      found: `${slowest.toFixed(2)} ms`,
      met: slowest < 10,
    },
  ]
}

const about = (id: string, measure: string, needed: string): Pick<Row, 'id' | 'measure' | 'needed'> => ({
  id,
  measure,
  needed,
})
const words = (rows: number): string => (rows >= 1e6 ? `${rows / 1e6} M` : `${rows / 1e3} k`)
