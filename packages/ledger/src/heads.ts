import { base64, fromBase64, sameBytes, wholeNumber } from './bytes.ts'
import { LedgerError } from './errors.ts'
import { HASH_BYTES } from './sha256.ts'
import { emptyRoot, type Head } from './tree.ts'

/** What a checkpoint's text says (C2SP tlog-checkpoint). */
export interface CheckpointText {
  readonly origin: string
  readonly head: Head
  /** Lines behind the third. We write none; others may. */
  readonly extensions: readonly string[]
}

/** The three lines of a checkpoint, each with its newline. This is what a log signs. */
export function checkpointText(origin: string, head: Head): string {
  return `${origin}\n${head.size}\n${base64(head.root)}\n`
}

/**
 * Reads the text of a checkpoint (C2SP tlog-checkpoint).
 *
 * @throws LedgerError `bad_checkpoint` also for a size of 2^53 and more
 */
export function parseCheckpointText(text: string): CheckpointText {
  const lines = text.split('\n')
  if (lines.pop() !== '') throw badCheckpoint('the text does not end with a newline')
  const [origin = '', sizeLine = '', rootLine = '', ...extensions] = lines
  if (origin === '') throw badCheckpoint('the first line, the origin, is empty')
  const size = wholeNumber(sizeLine)
  if (size === null) throw badCheckpoint('the second line is not a tree size below 2^53')
  const root = fromBase64(rootLine)
  if (root?.length !== HASH_BYTES) throw badCheckpoint('the third line is not a root of 32 octets')
  if (extensions.includes('')) throw badCheckpoint('an extension line is empty')
  return { origin, head: { size, root }, extensions }
}

/** @throws LedgerError `bad_checkpoint` where a tree without leaves has another root than the empty one */
export function assertEmptyRoot(head: Head): void {
  if (head.size === 0 && !sameBytes(head.root, emptyRoot())) {
    throw badCheckpoint('the root of an empty tree is the hash of nothing')
  }
}

function badCheckpoint(message: string): LedgerError {
  return new LedgerError('bad_checkpoint', message)
}
