import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Pixels } from '../../packages/matching/src/index.ts'

/** Meta's reference hasher, compiled from a checkout that somebody has: `LAMPLIGHTER_THREATEXCHANGE` names its folder. */
export interface MetaPdq {
  /** Puts these pictures, which have three channels, in the place of those before. */
  read(pictures: readonly Pixels[]): void
  /** Hash and quality of each. */
  hashes(): string[]
  /** The shortest of many times for one of them. */
  ms(picture: number, ms: number): number
  close(): void
}

const SOURCES = [
  'hashing/pdqhashing.cpp',
  'downscaling/downscaling.cpp',
  'common/pdqhashtypes.cpp',
  'common/pdqhamming.cpp',
  'common/pdqutils.cpp',
]

/** @returns the peer, or why there is none */
export function metaPdq(): MetaPdq | { readonly missing: string } {
  const checkout = process.env.LAMPLIGHTER_THREATEXCHANGE
  if (checkout === undefined) return { missing: 'LAMPLIGHTER_THREATEXCHANGE names no checkout' }
  const code = join(checkout, 'pdq/cpp')
  if (!existsSync(join(code, 'hashing/pdqhashing.h'))) return { missing: `no pdq/cpp in ${checkout}` }
  const folder = mkdtempSync(join(tmpdir(), 'll-meta-'))
  const program = join(folder, 'meta-pdq')
  const main = join(import.meta.dirname, 'meta-pdq.cpp')
  const sources = SOURCES.map((name) => join(code, name)).filter((file) => existsSync(file))
  const built = spawnSync('g++', ['-O3', '-std=c++17', `-I${checkout}`, main, ...sources, '-o', program], {
    encoding: 'utf8',
  })
  const close = () => rmSync(folder, { recursive: true })
  if (built.status !== 0) {
    close()
    return { missing: `g++ -O3: ${built.error?.message ?? built.stderr.split('\n')[0]}` }
  }
  const file = join(folder, 'pictures')
  return {
    read(pictures) {
      const bytes = pictures.flatMap(({ width, height, data }) => [sizeOf(width, height), Uint8Array.from(data)])
      writeFileSync(file, Buffer.concat(bytes))
    },
    hashes: () => run(program, ['hashes', file]).trim().split('\n'),
    ms: (picture, ms) => Number(run(program, ['us', file, String(picture), String(ms)])) / 1_000,
    close,
  }
}

function sizeOf(width: number, height: number): Uint8Array {
  return new Uint8Array(new Uint32Array([width, height]).buffer)
}

function run(program: string, args: readonly string[]): string {
  const { status, stdout, stderr } = spawnSync(program, args, { encoding: 'utf8', maxBuffer: 1 << 26 })
  if (status !== 0) throw new Error(`Meta's hasher ended with ${status}: ${stderr}`)
  return stdout
}
