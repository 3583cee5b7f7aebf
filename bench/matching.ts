import type { Row, Scale } from './lib/row.ts'
import { hashing } from './matching/hashing.ts'

/** The benchmarks of matching (docs/BENCHMARKS.md): each group of rows is a file of its own. */
export const matching: readonly ((scale: Scale) => Promise<Row[]>)[] = [hashing]
