import type { Row, Scale } from './lib/row.ts'
import { commits } from './platform/commits.ts'
import { gate, intake } from './platform/http.ts'
import { memoryUse } from './platform/memory-use.ts'
import { starts } from './platform/starts.ts'

/** The benchmarks of the server (docs/BENCHMARKS.md), in the order of their ids. */
export const platform: readonly ((scale: Scale) => Promise<Row[]>)[] = [intake, gate, commits, memoryUse, starts]
