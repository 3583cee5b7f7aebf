import { readFileSync } from 'node:fs'
import type { RingModules } from '../src/index/segments.ts'
import { compileWasm } from '../src/wasm.ts'

const read = (name: string) => compileWasm(readFileSync(new URL(`../wasm/${name}.wasm`, import.meta.url)))

/** As a browser has it: memory of its own, no threads. */
export const own: RingModules = { ring: read('ring') }

/** As a server has it. */
export const shared: RingModules = { ring: own.ring, shared: read('ring-shared') }
