import { createHash } from 'node:crypto'
import type { RecordedJson } from '@lamplighter/api'
import { AppError } from '../http/errors.ts'
import type { Storage } from '../storage/index.ts'
import type { Affected, RecordKeys } from '../transparency/index.ts'
import type { ListChange } from './lists/changes.ts'
import type { Codec, Keeping } from './lists/codec.ts'
import { type CarriedFacts, railsOf, termsOf } from './lists/declaration.ts'
import { Numbers } from './lists/numbers.ts'
import type { ParsedEntry } from './lists/parse.ts'
import type { By, NewVersion } from './lists/publish.store.ts'
import type { PullMove } from './lists/pulls.ts'
import { type Counts, judge, type Reason, removesAtOnce } from './lists/rails.ts'
import {
  asideCount,
  highestNumber,
  keepUnchanged,
  moveRows,
  type NewRow,
  oneList,
  publishVersions,
  type RowStep,
  renumber,
  rowPlaces,
  type Staging,
  stagedCounts,
  stageRows,
  sweepRows,
  unstage,
  versionFingerprints,
} from './store.ts'
import type { ListsTable, ListVersionsTable } from './tables.ts'

const SLICE = 1_000
/** Rows without content, which weigh little. */
const PLACES = 10_000

/** What is done to a list. */
export interface Change {
  readonly list: string
  readonly by: By
  /** True where it names everything: what it does not name is gone. */
  readonly full: boolean
  readonly changes: AsyncIterable<readonly ListChange[]> | Iterable<readonly ListChange[]>
  /** Rows that were read, and how many could not be used; asked when the last change has come. */
  counts(): { readonly rows: number; readonly bad: number }
  readonly pull?: PullMove | undefined
  /** What a person hands in waits for a person, also inside the rails; what `live` says runs at once, whatever it is. */
  readonly go: 'inside_rails' | 'staged' | 'live'
  /** Goes live with the version. */
  readonly facts?: CarriedFacts | undefined
  /** Why it is looked at whatever its numbers are. */
  readonly because?: readonly Reason[]
  /** The harmless picture that an entry hits, if it hits one. */
  canaryOf?(entry: ParsedEntry): string | undefined
  onProgress?(rows: number): void
}

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

interface Parts {
  readonly storage: Storage
  readonly codec: Codec
  keysFor(affected: readonly Affected[]): Promise<RecordKeys>
}

/**
 * Changes a list: rows first, slice by slice and in no version, then in one transaction the version that has them. A change that is torn leaves
 * every version as it was; done again it finds the rows that it has written.
 *
 * @throws AppError `not_found` · `conflict` another change was faster
 */
export async function stageChange(parts: Parts, change: Change): Promise<Changed> {
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
  { storage }: Parts,
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

async function publish(parts: Parts, change: Change, staged: Staged): Promise<Changed> {
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

/** Writes rows as they come. */
async function stream(
  { storage, codec }: Parts,
  change: Change,
  at: { readonly staging: Staging; readonly keeping: Keeping; readonly kind: ListsTable['kind'] },
): Promise<{ readonly put: Numbers; readonly next: number }> {
  const { store } = storage
  const put = new Numbers()
  const highest = await store.read(highestNumber, at.staging.list)
  let next = highest + 1
  let rows = 0
  for await (const slice of change.changes) {
    for (let from = 0; from < slice.length; from += SLICE) {
      const part = slice.slice(from, from + SLICE)
      const steps = await stepsOf(codec, { ...at, canaryOf: change.canaryOf }, part)
      const done = await store.tx(stageRows, { ...at.staging, steps, from: next })
      for (const n of done.put) put.add(n)
      next = done.next
      rows += part.length
      change.onProgress?.(rows)
    }
  }
  return { put, next }
}

async function stepsOf(
  codec: Codec,
  {
    keeping,
    kind,
    canaryOf,
  }: { readonly keeping: Keeping; readonly kind: ListsTable['kind']; readonly canaryOf: Change['canaryOf'] },
  changes: readonly ListChange[],
): Promise<RowStep[]> {
  const steps: ({ put: NewRow[] } | { drop: ReturnType<typeof dropped>[] })[] = []
  for (const change of changes) {
    const last = steps.at(-1)
    if (change.op === 'drop') {
      const one = dropped(codec, keeping, change)
      if (last !== undefined && 'drop' in last) last.drop.push(one)
      else steps.push({ drop: [one] })
      continue
    }
    if (change.kind !== kind)
      throw new AppError('conflict', `This list holds entries of kind "${kind}", not "${change.kind}".`)
    const one = { ...(await newRow(codec, keeping, change)), canary: canaryOf?.(change.entry) ?? null }
    if (last !== undefined && 'put' in last) last.put.push(one)
    else steps.push({ put: [one] })
  }
  return steps
}

async function newRow(
  codec: Codec,
  of: Keeping,
  { entry, sourceId }: Extract<ListChange, { op: 'put' }>,
): Promise<Omit<NewRow, 'canary'>> {
  const id = sourceId ?? entry.sourceId
  const fingerprint = codec.fingerprint(of, { value: identityOf(entry), sourceId: id })
  const kept = id === undefined ? entry : { ...entry, sourceId: id }
  return {
    fingerprint,
    body: await codec.body(of, fingerprint, kept),
    sealed: of.sealed ? 1 : 0,
    sourceKey: id === undefined ? null : codec.sourceKey(of, id),
    expiresAt: entry.expires === undefined ? null : Date.parse(entry.expires),
  }
}

/** What makes an entry another one. Of a term it is all that its file says of it: another severity is another entry. */
const identityOf = ({ value, term, expires }: ParsedEntry): string =>
  term === undefined ? value : JSON.stringify([value, term, expires])

function dropped(codec: Codec, of: Keeping, { sourceId, value }: Extract<ListChange, { op: 'drop' }>) {
  return {
    sourceKey: sourceId === undefined ? '' : codec.sourceKey(of, sourceId),
    fingerprint: value === undefined ? null : codec.fingerprint(of, { value, sourceId }),
  }
}

/** Finds what a whole file no longer names. */
async function sweep({ storage }: Parts, staging: Staging, put: Numbers): Promise<void> {
  const { store } = storage
  for (let after = 0; ; ) {
    const slice = await store.read(rowPlaces, { list: staging.list, after, max: PLACES })
    const unnamed = slice.filter(({ n, gone }) => !put.has(n) && (gone === null || gone > staging.live))
    const never = unnamed.filter(({ since }) => since >= staging.version).map(({ n }) => n)
    const gone = unnamed.filter(({ since }) => since < staging.version).map(({ n }) => n)
    for (let from = 0; from < Math.max(never.length, gone.length); from += SLICE) {
      const part = { never: never.slice(from, from + SLICE), gone: gone.slice(from, from + SLICE) }
      await store.tx(sweepRows, { ...staging, ...part })
    }
    if (slice.length < PLACES) return
    after = slice.at(-1)?.n ?? after
  }
}

/** Takes back rows of no version. */
export async function takeBack(
  storage: Storage,
  of: { readonly list: string; readonly version: number; readonly upTo?: number },
): Promise<void> {
  while ((await storage.store.tx(unstage, { ...of, max: SLICE })) > 0);
}

async function moveAll({ storage }: Parts, move: Omit<Parameters<typeof moveRows.run>[1], 'max'>): Promise<void> {
  while ((await storage.store.tx(moveRows, { ...move, max: SLICE })) === SLICE);
}

/** SHA-256 of the sorted fingerprints of a version, a line each: the same entries give the same digest, however they came. */
async function digestOf({ storage }: Parts, list: string, version: number): Promise<string> {
  const hash = createHash('sha256')
  let begun = false
  for (let after = ''; ; ) {
    const slice = await storage.store.read(versionFingerprints, { list, version, after, max: PLACES })
    for (const fingerprint of slice) {
      hash.update(begun ? `\n${fingerprint}` : fingerprint)
      begun = true
    }
    if (slice.length < PLACES) return hash.digest('hex')
    after = slice.at(-1) ?? after
  }
}
