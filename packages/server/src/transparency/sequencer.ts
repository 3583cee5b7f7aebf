import { randomBytes, randomInt } from 'node:crypto'
import {
  checkpointText,
  emptyRoot,
  encodeEdge,
  type Opening,
  open,
  parseCheckpoint,
  signCheckpoint,
} from '@lamplighter/ledger'
import type { Fence, Store } from '../storage/seam.ts'
import { buildBatch, grow, joinLeaves, splitLeaves } from './batch.ts'
import { TransparencyError } from './errors.ts'
import type { LogFiles } from './files.ts'
import { shownSlots } from './kinds.ts'
import { contentOf, type SealKey } from './record.ts'
import { type LogKey, signerOf } from './signing.ts'
import {
  type BatchRow,
  commitBatch,
  dropOldLeaves,
  type HeadRow,
  haltLog,
  headOfLog,
  latestCheckpoint,
  type PendingRow,
  pendingRecords,
  storeCheckpoint,
  unsignedBatches,
} from './store.ts'
import type { LogName } from './tables.ts'

/** The steps of ledger.md §8; `row` is the second half of S6, `done` comes after the last. */
export type StepName = 'S1' | 'S2' | 'S3' | 'S4' | 'S5' | 'S6' | 'row' | 'S7' | 'S8' | 'S9' | 'done'

/** Called before each step; crash and interleaving tests stop here. */
export type Stepping = (name: StepName) => void | Promise<void>

/** What a person must hear of. */
export type Alarm = 'clock_fell' | 'batch_missed' | 'promise_late' | Halt

/** Why a log signs nothing (ledger.md §9). Only a person ends it, on the machine. */
export type Halt = 'tiles_differ' | 'head_behind' | 'head_differs' | 'state_unknown' | 'wrong_place'

/** What a sequencer works with. */
export interface SequencerParts {
  readonly store: Store
  readonly files: (origin: string) => LogFiles
  /** The signing keys of a log, by origin; all of them sign. */
  readonly signers: (origin: string) => readonly LogKey[]
  /** Opens what is sealed for the platform: the acts that everyone may read. */
  readonly platform: SealKey
  /** Codes of ledger.md §17. */
  readonly alarm: (code: Alarm, log: LogName) => void
}

/** A batch that is in the log, signed. */
export interface ClosedBatch {
  readonly log: LogName
  readonly size: number
  readonly records: number
}

const HOUR_MS = 3_600_000
const nothing: Stepping = () => undefined

/**
 * Closes one batch: S1 to S9 of ledger.md §8. What an earlier holder committed but did not sign is finished first, so the heads of a log
 * stand in one line whatever was killed where.
 *
 * @param lease fencing token of `ledger:<log>`; whoever took over since keeps the log
 * @param now milliseconds; only the period is made from it
 * @returns undefined while the log is halted
 * @throws TransparencyError `batch_raced` somebody else went on; the records are pending still · `tiles_differ` after halting the log
 */
export async function closeBatch(
  parts: SequencerParts,
  at: { log: LogName; lease: Fence; now: number },
  step: Stepping = nothing,
): Promise<ClosedBatch | undefined> {
  const { log, lease } = at
  await finishBatches(parts, log, lease, nothing)
  const head = await parts.store.read(headOfLog, log)
  if (head.halt !== null) return undefined
  await step('S1')
  const waiting = await parts.store.read(pendingRecords, log)
  const anchored = log === 'actions' ? await sealedText(parts.store) : null
  await step('S2')
  const period = nextPeriod(parts, head, at.now)
  const padKey = new Uint8Array(randomBytes(32))
  const anchor = anchored === null ? null : { key: new Uint8Array(randomBytes(32)), text: anchored }
  const records = waiting.map((row) => ({ ...row, class: row.class === 1 ? (1 as const) : (0 as const) }))
  const built = buildBatch({ from: head.size, records, anchor, padKey, period, below: (limit) => randomInt(limit) })
  const grown = grow(head.edge, built.leaves)
  await step('S3')
  await parts.store.tx(
    commitBatch,
    {
      log,
      n: head.batches + 1,
      origin: head.origin,
      from: head.size,
      size: grown.head.size,
      leaves: joinLeaves(built.leaves),
      oldEdge: head.edge,
      edge: encodeEdge(grown.edge),
      root: grown.head.root,
      period,
      padKey,
      anchorKey: anchor?.key ?? null,
      sealedText: anchored,
      fence: lease.epoch,
      places: built.places,
      openings: openingsOf(parts, waiting, built, head.size),
    },
    { fence: lease },
  )
  await finishBatches(parts, log, lease, step)
  return { log, size: grown.head.size, records: waiting.length }
}

/** S4 to S9 for every batch that is committed and not signed; after a start there is at most one. */
export async function finishBatches(parts: SequencerParts, log: LogName, lease: Fence, step: Stepping): Promise<void> {
  const head = await parts.store.read(headOfLog, log)
  if (head.halt !== null) return
  const files = parts.files(head.origin)
  for (const batch of await parts.store.read(unsignedBatches, head)) {
    await step('S4')
    await writeTiles(parts, head, batch, files)
    await step('S5')
    const signers = parts.signers(head.origin).map(signerOf)
    const root = { size: batch.to_size, root: batch.root }
    const text = await signCheckpoint(head.origin, root, signers, 0)
    await step('S6')
    await files.writeWatermark(batch.n, text)
    await step('row')
    const signed = { log, origin: head.origin, size: batch.to_size, text }
    await parts.store.tx(storeCheckpoint, signed, { fence: lease })
    // From here on it is served: the routes read the row of the largest signed size.
    await step('S7')
    // No witness is configured: the quorum is none, and pages and receipts say "not witnessed".
    await step('S8')
    await step('S9')
    await parts.store.tx(dropOldLeaves, { log, n: batch.n })
    await step('done')
  }
}

/** S4: writes the files of a batch from its row alone, reads them back and compares. */
export async function writeTiles(
  parts: SequencerParts,
  head: HeadRow,
  batch: BatchRow,
  files: LogFiles,
): Promise<void> {
  const { leaves, edge } = batch
  if (leaves === null || edge === null) throw await differs(parts, head, `batch ${batch.n} has no leaves any more`)
  const grown = grow(edge, splitLeaves(leaves))
  if (grown.head.size !== batch.to_size || Buffer.compare(grown.head.root, batch.root) !== 0) {
    throw await differs(parts, head, `the leaves of batch ${batch.n} do not lead to its root`)
  }
  for (const { path, bytes } of grown.writes) {
    await files.write(path, bytes).catch(async (error: unknown) => {
      throw isConflict(error) ? await differs(parts, head, `${path} exists with other bytes`) : error
    })
    const found = await files.read(path)
    if (found === undefined || Buffer.compare(found, bytes) !== 0)
      throw await differs(parts, head, `${path} was not kept`)
  }
}

function isConflict(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'blob_conflict'
}

async function differs(parts: SequencerParts, head: HeadRow, found: string): Promise<TransparencyError> {
  parts.alarm('tiles_differ', head.log)
  await parts.store.tx(haltLog, { log: head.log, why: 'tiles_differ' })
  return new TransparencyError('tiles_differ', `the log ${head.log} is halted: ${found}`)
}

/** The three lines of the last signed state of the sealed log. */
async function sealedText(store: Store): Promise<string> {
  const { origin } = await store.read(headOfLog, 'sealed')
  const signed = await store.read(latestCheckpoint, origin)
  return signed === undefined
    ? checkpointText(origin, { size: 0, root: emptyRoot() })
    : parseCheckpoint(signed.text).text
}

/** Hours since 1970, but never less than the batch before said. */
function nextPeriod(parts: SequencerParts, head: HeadRow, now: number): number {
  const own = Math.floor(now / HOUR_MS)
  if (own < head.period) parts.alarm('clock_fell', head.log)
  return Math.max(own, head.period)
}

/** The published openings of the acts that everyone may read. */
function openingsOf(
  parts: SequencerParts,
  waiting: readonly PendingRow[],
  built: ReturnType<typeof buildBatch>,
  from: number,
): { index: number; opening: string }[] {
  const rows = new Map(waiting.filter((row) => row.class === 1).map((row) => [row.id, row]))
  return built.places.flatMap(({ id, index }) => {
    const row = rows.get(id)
    const leaf = built.leaves[index - from]
    if (row === undefined || leaf === undefined || row.kind === null || row.sealed === null) return []
    const content = contentOf(parts.platform.key, row.id, row.sealed)
    const opening: Opening = open({ leaf, kind: row.kind, ...content }, shownSlots(row.kind, true))
    return [{ index, opening: JSON.stringify(opening) }]
  })
}
