import type { KeyObject } from 'node:crypto'
import type { CounterOp, CounterStore, Flag, Judgement, Measured, Mode, Phase, Plan, Reading } from '@lamplighter/rules'
import type { MediaVault } from '../evidence/index.ts'
import { judgeCounted, type LiveRules, type Running, type SwitchSet, soften, type Tally } from '../policy/index.ts'
import { type BoundLists, type Entries, type ListBook, measure, type Provider, type Trials } from '../signals/index.ts'
import type { Sealer } from '../storage/sealer.ts'
import {
  type Acting,
  type Aside,
  actingOn,
  allOps,
  asidesOf,
  judgeOther,
  knownOf,
  missingOf,
  needsIn,
  observed,
  partsOf,
  readingsFor,
} from './beside.ts'
import { countWithin } from './count.ts'
import { type Accepted, idOf } from './event.ts'
import { type MediaReading, readMedia, withinCap } from './media.ts'
import { asPermitted } from './private.ts'

/** What judging needs. The rules may be swapped between two events, never within one. */
export interface Bench {
  /** The live version: its schema is that of every event. */
  readonly rules: () => LiveRules
  readonly running: () => Running
  readonly tally: Pick<Tally, 'saw' | 'later'>
  readonly lists: ListBook
  /** Counts what exceptions silenced. */
  readonly entries?: Pick<Entries, 'saw'>
  /** Versions of lists that are only counted. */
  readonly trials: Pick<Trials, 'watch'>
  readonly counters: CounterStore
  readonly providers: ReadonlyMap<string, Provider>
  readonly vault: MediaVault
  /** Which switches are on, and the time by which they are asked: an event may be judged long after it came. */
  readonly switches: () => { readonly set: SwitchSet; readonly at: number }
  readonly sealer: Sealer
  /** Key of the hashes that stand for sealed values in explanations. */
  readonly sealKey: KeyObject
}

/** Everything known of one event before and after the rules spoke. */
export interface Seen {
  readonly accepted: Accepted
  readonly media: MediaReading
  readonly lists: BoundLists
  /** The version that acts on this event, and no other does. */
  readonly rules: LiveRules
  /** The version whose word is only counted. */
  readonly other: LiveRules | undefined
  /** Rules whose breaker is open: all that they find becomes one case. */
  readonly open: ReadonlySet<string>
  readonly parts: readonly { judgement: Judgement; mode: Mode }[]
  readonly phase: Phase
  readonly now: number
  /** Its counters have moved, and nothing is in doubt that they counted. */
  readonly counted: boolean
  /** Some counter that it read had no sure number: it was warming, late, estimated or away. */
  readonly unsure: boolean
  readonly planned: Planned
  /** What a report is about: the type of its item, where a case of that item is open. */
  readonly reported?: string
}

const NONE: ReadonlySet<string> = new Set()

/** In follow a signal has this long before its event leaves the batch. */
export const FOLLOW_MS = 1_000

/** Counting has this long even when measuring took all the time there was. */
const COUNT_MS = 25

interface Wish {
  /** `gate` for a caller that waits; `follow` for what the gate has judged; both for an event that was never screened. */
  readonly phases: readonly Phase[]
  /** Phases in which this event is asked for the first time; all by default. */
  readonly first?: readonly Phase[]
  readonly budgetMs: number
  readonly now: number
  readonly reported?: string
}

/** An event that is measured and planned: next its counters move, and then its rules speak. */
export interface Planned {
  readonly accepted: Accepted
  readonly key: string
  readonly media: MediaReading
  readonly measured: Measured
  readonly lists: BoundLists
  readonly running: Running
  readonly acting: Acting
  readonly plan: Plan
  /** Versions that do not act on this event, whose counters move with it. */
  readonly asides: readonly Aside[]
  /** What all of them count, those of the acting version first. */
  readonly ops: readonly CounterOp[]
  readonly wish: Wish
}

/** The event as it may be read now: first of all, before anything looks at it. */
export function permitted(
  accepted: Accepted,
  { rules, switches, vault }: Pick<Bench, 'rules' | 'switches' | 'vault'>,
): Promise<Accepted> {
  const kind = rules().schema.events.get(accepted.told.kind)
  return asPermitted(accepted, kind, { ...switches(), vault })
}

/** Measures one event. Pure but for reading files and asking signals; writes nothing. */
export async function planEvent(given: Accepted, bench: Bench, wish: Wish): Promise<Planned> {
  const running = bench.running()
  const accepted = await permitted(given, bench)
  const acting = actingOn(running, accepted.event)
  const { program } = acting.rules
  const { budgetMs, now, phases } = wish
  const needs = needsIn(acting.rules, accepted.event.kind, phases)
  const asked = asidesOf(running, acting, now).map((rules) => ({
    rules,
    missing: missingOf(rules, acting.rules, accepted.event.kind, phases),
  }))
  const waits = !phases.includes('follow')
  // Side by side: a slow picture takes nothing from the time of the signals, nor they from its. A caller that waits never waits for what
  // only another version asks.
  const [read, measured, own] = await Promise.all([
    readMedia(accepted, bench.vault, budgetMs),
    measure(needs, accepted.event, { providers: bench.providers, budgetMs }),
    Promise.all(
      asked.map(({ missing }) =>
        waits ? {} : measure(missing, accepted.event, { providers: bench.providers, budgetMs }),
      ),
    ),
  ])
  const book = await bench.lists.searched(read.readings)
  const media = withinCap(read, book, now)
  const bind = (of = book): BoundLists => of.bind(media.readings, now, media.digestKinds, media.hashed, media.videos)
  // Once an event: what the gate has asked is not counted again in follow.
  const isFirst = (wish.first ?? phases).includes('gate')
  const lists = isFirst ? bench.trials.watch(bind(), bind) : bind()
  const plan = program.plan(media.event, measured, lists)
  const asides = asked.flatMap(({ rules, missing }, place): Aside[] => {
    const known = { ...knownOf(rules, acting.rules, measured), ...own[place] }
    try {
      const aside = rules.program.plan(media.event, known, bind())
      return [{ rules, plan: aside, measured: known, missing: waits ? missing : [] }]
    } catch (error) {
      // What only would have spoken must not stop what speaks.
      bench.tally.later(() => Promise.reject(error))
      return []
    }
  })
  const ops = allOps(plan, asides)
  return { accepted, key: accepted.key, media, measured, lists, running, acting, plan, asides, ops, wish }
}

/**
 * What the rules say of it, its counters read; what they say is counted. A version in shadow or trial judges the same event afterwards, when
 * nobody waits.
 *
 * @param readings of `planned.ops`; none where counting was late
 */
export function judgePlanned(planned: Planned, readings: readonly Reading[], bench: Bench): Seen {
  const { accepted, media, lists, running, acting, plan, asides, ops, wish } = planned
  const { rules, mode, other } = acting
  const { phases, reported, now } = wish
  const open = mode === 'live' ? running.open : NONE
  const isPaused = (rule: string): boolean => (running.pausedUntil.get(rule) ?? 0) > now
  const judgements = phases.map((phase) => judgeCounted(rules.program, plan, readings.slice(0, plan.ops.length), phase))
  const parts = judgements.flatMap((judgement) =>
    partsOf(
      soften(judgement, (rule) => open.has(rule)),
      mode,
      isPaused,
    ),
  )
  const account = idOf(media.event, rules.schema.events.get(accepted.event.kind)?.about ?? 'actor')
  const shared = { acting, event: media.event, judgements, phases: wish.first ?? phases, account, now }
  if (mode === 'live') bench.tally.saw(observed(shared))
  // Once an event: what the gate has judged is not counted again in follow.
  if ((wish.first ?? phases).includes('gate')) bench.entries?.saw(lists.silenced, now)
  const aside = asides.find((one) => one.rules === other)
  if (aside !== undefined) {
    const { providers } = bench
    const bind = (): BoundLists => bench.lists.bind(media.readings, now, media.digestKinds, media.hashed, media.videos)
    const own = readingsFor(aside, ops, readings)
    bench.tally.later(() => judgeOther(aside, own, { ...shared, lists: bind, providers, budgetMs: FOLLOW_MS }))
  }
  const phase = phases.at(-1) ?? 'gate'
  const moved = ops.filter(({ readOnly }) => readOnly !== true)
  const counted = readings.length === ops.length && moved.every(({ where }) => where !== undefined)
  const unsure = readings.length !== ops.length || readings.slice(0, plan.ops.length).some(isUnsure)
  const seen = { accepted, media, lists, rules, other, open, parts, phase, now, counted, unsure, planned }
  return { ...seen, ...(reported !== undefined && { reported }) }
}

const UNSURE: ReadonlySet<string> = new Set<Flag>(['warming', 'late', 'store', 'approx'])
const isUnsure = ({ flags }: Reading): boolean => flags.some((flag) => UNSURE.has(flag))

/** Measures, counts and judges one event for a caller that waits. */
export async function judgeEvent(accepted: Accepted, bench: Bench, wish: Wish): Promise<Seen> {
  const began = performance.now()
  const planned = await planEvent(accepted, bench, wish)
  const left = Math.max(COUNT_MS, wish.budgetMs - (performance.now() - began))
  return judgePlanned(planned, await countWithin(planned, bench.counters, left), bench)
}

/** Rules that were undecided, as `ruleset/rule`. */
export const undecidedOf = (seen: Seen): string[] => namedIn(seen, 'unknown')

/** Rules that fired, as `ruleset/rule`. */
export const firedIn = (seen: Seen): string[] => namedIn(seen, 'fired')

function namedIn(seen: Seen, wanted: 'fired' | 'unknown'): string[] {
  return seen.parts.flatMap(({ judgement }) =>
    judgement.results.flatMap(({ rule, outcome }) => (outcome === wanted ? [`${judgement.ruleset.name}/${rule}`] : [])),
  )
}

/**
 * What follow has to say of an event that the gate has judged: its own rules, and those of the gate that were undecided and have fired now.
 * What the gate has acted on is not acted on twice.
 */
export function afterGate(seen: Seen, undecided: readonly string[]): Seen {
  const asked = new Set(undecided)
  return {
    ...seen,
    parts: seen.parts.map((part) => {
      if (part.judgement.phase !== 'gate') return part
      const name = part.judgement.ruleset.name
      const judged = part.judgement.judged.filter(
        ({ result }) => result.outcome === 'fired' && asked.has(`${name}/${result.rule}`),
      )
      return { ...part, judgement: { ...part.judgement, judged, results: judged.map(({ result }) => result) } }
    }),
  }
}

/**
 * True when something is left to do: the log of facts keeps the event (`logged`), or something may still be said, by follow rules, also of a version that is only counted, by a gate rule that was undecided, or by
 * a counter that has not surely moved.
 */
export function goesOn(seen: Seen, logged: boolean): boolean {
  const follows = (rules: LiveRules | undefined): boolean =>
    rules !== undefined && rules.program.rulesFor(seen.accepted.event.kind, 'follow').length > 0
  return logged || undecidedOf(seen).length > 0 || follows(seen.rules) || follows(seen.other) || !seen.counted
}
