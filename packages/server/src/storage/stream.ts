import { sql } from 'kysely'
import {
  assertWritable,
  type Chunk,
  type ChunkSeal,
  chunksForm,
  decodeChunk,
  encodeChunk,
  type NewRecord,
  type StoredRecord,
} from './chunk.ts'
import { defineQuery, defineWork } from './define.ts'
import { StorageError } from './errors.ts'
import { gather } from './gather.ts'
import type { Fence, ReadDb, Store, Tx } from './seam.ts'
import { countPartitions, partitionOf, type Span, type StreamChunksTable, spanOf } from './stream-tx.ts'

/** Records of one transaction. */
const APPEND_RECORDS = 2_000

/** Records of one partition, and the offsets they reach. Empty when there is nothing new. */
export interface Batch extends Span {
  readonly records: readonly StoredRecord[]
}

/** The last offset of each partition at some moment. */
export type StreamMark = ReadonlyMap<number, number>

export interface EventStream {
  readonly partitions: number
  /** Resolves when the records are durable. In a work: `pack` before it, `tx.stream.append` in it. Calls that meet are written together. */
  append(records: readonly NewRecord[]): Promise<void>
  /** The records as sealed chunks. @throws RangeError for a key over 65,535 bytes */
  pack(records: readonly NewRecord[]): Promise<Chunk[]>
  /** The partitions in which something follows the group's stored offset. */
  unread(group: string): Promise<ReadonlySet<number>>
  /** What follows the group's stored offset in the partition of the fence (`partitionLease`). */
  next(group: string, owner: Fence, max: { records: number; bytes: number }): Promise<Batch>
  /** Moves the offset with nothing else to write. With results: `tx.stream.advance`. */
  advance(batch: Span, owner: Fence): Promise<void>
  backlog(group: string): Promise<{ records: number; oldestMs: number }>
  /** Where the stream ends now. */
  mark(): Promise<StreamMark>
  /** Whether a group has followed all that came before a mark. */
  hasPassed(group: string, mark: StreamMark): Promise<boolean>
  /** Removes chunks that every group has followed and that are older than 60 s; returns how many. */
  trim(): Promise<number>
  /** When the oldest chunk that is still there was appended. */
  oldestAppendedAt(): Promise<number | undefined>
}

/** Followed chunks stay this long, so that a slow reader of a moment ago still finds its bytes. */
const TRIM_AFTER_MS = 60_000
const TRIM_SLICE = 100

const append = defineWork(
  'storage.stream.append',
  async (tx: Tx, chunks: readonly Chunk[]): Promise<void> => tx.stream.append(chunks),
  { mode: 'hot', form: chunksForm },
)

const advance = defineWork(
  'storage.stream.advance',
  (tx: Tx, input: { batch: Span; owner: Fence }) => tx.stream.advance(input.batch, input.owner),
  { urgent: false },
)

const startGroup = defineWork(
  'storage.stream.start',
  async (tx: Tx, group: string): Promise<void> => {
    const parts = await tx.db.selectFrom('stream_heads').select('part').orderBy('part').execute()
    await tx.db
      .insertInto('stream_offsets')
      .values(parts.map(({ part }) => ({ grp: group, part, off: 0 })))
      .onConflict((conflict) => conflict.doNothing())
      .execute()
  },
  { urgent: true },
)

/** Fixes the number of partitions when the database is new; later calls change nothing. */
export const createPartitions = defineWork(
  'storage.stream.create',
  async (tx: Tx, partitions: number): Promise<number> => {
    const there = await countPartitions(tx.db)
    if (there > 0) return there
    await tx.db
      .insertInto('stream_heads')
      .values(Array.from({ length: partitions }, (_, part) => ({ part, off: 0 })))
      // Of two processes that start at once, the later one collides, tries again, and finds them.
      .onConflict((on) => on.doNothing())
      .execute()
    return partitions
  },
  { urgent: true },
)

const CHUNKS_AT_ONCE = 32

/** The group's offset and the chunks that follow it, unopened: enough for the wished records, but no more than some. */
const next = defineQuery(
  'storage.stream.next',
  async (
    { db }: ReadDb,
    input: { group: string; part: number; max: { records: number; bytes: number } },
  ): Promise<{ off: number; chunks: StreamChunksTable[] } | undefined> => {
    const offset = await db
      .selectFrom('stream_offsets')
      .select('off')
      .where('grp', '=', input.group)
      .where('part', '=', input.part)
      .executeTakeFirst()
    if (offset === undefined) return undefined
    const chunks: StreamChunksTable[] = []
    let reached = offset.off
    let bytes = 0
    while (
      chunks.length < CHUNKS_AT_ONCE &&
      reached - offset.off < input.max.records &&
      (chunks.length === 0 || bytes < input.max.bytes)
    ) {
      const chunk = await chunkAfter(db, input.part, reached)
      if (chunk === undefined) break
      chunks.push(chunk)
      reached = chunk.first_off + chunk.n - 1
      bytes += chunk.body.length
    }
    return { off: offset.off, chunks }
  },
)

const backlog = defineQuery(
  'storage.stream.backlog',
  async ({ db, now }: ReadDb, group: string): Promise<{ records: number; oldestMs: number }> => {
    const parts = await db
      .selectFrom('stream_heads as h')
      .leftJoin('stream_offsets as o', (join) => join.onRef('o.part', '=', 'h.part').on('o.grp', '=', group))
      .select(({ fn, val }) => ['h.part', 'h.off as head', fn.coalesce('o.off', val(0)).as('off')])
      .execute()
    let oldestMs = 0
    let records = 0
    for (const { part, head, off } of parts) {
      const unread = Number(head) - Number(off)
      records += unread
      const chunk = unread > 0 ? await chunkAfter(db, part, Number(off)) : undefined
      if (chunk !== undefined) oldestMs = Math.max(oldestMs, now - chunk.oldest_at)
    }
    return { records, oldestMs }
  },
)

const unread = defineQuery('storage.stream.unread', async ({ db }: ReadDb, group: string): Promise<number[]> => {
  const parts = await db
    .selectFrom('stream_heads as h')
    .leftJoin('stream_offsets as o', (join) => join.onRef('o.part', '=', 'h.part').on('o.grp', '=', group))
    .select('h.part as part')
    .where(({ eb, fn, ref, val }) => eb('h.off', '>', fn.coalesce(ref('o.off'), val(0))))
    .execute()
  return parts.map(({ part }) => Number(part))
})

const heads = defineQuery('storage.stream.heads', async ({ db }: ReadDb): Promise<[part: number, off: number][]> => {
  const rows = await db.selectFrom('stream_heads').select(['part', 'off']).execute()
  return rows.map(({ part, off }) => [Number(part), Number(off)])
})

const offsets = defineQuery(
  'storage.stream.offsets',
  async ({ db }: ReadDb, group: string): Promise<[part: number, off: number][]> => {
    const rows = await db.selectFrom('stream_offsets').select(['part', 'off']).where('grp', '=', group).execute()
    return rows.map(({ part, off }) => [Number(part), Number(off)])
  },
)

const trim = defineWork('storage.stream.trim', async (tx: Tx, input: { before: number }): Promise<number> => {
  const followed = await tx.db
    .selectFrom('stream_offsets')
    .select((eb) => ['part', eb.fn.min('off').as('off')])
    .groupBy('part')
    .orderBy('part')
    .execute()
  let removed = 0
  for (const { part, off } of followed) {
    const old = tx.db
      .selectFrom('stream_chunks')
      .select('first_off')
      .where('part', '=', part)
      .where(sql<number>`first_off + n - 1`, '<=', off)
      .where('appended_at', '<=', input.before)
      .orderBy('first_off')
      .limit(TRIM_SLICE)
    const gone = await tx.db
      .deleteFrom('stream_chunks')
      .where('part', '=', part)
      .where('first_off', 'in', old)
      .executeTakeFirst()
    removed += Number(gone.numDeletedRows)
  }
  return removed
})

const oldest = defineQuery('storage.stream.oldest', async ({ db }: ReadDb): Promise<number | undefined> => {
  const parts = await db.selectFrom('stream_heads').select('part').execute()
  // Chunks of a partition lie in the order of their appends: the first of each is enough.
  const firsts: number[] = []
  for (const { part } of parts) {
    const first = await db
      .selectFrom('stream_chunks')
      .select('appended_at')
      .where('part', '=', part)
      .orderBy('first_off')
      .limit(1)
      .executeTakeFirst()
    if (first !== undefined) firsts.push(first.appended_at)
  }
  return firsts.length === 0 ? undefined : Math.min(...firsts)
})

/** @param from `tend`: what the engine does after a trim, so that the space comes back to the disk */
export function makeStream(
  store: Store,
  from: { partitions: number; now: () => number; seal: ChunkSeal; tend: () => Promise<void> },
): EventStream {
  const { partitions, now, seal, tend } = from
  const started = new Map<string, Promise<void>>()
  const start = (group: string): Promise<void> => {
    const known = started.get(group)
    if (known !== undefined) return known
    const made = store.tx(startGroup, group)
    made.catch(() => started.delete(group))
    started.set(group, made)
    return made
  }
  const partOf = rememberedParts(partitions)
  const pack = (records: readonly NewRecord[]): Promise<Chunk[]> => {
    const byPart = [...Map.groupBy(records, ({ key }) => partOf(key))]
    return Promise.all(
      byPart.map(async ([part, own]) => ({
        part,
        n: own.length,
        oldestAt: own.reduce((oldest, { at }) => Math.min(oldest, at), Number.MAX_SAFE_INTEGER),
        body: await seal.seal(now(), encodeChunk(own)),
      })),
    )
  }
  const gathered = gather({
    weigh: (records: readonly NewRecord[]) => records.length,
    most: APPEND_RECORDS,
    async write(calls) {
      await store.tx(append, await pack(calls.flat()))
      return calls.map(() => undefined)
    },
  })
  return {
    partitions,
    pack,
    async append(records) {
      // Before it meets the records of others: one that cannot be written must not take them along.
      assertWritable(records)
      await gathered(records)
    },
    unread: async (group) => new Set(await store.read(unread, group)),
    async next(group, owner, max) {
      await start(group)
      const part = Number(owner.name.slice(owner.name.lastIndexOf(':') + 1))
      const found = await store.read(next, { group, part, max })
      if (found === undefined) throw new StorageError('not_found', `the stream has no partition ${part}`)
      const records = await recordsOf(found.chunks, seal, { after: found.off, max })
      return { group, part, from: found.off, to: found.off + records.length, records }
    },
    advance: (batch, owner) => store.tx(advance, { batch: spanOf(batch), owner }),
    mark: async () => new Map(await store.read(heads, undefined)),
    async hasPassed(group, mark) {
      const reached = new Map(await store.read(offsets, group))
      return [...mark].every(([part, off]) => (reached.get(part) ?? 0) >= off)
    },
    backlog: (group) => store.read(backlog, group),
    oldestAppendedAt: () => store.read(oldest, undefined),
    async trim() {
      let removed = 0
      for (;;) {
        const slice = await store.tx(trim, { before: now() - TRIM_AFTER_MS })
        removed += slice
        if (slice === 0) break
      }
      await tend()
      return removed
    },
  }
}

const PARTS = 32_768

/** `partitionOf`, remembered: the same accounts act again and again. */
function rememberedParts(partitions: number): (key: string) => number {
  const known = new Map<string, number>()
  return (key) => {
    const there = known.get(key)
    if (there !== undefined) return there
    const part = partitionOf(key, partitions)
    if (known.size >= PARTS) known.clear()
    known.set(key, part)
    return part
  }
}

/** The chunk that holds the record after `offset`: chunks follow each other without holes, so the last that begins at or before it. */
async function chunkAfter(db: ReadDb['db'], part: number, offset: number): Promise<StreamChunksTable | undefined> {
  const chunk = await db
    .selectFrom('stream_chunks')
    .selectAll()
    .where('part', '=', part)
    .where('first_off', '<=', offset + 1)
    .orderBy('first_off', 'desc')
    .limit(1)
    .executeTakeFirst()
  return chunk !== undefined && chunk.first_off + chunk.n > offset + 1 ? chunk : undefined
}

/** The records behind `after`, as many as may be. */
async function recordsOf(
  chunks: readonly StreamChunksTable[],
  seal: ChunkSeal,
  wish: { after: number; max: { records: number; bytes: number } },
): Promise<StoredRecord[]> {
  const found: StoredRecord[] = []
  let bytes = 0
  for (const chunk of chunks) {
    for (const record of await opened(chunk, seal)) {
      if (record.offset <= wish.after) continue
      const size = record.body?.length ?? 0
      if (found.length >= wish.max.records || (found.length > 0 && bytes + size > wish.max.bytes)) return found
      found.push(record)
      bytes += size
    }
  }
  return found
}

/** What nobody can open any more is still there, record by record: its reader must not wait at it for ever, nor pass it over unseen. */
async function opened({ first_off, n, oldest_at, body }: StreamChunksTable, seal: ChunkSeal): Promise<StoredRecord[]> {
  try {
    return decodeChunk(await seal.open(body), first_off)
  } catch {
    return Array.from({ length: n }, (_, i) => ({ offset: first_off + i, key: '', at: oldest_at, body: null }))
  }
}
