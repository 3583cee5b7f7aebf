import { randomBytes } from 'node:crypto'
import { flags } from '../../packages/server/bin/flags.mjs'
import { type Child, startChild } from '../lib/child.ts'
import { median } from '../lib/machine.ts'
import { peersIn } from '../lib/peers.ts'
import { demand, type Row, type Scale } from '../lib/row.ts'
import type { Question } from './answer-side.ts'
import { faiss } from './faiss.ts'
import { type IndexPeer, startIndexPeer } from './index-peer.ts'
import { type Jpeg, writeJpegs } from './jpegs.ts'
import { type MetaPdq, metaPdq } from './meta.ts'
import { pictures } from './pictures.ts'
import * as pillow from './pillow.ts'
import { uniform } from './sets.ts'

const SIDE = new URL('./answer-side.ts', import.meta.url)
const peers = peersIn(import.meta.dirname)
const LISTS = 3
const LEAST = [2, 5]
const [LARGE, SMOKE] = [10_000_000, 60_000]

/** A hash that no picture here has: the list that it stands on must not hit. */
const elsewhere = (): string => 'f0'.repeat(32)

/** M-9: from a JPEG file to what three lists say of it, on one core. */
export async function picturePath(scale: Scale): Promise<Row[]> {
  const measure =
    'JPEG file → answer of 3 lists with 10 M rows, pictures/s of a core ÷ parts of HMA’s Python path: 512²; 1080p'
  const row = { id: 'M-9', measure, needed: LEAST.map((ratio) => `≥ ${ratio}`).join('; ') }
  const uninstalled = peers.install()
  if (uninstalled !== undefined) return [{ ...row, found: `not run: ${uninstalled}`, met: undefined }]
  const { jpegs, remove } = await writeJpegs(peers)
  const rows = scale.smoke ? SMOKE : LARGE
  const ours = await startChild(SIDE, [String(rows), elsewhere()], [...flags, '--disable-wasm-trap-handler'])
  const theirs = await parts(rows)
  try {
    for (const { file } of jpegs) {
      const said = await ours.ask({ ask: 'answer', file } satisfies Question)
      demand(JSON.stringify(said) === '[null,null,null]', `M-9: lists of other pictures say ${JSON.stringify(said)}`)
    }
    const found = []
    for (const jpeg of jpegs) found.push(await compared(jpeg, ours, theirs, scale))
    const speeds = found.map((one) => one.ours.toFixed(0)).join('/s; ')
    if ('missing' in theirs) return [{ ...row, found: `${theirs.missing} (ours: ${speeds}/s)`, met: undefined }]
    const ratios = found.map(({ ours, theirs }) => ours / (theirs ?? Number.NaN))
    const other = found.map((one) => one.theirs?.toFixed(1)).join('/s; ')
    return [
      {
        ...row,
        found: `${ratios.map((one) => one.toFixed(1)).join('; ')} (${speeds}/s ÷ ${other}/s)`,
        met: ratios.every((ratio, at) => ratio >= (LEAST[at] ?? 0)),
      },
    ]
  } finally {
    await ours.stop()
    if ('stop' in theirs) theirs.stop()
    remove()
  }
}

/** What one picture takes the peer in each of its three parts. What lies between them costs it nothing here. */
interface Parts {
  secondsOf(jpeg: Jpeg, ms: number): Promise<number>
  stop(): void
}

async function parts(rows: number): Promise<Parts | { readonly missing: string }> {
  const meta = metaPdq()
  const index = faiss()
  if ('missing' in index) return index
  if ('missing' in meta) return { missing: `peer missing: ${meta.missing}` }
  const unbuilt = pillow.missing()
  if (unbuilt !== undefined) return { missing: unbuilt }
  meta.read(pictures())
  const decoder = await pillow.startPillow()
  const lists: IndexPeer[] = []
  const queries = Array.from({ length: 64 }, () => randomBytes(32))
  for (let n = 0; n < LISTS; n += 1) {
    const hashes = uniform(Math.floor(rows / LISTS))
    lists.push(await startIndexPeer(index.program, 'multihash', { hashes, queries, checked: 0 }))
  }
  return {
    secondsOf: (jpeg, ms) => secondsOf({ jpeg, ms }, { meta, decoder, lists }),
    stop() {
      decoder.stop()
      for (const list of lists) list.stop()
      meta.close()
    },
  }
}

async function secondsOf(
  { jpeg, ms }: { readonly jpeg: Jpeg; readonly ms: number },
  by: { readonly meta: MetaPdq; readonly decoder: pillow.Pillow; readonly lists: readonly IndexPeer[] },
): Promise<number> {
  const decoding = 1 / (await by.decoder.perSecond(jpeg.file, ms))
  const hashing = by.meta.ms(jpeg.picture, ms) / 1_000
  let looking = 0
  for (const list of by.lists) looking += 1 / (await list.perSecond(ms / LISTS))
  return decoding + hashing + looking
}

async function compared(jpeg: Jpeg, ours: Child, theirs: Parts | { readonly missing: string }, scale: Scale) {
  const ms = scale.ms / 2
  const rounds: { ours: number; theirs: number | undefined }[] = []
  for (let round = 0; round < scale.rounds; round += 1) {
    const seconds = 'missing' in theirs ? undefined : await theirs.secondsOf(jpeg, ms)
    const perSecond = Number(await ours.ask({ ask: 'perSecond', file: jpeg.file, ms } satisfies Question))
    rounds.push({ ours: perSecond, theirs: seconds === undefined ? undefined : 1 / seconds })
  }
  const others = rounds.flatMap((one) => one.theirs ?? [])
  return { ours: median(rounds.map((one) => one.ours)), theirs: others.length === 0 ? undefined : median(others) }
}
