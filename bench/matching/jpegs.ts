import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Peers } from '../lib/peers.ts'
import { DECODED, pictures, TIMED } from './pictures.ts'
import type { Sharp } from './sharp.ts'

/** A drawn picture as a JPEG file of quality 85. */
export interface Jpeg {
  /** Its place among `pictures()`. */
  readonly picture: number
  readonly name: string
  readonly bytes: Uint8Array
  readonly file: string
}

/** 512² and 1080p: the sizes of M-9. */
const PLACES = [0, DECODED] as const

/** Writes them into a folder of their own. */
export async function writeJpegs(peers: Peers): Promise<{ readonly jpegs: readonly Jpeg[]; remove(): void }> {
  const sharp = peers.load<Sharp>('sharp')
  const folder = mkdtempSync(join(tmpdir(), 'll-jpegs-'))
  const jpegs = PLACES.map(async (picture) => {
    const { width, height, channels, data } = pictures()[picture] ?? failed()
    const bytes = await sharp(data, { raw: { width, height, channels } }).jpeg({ quality: 85 }).toBuffer()
    const file = join(folder, `${picture}.jpg`)
    writeFileSync(file, bytes)
    const [w, h] = TIMED[picture] ?? failed()
    return { picture, name: w === h ? `${w}²` : `${h}p`, bytes, file }
  })
  return { jpegs: await Promise.all(jpegs), remove: () => rmSync(folder, { recursive: true }) }
}

function failed(): never {
  throw new Error('there is no such picture')
}
