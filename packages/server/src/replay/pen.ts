import type { Event, KeptLeaf, Measured, Plan, Program, Schema } from '@lamplighter/rules'
import { factsOf } from './facts.ts'
import { type SealedId, thingOf } from './ids.ts'
import { type Head, type Line, type Origin, signalKey, type Told, UNREAD } from './line.ts'

/** What is known of one event when it has been judged. */
export interface Judged {
  readonly event: Event
  readonly schema: Schema
  /** Milliseconds since 1970. */
  readonly receivedAt: number
  /** The versions that were asked, the acting one first. */
  readonly versions: readonly { readonly program: Program; readonly plan: Plan; readonly measured: Measured }[]
  /** Versions of the lists that were asked; read when all questions have been answered. */
  readonly lists: () => Readonly<Record<string, number>>
  /** What the acting version decided; null where two versions had a part in it. */
  readonly said: Said | null
  readonly unsure: boolean
  /** Null for an event of which nobody can open a case. */
  readonly origin: {
    readonly connection: string
    readonly item: { readonly type: string; readonly id: string } | null
  } | null
}

export interface Said {
  readonly fired: readonly string[]
  readonly unknown: readonly string[]
}

/** What the log keeps of one event: a line, or that one came of which it holds nothing; null for a kind that nobody could read. */
export type Trace =
  | { readonly at: number; readonly line: string }
  | { readonly at: number; readonly unlogged: string | null }

export const linesOf = (traces: readonly Trace[]): string[] =>
  traces.flatMap((trace) => ('line' in trace ? [trace.line] : []))

/** How many events have no line, by kind. */
export function unloggedIn(traces: readonly Trace[]): Record<string, number> {
  const kinds = traces.flatMap((trace) => ('unlogged' in trace ? [trace.unlogged ?? UNREAD] : []))
  return Object.fromEntries([...Map.groupBy(kinds, (kind) => kind)].map(([kind, { length }]) => [kind, length]))
}

/** A chunk in the making: its traces are written in the transaction that settles their events. */
export interface Tray {
  readonly segment: string
  readonly head: Omit<Head, 'unlogged'>
}

interface Asked {
  readonly set: number
  readonly leaves: readonly { readonly of: number; readonly leaf: KeptLeaf }[]
}

/** Writes the lines of one chunk. */
export class Pen {
  readonly #segment: string
  readonly #sealedId: SealedId
  readonly #by: string[] = []
  readonly #sets: string[][] = []
  readonly #asked = new Map<string, Asked>()

  constructor(segment: string, sealedId: SealedId) {
    this.#segment = segment
    this.#sealedId = sealedId
  }

  get tray(): Tray {
    return { segment: this.#segment, head: { v: 1, by: [...this.#by], sets: this.#sets.map((set) => [...set]) } }
  }

  trace(judged: Judged): Trace | null {
    const kind = judged.schema.events.get(judged.event.kind)
    const [acting] = judged.versions
    if (kind === undefined || acting === undefined) return null
    const at = judged.receivedAt
    if (kind.encrypted) return { at, unlogged: kind.name }
    const { set, leaves } = this.#askedOf(judged)
    const answers = leaves.map(({ of, leaf }) => letterOf(leaf, judged.versions[of]?.plan)).join('')
    const line: Line = {
      e: factsOf(judged.event, kind, this.#sealedId),
      ...(judged.origin !== null && { o: this.#originOf(judged.origin) }),
      s: signalsOf(judged.versions),
      l: judged.lists(),
      a: [set, answers],
      ...(judged.said !== null && {
        d: [this.#placeOf(acting.program.ruleset.hash), judged.said.fired, judged.said.unknown] as const,
      }),
      ...(judged.unsure && { u: 1 as const }),
    }
    return { at, line: JSON.stringify(line) }
  }

  #originOf({ connection, item }: NonNullable<Judged['origin']>): Origin {
    return item === null ? [connection] : [connection, item.type, this.#sealedId(thingOf(item.type), item.id)]
  }

  /** The questions of all versions about one kind, each once. */
  #askedOf({ event, versions }: Judged): Asked {
    const name = [event.kind, ...versions.map(({ program }) => program.ruleset.hash)].join(' ')
    const known = this.#asked.get(name)
    if (known !== undefined) return known
    const all = versions.flatMap(({ program }, of) => program.keptLeaves(event.kind).map((leaf) => ({ of, leaf })))
    const leaves = [...new Map(all.toReversed().map((one) => [one.leaf.key, one])).values()]
    const asked = { set: this.#sets.push(leaves.map(({ leaf }) => leaf.key)) - 1, leaves }
    this.#asked.set(name, asked)
    return asked
  }

  #placeOf(hash: string): number {
    const place = this.#by.indexOf(hash)
    return place === -1 ? this.#by.push(hash) - 1 : place
  }
}

function letterOf(leaf: KeptLeaf, plan: Plan | undefined): string {
  const answer = plan === undefined ? undefined : leaf.answer(plan.run)
  return answer === undefined ? 'u' : answer ? 't' : 'f'
}

function signalsOf(versions: Judged['versions']): Record<string, Told> {
  const told: Record<string, Told> = {}
  // The acting version last: where two measured the same, its word is the one that counted.
  for (const { program, measured } of versions.toReversed()) {
    for (const [name, state] of Object.entries(measured)) {
      const spec = program.ruleset.signals.get(name)
      if (spec === undefined) continue
      told[signalKey(spec)] = toldOf(state)
    }
  }
  return told
}

function toldOf(state: Measured[string]): Told {
  switch (state.known) {
    case true:
      return state.value
    case false:
      return '?'
    case 'none':
      return null
    case 'off':
      return 'off'
  }
}
