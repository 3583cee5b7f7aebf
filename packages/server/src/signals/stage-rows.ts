import { createHash } from 'node:crypto'
import { AppError } from '../http/errors.ts'
import type { Storage } from '../storage/index.ts'
import type { Affected, RecordKeys } from '../transparency/index.ts'
import type { ListChange } from './lists/changes.ts'
import type { Codec, Keeping } from './lists/codec.ts'
import type { CarriedFacts } from './lists/declaration.ts'
import { Numbers } from './lists/numbers.ts'
import type { ParsedEntry } from './lists/parse.ts'
import type { By } from './lists/publish.store.ts'
import type { PullMove } from './lists/pulls.ts'
import type { Reason } from './lists/rails.ts'
import {
  highestNumber,
  moveRows,
  type NewRow,
  type RowStep,
  rowPlaces,
  type Staging,
  stageRows,
  sweepRows,
  unstage,
  versionFingerprints,
} from './store.ts'
import type { ListsTable } from './tables.ts'

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

export interface StageParts {
  readonly storage: Storage
  readonly codec: Codec
  keysFor(affected: readonly Affected[]): Promise<RecordKeys>
}

/** Writes rows as they come. */
export async function stream(
  { storage, codec }: StageParts,
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
  const fingerprint = codec.fingerprint(of, { value: entry.value, sourceId: id })
  const kept = id === undefined ? entry : { ...entry, sourceId: id }
  return {
    fingerprint,
    body: await codec.body(of, fingerprint, kept),
    sealed: of.sealed ? 1 : 0,
    sourceKey: id === undefined ? null : codec.sourceKey(of, id),
    expiresAt: entry.expires === undefined ? null : Date.parse(entry.expires),
  }
}

function dropped(codec: Codec, of: Keeping, { sourceId, value }: Extract<ListChange, { op: 'drop' }>) {
  return {
    sourceKey: sourceId === undefined ? '' : codec.sourceKey(of, sourceId),
    fingerprint: value === undefined ? null : codec.fingerprint(of, { value, sourceId }),
  }
}

/** Finds what a whole file no longer names. */
export async function sweep({ storage }: StageParts, staging: Staging, put: Numbers): Promise<void> {
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

export async function moveAll(
  { storage }: StageParts,
  move: Omit<Parameters<typeof moveRows.run>[1], 'max'>,
): Promise<void> {
  while ((await storage.store.tx(moveRows, { ...move, max: SLICE })) === SLICE);
}

/** SHA-256 of the sorted fingerprints of a version, a line each: the same entries give the same digest, however they came. */
export async function digestOf({ storage }: StageParts, list: string, version: number): Promise<string> {
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
