import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe } from 'vitest'

const root = join(dirname(fileURLToPath(import.meta.url)), '../..')
const folder = join(process.env.LAMPLIGHTER_CONFORMANCE ?? join(root, '../shared/data'), 'ledger')
const present = existsSync(join(folder, 'README.md'))

if (!present) {
  const why = `conformance data of the ledger not found in ${folder}; set LAMPLIGHTER_CONFORMANCE`
  if (process.env.CI === 'true') throw new Error(why)
  process.stderr.write(`skipped: ${why}\n`)
}

/** `describe`, or a skip whose reason has been printed. */
export const describeWithData = present ? describe : describe.skip

/** A file of the data folder, as bytes. */
export function dataBytes(path: string): Uint8Array {
  return new Uint8Array(readFileSync(join(folder, path)))
}

/** A file of the data folder, as text. */
export function dataText(path: string): string {
  return readFileSync(join(folder, path), 'utf8')
}

/** A file of the data folder, parsed. The caller names the shape that the folder's README describes. */
export function dataJson<Shape>(path: string): Shape {
  return JSON.parse(dataText(path)) as Shape
}

export { folder as dataFolder }
