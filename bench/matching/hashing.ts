import { flags } from '../../packages/server/bin/flags.mjs'
import { type Child, startChild } from '../lib/child.ts'
import { median } from '../lib/machine.ts'
import { peersIn } from '../lib/peers.ts'
import { demand, type Row, type Scale } from '../lib/row.ts'
import { type MetaPdq, metaPdq } from './meta.ts'
import { DECODED, pictures, TIMED } from './pictures.ts'
import type { Question, SideName } from './side.ts'

const SIDE = new URL('./side.ts', import.meta.url)
const peers = peersIn(import.meta.dirname)
/** The decoder's address space has a limit, so V8 checks every access to memory there by itself; here, too. */
const OURS = [...flags, '--disable-wasm-trap-handler']

const KERNELS = [
  { id: 'M-7', kernel: 'exact', meta: [9, 15, 14], sharp: 0.45 },
  { id: 'M-8', kernel: 'fast', meta: [55, 100, 95], sharp: 0.1 },
] as const

/** Milliseconds of one side, by picture, round by round. */
type Times = readonly (readonly number[])[]

/** M-7 and M-8: luma and hash of pixels in memory. Every side gives the same hashes first; then each has its turns, and its shortest time counts. */
export async function hashing(scale: Scale): Promise<Row[]> {
  const missing = peers.install()
  if (missing !== undefined && process.env.CI === 'true') throw new Error(`sharp cannot be installed: ${missing}`)
  const meta = metaPdq()
  if ('read' in meta) meta.read(pictures())
  const sides = new Map<SideName, Child>()
  try {
    for (const name of ['exact', 'fast', 'twin'] as const) sides.set(name, await startChild(SIDE, [name], OURS))
    if (missing === undefined) sides.set('sharp', await startChild(SIDE, ['sharp'], []))
    await sameHashes(sides, meta)
    const times = await timesOf(sides, meta, scale)
    const bytes = Number(await sides.get('sharp')?.ask({ ask: 'bytes' } satisfies Question))
    return KERNELS.flatMap((row) => [
      againstMeta(row, times, 'missing' in meta ? meta.missing : undefined),
      againstTwin(row, times),
      againstSharp(row, times, missing ?? bytes),
    ])
  } finally {
    await Promise.all([...sides.values()].map((side) => side.stop()))
    if ('close' in meta) meta.close()
  }
}

/** `exact`, its twin and Meta's agree on hash and quality; `fast` on the hash. */
async function sameHashes(sides: ReadonlyMap<SideName, Child>, meta: MetaPdq | { missing: string }): Promise<void> {
  const said = async (name: SideName) => (await sides.get(name)?.ask({ ask: 'hashes' } satisfies Question)) as string[]
  const exact = await said('exact')
  demand(exact.length === pictures().length && exact.every((hash) => /^[0-9a-f]{64} \d+$/.test(hash)), 'all are hashed')
  demand(exact.join() === (await said('twin')).join(), 'exact and its twin give other hashes')
  demand(hashOnly(exact) === hashOnly(await said('fast')), 'exact and fast give other hashes')
  if ('hashes' in meta) demand(exact.join() === meta.hashes().join(), 'exact and Meta’s C++ give other hashes')
}

const hashOnly = (hashes: readonly string[]): string => hashes.map((hash) => hash.slice(0, 64)).join()

async function timesOf(
  sides: ReadonlyMap<SideName, Child>,
  meta: MetaPdq | { missing: string },
  scale: Scale,
): Promise<ReadonlyMap<SideName | 'meta', Times>> {
  const found = new Map<SideName | 'meta', number[][]>(
    [...sides.keys(), 'meta' as const].map((name) => [name, TIMED.map(() => [])]),
  )
  const ms = scale.ms / 5
  for (let round = 0; round < scale.rounds; round += 1) {
    for (const picture of TIMED.keys()) {
      for (const [name, side] of sides) {
        if (name === 'sharp' && picture !== DECODED) continue
        found.get(name)?.[picture]?.push(Number(await side.ask({ ask: 'ms', picture, ms } satisfies Question)))
      }
      if ('ms' in meta) found.get('meta')?.[picture]?.push(meta.ms(picture, ms))
    }
  }
  return found
}

type Kernel = (typeof KERNELS)[number]
const SIZES = TIMED.map(([width, height]) => (width === height ? `${width}²` : `${width}×${height}`)).join('; ')
const timesBy = (times: ReadonlyMap<SideName | 'meta', Times>, name: SideName | 'meta', picture: number) =>
  times.get(name)?.[picture] ?? []
const shown = (ms: readonly number[]): string => ms.map((one) => one.toPrecision(3)).join('; ')

/** Theirs ÷ ours, picture by picture. */
function ratios(times: ReadonlyMap<SideName | 'meta', Times>, ours: SideName, theirs: SideName | 'meta') {
  const pictures = [...TIMED.keys()].map((picture) => {
    const own = timesBy(times, ours, picture)
    const other = timesBy(times, theirs, picture)
    return {
      ours: median(own),
      theirs: median(other),
      ratio: median(other.map((ms, at) => ms / (own[at] ?? Number.NaN))),
    }
  })
  const column = (name: 'ours' | 'theirs' | 'ratio') => pictures.map((one) => one[name])
  return {
    ratios: column('ratio'),
    text: `${shown(column('ratio'))} (${shown(column('theirs'))} ms ÷ ${shown(column('ours'))} ms)`,
    ours: shown(column('ours')),
  }
}

function againstMeta(
  { id, kernel, meta }: Kernel,
  times: ReadonlyMap<SideName | 'meta', Times>,
  missing?: string,
): Row {
  const found = ratios(times, kernel, 'meta')
  return {
    id,
    measure: `luma and hash, \`${kernel}\`, Meta C++ ÷ ours: ${SIZES}`,
    needed: meta.map((ratio) => `≥ ${ratio}`).join('; '),
    found: missing === undefined ? found.text : `peer missing: ${missing} (ours: ${found.ours} ms)`,
    met: missing === undefined ? meta.every((ratio, at) => (found.ratios[at] ?? 0) >= ratio) : undefined,
  }
}

function againstTwin({ id, kernel }: Kernel, times: ReadonlyMap<SideName | 'meta', Times>): Row {
  const measure = `the same, our plain TypeScript ÷ \`${kernel}\``
  return { id: `${id}t`, measure, needed: '–', found: ratios(times, kernel, 'twin').text, met: undefined }
}

function againstSharp(
  { id, kernel, sharp }: Kernel,
  times: ReadonlyMap<SideName | 'meta', Times>,
  bytes: number | string,
): Row {
  const row = {
    id: `${id}s`,
    measure: `\`${kernel}\` at 1920×1080 ÷ decoding it from a JPEG by sharp ${peers.version('sharp')}, one thread`,
    needed: `≤ ${Math.round(100 * sharp)} %`,
  }
  if (typeof bytes === 'string') return { ...row, found: `not run: ${bytes}`, met: undefined }
  const own = timesBy(times, kernel, DECODED)
  const decoding = timesBy(times, 'sharp', DECODED)
  const share = median(own.map((ms, at) => ms / (decoding[at] ?? Number.NaN)))
  const size = `${Math.round(bytes / 1_000)} kB`
  return {
    ...row,
    found: `${(100 * share).toFixed(1)} % (${shown([median(own)])} ms ÷ ${shown([median(decoding)])} ms, ${size})`,
    met: share <= sharp,
  }
}
