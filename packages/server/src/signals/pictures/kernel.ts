import { readFileSync } from 'node:fs'
import { compileWasm, type RingModules } from '@lamplighter/matching'

const read = (name: string) =>
  compileWasm(readFileSync(new URL(import.meta.resolve(`@lamplighter/matching/wasm/${name}.wasm`))))

let compiled: Required<RingModules> | undefined

/** The kernel of the index, compiled once; its segments lie in memory that threads share. */
export function ringModules(): Required<RingModules> {
  compiled ??= { ring: read('ring'), shared: read('ring-shared') }
  return compiled
}
