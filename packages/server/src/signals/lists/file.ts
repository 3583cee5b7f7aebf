import { createHash } from 'node:crypto'
import { AppError } from '../../http/errors.ts'
import type { ListChange } from './changes.ts'
import { type ListKind, MAX_BAD_SHARE, type ParsedEntry, type ParsedFile, parseListFile } from './parse.ts'

const SLICE = 1_000

/** A list file as a change that names everything. */
export interface FileChange {
  /** How many entries it names at most. */
  readonly size: number
  readonly changes: Iterable<readonly ListChange[]> | AsyncIterable<readonly ListChange[]>
  readonly counts: { readonly rows: number; readonly bad: number }
  readonly bad: ParsedFile['bad']
}

/** A file as it came, the entries of one that was read and checked before, or those of a long one as they are read again. */
export type ListFile =
  | { readonly changes: FileChange['changes']; readonly counts: FileChange['counts'] }
  | { readonly text: string; readonly contentType: string; readonly sha256?: string }
  | { readonly entries: readonly ParsedEntry[] }

/** Reads a file whole. @throws AppError `invalid` another digest than promised, no row, or too many bad ones */
export function fileChange(input: ListFile & { readonly facts: { readonly kind: ListKind } }): FileChange {
  const { kind } = input.facts
  if ('changes' in input) {
    const { changes, counts } = input
    return { size: counts.rows - counts.bad, changes, counts, bad: [] }
  }
  if ('entries' in input) {
    const { entries } = input
    return { size: entries.length, changes: slicesOf(entries, kind), counts: { rows: entries.length, bad: 0 }, bad: [] }
  }
  const digest = createHash('sha256').update(input.text).digest('hex')
  if (input.sha256 !== undefined && input.sha256.toLowerCase() !== digest) {
    throw new AppError('invalid', 'The file does not have the SHA-256 that was promised; nothing was changed.', {
      pointer: '/query/sha256',
    })
  }
  const { entries, bad, badCount, rows } = parseListFile(input.text, input.contentType, kind)
  if (rows === 0) {
    throw new AppError('invalid', 'The file holds no row; nothing was changed. A list needs one entry at least.')
  }
  if (entries.length === 0 || badCount > Math.max(0, Math.floor(rows * MAX_BAD_SHARE))) {
    throw new AppError(
      'invalid',
      `${badCount} of ${rows} rows cannot be used; nothing was changed. Mend them and import again.`,
      {
        errors: bad.map(({ line, why }) => ({ code: 'invalid', pointer: `/${line}`, detail: why })),
      },
    )
  }
  return { size: entries.length, changes: slicesOf(entries, kind), counts: { rows, bad: badCount }, bad }
}

function* slicesOf(entries: readonly ParsedEntry[], kind: ListKind): Generator<readonly ListChange[]> {
  for (let from = 0; from < entries.length; from += SLICE)
    yield entries.slice(from, from + SLICE).map((entry) => ({ op: 'put', kind, entry }))
}
