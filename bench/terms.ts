import { type Child, startChild } from './lib/child.ts'
import { median } from './lib/machine.ts'
import { peersIn } from './lib/peers.ts'
import { demand, type Row, type Scale } from './lib/row.ts'
import type { EngineName, FoundIn, Question } from './terms/engine.ts'
import { caught } from './terms/evasions.ts'
import { image } from './terms/image.ts'
import { messagesOf, wordsOf } from './terms/words.ts'

/** The benchmarks of the term matcher (docs/BENCHMARKS.md). */
export const terms: readonly ((scale: Scale) => Promise<Row[]>)[] = [peers, everything, image, caught]

const SIDE = new URL('./terms/side.ts', import.meta.url)
const FEW = 10_000
const MANY = 50_000
/** On so many messages every side must find the same before anything is measured. */
const COMPARED = 400
const MESSAGES = 20_000
/** Characters of a message. */
const LENGTH = 85
const LONG = 2_500

const ask = (side: Child, question: Question): Promise<unknown> => side.ask(question)
const whole = (value: number): string => Math.round(value).toLocaleString('en')

interface Peer {
  readonly id: string
  readonly engine: EngineName
  readonly module: string
  readonly terms: number
  readonly atLeast: number | undefined
  readonly remark?: string
  /** Our side, where it is not the whole matcher. */
  readonly ours?: EngineName
}

const PEERS: readonly Peer[] = [
  { id: 'W-1', engine: 'modernAhoCorasick', module: 'modern-ahocorasick', terms: FEW, atLeast: 4 },
  { id: 'W-1', engine: 'modernAhoCorasickFast', module: 'modern-ahocorasick', terms: FEW, atLeast: 4, remark: '/fast' },
  {
    id: 'W-2',
    engine: 'toad',
    module: '@2toad/profanity',
    terms: FEW,
    atLeast: 4,
    remark: ' (only whether)',
    ours: 'alone',
  },
  { id: 'W-2m', engine: 'toad', module: '@2toad/profanity', terms: FEW, atLeast: undefined, remark: ' (only whether)' },
  { id: 'W-3', engine: 'obscenity', module: 'obscenity', terms: FEW, atLeast: undefined },
  { id: 'W-4', engine: 'modernAhoCorasick', module: 'modern-ahocorasick', terms: MANY, atLeast: 2 },
]

/** Lower-case words and blanks, on which every side finds the same. Ours reads all views and explains each hit. */
async function peers(scale: Scale): Promise<Row[]> {
  const install = peersIn(new URL('./terms', import.meta.url).pathname)
  const missing = install.install()
  if (missing !== undefined && process.env.CI === 'true') throw new Error(`the peers cannot be installed: ${missing}`)
  const rows: Row[] = []
  for (const peer of PEERS) {
    const row = {
      id: peer.id,
      measure: `messages/s ${peer.ours === undefined ? '' : 'of the automaton alone '}÷ ${peer.module}${peer.remark ?? ''} ${install.version(peer.module)}, ${whole(peer.terms)} terms, plain text`,
      needed: peer.atLeast === undefined ? '–' : `≥ ${peer.atLeast}`,
    }
    if (missing !== undefined) rows.push({ ...row, found: `not run: ${missing}`, met: undefined })
    else rows.push({ ...row, ...(await compared(peer, scale)) })
  }
  return rows
}

async function compared(peer: Peer, { rounds, ms }: Scale): Promise<Pick<Row, 'found' | 'met'>> {
  const texts = messagesOf(wordsOf(peer.terms), MESSAGES, { style: 'plain', length: LENGTH })
  const [ours, theirs] = await Promise.all([
    startChild(SIDE, [peer.ours ?? 'ours'], []),
    startChild(SIDE, [peer.engine], []),
  ])
  try {
    for (const side of [ours, theirs]) await ask(side, { ask: 'load', terms: peer.terms })
    await sameFinds(ours, theirs, { peer, texts: texts.slice(0, COMPARED) })
    const speeds: { ours: number; theirs: number }[] = []
    for (let round = 0; round < rounds; round += 1) {
      const question = { ask: 'perSecond', texts, ms: ms / 2 } as const
      speeds.push({ theirs: Number(await ask(theirs, question)), ours: Number(await ask(ours, question)) })
    }
    const ratio = median(speeds.map((speed) => speed.ours / speed.theirs))
    const both = `${whole(median(speeds.map((speed) => speed.ours)))}/s ÷ ${whole(median(speeds.map((speed) => speed.theirs)))}/s`
    return {
      found: `${ratio.toFixed(1)} (${both})`,
      met: peer.atLeast === undefined ? undefined : ratio >= peer.atLeast,
    }
  } finally {
    await Promise.all([ours.stop(), theirs.stop()])
  }
}

async function sameFinds(ours: Child, theirs: Child, { peer, texts }: { peer: Peer; texts: readonly string[] }) {
  const own = (await ask(ours, { ask: 'found', texts })) as FoundIn[]
  const other = (await ask(theirs, { ask: 'found', texts })) as FoundIn[]
  demand(
    own.some(({ any }) => any),
    'at least one message holds a term',
  )
  const wrong = own.filter(({ any, places }, at) => {
    const found = other[at]
    return any !== found?.any || (found.places !== null && String(found.places) !== String(places))
  })
  demand(wrong.length === 0, `with ${peer.module}${peer.remark ?? ''} on ${wrong.length} messages of ${texts.length}`)
}

/** Messages as people write them, one in twenty with a disguised term: all views and all terms. */
async function everything({ rounds, ms }: Scale): Promise<Row[]> {
  const words = wordsOf(FEW)
  const texts = messagesOf(words, MESSAGES, { style: 'chat', length: LENGTH })
  const long = messagesOf(words, 200, { style: 'chat', length: LONG })
  const [ours, loop] = await Promise.all([startChild(SIDE, ['ours'], []), startChild(SIDE, ['loop'], [])])
  try {
    for (const side of [ours, loop]) await ask(side, { ask: 'load', terms: FEW })
    const speeds: { ours: number; loop: number }[] = []
    const p99s: number[] = []
    for (let round = 0; round < rounds; round += 1) {
      const question = { ask: 'perSecond', texts, ms } as const
      speeds.push({ loop: Number(await ask(loop, question)), ours: Number(await ask(ours, question)) })
      p99s.push(Number(await ask(ours, { ask: 'p99Ms', texts: long, ms })))
    }
    const speed = median(speeds.map((one) => one.ours))
    const ratio = median(speeds.map((one) => one.ours / one.loop))
    return [
      {
        id: 'W-5',
        measure: `messages/s of one core, all views and ${whole(FEW)} terms, 5 % disguised; ÷ a loop of includes`,
        needed: '≥ 40,000; ≥ 30',
        found: `${whole(speed)}/s; ${ratio.toFixed(0)}`,
        met: speed >= 40_000 && ratio >= 30,
      },
      {
        id: 'W-6',
        measure: `p99 of a text of ${whole(LONG)} characters, the same`,
        needed: '< 2 ms',
        found: `${median(p99s).toFixed(2)} ms`,
        met: median(p99s) < 2,
      },
    ]
  } finally {
    await Promise.all([ours.stop(), loop.stop()])
  }
}
