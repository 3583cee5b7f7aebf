import { readFileSync } from 'node:fs'
import { bytesOfPdq, createIndex, type Pdq, parsePdq, type RingIndex } from '@lamplighter/matching'
import { ringModules } from '../pictures/kernel.ts'
import { canaryAt } from './draw.ts'
import type { NearWay } from './own.ts'

// One hash a line, in the order of `canaryAt`; an empty line where a picture has too little in it for one. `scripts/canaries.mjs` writes it.
const FILE = new URL('./hashes.txt', import.meta.url)

interface Table {
  readonly index: RingIndex
  /** Place of the picture of each row. */
  readonly places: ReadonlyMap<number, number>
}

let table: Table | undefined

function tableNow(): Table {
  if (table !== undefined) return table
  const index = createIndex(ringModules())
  const places = new Map<number, number>()
  for (const [place, line] of readFileSync(FILE, 'latin1').split('\n').entries()) {
    const pdq = parsePdq(line)
    if (pdq === undefined) continue
    const row = index.add(bytesOfPdq(pdq))
    if (!places.has(row)) places.set(row, place)
  }
  table = { index, places }
  return table
}

/** The harmless picture that a listed hash would hit, in words; undefined where it hits none (matching.md §9.4). */
export function canaryNear(pdq: Pdq, { within }: Pick<NearWay, 'within'>): string | undefined {
  const { index, places } = tableNow()
  const found = index.find(bytesOfPdq(pdq), within)
  const row = found.rows[0]
  const place = row === undefined ? undefined : places.get(row)
  if (place === undefined) return undefined
  const { kind, seed } = canaryAt(place)
  return `it hits the harmless picture "${kind} ${seed}" at ${found.distances[0]} bits`
}
