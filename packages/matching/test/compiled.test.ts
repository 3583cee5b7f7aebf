import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { pdqWasm } from './kernel.ts'

const root = join(import.meta.dirname, '../../..')

const jpegWasm = readFileSync(new URL('../wasm/jpeg.wasm', import.meta.url))

test('the committed kernels of PDQ and JPEG are what the compiler makes of their source now', () => {
  const folder = mkdtempSync(join(tmpdir(), 'll-kernels-'))
  try {
    execFileSync(process.execPath, [join(root, 'scripts/kernels.mjs'), '--to', folder], { stdio: 'ignore' })
    for (const [name, committed] of [
      ['pdq', pdqWasm],
      ['jpeg', jpegWasm],
    ] as const) {
      const made = readFileSync(join(folder, `${name}.wasm`))
      expect(made.equals(committed), 'run node scripts/kernels.mjs and commit packages/matching/wasm').toBe(true)
    }
  } finally {
    rmSync(folder, { recursive: true })
  }
}, 120_000)

test('they import nothing, so that they run wherever WebAssembly does', () => {
  for (const wasm of [pdqWasm, jpegWasm]) {
    expect(WebAssembly.Module.imports(new WebAssembly.Module(wasm))).toEqual([])
  }
})
