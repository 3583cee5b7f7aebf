import { type Side, startSide } from '../lib/child.ts'
import { load, type Sent, type Sum } from '../lib/load.ts'
import { median } from '../lib/machine.ts'
import { demand, interleaved, type Row, type Scale } from '../lib/row.ts'
import { event, ndjson } from './events.ts'

const BARE = new URL('./bare.ts', import.meta.url)
const SERVER = new URL('./server.ts', import.meta.url)
const CALLERS = 64
const BATCH = 500
/** Batches are made before the clock runs: the sender shares the cores with the sides. */
const BATCHES = 40

/** B-1 and B-2: what durability and checking cost at the door. */
export async function intake(scale: Scale): Promise<Row[]> {
  const bare = await startSide(BARE, [])
  const ours = await startSide(SERVER, ['intake'])
  try {
    const single = (side: Side) => accepted(side, (_, caller) => one('/v1/events', side, caller), scale, CALLERS)
    const singles = await interleaved(
      scale.rounds,
      () => single(ours),
      () => single(bare),
    )
    const batch = async (side: Side) => {
      const bodies = Array.from({ length: scale.smoke ? 4 : BATCHES }, () => ndjson(BATCH))
      const next = (call: number, caller: number) => ({
        path: '/v1/events',
        body: bodies[call % bodies.length] ?? '',
        headers: headersOf(side, caller, 'application/x-ndjson'),
      })
      // Nobody follows here, and more than a million waiting events are refused: half the time is enough for batches.
      return accepted(side, next, { ...scale, ms: scale.ms / 2 }, 8)
    }
    const batches = await interleaved(
      scale.rounds,
      () => batch(ours),
      () => batch(bare),
    )
    for (const pair of singles) demand(pair.ours.last === pair.theirs.last, 'both accept one event a call')
    for (const pair of batches) demand(pair.ours.last === pair.theirs.last, `both accept ${BATCH} events a call`)
    const sent = [...singles.map((pair) => pair.ours.calls), ...batches.map((pair) => pair.ours.calls * BATCH)]
    const there = await ours.ask('backlog')
    demand(there === sent.reduce((sum, calls) => sum + calls, 0), 'every accepted event is in the stream')
    const ratio1 = median(singles.map((pair) => pair.ours.perSecond / pair.theirs.perSecond))
    const ratio2 = median(batches.map((pair) => pair.ours.perSecond / pair.theirs.perSecond))
    const perSecond1 = median(singles.map((pair) => pair.ours.perSecond))
    const perSecond2 = median(batches.map((pair) => pair.ours.perSecond)) * BATCH
    return [
      {
        id: 'B-1',
        measure: `single events accepted durably over HTTP, ${CALLERS} connections ÷ bare \`node:http\` handler`,
        needed: '≥ 0.40',
        found: `${ratio1.toFixed(2)} (${whole(perSecond1)}/s)`,
        met: ratio1 >= 0.4,
      },
      {
        id: 'B-2',
        measure: `NDJSON of ${BATCH} ÷ bare NDJSON handler; ÷ B-1 in events`,
        needed: '≥ 0.25; ≥ 5',
        found: `${ratio2.toFixed(2)}; ${(perSecond2 / perSecond1).toFixed(1)} (${whole(perSecond2)}/s)`,
        met: ratio2 >= 0.25 && perSecond2 / perSecond1 >= 5,
      },
    ]
  } finally {
    await Promise.all([bare.stop(), ours.stop()])
  }
}

/** B-3: what durability costs the gate. */
export async function gate(scale: Scale): Promise<Row[]> {
  const memory = await startSide(SERVER, ['memory'])
  const ours = await startSide(SERVER, ['all'])
  try {
    const screen = (side: Side) => accepted(side, (_, caller) => one('/v1/screen', side, caller), scale, CALLERS)
    const pairs = await interleaved(
      scale.rounds,
      () => screen(ours),
      () => screen(memory),
    )
    await sameVerdict(ours, memory, 'see you at the ferry', 'allow')
    await sameVerdict(ours, memory, 'send me 50 or else', 'hold')
    const ratio = median(pairs.map((pair) => pair.ours.perSecond / pair.theirs.perSecond))
    const most = median(pairs.map((pair) => pair.ours.perSecond))
    const half = await load(ours.url, (_, caller) => one('/v1/screen', ours, caller), {
      callers: CALLERS,
      ms: scale.ms,
      perSecond: most / 2,
    })
    return [
      {
        id: 'B-3',
        measure: `gate end to end, \`core.wick\`, embedded, durable ÷ same pipeline with memory stores, ${CALLERS} callers; p99 at half of its maximum`,
        needed: '≥ 0.25; < 100 ms',
        found: `${ratio.toFixed(2)} (${whole(most)}/s); ${half.p99Ms.toFixed(0)} ms`,
        met: ratio >= 0.25 && half.p99Ms < 100,
      },
    ]
  } finally {
    await Promise.all([memory.stop(), ours.stop()])
  }
}

async function sameVerdict(ours: Side, memory: Side, text: string, expected: string): Promise<void> {
  const asked = { ...event(), item: { id: text, text } }
  const verdicts = await Promise.all(
    [ours, memory].map(async (side) => {
      const { body, headers } = { body: JSON.stringify(asked), headers: headersOf(side, 0, 'application/json') }
      const answer = await fetch(`${side.url}/v1/screen`, {
        method: 'POST',
        body,
        headers: { ...headers, prefer: 'wait=5' },
      })
      const { verdict, effects, because } = (await answer.json()) as Record<string, unknown>
      return JSON.stringify({ status: answer.status, verdict, effects, because })
    }),
  )
  demand(
    verdicts[0] === verdicts[1] && verdicts[0]?.includes(`"${expected}"`) === true,
    `verdicts ${verdicts.join(' and ')}`,
  )
}

async function accepted(
  side: Side,
  next: (call: number, caller: number) => Sent,
  scale: Scale,
  callers: number,
): Promise<Sum> {
  const sum = await load(side.url, next, { callers, ms: scale.ms })
  demand(
    Object.keys(sum.refused).length === 0,
    `every call is accepted, but ${JSON.stringify(sum.refused)}: ${sum.last}`,
  )
  return sum
}

function one(path: string, side: Side, caller: number): Sent {
  // A whole second for the gate, so that a slow moment is slow and not an error that is quick.
  return {
    path,
    body: JSON.stringify(event()),
    headers: { ...headersOf(side, caller, 'application/json'), prefer: 'wait=5' },
  }
}

function headersOf(side: Side, caller: number, type: string): Record<string, string> {
  return { authorization: `Bearer ${side.keys[caller % side.keys.length]}`, 'content-type': type }
}

const whole = (value: number): string => Math.round(value).toLocaleString('en')
