import { flags } from '../../packages/server/bin/flags.mjs'
import { type Child, startChild } from '../lib/child.ts'
import { median } from '../lib/machine.ts'
import { peersIn } from '../lib/peers.ts'
import { demand, type Row, type Scale } from '../lib/row.ts'
import type { DecoderName, Question } from './jpeg-side.ts'
import { type Jpeg, writeJpegs } from './jpegs.ts'

const SIDE = new URL('./jpeg-side.ts', import.meta.url)
const peers = peersIn(import.meta.dirname)
const SIDES: readonly DecoderName[] = ['ours', 'codec', 'sharp']
const MOST_MS = 12

/** M-14: a JPEG in memory to its pixels. All sides give the same pixels first; then each has its turns, and its shortest time counts. */
export async function decoding(scale: Scale): Promise<Row[]> {
  const row = { id: 'M-14', measure: 'JPEG → pixels, one thread: 512²; 1080p', needed: `1080p ≤ ${MOST_MS} ms` }
  const uninstalled = peers.install()
  if (uninstalled !== undefined) return [{ ...row, found: `not run: ${uninstalled}`, met: undefined }]
  const { jpegs, remove } = await writeJpegs(peers)
  const sides = new Map<DecoderName, Child>()
  try {
    for (const name of SIDES) {
      const how = name === 'sharp' ? [] : [...flags, '--disable-wasm-trap-handler']
      sides.set(name, await startChild(SIDE, [name], how))
    }
    const ask = (name: DecoderName, question: Question) => sides.get(name)?.ask(question)
    for (const { file, name } of jpegs) {
      const said = await Promise.all(SIDES.map((side) => ask(side, { ask: 'pixels', file })))
      demand(new Set(said).size === 1, `M-14: other pixels of ${name}`)
    }
    const timesOf = async (name: DecoderName, { file }: Jpeg) =>
      Number(await ask(name, { ask: 'ms', file, ms: scale.ms / 5 }))
    const found = new Map(SIDES.map((name) => [name, jpegs.map((): number[] => [])]))
    for (let round = 0; round < scale.rounds; round += 1) {
      for (const [at, jpeg] of jpegs.entries()) {
        for (const name of SIDES) found.get(name)?.[at]?.push(await timesOf(name, jpeg))
      }
    }
    return rowsOf(row, (name) => (found.get(name) ?? []).map(median))
  } finally {
    await Promise.all([...sides.values()].map((side) => side.stop()))
    remove()
  }
}

function rowsOf(row: Pick<Row, 'id' | 'measure' | 'needed'>, msOf: (name: DecoderName) => readonly number[]): Row[] {
  const ours = msOf('ours')
  const against = (name: DecoderName) => {
    const ratios = msOf(name).map((ms, at) => (ours[at] ?? Number.NaN) / ms)
    return `${shown(ratios)} (${shown(ours)} ms ÷ ${shown(msOf(name))} ms)`
  }
  const same = { measure: `${row.measure}, ours ÷`, needed: '–', met: undefined }
  return [
    { ...row, found: `${shown(ours)} ms`, met: (ours.at(-1) ?? Number.NaN) <= MOST_MS },
    { ...same, id: 'M-14j', measure: `${same.measure} @jsquash/jpeg`, found: against('codec') },
    { ...same, id: 'M-14s', measure: `${same.measure} sharp ${peers.version('sharp')}`, found: against('sharp') },
  ]
}

const shown = (values: readonly number[]): string => values.map((one) => one.toPrecision(3)).join('; ')
