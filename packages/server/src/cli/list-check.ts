import { createReadStream } from 'node:fs'
import { LineCutter } from '../signals/imports/lines.ts'
import { BAD_SHOWN, type ListKind, type ParsedFile, RowReader } from '../signals/lists/parse.ts'
import { typeOfFile } from './list-file.ts'

/** What a list file holds: rows, entries of different values, and the rows that cannot be used. */
export interface CheckedFile extends Omit<ParsedFile, 'entries'> {
  readonly entries: number
}

/**
 * Reads a list file as an import would, a piece at a time: what is taken there is taken here, however long it is.
 *
 * @throws AppError `malformed` it is not UTF-8, or has no lines
 */
export async function checkListFile(path: string, kind: ListKind): Promise<CheckedFile> {
  const cutter = new LineCutter()
  const reader = new RowReader(typeOfFile(path), kind)
  const values = new Values()
  const bad: { line: number; why: string }[] = []
  let [rows, badCount] = [0, 0]
  const take = (lines: readonly string[]): void => {
    for (const row of reader.rows(lines)) {
      rows += 1
      if ('entry' in row) {
        values.add(row.entry.value)
        continue
      }
      badCount += 1
      if (bad.length < BAD_SHOWN) bad.push({ line: row.line, why: row.why })
    }
  }
  for await (const piece of createReadStream(path)) take(cutter.take(piece))
  take(cutter.end())
  return { rows, entries: values.size, bad, badCount }
}

/** Different values: apart by their last sign, since one set holds 2²⁴ of them. */
class Values {
  readonly #byLast = new Map<string, Set<string>>()

  add(value: string): void {
    const last = value.slice(-1)
    const of = this.#byLast.get(last) ?? new Set()
    this.#byLast.set(last, of.add(value))
  }

  get size(): number {
    return this.#byLast.values().reduce((sum, { size }) => sum + size, 0)
  }
}
