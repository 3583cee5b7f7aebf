import { append, EMPTY_EDGE, type Head, LedgerError, leavesOf, TILE_WIDTH, tileWidth } from '@lamplighter/ledger'
import type { LogFiles } from './files.ts'
import type { RecordKeys } from './record.ts'
import type { Halt, SequencerParts } from './sequencer.ts'
import { runtimeHash } from './signing.ts'
import { placeProblem, stateProblem } from './startup.ts'
import { endHalt, haltLog, headOfLog } from './store.ts'
import type { LogName } from './tables.ts'

/** What `ledger recheck` found. */
export interface Rechecked {
  readonly log: LogName
  readonly was: Halt | null
  readonly now: Halt | null
  /** Leaves that were read and hashed again. */
  readonly leaves: number
}

/**
 * Recomputes a whole log from its files and ends a halt whose cause is gone. What only a witness could vouch for stays: a database that
 * was put back, a state that nobody knows.
 *
 * @param moved a person says that the installation really moved to `host`
 */
export async function recheck(
  parts: SequencerParts,
  keys: RecordKeys,
  asked: { log: LogName; host: string; moved: boolean },
): Promise<Rechecked> {
  const { log, host, moved } = asked
  const head = await parts.store.read(headOfLog, log)
  const noticed = head.halt as Halt | null
  // Said before the next start would have noticed it: noticed now, so that what is said is kept.
  const early = moved && noticed === null ? placeProblem(head, host) : null
  if (early !== null) await parts.store.tx(haltLog, { log, why: early })
  const was = noticed ?? early
  const found =
    was === 'head_behind' || was === 'state_unknown'
      ? was
      : ((moved ? null : placeProblem(head, host)) ??
        (await stateProblem(parts, head)) ??
        (await filesProblem(parts.files(head.origin), head)))
  if (was === null && found !== null) await parts.store.tx(haltLog, { log, why: found })
  if (was !== null && found !== was)
    await parts.store.tx(endHalt, { log, next: found, host: moved ? host : null, keys })
  return { log, was, now: found, leaves: head.size }
}

/** Whether every leaf, hashed again, leads to every tile and to the root. */
async function filesProblem(files: LogFiles, head: Head): Promise<'tiles_differ' | null> {
  let edge = EMPTY_EDGE
  try {
    for (let n = 0; n * TILE_WIDTH < head.size; n += 1) {
      const width = tileWidth(0, n, head.size)
      const grown = append(edge, leavesOf(await files.bundle(n, width), width), runtimeHash)
      for (const { path, bytes } of grown.writes) {
        const stored = await files.read(path)
        // Between two published sizes a level above the leaves may have no file of its own.
        if (stored !== undefined && Buffer.compare(stored, bytes) !== 0) return 'tiles_differ'
      }
      edge = grown.edge
      if (n * TILE_WIDTH + width === head.size && Buffer.compare(grown.head.root, head.root) !== 0)
        return 'tiles_differ'
    }
    return null
  } catch (error) {
    if (error instanceof LedgerError) return 'tiles_differ'
    throw error
  }
}
