import { readFileSync } from 'node:fs'
import { compileWasm, hashPicture, type KernelName, PdqKernel, type Pixels } from '../../packages/matching/src/index.ts'
import { twinOf } from '../../packages/matching/src/pdq/twin/hash.ts'
import { peersIn } from '../lib/peers.ts'
import { DECODED, pictures } from './pictures.ts'
import type { Sharp } from './sharp.ts'

// A hasher, or sharp as a decoder, as a side of the comparison: `node side.ts <name>`, then a question and an answer at a time.

export type SideName = KernelName | 'twin' | 'sharp'

/** `hashes`: of all pictures. `ms`: the shortest of many times for one of them. `bytes`: of the JPEG that is decoded. */
export type Question = { ask: 'hashes' } | { ask: 'ms'; picture: number; ms: number } | { ask: 'bytes' }

interface Side {
  /** Says hash and quality. */
  hash?(pixels: Pixels): string
  /** What is timed. */
  work(pixels: Pixels): unknown
  readonly bytes?: number
}

/** Fewer do not find the shortest. */
const LEAST_TIMES = 3

process.on('disconnect', () => process.exit())

const side = await sideOf(process.argv[2] as SideName)
process.on('message', async (question: Question) => process.send?.(await answer(question)))
process.send?.('ready')

async function sideOf(name: SideName): Promise<Side> {
  if (name === 'sharp') return decoder()
  const hash = hasher(name)
  return { hash, work: hash }
}

function hasher(name: KernelName | 'twin'): (pixels: Pixels) => string {
  if (name === 'twin') return (pixels) => said(twinOf(pixels, 'full'))
  const file = new URL('../../packages/matching/wasm/pdq.wasm', import.meta.url)
  const kernel = new PdqKernel(compileWasm(readFileSync(file)))
  return (pixels) => said(hashPicture(kernel, pixels, { kernel: name }))
}

const said = (hashed: { pdq: string; quality: number } | { none: string }): string =>
  'none' in hashed ? hashed.none : `${hashed.pdq} ${hashed.quality}`

/** One thread, nothing remembered, and what hashing needs: all pixels of the full size. */
async function decoder(): Promise<Side> {
  const sharp = peersIn(import.meta.dirname).load<Sharp>('sharp')
  sharp.concurrency(1)
  sharp.cache(false)
  const { width, height, channels, data } = pictures()[DECODED] ?? failed('no picture')
  const jpeg = await sharp(data, { raw: { width, height, channels } }).jpeg({ quality: 85 }).toBuffer()
  return { work: () => sharp(jpeg).raw().toBuffer(), bytes: jpeg.length }
}

function failed(what: string): never {
  throw new Error(what)
}

async function answer(question: Question): Promise<unknown> {
  if (question.ask === 'bytes') return side.bytes
  if (question.ask === 'hashes') return pictures().map((pixels) => side.hash?.(pixels))
  const pixels = pictures()[question.picture] ?? failed(`no picture ${question.picture}`)
  const until = performance.now() + question.ms
  let least = Number.POSITIVE_INFINITY
  for (let times = 0; times < LEAST_TIMES || performance.now() < until; times += 1) {
    const begun = performance.now()
    await side.work(pixels)
    least = Math.min(least, performance.now() - begun)
  }
  return least
}
