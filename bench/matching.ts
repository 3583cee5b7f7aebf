import type { Row, Scale } from './lib/row.ts'
import { decoding } from './matching/decoding.ts'
import { hashing } from './matching/hashing.ts'
import { entryAdded } from './matching/lists.ts'
import { overHttp } from './matching/over-http.ts'
import { picturePath } from './matching/picture-path.ts'
import { searching } from './matching/searching.ts'

/** The benchmarks of matching (docs/BENCHMARKS.md), in groups of rows. */
export const matching: readonly ((scale: Scale) => Promise<Row[]>)[] = [
  hashing,
  decoding,
  ...searching,
  entryAdded,
  picturePath,
  overHttp,
]
