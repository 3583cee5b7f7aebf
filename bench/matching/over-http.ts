import { Agent } from 'node:http'
import { flags } from '../../packages/server/bin/flags.mjs'
import { type Child, type Side, startChild, startSide } from '../lib/child.ts'
import { send } from '../lib/load.ts'
import { median } from '../lib/machine.ts'
import { peersIn } from '../lib/peers.ts'
import { demand, type Row, type Scale } from '../lib/row.ts'
import type { Question as AnswerQuestion } from './answer-side.ts'
import { type Jpeg, writeJpegs } from './jpegs.ts'
import type { Question as SharpQuestion } from './sharp-side.ts'

const HOUSE = new URL('./house-side.ts', import.meta.url)
const ANSWER = new URL('./answer-side.ts', import.meta.url)
const SHARP = new URL('./sharp-side.ts', import.meta.url)
const peers = peersIn(import.meta.dirname)
const CALLERS = 8
/** Of ten seconds each. */
const TRIES = 6
const CORES = 2
const [LARGE, SMOKE] = [10_000_000, 60_000]

/** M-10: from an upload to its verdict over HTTP, all of it durable, beside the bare path of M-9 and beside decoding alone. */
export async function overHttp(scale: Scale): Promise<Row[]> {
  const about = [
    {
      id: 'M-10',
      measure: `JPEG → verdict over HTTP, ${CALLERS} callers, ${CORES} cores ÷ M-9 on one: 512²; 1080p`,
      needed: '≥ 0.6; ≥ 0.6',
    },
    {
      id: 'M-10s',
      measure: `the same ÷ sharp ${peers.version('sharp')} decoding alone, on one core: 512²; 1080p`,
      needed: '≥ 0.8; ≥ 0.8',
    },
    {
      id: 'M-10n',
      measure: 'M-10s with LAMPLIGHTER_DECODER_PREFER=native: 512²; 1080p',
      needed: '≥ 0.8; ≥ 0.8',
    },
  ] as const
  const uninstalled = peers.install()
  if (uninstalled !== undefined)
    return about.map((row) => ({ ...row, found: `not run: ${uninstalled}`, met: undefined }))
  const { jpegs, remove } = await writeJpegs(peers)
  const rows = String(scale.smoke ? SMOKE : LARGE)
  const bare = await startChild(ANSWER, [rows, OTHER], [...flags, '--disable-wasm-trap-handler'])
  const house = await startSide(HOUSE, [rows, OTHER, 'wasm'])
  const native = await startSide(HOUSE, [rows, OTHER, 'native'])
  const sharps = await Promise.all(Array.from({ length: CORES }, () => startChild(SHARP, [], [])))
  try {
    const found: Speeds[][] = []
    for (const jpeg of jpegs) found.push(await compared(jpeg, { house, native, bare, sharps }, scale))
    const [against, alone, preferred] = about
    return [
      rowOf(against, found, ['house', 'bare'], 0.6),
      rowOf(alone, found, ['house', 'sharp'], 0.8),
      rowOf(preferred, found, ['native', 'sharp'], 0.8),
    ]
  } finally {
    await Promise.all([house, native, bare, ...sharps].map((side) => side.stop()))
    remove()
  }
}

/** A hash that no picture here has. */
const OTHER = 'f0'.repeat(32)

interface Sides {
  readonly house: Side
  readonly native: Side
  readonly bare: Child
  readonly sharps: readonly Child[]
}

/** Pictures per second of each side in each round. */
type Speeds = Readonly<Record<'house' | 'native' | 'bare' | 'sharp' | 'sharps', number>>

async function compared(jpeg: Jpeg, { house, native, bare, sharps }: Sides, { rounds, ms }: Scale): Promise<Speeds[]> {
  const found: Speeds[] = []
  // What starts late is started: processes, kernels, and what the compiler makes of them.
  for (const side of [house, native]) await verdicts(side, jpeg, ms / 4)
  for (let round = 0; round < rounds; round += 1) {
    const question = { file: jpeg.file, ms: ms / 2 } satisfies SharpQuestion
    const together = await Promise.all(sharps.map((side) => side.ask(question)))
    found.push({
      sharp: Number(await sharps[0]?.ask(question)),
      sharps: together.reduce((sum: number, speed) => sum + Number(speed), 0),
      bare: Number(await bare.ask({ ask: 'perSecond', file: jpeg.file, ms: ms / 2 } satisfies AnswerQuestion)),
      house: await verdicts(house, jpeg, ms),
      native: await verdicts(native, jpeg, ms),
    })
  }
  return found
}

function rowOf(
  row: Pick<Row, 'id' | 'measure' | 'needed'>,
  found: readonly (readonly Speeds[])[],
  [ours, theirs]: readonly ['house' | 'native', 'bare' | 'sharp'],
  atLeast: number,
): Row {
  const ratios = found.map((rounds) => median(rounds.map((one) => one[ours] / one[theirs])))
  const speed = (name: keyof Speeds) =>
    found.map((rounds) => `${median(rounds.map((one) => one[name])).toFixed(0)}/s`).join('; ')
  const both = theirs === 'sharp' ? `, on ${CORES} cores ${speed('sharps')}` : ''
  return {
    ...row,
    found: `${ratios.map((ratio) => ratio.toFixed(2)).join('; ')} (${speed(ours)} ÷ ${speed(theirs)}${both})`,
    met: ratios.every((ratio) => ratio >= atLeast),
  }
}

let uploads = 0

/** Uploads that were judged, a second: each caller hands a file in, waits until it is measured, and asks for the verdict. */
async function verdicts(house: Side, { bytes }: Jpeg, ms: number): Promise<number> {
  const agent = new Agent({ keepAlive: true, maxSockets: CALLERS })
  const began = performance.now()
  let judged = 0
  const caller = async (): Promise<void> => {
    while (performance.now() < began + ms) {
      uploads += 1
      const key = house.keys[uploads % house.keys.length]
      const id = `b-${process.pid}-${uploads}`
      const headers = { authorization: `Bearer ${key}` }
      await handIn(house.url, agent, { id, body: numbered(bytes, uploads), headers })
      const answer = await send(house.url, agent, {
        path: '/v1/screen',
        body: JSON.stringify(eventOf(id)),
        headers: { ...headers, 'content-type': 'application/json', prefer: 'wait=5' },
      })
      demand(answer.status === 200 && JSON.parse(answer.body).verdict === 'allow', `a picture passes: ${answer.body}`)
      judged += 1
    }
  }
  await Promise.all(Array.from({ length: CALLERS }, caller))
  agent.destroy()
  return (1_000 * judged) / (performance.now() - began)
}

/** Hands a file in until it is measured. A decoder that is only starting on a busy machine may need longer than one call waits. */
async function handIn(
  url: string,
  agent: Agent,
  { id, body, headers }: { readonly id: string; readonly body: Uint8Array; readonly headers: Record<string, string> },
): Promise<void> {
  const call = {
    method: 'PUT',
    path: `/v1/media/${id}?audience=public`,
    body,
    headers: { ...headers, 'content-type': 'image/jpeg', prefer: 'wait=10' },
  } as const
  let said = ''
  for (let tries = 0; tries < TRIES; tries += 1) {
    const { status, body: answer } = await send(url, agent, call)
    said = `${status} ${answer}`
    if (status < 300 && JSON.parse(answer).state === 'measured') return
  }
  demand(false, `M-10: a file is measured, but ${said}`)
}

/** The same picture as another file, by a number in a comment: equal files that are measured at the same time are measured once. */
function numbered(jpeg: Uint8Array, number: number): Uint8Array {
  const comment = Buffer.from(`\xff\xfe\0\x0c${String(number).padStart(10, '0')}`, 'latin1')
  return Buffer.concat([jpeg.subarray(0, 2), comment, jpeg.subarray(2)])
}

function eventOf(id: string): object {
  return {
    kind: 'upload',
    id,
    occurred_at: new Date().toISOString(),
    actor: { id: `a-${uploads % 997}`, age: 3_456_000_000, age_band: 'adult', age_source: 'declared', kind: 'person' },
    room: { id: 'harbour', type: 'channel', audience: 'public' },
    media: [{ id, type: 'image/jpeg' }],
  }
}
