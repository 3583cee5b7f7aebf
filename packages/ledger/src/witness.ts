import { type Bytes, fromBase64, textOf, wholeNumber } from './bytes.ts'
import { LedgerError } from './errors.ts'
import { parseCheckpointText } from './heads.ts'
import type { VerifierKey } from './keys.ts'
import { openNote, type SignatureChecks, splitNote } from './notes.ts'
import { checkConsistency } from './proofs.ts'
import { HASH_BYTES } from './sha256.ts'
import { emptyRoot, type Head, sameHead } from './tree.ts'

/** A log that a witness watches. */
export interface WitnessLog {
  readonly keys: readonly VerifierKey[]
  /** The last one cosigned; undefined before the first. */
  readonly head?: Head
}

/** The logs that a witness watches, by origin. */
export type WitnessLogs = ReadonlyMap<string, WitnessLog>

/** The answer to a request; on 200 the caller stores `store` (compare and set on the old size), then cosigns `text`. */
export interface WitnessAnswer {
  readonly status: 200 | 400 | 403 | 404 | 409 | 422
  readonly origin?: string
  readonly store?: Head
  /** The checkpoint's text, to be cosigned. */
  readonly text?: string
  /** On 409: the size last cosigned, for the body. */
  readonly size?: number
}

interface AddCheckpoint {
  readonly old: number
  readonly path: readonly Bytes[]
  readonly note: string
  readonly origin: string
  readonly text: string
  readonly head: Head
}

const REQUEST_BYTES = 64 * 1024

/**
 * What a witness answers to `add-checkpoint` (C2SP tlog-witness). Pure. The order of the checks: form 400 → origin 404 →
 * signature 403 → sizes 400 → old size 409 → roots and proof 422 → 200.
 */
export async function answerAddCheckpoint(
  body: Bytes,
  known: WitnessLogs,
  checks: SignatureChecks,
): Promise<WitnessAnswer> {
  const request = orNull(() => parseRequest(body))
  if (request === null) return { status: 400 }
  const { origin, head, old, text } = request
  const log = known.get(origin)
  if (log === undefined) return { status: 404 }
  if (!(await isSigned(request.note, log.keys, checks))) return { status: 403 }
  if (old > head.size) return { status: 400 }
  const last = log.head ?? { size: 0, root: emptyRoot() }
  if (old !== last.size) return { status: 409, size: last.size }
  if (!follows(last, head, request.path)) return { status: 422, origin }
  return { status: 200, origin, store: head, text }
}

function parseRequest(body: Bytes): AddCheckpoint {
  const request = body.length > REQUEST_BYTES ? null : textOf(body)
  const parted = request?.indexOf('\n\n') ?? -1
  if (request === null || parted < 0) throw new LedgerError('bad_note', 'not text with an empty line in it')
  const [first = '', ...lines] = request.slice(0, parted).split('\n')
  const old = first.startsWith('old ') ? wholeNumber(first.slice(4)) : null
  if (old === null || lines.length > 63) throw new LedgerError('bad_note', 'expected the old size and a proof')
  const path = lines.map((line) => {
    const value = fromBase64(line)
    if (value?.length !== HASH_BYTES) throw new LedgerError('bad_proof', 'a proof line is not a hash')
    return value
  })
  const note = request.slice(parted + 2)
  // Only the text is read here: what is wrong with a signature line is a matter of the signature.
  const { text } = splitNote(note)
  const { origin, head } = parseCheckpointText(text)
  return { old, path, note, origin, text, head }
}

async function isSigned(note: string, keys: readonly VerifierKey[], checks: SignatureChecks): Promise<boolean> {
  try {
    await openNote(note, keys, checks)
    return true
  } catch (error) {
    if (error instanceof LedgerError) return false
    throw error
  }
}

function follows(last: Head, head: Head, path: readonly Bytes[]): boolean {
  const passed = orNull(() => {
    if (last.size === 0) return path.length === 0 && (head.size > 0 || sameHead(last, head))
    checkConsistency({ from: last, to: head, path })
    return true
  })
  return passed === true
}

function orNull<Result>(run: () => Result): Result | null {
  try {
    return run()
  } catch (error) {
    if (error instanceof LedgerError) return null
    throw error
  }
}
