import type { RecordedJson } from '@lamplighter/api'
import { railsOf, termsOf } from './lists/declaration.ts'
import type { NewVersion } from './lists/publish.store.ts'
import { type Counts, judge, type Reason, removesAtOnce } from './lists/rails.ts'
import { type Change, digestOf, moveAll, type StageParts, stream, sweep, takeBack } from './stage-rows.ts'
import { asideCount, keepUnchanged, oneList, publishVersions, renumber, type Staging, stagedCounts } from './store.ts'
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
  const left = change.full ? row.last_version : undefined
  await takeBack(parts.storage, { list: row.id, version: base.version, ...(left !== undefined && { upTo: left }) })
  const keeping = { id: row.id, sealed: change.facts?.sealed ?? row.sealed === 1 }
  const streamed = await stream(parts, change, { staging, keeping, kind: row.kind })
  if (change.full) await sweep(parts, staging, streamed.put)
  const { added, removed } = await store.read(stagedCounts, { list: row.id, from: base.version })
  const { rows, bad } = change.counts()
  const nothing = added === 0 && removed === 0
  const aside = await store.read(asideCount, { list: row.id, from: base.version })
  const counted = { added, removed, rows, bad, aside }
  const why = merged([...(change.because ?? []), ...(await judged(parts, { row, beside }, counted))])
  if (nothing && why.length === 0 && change.go === 'inside_rails' && change.facts === undefined && row.version > 0) {
    await store.tx(keepUnchanged, { list: row.id, pull: change.pull })
    const state = beside === undefined ? 'live' : beside.state === 'trial' ? 'trial' : 'staged'
    return { version: base.version, state, why, entries: base.entries, added, removed, recorded: null }
  }
  return publish(parts, change, {
    row,
    beside,
    staging,
    base,
    added,
    removed,
    rows,
    bad,
    why,
    lastN: streamed.next - 1,
  })
}

/** What is out of bounds beside what runs, and beside what waits: a version in trial must not become another one by small steps. */
async function judged(
  { storage }: StageParts,
  { row, beside }: { readonly row: ListsTable; readonly beside: ListVersionsTable | undefined },
  counted: Omit<Counts, 'before'>,
): Promise<Reason[]> {
  const rails = railsOf(row)
  const besides = beside === undefined ? [] : judge({ ...counted, before: beside.entries }, rails)
  const all = await storage.store.read(stagedCounts, { list: row.id, from: row.version })
  return [...besides, ...judge({ ...counted, ...all, before: row.entries }, rails)]
}

interface Staged {
  readonly row: ListsTable
  readonly beside: ListVersionsTable | undefined
  readonly staging: Staging
  readonly base: { readonly version: number; readonly entries: number; readonly last_n: number }
  readonly added: number
  readonly removed: number
  readonly rows: number
  readonly bad: number
  readonly why: readonly Reason[]
  readonly lastN: number
}

async function publish(parts: StageParts, change: Change, staged: Staged): Promise<Changed> {
  const { row, beside, staging, base, added, removed, why } = staged
  const { list } = staging
  const { store } = parts.storage
  const waiting = waitsAs(change, staged)
  let seen = { live: row.version, last: row.last_version }
  const versionOf = (version: number, state: NewVersion['state']) => ({
    ...{ version, state, added, removed, rows: staged.rows, bad: staged.bad, facts: change.facts ?? null },
    ...{ entries: base.entries + added - removed, lastN: Math.max(staged.lastN, base.last_n) },
    reason: waiting?.reason ?? [],
  })
  const purges = termsOf(row).purge_within_h !== undefined
  const atOnce =
    waiting !== undefined && removed > 0 && row.version > 0 && removesAtOnce(why, purges)
      ? await store.read(stagedCounts, { list, from: row.version, goneBy: staging.version })
      : undefined
  if (waiting === undefined || atOnce === undefined || atOnce.removed === 0) {
    const digest = await digestOf(parts, list, staging.version)
    const made = { ...versionOf(staging.version, waiting?.state ?? 'live'), digest }
    const recorded = await publishAll([made])
    return answer(made, recorded)
  }
  // The removals become a version of their own, below the one that waits: so its rows move up, and nothing that waits is in it.
  const above = staging.version + (beside === undefined ? 1 : 2)
  await moveAll(parts, { list, column: 'since', from: staging.version - 1, below: staging.version, to: above })
  if (beside !== undefined) {
    const to = staging.version + 1
    await store.tx(renumber, { list, seen, to })
    seen = { ...seen, last: to }
    for (const column of ['since', 'gone'] as const)
      await moveAll(parts, { list, column, from: row.version, below: base.version, to })
  }
  const only: NewVersion = {
    ...{
      version: staging.version,
      state: 'live',
      added: 0,
      removed: atOnce.removed,
      rows: staged.rows,
      bad: staged.bad,
    },
    ...{ entries: row.entries - atOnce.removed, lastN: row.live_n, facts: null, reason: [] },
    digest: await digestOf(parts, list, staging.version),
  }
  const made = { ...versionOf(above, waiting.state), digest: await digestOf(parts, list, above) }
  const recorded = await publishAll([only, made])
  return { ...answer(made, recorded), removedBy: only.version }

  async function publishAll(versions: readonly NewVersion[]): Promise<RecordedJson | null> {
    const keys = await parts.keysFor([])
    return store.tx(publishVersions, { list, seen, versions, by: change.by, keys, pull: change.pull })
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
