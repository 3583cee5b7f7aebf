import { readFileSync } from 'node:fs'
import { PdqKernel } from '../src/pdq/kernel.ts'

/** Bytes of the committed file. */
export const pdqWasm = readFileSync(new URL('../wasm/pdq.wasm', import.meta.url))

export const kernel = new PdqKernel(new WebAssembly.Module(pdqWasm))
