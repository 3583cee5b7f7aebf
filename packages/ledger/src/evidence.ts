import { type Bytes, base64, sameBytes } from './bytes.ts'
import { openCheckpoint } from './checkpoints.ts'
import { LedgerError } from './errors.ts'
import type { SignatureChecks } from './notes.ts'
import { hashOf, membersOf } from './openings.ts'
import type { Policy } from './policy.ts'
import { rootsOfPath } from './proofs.ts'
import { type Hash, sha256 } from './sha256.ts'
import { type Head, sameHead } from './tree.ts'

/** Two checkpoints of one log, and the path between them with its first hash always written out. */
export interface Evidence {
  readonly older: string
  readonly newer: string
  readonly path: readonly Bytes[]
}

/** `forked`: the log signed two trees that cannot both be true. `not_proven`: the path shows neither. */
export type Verdict = 'consistent' | 'forked' | 'not_proven'

/** Evidence as the text of one small file. */
export function formatEvidence({ older, newer, path }: Evidence): string {
  return `${JSON.stringify({ v: 1, older, newer, path: path.map(base64) }, null, 1)}\n`
}

/** Reads such a file, parsed. @throws LedgerError `bad_evidence` */
export function parseEvidence(json: unknown): Evidence {
  try {
    const { v, older, newer, path } = membersOf(json, ['v', 'older', 'newer', 'path'])
    if (v === 1 && typeof older === 'string' && typeof newer === 'string' && Array.isArray(path) && path.length <= 64) {
      return { older, newer, path: path.map(hashOf) }
    }
  } catch (error) {
    if (!(error instanceof LedgerError)) throw error
  }
  throw new LedgerError('bad_evidence', 'expected version 1, two notes and a path of hashes')
}

/**
 * What two signed checkpoints and a path show. Witnesses play no part: the log's own two signatures convict it.
 *
 * @throws LedgerError `bad_evidence` two logs, or the older tree is the larger · as `openCheckpoint`
 */
export async function compareCheckpoints(
  evidence: Evidence,
  policy: Policy,
  checks: SignatureChecks,
  hash: Hash = sha256,
): Promise<Verdict> {
  const older = await openCheckpoint(evidence.older, policy, checks)
  const newer = await openCheckpoint(evidence.newer, policy, checks)
  if (older.origin !== newer.origin) throw new LedgerError('bad_evidence', 'the checkpoints are of two logs')
  if (older.head.size > newer.head.size)
    throw new LedgerError('bad_evidence', 'the older tree is larger than the newer')
  return compareHeads(older.head, newer.head, evidence.path, hash)
}

/** The same for heads whose signatures were checked. @param path with its first hash always written out */
export function compareHeads(older: Head, newer: Head, path: readonly Bytes[], hash: Hash = sha256): Verdict {
  if (older.size === newer.size) return sameHead(older, newer) ? 'consistent' : 'forked'
  if (older.size === 0) return 'consistent'
  try {
    const roots = rootsOfPath(older.size, newer.size, path, hash)
    if (!sameBytes(roots.newer, newer.root)) return 'not_proven'
    return sameBytes(roots.older, older.root) ? 'consistent' : 'forked'
  } catch (error) {
    if (error instanceof LedgerError) return 'not_proven'
    throw error
  }
}
