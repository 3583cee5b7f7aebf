// Compiles the AssemblyScript kernels of packages/matching to the WebAssembly files beside them, which are committed: running needs no compiler.
// `node scripts/kernels.mjs` writes them; `--to FOLDER` writes them elsewhere, which the test uses to compare.
import { spawnSync } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'

const root = join(import.meta.dirname, '..')
const home = join(root, 'packages/matching')

// No runtime, no exceptions, nothing imported: a kernel is arithmetic over a memory that it is given or that it exports.
const plain = ['-O3', '--noAssert', '--runtime', 'stub', '--use', 'abort=', '--enable', 'simd', '--converge']

/** One row a WebAssembly file: its name, its source, and what it is compiled with beyond the plain flags. */
export const kernels = [
  // 64 MiB hold ten times what a picture of 100 megapixels needs.
  { name: 'pdq', source: 'pdq/kernels/pdq.ts', flags: ['--initialMemory', '2', '--maximumMemory', '1024'] },
  // 128 MiB hold the file twice and a few lines of the picture, or the coefficients of a progressive one.
  { name: 'jpeg', source: 'jpeg/kernels/jpeg.ts', flags: ['--initialMemory', '2', '--maximumMemory', '2048'] },
  { name: 'ring', source: 'index/kernels/ring.ts' },
  // The same over a memory that threads share, which is given to it.
  {
    name: 'ring-shared',
    source: 'index/kernels/ring.ts',
    flags: ['--importMemory', '--sharedMemory', '--maximumMemory', '65536', '--enable', 'threads'],
  },
]

export function compile(to = join(home, 'wasm')) {
  mkdirSync(to, { recursive: true })
  for (const { name, source, flags = [] } of kernels) {
    const asc = join(root, 'node_modules/assemblyscript/bin/asc.js')
    const args = [asc, join('src', source), '-o', join(to, `${name}.wasm`), ...plain, ...flags]
    const { status } = spawnSync(process.execPath, args, { cwd: home, stdio: 'inherit' })
    if (status !== 0) throw new Error(`the kernel ${name} does not compile`)
  }
}

if (import.meta.main) {
  const at = process.argv.indexOf('--to')
  compile(at < 0 ? undefined : process.argv[at + 1])
}
