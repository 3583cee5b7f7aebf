import { readFileSync } from 'node:fs'
import { compileWasm, type Pdq, Segment } from '../../packages/matching/src/index.ts'
import { BuildThreads } from '../../packages/server/src/signals/pictures/build-threads.ts'
import type { PictureFinder } from '../../packages/server/src/signals/pictures/finder.ts'
import { Pictures } from '../../packages/server/src/signals/pictures/pictures.ts'
import { uniform } from './sets.ts'

const read = (name: string) =>
  compileWasm(readFileSync(new URL(`../../packages/matching/wasm/${name}.wasm`, import.meta.url)))

/** The kernel of the index: with memory of its own, and over memory that threads share. */
export const modules = { ring: read('ring'), shared: read('ring-shared') }

/** A segment of these hashes, built as the server does it: its tables by two threads. */
export async function build(hashes: Uint8Array, o: { readonly slots?: number } = {}): Promise<Segment> {
  const threads = new BuildThreads(modules)
  try {
    const rows = hashes.length / 32
    const segment = Segment.make(modules, rows, o)
    segment.append(
      hashes,
      Uint32Array.from({ length: rows }, (_, row) => row),
    )
    await threads.makeTables(segment)
    return segment
  } finally {
    await threads.close()
  }
}

/**
 * Some lists of pictures that hold so many uniform hashes together, in one index as the server has it. The last of them also holds one more.
 *
 * @returns where each of them is looked up
 */
export async function finders(rows: number, lists: number, listed: Pdq): Promise<readonly PictureFinder[]> {
  const segment = await build(uniform(rows))
  const pictures = new Pictures({}, [segment], lists)
  for (let row = 0; row < rows; row += 1) pictures.owners.add(row, 1 + (row % lists), row)
  pictures.add(lists, rows, listed)
  return Array.from({ length: lists }, (_, at) => ({ kind: 'pdq', pictures, slot: 1 + at, upTo: rows }))
}
