import { AppError } from '../http/errors.ts'
import type { Storage, TxOptions, Work } from '../storage/index.ts'
import type { Affected, RecordKeys } from '../transparency/index.ts'
import type { ListChange } from './lists/changes.ts'
import type { Codec, Keeping } from './lists/codec.ts'
import type { CarriedFacts } from './lists/declaration.ts'
import { Numbers } from './lists/numbers.ts'
import type { ParsedEntry } from './lists/parse.ts'
import type { By } from './lists/publish.store.ts'
import type { PullMove } from './lists/pulls.ts'
import type { Reason } from './lists/rails.ts'
import { dropOpinions, opinionsAbove, settleOpinions } from './lists/store.ts'
import {
  deleteRows,
  endMove,
  hasStrays,
  highestNumber,
  moveRows,
  type NewRow,
  putRight,
  type RowStep,
  rowPlaces,
  type Staging,
  stageRows,
  sweepRows,
  takeBackGone,
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
  /** The import that it is. */
  readonly imported?: string | undefined
  /** What a person hands in waits for a person, also inside the rails; what `live` says runs at once, whatever it is. */
  readonly go: 'inside_rails' | 'staged' | 'live'
  /** Goes live with the version. */
  readonly facts?: CarriedFacts | undefined
  /** Why it is looked at whatever its numbers are. */
  readonly because?: readonly Reason[]
  /** The harmless picture that an entry hits, if it hits one. */
  canaryOf?(entry: ParsedEntry): string | undefined
  onProgress?(rows: number): void
  readonly onSummed?: ((rows: number) => void) | undefined
}

export interface StageParts {
  readonly storage: Storage
  readonly codec: Codec
  /** Writes as long as nobody else changes the list. @throws StorageError `lease_lost` */
  readonly write: Write
  /** True once the house is being closed: a change that is long stops where it is. */
  stopped(): boolean
  keysFor(affected: readonly Affected[]): Promise<RecordKeys>
}

/** A transaction that holds only while the list is ours. */
export type Write = <I, O>(work: Work<I, O>, input: I, options?: TxOptions) => Promise<O>

/** Writes rows as they come: while some are being written, the next ones are read and sealed. */
export async function stream(
  { storage, codec, write, stopped }: StageParts,
  change: Change,
  at: { readonly staging: Staging; readonly keeping: Keeping; readonly kind: ListsTable['kind'] },
): Promise<{ readonly put: Numbers; readonly next: number }> {
  const { store } = storage
  const put = new Numbers()
  const highest = await store.read(highestNumber, at.staging.list)
  let next = highest + 1
  let rows = 0
  const written = async (steps: readonly RowStep[], count: number): Promise<void> => {
    const done = await write(stageRows, { ...at.staging, steps, from: next })
    for (const n of done.put) put.add(n)
    next = done.next
    rows += count
    change.onProgress?.(rows)
  }
  let writing: Promise<void> = Promise.resolve()
  try {
    for await (const slice of change.changes) {
      if (stopped()) throw new Error('the lists are closed')
      for (let from = 0; from < slice.length; from += SLICE) {
        const part = slice.slice(from, from + SLICE)
        const steps = await stepsOf(codec, { ...at, canaryOf: change.canaryOf }, part)
        await writing
        writing = written(steps, part.length)
        // It is heard when the next ones are ready.
        writing.catch(() => undefined)
      }
    }
  } catch (error) {
    // Nothing is being written any more when this ends.
    await writing.catch(() => undefined)
    throw error
  }
  await writing
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
  const steps: ({ put: Unsealed[] } | { drop: ReturnType<typeof dropped>[] })[] = []
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
    const one = unsealed(codec, keeping, { ...change, canary: canaryOf?.(change.entry) ?? null })
    if (last !== undefined && 'put' in last) last.put.push(one)
    else steps.push({ put: [one] })
  }
  return Promise.all(steps.map((step) => ('put' in step ? sealed(codec, keeping.id, step.put) : step)))
}

/** A row that is still to be written down. */
interface Unsealed {
  readonly entry: ParsedEntry
  readonly row: Omit<NewRow, 'body' | 'sealed'>
}

function unsealed(
  codec: Codec,
  of: Keeping,
  { entry, sourceId, canary, opinions }: Extract<ListChange, { op: 'put' }> & { readonly canary: string | null },
): Unsealed {
  const id = sourceId ?? entry.sourceId
  return {
    entry: id === undefined ? entry : { ...entry, sourceId: id },
    row: {
      fingerprint: codec.fingerprint(of, { value: identityOf(entry), sourceId: id }),
      sourceKey: id === undefined ? null : codec.sourceKey(of, id),
      expiresAt: entry.expires === undefined ? null : Date.parse(entry.expires),
      canary,
      opinions: opinions ?? null,
    },
  }
}

/** All at once: the key is taken out once for a slice. */
async function sealed(codec: Codec, list: string, rows: readonly Unsealed[]): Promise<{ put: NewRow[] }> {
  const bodies = await codec.bodies(
    list,
    rows.map(({ entry, row }) => ({ fingerprint: row.fingerprint, entry })),
  )
  return {
    put: rows.map(({ row }, place) => {
      const body = bodies[place]
      if (body === undefined) throw new RangeError('an entry was not sealed')
      return { ...row, body, sealed: 1 }
    }),
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
export async function sweep({ storage, write }: StageParts, staging: Staging, put: Numbers): Promise<void> {
  const { store } = storage
  for (let after = 0; ; ) {
    const slice = await store.read(rowPlaces, { list: staging.list, after, max: PLACES })
    const unnamed = slice.filter(({ n, gone }) => !put.has(n) && (gone === null || gone > staging.live))
    const never = unnamed.filter(({ since }) => since >= staging.version).map(({ n }) => n)
    const gone = unnamed.filter(({ since }) => since < staging.version).map(({ n }) => n)
    for (let from = 0; from < Math.max(never.length, gone.length); from += SLICE) {
      const part = { never: never.slice(from, from + SLICE), gone: gone.slice(from, from + SLICE) }
      await write(sweepRows, { ...staging, ...part })
    }
    if (slice.length < PLACES) return
    after = slice.at(-1)?.n ?? after
  }
}

/**
 * Puts the rows of a list right after a change that was cut off anywhere, and takes back those of versions that are none any more: then every
 * version holds what it held before.
 *
 * @param keep true where rows stay that were staged for a version which was never made, under its number: a whole file finds them again
 */
export async function tidy(
  { storage, write }: Pick<StageParts, 'storage' | 'write'>,
  of: { readonly row: ListsTable; readonly version: number; readonly keep: boolean },
): Promise<void> {
  const { row, version } = of
  const { id: list, last_version: last, moving } = row
  if (await storage.store.read(opinionsAbove, { list, above: version }))
    await inSlices((max) => write(dropOpinions, { list, above: version, max }))
  if (moving === null && !(await storage.store.read(hasStrays, { list, version, last }))) return
  const all = Number.MAX_SAFE_INTEGER
  await inSlices((max) => write(deleteRows, { list, above: version, upTo: of.keep ? last : all, max }))
  if (of.keep)
    await inSlices((max) => write(moveRows, { list, column: 'since', from: last + 1, below: all, to: last + 1, max }))
  await inSlices((max) => write(putRight, { list, above: last, upTo: all, max }))
  if (moving !== null) {
    const only = { list, above: moving - 1, upTo: moving }
    await inSlices((max) => write(putRight, { ...only, max }))
    await inSlices((max) => write(takeBackGone, { ...only, max }))
  }
  await inSlices((max) => write(takeBackGone, { list, above: version, upTo: all, max }))
  if (moving !== null) await write(endMove, list)
}

/** Writes what others say of entries, once the version that brought it is live. */
export const settle = ({ write }: Pick<StageParts, 'write'>, list: string): Promise<void> =>
  inSlices((max) => write(settleOpinions, { list, max }))

async function inSlices(step: (max: number) => Promise<number>): Promise<void> {
  while ((await step(SLICE)) === SLICE);
}

export const moveAll = async (
  { write }: StageParts,
  move: Omit<Parameters<typeof moveRows.run>[1], 'max'>,
): Promise<void> => inSlices((max) => write(moveRows, { ...move, max }))
