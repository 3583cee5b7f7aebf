import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { mostPages, pagesFor, withMostPages } from './codec-memory.ts'

const MIB = 1024 ** 2
const pagesOf = (mib: number) => (mib * MIB) / 65_536

test.each([
  'jpeg/codec/dec/mozjpeg_dec',
  'jpeg/codec/enc/mozjpeg_enc',
  'webp/codec/dec/webp_dec',
  'avif/codec/dec/avif_dec',
])('%s may be given less memory, and is the same otherwise', (name) => {
  const code = readFileSync(fileURLToPath(import.meta.resolve(`@jsquash/${name}.wasm`)))
  expect(mostPages(code)).toBe(32_768)
  const less = withMostPages(code, pagesOf(128))
  expect([mostPages(less), less.length]).toEqual([pagesOf(128), code.length])
  expect(less.filter((byte, at) => byte !== code[at]).length).toBeLessThanOrEqual(3)
  expect(withMostPages(less, 32_768).every((byte, at) => byte === code[at])).toBe(true)
  expect(() => withMostPages(code, 2 ** 21)).toThrow('do not fit')
})

test('a picture gets what such pictures take, and never more than the codec asks for', () => {
  expect(pagesFor(512 * 512, 100_000, 32_768)).toBe(pagesOf(128))
  expect(pagesFor(1920 * 1080, 400_000, 32_768)).toBe(pagesOf(128))
  expect(pagesFor(12_000_000, 5_000_000, 32_768)).toBe(pagesOf(512))
  expect(pagesFor(100_000_000, 50 * MIB, 32_768)).toBe(32_768)
})

test('a module without an upper limit stays as it is', () => {
  const code = readFileSync(fileURLToPath(import.meta.resolve('@jsquash/png/codec/pkg/squoosh_png_bg.wasm')))
  expect(mostPages(code)).toBeUndefined()
  expect(withMostPages(code, 1)).toBe(code)
})
