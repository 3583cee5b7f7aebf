import { type Event, type KeptAnswers, type Measured, type Measurement, offBy, type Program } from '@lamplighter/rules'
import { type Head, type Line, signalKey, type Told } from './line.ts'

/** One past event, as rules are asked about it. */
export interface Past {
  readonly event: Event
  readonly receivedAt: number
  readonly answers: KeptAnswers
  readonly told: Line['s']
  readonly origin: Line['o']
  /** What the version with this hash decided then; undefined where two had a part in it. */
  readonly said:
    | { readonly by: string; readonly fired: readonly string[]; readonly unknown: readonly string[] }
    | undefined
  readonly unsure: boolean
}

/** Reads a line of a chunk. */
export function pastOf(text: string, head: Head): Past {
  const { e: event, o: origin, s: told, a, d, u } = JSON.parse(text) as Line
  return {
    event,
    receivedAt: Date.parse(event.received_at ?? event.occurred_at),
    answers: answersOf(head.sets[a[0]] ?? [], a[1]),
    told,
    origin,
    said: d === undefined ? undefined : { by: head.by[d[0]] ?? '', fired: d[1], unknown: d[2] },
    unsure: u === 1,
  }
}

function answersOf(keys: readonly string[], letters: string): KeptAnswers {
  const answers = new Map<string, boolean | undefined>()
  for (let place = 0; place < keys.length; place += 1) {
    const letter = letters[place]
    answers.set(keys[place] ?? '', letter === 'u' ? undefined : letter === 't')
  }
  return answers
}

/** The signals that a version asks of a kind of event, with what finds them among those that were told. */
export type Wanted = readonly { readonly name: string; readonly key: string }[]

export function wantedBy(program: Program, kind: string): Wanted {
  const specs = (['gate', 'follow'] as const).flatMap((phase) => program.signals(kind, phase))
  const byName = new Map(specs.map((spec) => [spec.name, signalKey(spec)]))
  return [...byName].map(([name, key]) => ({ name, key }))
}

/** What was measured then, by the names of this version; what was not is absent, and unknown. */
export function measuredOf(wanted: Wanted, { told, event }: Pick<Past, 'told' | 'event'>): Measured {
  const measured: Record<string, Measurement> = {}
  for (const { name, key } of wanted) {
    const found = told[key]
    if (found !== undefined) measured[name] = stateOf(found, event)
  }
  return measured
}

function stateOf(told: Told, event: Event): Measurement {
  if (told === null) return { known: 'none' }
  if (told === 'off') return { known: 'off', switch: offBy(event) ?? '' }
  return told === '?' ? { known: false, why: 'recorded' } : { known: true, value: told }
}
