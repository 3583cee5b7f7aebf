import { readFileSync } from 'node:fs'
import { peersIn } from '../lib/peers.ts'
import type { Sharp } from './sharp.ts'

// sharp as a decoder and nothing else: one thread, nothing remembered, all pixels of the full size.

export interface Question {
  readonly file: string
  readonly ms: number
}

const sharp = peersIn(import.meta.dirname).load<Sharp>('sharp')
sharp.concurrency(1)
sharp.cache(false)

process.on('disconnect', () => process.exit())
process.on('message', async (question: Question) => process.send?.(await perSecond(question)))
process.send?.('ready')

/** Pictures per second by the clock. */
async function perSecond({ file, ms }: Question): Promise<number> {
  const bytes = readFileSync(file)
  const began = performance.now()
  let pictures = 0
  do {
    await sharp(bytes).raw().toBuffer()
    pictures += 1
  } while (performance.now() < began + ms)
  return (1_000 * pictures) / (performance.now() - began)
}
