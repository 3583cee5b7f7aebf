import type { RecordedJson } from '@lamplighter/api'
import { railsOf, termsOf } from './lists/declaration.ts'
import type { NewVersion } from './lists/publish.store.ts'
import { type Counts, judge, type Reason, removesAtOnce } from './lists/rails.ts'
import { countOpinions, opinionsAbove } from './lists/store.ts'
import { type Change, moveAll, type StageParts, stream, sweep, tidy } from './stage-rows.ts'
import { type ChangedSums, changedSums } from './stage-sums.ts'
import { asideCount, goneSince, keepUnchanged, oneList, publishVersions, renumber, type Staging } from './store.ts'
import type { ListsTable, ListVersionsTable } from './tables.ts'

export interface Changed {
  readonly version: number
  readonly state: 'live' | 'trial' | 'staged'
  readonly why: readonly Reason[]
  readonly entries: number
  readonly added: number
  readonly removed: number
  /** Version that only removes, live at once while the rest waits. */
  readonly removedBy?: number
  /** Leaf of the version that went live; null where none did. */
  readonly recorded: RecordedJson | null
}

/**
 * Changes a list: rows first, slice by slice and in no version, then in one transaction the version that has them. A change that is torn leaves
 * every version as it was; done again it finds the rows that it has written.
 *
 * @throws AppError `not_found` · `conflict` another change was faster
 */
export async function stageChange(parts: StageParts, change: Change): Promise<Changed> {
  const { store } = parts.storage
  const { row, beside } = await store.read(oneList, change.list)
  const base = beside ?? { version: row.version, entries: row.entries, last_n: row.live_n }
  const staging: Staging = { list: row.id, version: row.last_version + 1, live: row.version }
  // A whole file finds again what an earlier try has written; changes that build on what is there must not.
  await tidy(parts, { row, version: base.version, keep: change.full })
  const keeping = { id: row.id, sealed: change.facts?.sealed ?? row.sealed === 1 }
  const streamed = await stream(parts, change, { staging, keeping, kind: row.kind })
  if (change.full) await sweep(parts, staging, streamed.put)
  const sums = await changedSums(parts, { ...staging, base: base.version, onSummed: change.onSummed })
  const { added, gone: removed } = sums
  const { rows, bad } = change.counts()
  const nothing = added === 0 && removed === 0 && sums.goneFromLive === 0
  const aside = await store.read(asideCount, staging)
  const counted = { added, removed, rows, bad, aside }
  const why = merged([...(change.because ?? []), ...(await judged(parts, { row, beside }, counted))])
  // A single entry that is there already makes no version, and a file that somebody hands in always does.
  const single = change.go === 'live' && !change.full
  const quiet = (single || change.go === 'inside_rails') && change.facts === undefined
  if (nothing && why.length === 0 && quiet && row.version > 0) {
    if (await store.read(opinionsAbove, { list: row.id, above: base.version }))
      await parts.write(countOpinions, { list: row.id, made: staging.version, from: base.version })
    await tidy(parts, { row, version: base.version, keep: false })
    if (!single) await parts.write(keepUnchanged, { list: row.id, pull: change.pull })
    const state = beside === undefined ? 'live' : beside.state === 'trial' ? 'trial' : 'staged'
    return { version: base.version, state, why, entries: base.entries, added, removed, recorded: null }
  }
  return publish(parts, change, { row, beside, staging, base, sums, rows, bad, why, lastN: streamed.next - 1 })
}

/** What is out of bounds beside what runs, and beside what waits: a version in trial must not become another one by small steps. */
async function judged(
  { storage }: StageParts,
  { row, beside }: { readonly row: ListsTable; readonly beside: ListVersionsTable | undefined },
  counted: Omit<Counts, 'before'>,
): Promise<Reason[]> {
  const rails = railsOf(row)
  if (beside === undefined) return judge({ ...counted, before: row.entries }, rails)
  const entries = beside.entries + counted.added - counted.removed
  const removed = await storage.store.read(goneSince, { list: row.id, from: row.version })
  // What came is what there is more of, and what took the place of what went: it need not be counted.
  const added = entries - row.entries + removed
  return [
    ...judge({ ...counted, before: beside.entries }, rails),
    ...judge({ ...counted, added, removed, before: row.entries }, rails),
  ]
}

interface Staged {
  readonly row: ListsTable
  readonly beside: ListVersionsTable | undefined
  readonly staging: Staging
  readonly base: { readonly version: number; readonly entries: number; readonly last_n: number }
  readonly sums: ChangedSums
  readonly rows: number
  readonly bad: number
  readonly why: readonly Reason[]
  readonly lastN: number
}

async function publish(parts: StageParts, change: Change, staged: Staged): Promise<Changed> {
  const { row, beside, staging, base, why, sums } = staged
  const { added, gone: removed } = sums
  const { list } = staging
  const waiting = waitsAs(change, staged)
  let seen = { live: row.version, last: row.last_version }
  const versionOf = (version: number, state: NewVersion['state']): NewVersion => ({
    ...{ version, state, added, removed, rows: staged.rows, bad: staged.bad, facts: change.facts ?? null },
    ...{ entries: base.entries + added - removed, lastN: Math.max(staged.lastN, base.last_n) },
    ...{ reason: waiting?.reason ?? [], digest: sums.all.digest(), sum: sums.all.bytes() },
  })
  const purges = termsOf(row).purge_within_h !== undefined
  const atOnce = waiting !== undefined && row.version > 0 && removesAtOnce(why, purges) ? sums.goneFromLive : 0
  if (waiting === undefined || atOnce === 0) {
    const made = versionOf(staging.version, waiting?.state ?? 'live')
    const recorded = await publishAll([made])
    return answer(made, recorded)
  }
  // The removals become a version of their own, below the one that waits: so its rows move up, and nothing that waits is in it.
  const above = staging.version + (beside === undefined ? 1 : 2)
  await moveAll(parts, { list, column: 'since', from: staging.version - 1, below: staging.version, to: above })
  if (beside !== undefined) {
    const to = staging.version + 1
    await parts.write(renumber, { list, seen, to })
    seen = { ...seen, last: to }
    for (const column of ['since', 'gone'] as const)
      await moveAll(parts, { list, column, from: row.version, below: base.version, to })
  }
  const only: NewVersion = {
    ...{ version: staging.version, state: 'live', added: 0, removed: atOnce, rows: staged.rows, bad: staged.bad },
    ...{ entries: row.entries - atOnce, lastN: row.live_n, facts: null, reason: [] },
    ...{ digest: sums.removed.digest(), sum: sums.removed.bytes() },
  }
  const made = versionOf(above, waiting.state)
  const recorded = await publishAll([only, made])
  return { ...answer(made, recorded), removedBy: only.version }

  async function publishAll(versions: readonly NewVersion[]): Promise<RecordedJson | null> {
    const keys = await parts.keysFor([])
    return parts.write(publishVersions, {
      list,
      seen,
      versions,
      by: change.by,
      keys,
      pull: change.pull,
      imported: change.imported,
    })
  }
}

const answer = (made: NewVersion, recorded: RecordedJson | null): Changed => ({
  ...{ version: made.version, state: made.state, why: made.reason, entries: made.entries },
  ...{ added: made.added, removed: made.removed, recorded },
})

/** How a version waits, and why; undefined where it goes live at once. */
function waitsAs(
  change: Change,
  { row, beside, why }: Staged,
): { readonly state: 'staged' | 'trial'; readonly reason: readonly Reason[] } | undefined {
  if (change.go === 'live') return undefined
  const before = beside === undefined ? [] : (JSON.parse(beside.reason) as Reason[])
  const first: Reason[] = row.version === 0 || row.entries === 0 ? [{ code: 'first' }] : []
  const handed: Reason[] = change.go === 'staged' ? [{ code: 'handed_in' }] : []
  // What made the one before wait holds for this one, which is made of it. A whole file is made of itself.
  const kept = change.full ? before.filter(({ code }) => code === 'changed' || code === 'canary') : before
  const reason = merged([...first, ...kept, ...why, ...handed])
  if (reason.length === 0) return undefined
  const harmless = reason.every(({ code }) => code === 'first' || code === 'changed')
  return { state: harmless ? 'trial' : 'staged', reason }
}

/** Each kind of reason once, the newest of it. */
const merged = (reasons: readonly Reason[]): Reason[] => [
  ...new Map(reasons.map((reason) => [reason.code, reason])).values(),
]
