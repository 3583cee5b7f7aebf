import { readFileSync } from 'node:fs'
import { normalise } from '@lamplighter/rules'
import type { Compared } from '../../packages/server/src/replay/backtest.ts'
import { packChunk } from '../../packages/server/src/replay/line.ts'
import { Pen } from '../../packages/server/src/replay/pen.ts'
import { versionOf } from '../../packages/server/src/replay/version.ts'
import { type Random, randomOf } from '../lib/random.ts'

const wick = (name: string): string =>
  readFileSync(new URL(import.meta.resolve(`@lamplighter/rules/wick/${name}`)), 'utf8')
const START = Date.UTC(2026, 0, 1)
/** Events of one chunk, as follow settles them. */
const CHUNK = 200
const ACCOUNTS = 2_000
const STEP_MS = 4_000

/** The starter rules, and the same with a lower threshold. */
export function comparedRules(): Compared {
  const [text, schemaText] = [wick('starter.wick'), wick('chat.schema.wick')]
  const lower = text
    .replace('starter version 2', 'starter version 3')
    .replaceAll('minors_contacted >= 10', 'minors_contacted >= 8')
  return { mine: versionOf({ text: lower, schemaText }), theirs: versionOf({ text, schemaText }) }
}

/** Made-up messages and posts of a town, as the replay log stores them. */
export function pastOf(count: number, { theirs }: Compared): { readonly body: Uint8Array; readonly until: number }[] {
  const random = randomOf(7)
  const { program, schema } = theirs
  const chunks: { body: Uint8Array; until: number }[] = []
  for (let from = 0; from < count; from += CHUNK) {
    const pen = new Pen('bench', (thing, id) => Buffer.from(`${thing} ${id}`.padEnd(24)).toString('base64url'))
    const lines: string[] = []
    let until = START
    for (let n = from; n < Math.min(count, from + CHUNK); n += 1) {
      until = START + n * STEP_MS
      const event = eventOf(n, until, random)
      const normal = normalise(schema, String(event.kind), event)
      if ('problems' in normal) throw new Error(JSON.stringify(normal.problems))
      const taken = { ...normal.event, received_at: new Date(until).toISOString() }
      const measured = Object.fromEntries(
        [...program.ruleset.signals.keys()].map((name) => [name, { known: true, value: random.chance(0.1) } as const]),
      )
      const lists = { get: () => ({ version: 'v1', find: () => (random.chance(0.01) ? { entry: '1' } : null) }) }
      const versions = [{ program, measured, plan: program.plan(taken, measured, lists) }]
      const said = { fired: [], unknown: [] }
      const trace = pen.trace({
        event: taken,
        schema,
        receivedAt: until,
        versions,
        lists: () => ({ bad_domains: 1 }),
        said,
        unsure: false,
        origin: { connection: 'main', item: { type: taken.kind, id: taken.id } },
      })
      if (trace !== null && 'line' in trace) lines.push(trace.line)
    }
    chunks.push({ body: packChunk({ ...pen.tray.head, unlogged: {} }, lines), until })
  }
  return chunks
}

function eventOf(n: number, at: number, random: Random): Record<string, unknown> {
  const account = () => ({
    id: `account-${random.below(ACCOUNTS)}`,
    age: 86_400_000 * (1 + random.below(900)),
    age_band: random.chance(0.2) ? 'minor' : 'adult',
  })
  const kind = n % 5 === 0 ? 'post' : 'message'
  return {
    ...{ kind, id: `e-${n}`, occurred_at: new Date(at).toISOString(), actor: account() },
    ...(kind === 'message' && { target: account(), tie: { connected: random.chance(0.7) } }),
    room: { id: `room-${random.below(400)}`, type: 'group', audience: 'private' },
    item: { id: `i-${n}`, text: 'words that are not kept', link_count: random.chance(0.1) ? 1 : 0 },
  }
}
