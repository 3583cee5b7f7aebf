import { createHash } from 'node:crypto'
import type { Manifest } from '@lamplighter/api'
import { AppError } from '../../http/errors.ts'
import { BAD_SHOWN, type ListKind, RowReader } from '../lists/parse.ts'
import { LineCutter } from './lines.ts'

/** What reading a whole file gave. */
export interface Arrived {
  readonly sha256: string
  readonly rows: number
  readonly bad: number
  /** The first of them by line, without values. */
  readonly badRows: readonly { readonly line: number; readonly why: string }[]
  /** Line that cannot be used and has no end: the file may have been cut off there. */
  readonly openLine: number | undefined
}

/** Of more rows that cannot be used the file is another one than was said: then nobody need look at it. */
const MOST_BAD = 0.1

/** Reads a list file while its bytes go by to where they are kept. */
export class Arrival {
  readonly #sha256 = createHash('sha256')
  readonly #lines = new LineCutter()
  readonly #reader: RowReader
  readonly #most: number
  readonly #badRows: { line: number; why: string }[] = []
  #size = 0
  #rows = 0
  #bad = 0
  #openLine: number | undefined

  constructor(of: { readonly type: string; readonly kind: ListKind; readonly most: number }) {
    this.#reader = new RowReader(of.type, of.kind)
    this.#most = of.most
  }

  /** The same bytes. @throws AppError `malformed` · `too_large` */
  async *through(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    for await (const piece of bytes) {
      this.#size += piece.length
      if (this.#size > this.#most) throw tooLarge(this.#most)
      this.#sha256.update(piece)
      this.#look(this.#lines.take(piece))
      yield piece
    }
    this.#openLine = this.#look(this.#lines.end())
  }

  /** @returns the last line that cannot be used */
  #look(lines: readonly string[]): number | undefined {
    let last: number | undefined
    for (const row of this.#reader.rows(lines)) {
      this.#rows += 1
      if ('entry' in row) continue
      this.#bad += 1
      last = row.line
      if (this.#bad <= BAD_SHOWN) this.#badRows.push({ line: row.line, why: row.why })
    }
    return last
  }

  end(): Arrived {
    const counted = { rows: this.#rows, bad: this.#bad, badRows: this.#badRows, openLine: this.#openLine }
    return { sha256: this.#sha256.digest('hex'), ...counted }
  }
}

export const tooLarge = (most: number): AppError =>
  new AppError('too_large', `The file is larger than the ${most.toLocaleString('en')} bytes that a list file may have.`)

/**
 * Whether what came is what was said.
 *
 * @throws AppError `manifest` another file than its manifest describes · `invalid` nothing in it can be used
 */
export function checkArrived(
  { sha256, rows, bad, badRows, openLine }: Arrived,
  promised: { readonly sha256?: string | undefined; readonly manifest?: Manifest | undefined },
): void {
  const { manifest } = promised
  if (manifest !== undefined && manifest.sha256 !== sha256)
    throw new AppError('manifest', 'The file does not have the SHA-256 that its manifest names; nothing was changed.')
  if (manifest !== undefined && manifest.rows !== rows)
    throw new AppError(
      'manifest',
      `The manifest names ${manifest.rows} rows, the file has ${rows}; nothing was changed.`,
    )
  if (promised.sha256 !== undefined && promised.sha256 !== sha256)
    throw new AppError('invalid', 'The file does not have the SHA-256 that was promised; nothing was changed.', {
      pointer: '/query/sha256',
    })
  if (rows === 0)
    throw new AppError('invalid', 'The file holds no row; nothing was changed. A list needs one entry at least.')
  if (bad === rows || (bad > 1 && bad > rows * MOST_BAD))
    throw new AppError(
      'invalid',
      `${bad} of ${rows} rows cannot be used; nothing was changed. Mend them and import again.`,
      {
        errors: badRows.map(({ line, why }) => ({ code: 'invalid', pointer: `/${line}`, detail: why })),
      },
    )
  // What is missing would leave the list at once, and nobody would look: one bad row is inside the bounds of any list.
  if (openLine !== undefined && manifest === undefined)
    throw new AppError(
      'invalid',
      `The file ends in the middle of line ${openLine}; nothing was changed. Fetch it again, or end its last line if it is whole.`,
    )
}

/**
 * Whether a manifest is about this list.
 *
 * @throws AppError `manifest`
 */
export function checkManifest(
  manifest: Manifest,
  of: { readonly list: string; readonly kind: string | undefined },
): void {
  if (manifest.list !== of.list)
    throw new AppError(
      'manifest',
      `The manifest is of the list "${manifest.list}", not of "${of.list}"; nothing was changed.`,
    )
  if (of.kind !== undefined && manifest.kind !== of.kind)
    throw new AppError(
      'manifest',
      `The manifest says that the file is of kind "${manifest.kind}", not "${of.kind}"; nothing was changed.`,
    )
}
