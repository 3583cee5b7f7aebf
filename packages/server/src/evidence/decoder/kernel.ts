import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { compileWasm, PdqKernel } from '@lamplighter/matching/pdq'

let loaded: PdqKernel | undefined

/** The kernels of this process, read when the first picture is hashed: a decoder that is only greeted starts without them. */
export function pdqKernel(): PdqKernel {
  loaded ??= new PdqKernel(
    compileWasm(readFileSync(fileURLToPath(import.meta.resolve('@lamplighter/matching/wasm/pdq.wasm')))),
  )
  return loaded
}
