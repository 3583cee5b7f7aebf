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

/** A program over Meta's C++, in a folder of its own, or why there is none. */
export type Built =
  | { readonly program: string; readonly folder: string }
  | { readonly missing: string; readonly folder?: undefined }

/** Compiles one of the programs beside this file with the sources of the checkout. */
export function builtOf(main: string, flags: readonly string[] = []): Built {
  const checkout = process.env.LAMPLIGHTER_THREATEXCHANGE
  if (checkout === undefined) return { missing: 'LAMPLIGHTER_THREATEXCHANGE names no checkout' }
  const code = join(checkout, 'pdq/cpp')
  if (!existsSync(join(code, 'common/pdqhashtypes.h'))) return { missing: `no pdq/cpp in ${checkout}` }
  const folder = mkdtempSync(join(tmpdir(), 'll-meta-'))
  const program = join(folder, 'program')
  const sources = SOURCES.map((name) => join(code, name)).filter((file) => existsSync(file))
  const built = spawnSync(
    'g++',
    ['-O3', '-std=c++17', ...flags, `-I${checkout}`, join(import.meta.dirname, main), ...sources, '-o', program],
    { encoding: 'utf8' },
  )
  if (built.status === 0) return { program, folder }
  rmSync(folder, { recursive: true })
  return { missing: `g++ -O3: ${built.error?.message ?? built.stderr.split('\n')[0]}` }
}

/** @returns the peer, or why there is none */
export function metaPdq(): MetaPdq | { readonly missing: string } {
  const built = builtOf('meta-pdq.cpp')
  if ('missing' in built) return built
  const { program, folder } = built
  const close = () => rmSync(folder, { recursive: true })
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
