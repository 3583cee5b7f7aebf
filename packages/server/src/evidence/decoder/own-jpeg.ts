import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { decodeJpeg } from '@lamplighter/matching/jpeg'
import { compileWasm, type Pixels, type WasmModule } from '@lamplighter/matching/pdq'
import { withMostPages } from './codec-memory.ts'

const MIB = 1024 ** 2
const PAGE = 65_536
/** Beside the file, which is there twice: a few lines of the widest picture. */
const BASE_BYTES = 4 * MIB
const STEPS_MIB = [8, 32, 128]

const compiled = new Map<number, WasmModule>()

/**
 * The pixels of a plain and sound JPEG by the kernel of our own, which gives what the codec gives, in less time. Undefined for every other one:
 * the codec knows the rare forms, and what viewers show of a damaged picture.
 *
 * @param kernelOf the kernel with at most so many MiB of memory
 */
export function ownJpeg(bytes: Uint8Array, kernelOf: (mib: number) => WasmModule = moduleOf): Pixels | undefined {
  const wanted = 2 * bytes.length + BASE_BYTES
  for (const mib of STEPS_MIB.filter((step) => wanted <= step * MIB)) {
    const picture = decodeJpeg(kernelOf(mib), bytes)
    if (!('refused' in picture)) return picture
    // Of a progressive picture all coefficients are kept: the next step may hold them.
    if (picture.refused !== 'too_large') return undefined
  }
  return undefined
}

/** The address space of the most that a module may have is reserved with every instance; see `pagesFor`. */
function moduleOf(mib: number): WasmModule {
  const known = compiled.get(mib)
  if (known !== undefined) return known
  const code = readFileSync(fileURLToPath(import.meta.resolve('@lamplighter/matching/wasm/jpeg.wasm')))
  const module = compileWasm(withMostPages(code, (mib * MIB) / PAGE))
  compiled.set(mib, module)
  return module
}
