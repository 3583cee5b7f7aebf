import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { decodeWith } from '../../packages/server/src/evidence/decoder/codecs.ts'
import { ownJpeg } from '../../packages/server/src/evidence/decoder/own-jpeg.ts'
import { peersIn } from '../lib/peers.ts'
import type { Sharp } from './sharp.ts'

// A decoder of JPEG as a side of the comparison: `node jpeg-side.ts <name>`, then a question and an answer at a time.

export type DecoderName = 'ours' | 'codec' | 'sharp'

/** `pixels`: the SHA-256 of red, green and blue. `ms`: the shortest of many times. */
export type Question = { ask: 'pixels'; file: string } | { ask: 'ms'; file: string; ms: number }

interface Bytes {
  readonly data: Uint8Array | Uint8ClampedArray
  readonly channels: number
}

const LEAST_TIMES = 3

process.on('disconnect', () => process.exit())

const decode = decoderOf(process.argv[2] as DecoderName)
process.on('message', async (question: Question) => process.send?.(await answer(question)))
process.send?.('ready')

function decoderOf(name: DecoderName): (bytes: Uint8Array) => Promise<Bytes> {
  if (name === 'ours') return async (bytes) => ownJpeg(bytes) ?? failed('left to the codec')
  // The size says how much memory the codec is given, which is the same for both pictures.
  if (name === 'codec') return async (bytes) => (await decodeWith('jpeg', bytes, 1920 * 1080)).pixels
  const sharp = peersIn(import.meta.dirname).load<Sharp>('sharp')
  sharp.concurrency(1)
  sharp.cache(false)
  return async (bytes) => ({ data: await sharp(bytes).raw().toBuffer(), channels: 3 })
}

async function answer(question: Question): Promise<string | number> {
  const bytes = readFileSync(question.file)
  if (question.ask === 'pixels') return sumOf(await decode(bytes))
  const until = performance.now() + question.ms
  let least = Number.POSITIVE_INFINITY
  for (let times = 0; times < LEAST_TIMES || performance.now() < until; times += 1) {
    const begun = performance.now()
    await decode(bytes)
    least = Math.min(least, performance.now() - begun)
  }
  return least
}

function sumOf({ data, channels }: Bytes): string {
  return createHash('sha256')
    .update(data.filter((_, at) => at % channels < 3))
    .digest('hex')
}

function failed(what: string): never {
  throw new Error(what)
}
