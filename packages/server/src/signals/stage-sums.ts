import { EntrySum } from './lists/entry-sum.ts'
import { fingerprintOf } from './lists/fingerprints.ts'
import type { StageParts } from './stage-rows.ts'
import { type SummedRow, sumOfVersion, touchedRows, versionFingerprints } from './store.ts'

/** Each takes about ten microseconds: a slice never holds up what else the process does. */
const SLICE = 500

/** What a change makes of the versions that it was made on. */
export interface ChangedSums {
  /** The version with all of the change. */
  readonly all: EntrySum
  /** What runs, without what the change removes. */
  readonly removed: EntrySum
  /** What came to the version that the change was made on, and what went from it. */
  readonly added: number
  readonly gone: number
  /** How much of what runs the change removes. */
  readonly goneFromLive: number
}

/**
 * Sums what a staged change makes, from its own rows alone.
 *
 * @param of `version` that is being made, `base` that it was made on, `live` that runs
 */
export async function changedSums(
  parts: StageParts,
  of: {
    readonly list: string
    readonly version: number
    readonly base: number
    readonly live: number
    readonly onSummed?: ((rows: number) => void) | undefined
  },
): Promise<ChangedSums> {
  const { list, base, live } = of
  const all = await sumOf(parts, list, base)
  const removed = base === live ? all.copy() : await sumOf(parts, list, live)
  const counts = { added: 0, gone: 0, goneFromLive: 0 }
  const come = (row: SummedRow) => {
    all.add(fingerprintOf(row))
    counts.added += 1
  }
  const go = (row: SummedRow) => {
    all.take(fingerprintOf(row))
    counts.gone += 1
  }
  for await (const row of touched(parts, 'since', of)) if (row.gone === null) come(row)
  // What the version that waits had taken away already, and the change names again.
  for await (const row of touched(parts, 'changed_by', of)) if (row.gone === null && row.since <= base) come(row)
  for await (const row of touched(parts, 'gone', of)) {
    const tookBefore = row.changed_by === of.version
    if (row.since <= base && !tookBefore) go(row)
    if (row.since > live) continue
    removed.take(fingerprintOf(row))
    counts.goneFromLive += 1
  }
  return { all, removed, ...counts }
}

async function* touched(
  { storage, stopped }: StageParts,
  by: 'since' | 'gone' | 'changed_by',
  { list, version, onSummed }: Pick<Parameters<typeof changedSums>[1], 'list' | 'version' | 'onSummed'>,
): AsyncGenerator<SummedRow> {
  for (let after = 0; ; ) {
    if (stopped()) throw new Error('the lists are closed')
    const slice = await storage.store.read(touchedRows, { list, by, version, after, max: SLICE })
    yield* slice
    onSummed?.(slice.length)
    if (slice.length < SLICE) return
    after = slice.at(-1)?.n ?? after
  }
}

/** The sum of a version: as it was kept with it, else of all its entries. */
export async function sumOf(
  { storage }: Pick<StageParts, 'storage'>,
  list: string,
  version: number,
): Promise<EntrySum> {
  if (version === 0) return new EntrySum()
  const kept = await storage.store.read(sumOfVersion, { list, version })
  if (kept !== undefined) return new EntrySum(kept)
  return summedAnew({ storage }, list, version)
}

/** The sum of all entries of a version, read one by one. */
export async function summedAnew(
  { storage }: Pick<StageParts, 'storage'>,
  list: string,
  version: number,
): Promise<EntrySum> {
  const sum = new EntrySum()
  for (let after = 0; ; ) {
    const slice = await storage.store.read(versionFingerprints, { list, version, after, max: SLICE })
    for (const row of slice) sum.add(fingerprintOf(row))
    if (slice.length < SLICE) return sum
    after = slice.at(-1)?.n ?? after
  }
}
