import { startSide } from '../lib/child.ts'
import { load } from '../lib/load.ts'
import { demand, type Row, type Scale } from '../lib/row.ts'
import { ndjson } from './events.ts'

const PER_SECOND = 1_000
const BATCH = 50
const MIB = 2 ** 20

/** B-9: resident memory of the whole process under steady load. */
export async function memoryUse(scale: Scale): Promise<Row[]> {
  if (scale.quick && !scale.smoke) return []
  const side = await startSide(new URL('./server.ts', import.meta.url), ['all'])
  const ms = scale.smoke ? 3_000 : 600_000
  try {
    const seen: { atMinute: number; mib: number }[] = []
    const started = performance.now()
    const look = setInterval(
      async () => {
        seen.push({ atMinute: (performance.now() - started) / 60_000, mib: (await side.ask('memory')) / MIB })
      },
      Math.min(1_000, ms / 10),
    )
    const headers = (caller: number) => ({
      authorization: `Bearer ${side.keys[caller % side.keys.length]}`,
      'content-type': 'application/x-ndjson',
    })
    const next = (_: number, caller: number) => ({ path: '/v1/events', body: ndjson(BATCH), headers: headers(caller) })
    const sum = await load(side.url, next, { callers: 4, ms, perSecond: PER_SECOND / BATCH })
    clearInterval(look)
    demand(Object.keys(sum.refused).length === 0, `every batch is accepted, but ${JSON.stringify(sum.refused)}`)
    const most = Math.max(...seen.map(({ mib }) => mib))
    const growth = slope(seen.slice(Math.floor(seen.length / 2)))
    const minutes = ms / 60_000
    return [
      {
        id: 'B-9',
        measure: `resident memory, \`all\`, ${whole(sum.perSecond * BATCH)} events/s for ${minutes < 1 ? `${ms / 1_000} s` : `${minutes} min`}, no lists but the demo’s; growth in the second half`,
        needed: '< 512 MB; < 1 MB/min',
        found: `${most.toFixed(0)} MB; ${minutes < 1 ? 'too short to tell' : `${growth.toFixed(2)} MB/min`}`,
        met: minutes < 1 ? undefined : most < 512 && growth < 1,
      },
    ]
  } finally {
    await side.stop()
  }
}

/** Of the line through the points with the least squares. */
function slope(points: readonly { atMinute: number; mib: number }[]): number {
  const mean = (of: (point: { atMinute: number; mib: number }) => number) =>
    points.reduce((sum, point) => sum + of(point), 0) / points.length
  const x = mean(({ atMinute }) => atMinute)
  const y = mean(({ mib }) => mib)
  const above = points.reduce((sum, { atMinute, mib }) => sum + (atMinute - x) * (mib - y), 0)
  return above / points.reduce((sum, { atMinute }) => sum + (atMinute - x) ** 2, 0)
}

const whole = (value: number): string => Math.round(value).toLocaleString('en')
