import {
  checkConsistency,
  edgeFromTiles,
  type Head,
  headOf,
  LedgerError,
  leavesOf,
  openNote,
  parseCheckpoint,
  proveConsistency,
} from '@lamplighter/ledger'
import type { Fence } from '../storage/seam.ts'
import type { LogFiles } from './files.ts'
import { finishBatches, type Halt, type SequencerParts, writeTiles } from './sequencer.ts'
import { runtimeChecks, runtimeHash } from './signing.ts'
import { type HeadRow, haltLog, headOfLog, lastBatch, latestCheckpoint } from './store.ts'
import type { LogName } from './tables.ts'

/**
 * The checks of ledger.md §9 before the first signature after a start, as far as they need no witness: a log never signs two trees that
 * cannot both be true. What fails halts the log; acts go on.
 *
 * @param host of the address under which this installation is reached now
 */
export async function checkBeforeSigning(
  parts: SequencerParts,
  at: { log: LogName; lease: Fence; host: string },
): Promise<Halt | null> {
  const head = await parts.store.read(headOfLog, at.log)
  if (head.halt !== null) return head.halt as Halt
  const found = (await placeProblem(head, at.host)) ?? (await stateProblem(parts, head))
  if (found !== null) {
    await parts.store.tx(haltLog, { log: at.log, why: found })
    parts.alarm(found, at.log)
    return found
  }
  await finishBatches(parts, at.log, at.lease, () => undefined)
  return (await parts.store.read(headOfLog, at.log)).halt as Halt | null
}

/** A copy of production must not sign as production. */
export function placeProblem(head: HeadRow, host: string): 'wrong_place' | null {
  return host === hostOf(head.origin) || host === head.moved_to ? null : 'wrong_place'
}

export function hostOf(origin: string): string {
  return origin.slice(0, origin.indexOf('/'))
}

/** Compares database, files and watermark. Reads only, but for the tiles of an unsigned batch, which are written again. */
export async function stateProblem(parts: SequencerParts, head: HeadRow): Promise<Exclude<Halt, 'wrong_place'> | null> {
  const files = parts.files(head.origin)
  const tiles = await tilesProblem(parts, head, files)
  // Files that do not belong together say nothing about the watermark either, unless it shows why: a database that is older than they are.
  const marked = await watermarkProblem(parts, head, files, tiles === null)
  return marked ?? tiles ?? (head.restored_at === null ? null : 'state_unknown')
}

async function tilesProblem(parts: SequencerParts, head: HeadRow, files: LogFiles): Promise<'tiles_differ' | null> {
  if (await isRootOfTiles(head, files)) return null
  const batch = await parts.store.read(lastBatch, head)
  if (batch === undefined || batch.leaves === null) return 'tiles_differ'
  try {
    await writeTiles(parts, head, batch, files)
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'tiles_differ') return 'tiles_differ'
    throw error
  }
  return (await isRootOfTiles(head, files)) ? null : 'tiles_differ'
}

async function isRootOfTiles(head: Head, files: LogFiles): Promise<boolean> {
  try {
    const edge = await edgeFromTiles(files, head.size, leavesOf)
    return Buffer.compare(headOf(edge, runtimeHash).root, head.root) === 0
  } catch (error) {
    if (error instanceof LedgerError) return false
    throw error
  }
}

async function watermarkProblem(
  parts: SequencerParts,
  head: HeadRow,
  files: LogFiles,
  tilesFit: boolean,
): Promise<'head_behind' | 'head_differs' | 'state_unknown' | null> {
  const mark = await largestWatermark(parts, head.origin, files)
  if (mark === undefined) {
    // Before the first signature there is nothing that could be contradicted.
    const signed = await parts.store.read(latestCheckpoint, head.origin)
    return signed === undefined ? null : 'state_unknown'
  }
  if (mark.size > head.size) return 'head_behind'
  if (!tilesFit) return null
  return (await isPrefix(files, mark, head)) ? null : 'head_differs'
}

/** Only what we signed ourselves counts as a watermark. */
export async function largestWatermark(
  parts: SequencerParts,
  origin: string,
  files: LogFiles,
): Promise<Head | undefined> {
  const keys = parts.signers(origin).map(({ vkey }) => vkey)
  let largest: Head | undefined
  for (const note of await files.watermarks()) {
    try {
      await openNote(note, keys, runtimeChecks)
    } catch (error) {
      if (error instanceof LedgerError) continue
      throw error
    }
    const { head } = parseCheckpoint(note)
    if (largest === undefined || head.size > largest.size) largest = head
  }
  return largest
}

async function isPrefix(files: LogFiles, older: Head, newer: Head): Promise<boolean> {
  if (older.size === 0) return true
  try {
    const path = await proveConsistency(files, older.size, newer.size, runtimeHash)
    checkConsistency({ from: older, to: newer, path }, runtimeHash)
    return true
  } catch (error) {
    if (error instanceof LedgerError) return false
    throw error
  }
}
