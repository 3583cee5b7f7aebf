import { AppError } from '../../http/errors.ts'

/** A longer line is no row of a list. */
const LONGEST = 64 * 1024

/** Cuts a file that comes in pieces into its lines. @throws AppError `malformed` it is not UTF-8, or has no lines */
export class LineCutter {
  readonly #utf8 = new TextDecoder('utf-8', { fatal: true })
  #rest = ''

  take(piece: Uint8Array): readonly string[] {
    return this.#cut(this.#decoded(piece))
  }

  /** What comes after the last line end. */
  end(): readonly string[] {
    const lines = [...this.#cut(this.#decoded(undefined)), this.#rest]
    this.#rest = ''
    return lines.filter((line) => line !== '')
  }

  #cut(text: string): string[] {
    const lines = (this.#rest + text).split('\n')
    this.#rest = lines.pop() ?? ''
    if (this.#rest.length > LONGEST)
      throw new AppError('malformed', 'A line of the file is longer than 64 KiB; is it a list file?')
    return lines.map(withoutReturn)
  }

  #decoded(piece: Uint8Array | undefined): string {
    try {
      return this.#utf8.decode(piece, { stream: piece !== undefined })
    } catch {
      throw new AppError('malformed', 'The file is not UTF-8. Send it again in UTF-8.')
    }
  }
}

const withoutReturn = (line: string): string => (line.endsWith('\r') ? line.slice(0, -1) : line)
