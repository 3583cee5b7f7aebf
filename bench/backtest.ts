import { opened, SegmentRun } from '../packages/server/src/replay/backtest.ts'
import { comparedRules, pastOf } from './backtest/past.ts'
import { median } from './lib/machine.ts'
import { demand, type Row, type Scale } from './lib/row.ts'

/** Both versions, their counters, the reading of the log: all that one event of the past costs. */
export const backtest: readonly ((scale: Scale) => Promise<Row[]>)[] = [speed]

const NEEDED = 20_000
/** A day and a half: the counters of the shipped rules are warm after a day. */
const EVENTS = 32_400

async function speed({ smoke, rounds }: Scale): Promise<Row[]> {
  const compared = comparedRules()
  const chunks = pastOf(smoke ? EVENTS / 10 : EVENTS, compared)
  const speeds: number[] = []
  for (let round = 0; round < rounds; round += 1) {
    const run = new SegmentRun(compared, { from: 0, to: Number.MAX_SAFE_INTEGER })
    const began = cpuMs()
    for (const chunk of chunks) run.take(opened(chunk))
    const ms = cpuMs() - began
    const { part } = run.end()
    demand(part.events === (smoke ? EVENTS / 10 : EVENTS), 'every event was asked about')
    demand(smoke || part.measured > 0, 'some events came after the warm-up')
    speeds.push((part.events * 1_000) / ms)
  }
  const found = median(speeds)
  return [
    {
      id: 'T-1',
      measure: 'past events/s of one core, the shipped rules beside a version of them',
      needed: `≥ ${NEEDED.toLocaleString('en')}`,
      found: `${Math.round(found).toLocaleString('en')}/s`,
      met: found >= NEEDED,
    },
  ]
}

/** Of this thread: what else the machine does is nobody's loss. */
function cpuMs(): number {
  const { user, system } = process.threadCpuUsage()
  return (user + system) / 1_000
}
