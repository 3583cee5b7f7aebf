import type { KeyObject } from 'node:crypto'
import type { EffectJson, Severity } from '@lamplighter/api'
import {
  type CounterStore,
  canonicalJson,
  type Explanation,
  explain,
  type Json,
  type Judgement,
  type MergedEffect,
  type Mode,
  merge,
  type Phase,
  type Plan,
  type Reading,
} from '@lamplighter/rules'
import type { MediaVault } from '../evidence/index.ts'
import { hmacHex } from '../http/crypto.ts'
import { type LiveRules, shippedPolicies } from '../policy/index.ts'
import { type BoundLists, type ListBook, measure, type Provider } from '../signals/index.ts'
import { newId } from '../storage/index.ts'
import type { Sealer } from '../storage/sealer.ts'
import { countWithin, judgeCounted } from './count.ts'
import { type Accepted, idOf, itemKey } from './event.ts'
import { evidenceOf } from './evidence.ts'
import { type MediaReading, readMedia } from './media.ts'
import type { Ruling, VerdictWish } from './settle.ts'
import type { Judged } from './store.ts'
import { tellingOf } from './telling.ts'

/** What judging needs. The rules may be swapped between two events, never within one. */
export interface Bench {
  readonly rules: () => LiveRules
  readonly lists: ListBook
  readonly counters: CounterStore
  readonly providers: ReadonlyMap<string, Provider>
  readonly vault: MediaVault
  readonly sealer: Sealer
  /** Key of the hashes that stand for sealed values in explanations. */
  readonly sealKey: KeyObject
}

/** Everything known of one event before and after the rules spoke. */
export interface Seen {
  readonly accepted: Accepted
  readonly media: MediaReading
  readonly lists: BoundLists
  readonly rules: LiveRules
  readonly parts: readonly { judgement: Judgement; mode: Mode }[]
  readonly phase: Phase
  readonly now: number
  /** Its counters have moved, and nothing is in doubt that they counted. */
  readonly counted: boolean
  /** What a report is about: the type of its item, where a case of that item is open. */
  readonly reported?: string
}

/** In follow a signal has this long before its event leaves the batch. */
export const FOLLOW_MS = 1_000

/** Counting has this long even when measuring took all the time there was. */
const COUNT_MS = 25

interface Wish {
  /** `gate` for a caller that waits; `follow` for what the gate has judged; both for an event that was never screened. */
  readonly phases: readonly Phase[]
  readonly budgetMs: number
  readonly now: number
  readonly reported?: string
}

/** An event that is measured and planned: next its counters move, and then its rules speak. */
export interface Planned {
  readonly accepted: Accepted
  readonly key: string
  readonly media: MediaReading
  readonly lists: BoundLists
  readonly rules: LiveRules
  readonly plan: Plan
  readonly wish: Wish
}

/** Measures one event. Pure but for reading files and asking signals; writes nothing. */
export async function planEvent(accepted: Accepted, bench: Bench, wish: Wish): Promise<Planned> {
  const rules = bench.rules()
  const { program } = rules
  const kind = accepted.event.kind
  const needs = [
    ...new Map(wish.phases.flatMap((phase) => program.signals(kind, phase)).map((need) => [need.name, need])).values(),
  ]
  // Side by side: a slow picture takes nothing from the time of the signals, nor they from its.
  const [media, measured] = await Promise.all([
    readMedia(accepted, bench.vault, wish.budgetMs),
    measure(needs, accepted.event, { providers: bench.providers, budgetMs: wish.budgetMs }),
  ])
  const lists = bench.lists.bind(media.readings, wish.now, media.digestKinds)
  const plan = program.plan(media.event, measured, lists)
  return { accepted, key: accepted.key, media, lists, rules, plan, wish }
}

/** What the rules say of it, its counters read. */
export function judgePlanned(planned: Planned, readings: readonly Reading[]): Seen {
  const { accepted, media, lists, rules, plan, wish } = planned
  const { phases, reported, now } = wish
  const parts = phases.map((phase) => ({
    judgement: judgeCounted(rules.program, plan, readings, phase),
    mode: 'live' as const,
  }))
  const phase = phases.at(-1) ?? 'gate'
  const moved = plan.ops.filter(({ readOnly }) => readOnly !== true)
  const counted = readings.length === plan.ops.length && moved.every(({ where }) => where !== undefined)
  return { accepted, media, lists, rules, parts, phase, now, counted, ...(reported !== undefined && { reported }) }
}

/** Measures, counts and judges one event for a caller that waits. */
export async function judgeEvent(accepted: Accepted, bench: Bench, wish: Wish): Promise<Seen> {
  const began = performance.now()
  const planned = await planEvent(accepted, bench, wish)
  const left = Math.max(COUNT_MS, wish.budgetMs - (performance.now() - began))
  return judgePlanned(planned, await countWithin(planned, bench.counters, left))
}

/** Rules that were undecided, as `ruleset/rule`. */
export function undecidedOf(seen: Seen): string[] {
  return seen.parts.flatMap(({ judgement }) =>
    judgement.results.flatMap(({ rule, outcome }) =>
      outcome === 'unknown' ? [`${judgement.ruleset.name}/${rule}`] : [],
    ),
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

/** True when something may still change what was said: follow rules, a gate rule that was undecided, a counter that has not surely moved. */
export function goesOn(seen: Seen): boolean {
  const { program } = seen.rules
  return (
    undecidedOf(seen).length > 0 || program.rulesFor(seen.accepted.event.kind, 'follow').length > 0 || !seen.counted
  )
}

/**
 * What follows from a judgement, ready to be written. `ruling` is null when nothing follows: then nothing of the event is kept.
 *
 * @param how `hold`: the verdict of the gate that holds the item until follow can tell
 */
export async function judgedOf(
  seen: Seen,
  bench: Bench,
  how: { readonly state: 'gated' | 'followed'; readonly gated: boolean; readonly hold: string | null },
): Promise<Judged> {
  const { verdict, effects } = merge(seen.parts)
  // Nearly every event is harmless: what only a ruling needs is made for a ruling.
  const id = effects.length === 0 ? '' : newId('dec', seen.now)
  const explanation =
    effects.length === 0 ? undefined : explain(seen.parts, (value) => hmacHex(bench.sealKey, value), id)
  const acting = effects.filter(({ do: act }) => act !== 'offer')
  return {
    key: seen.accepted.key,
    bodyHash: seen.accepted.bodyHash,
    state: how.state,
    gated: how.gated,
    ruling:
      explanation === undefined || acting.length === 0
        ? null
        : await rulingOf(seen, bench, { id, verdict, effects, explanation }),
    hold:
      how.hold === null
        ? null
        : { decision: how.hold, end: verdict === 'hold' || verdict === 'block' ? 'never' : 'now' },
    answer: {
      verdict,
      effects: effects.map(effectJson),
      unknown: [...seen.media.unknown, ...unknownSignals(seen), ...unknownLists(seen, explanation)],
      because: explanation?.rules.filter(({ outcome }) => outcome === 'fired').map(({ because }) => because) ?? [],
    },
    append: null,
    media: seen.media.files.filter(({ stored }) => stored).map(({ mediaKey }) => mediaKey),
  }
}

function effectJson(effect: MergedEffect): EffectJson {
  return {
    do: effect.do,
    ...('what' in effect && { what: effect.what }),
    ...('for' in effect && { for: effect.for }),
    ...('within' in effect && { within: effect.within }),
    ...('until' in effect && { until: effect.until }),
    ...('on' in effect && { on: effect.on }),
    rules: [...effect.rules],
  }
}

/** Lists that left a rule undecided. A sealed one is not named: the answer must not tell what is on it. */
function unknownLists(seen: Seen, explanation: Explanation | undefined): { signal: string; why: string }[] {
  const causes = new Set(explanation?.undecided.flatMap(({ because_of }) => because_of) ?? [])
  const found = [...causes].flatMap((cause) => {
    const name = cause.startsWith('list:') ? cause.slice(5) : undefined
    const spec = name === undefined ? undefined : seen.rules.program.ruleset.lists.get(name)
    if (name === undefined || spec === undefined) return []
    const why = seen.lists.asked.has(name) ? (seen.lists.unsure.get(name) ?? 'cannot_tell') : 'not_loaded'
    return [{ signal: spec.sealed ? 'list:sealed' : cause, why }]
  })
  return [...new Map(found.map((one) => [`${one.signal} ${one.why}`, one])).values()]
}

/** Signals that a rule asked for and nobody could tell, with the reason. */
function unknownSignals(seen: Seen): { signal: string; why: string }[] {
  const found = new Map<string, string>()
  for (const { judgement } of seen.parts) {
    for (const need of seen.rules.program.signals(seen.accepted.event.kind, judgement.phase)) {
      const state = judgement.plan.run.measured[need.name]
      if (state?.known === false) found.set(need.name, state.why)
    }
  }
  return [...found].map(([signal, why]) => ({ signal, why }))
}

interface Said {
  readonly id: string
  readonly verdict: Ruling['verdict']
  readonly effects: readonly MergedEffect[]
  readonly explanation: Explanation
}

async function rulingOf(seen: Seen, bench: Bench, said: Said): Promise<Ruling> {
  const { accepted, rules } = seen
  const { event, connection } = accepted
  const kind = rules.schema.events.get(event.kind)
  const account = idOf(event, kind?.about ?? 'actor') ?? null
  const item = itemOf(seen)
  const subject =
    item === null ? `account:${connection}:${account ?? event.id}` : itemKey(connection, item.type, item.id)
  const spoke = said.explanation.rules.filter(({ outcome }) => outcome !== 'quiet')
  const fired = spoke.filter(({ outcome }) => outcome === 'fired')
  const named = (fired.length > 0 ? fired : spoke)
    .map((one) => ruleOf(rules, one.rule))
    .filter((rule) => rule !== undefined)
  const ranked = [...named].sort((a, b) => SEVERITY.indexOf(b.severity) - SEVERITY.indexOf(a.severity))
  const main = ranked[0]
  const policy = shippedPolicies.find(({ id }) => id === main?.policy)
  const harms = [...new Set(named.map(({ harm }) => harm))]
  const evidenceId = newId('ev', seen.now)
  const { stored, exhibits } = await evidenceOf(seen, bench, { effects: said.effects, itemState: stateOf(said), item })
  const { notice, withheld } = tellingOf(said, main?.withhold)
  return {
    id: said.id,
    phase: seen.phase,
    verdict: said.verdict,
    effects: said.effects.map(effectJson),
    ruleset: rules.hash,
    rules: spoke.map((one) => `${one.rule} v${one.version}`),
    policy: policy === undefined ? null : { id: policy.id, name: policy.name },
    harms,
    signals: seen.lists.hits.map(({ list, version }) => `${list} v${version}`),
    unknown: said.explanation.undecided.flatMap(({ because_of }) => [...because_of]),
    event: { key: accepted.key, id: event.id, kind: event.kind },
    item,
    account,
    sealed: await bench.sealer.seal(
      'verdicts',
      'sealed',
      said.id,
      JSON.parse(canonicalJson(said.explanation as unknown as Json)),
    ),
    cases: said.effects.flatMap((effect) =>
      effect.do === 'queue'
        ? [
            {
              lane: effect.what,
              dueAt: seen.now + effect.within,
              subject: { kind: item === null ? ('account' as const) : ('item' as const), key: subject },
              words: wordsOf(seen, said, main?.name),
              account,
              harms,
              policies: [...new Set(ranked.map((rule) => rule.policy))],
            },
          ]
        : [],
    ),
    evidence: {
      id: evidenceId,
      itemKey: subject,
      author: account ?? '',
      reported: false,
      grade: 'seen',
      sealed: await bench.sealer.seal('evidence', 'sealed', evidenceId, stored),
    },
    exhibits,
    wishes: wishesOf(seen, said, item !== null),
    notice,
    withheld: withheld === null ? null : { because: withheld.because, until: seen.now + withheld.forMs, subject },
    until: said.effects.reduce<number | null>(
      (until, effect) => (effect.do === 'limit' ? Math.max(until ?? 0, seen.now + effect.for) : until),
      null,
    ),
  }
}

const SEVERITY: readonly Severity[] = ['low', 'medium', 'high', 'critical']

function ruleOf(rules: LiveRules, qualified: string) {
  const name = qualified.slice(qualified.indexOf('/') + 1)
  return rules.program.ruleset.rules.find((rule) => rule.name === name)
}

/** The item of an event, or null for kinds that have none. */
export function itemOf({
  accepted,
  rules,
  reported,
}: Pick<Seen, 'accepted' | 'rules' | 'reported'>): { type: string; id: string } | null {
  const kind = rules.schema.events.get(accepted.event.kind)
  if (kind?.item === undefined) return null
  if (kind.item === 'media') {
    const first = accepted.files[0]
    return first === undefined ? null : { type: 'media', id: first.id }
  }
  const id = idOf(accepted.event, kind.item)
  if (id === undefined) return null
  if (kind.item === 'actor') return { type: 'account', id }
  // A report names the item that it is about; its own kind says nothing of what that item is.
  return { type: isReport(kind.name) ? (reported ?? 'message') : typeOf(kind.name), id }
}

/** Kinds whose item is another event's. */
export const isReport = (kind: string): boolean => kind === 'report' || kind === 'sealed_report'

/** What an item is called, by the kind of event that brings it. */
export const typeOf = (kind: string): string => (kind === 'profile_changed' ? 'profile' : kind)

function stateOf(said: Said): 'held' | 'blocked' | null {
  return said.verdict === 'block' ? 'blocked' : said.verdict === 'hold' ? 'held' : null
}

/** Kind and reason in words, without content and without an id of the platform. */
function wordsOf(seen: Seen, said: Said, rule: string | undefined): string {
  const kind = KIND_WORDS[seen.accepted.event.kind] ?? seen.accepted.event.kind.replaceAll('_', ' ')
  const undecided = said.explanation.rules.every(({ outcome }) => outcome === 'unknown')
  const reason = rule?.replaceAll('_', ' ') ?? 'a rule'
  return undecided ? `${kind}, not checked: ${reason}` : `${kind}: ${reason}`
}

const KIND_WORDS: Readonly<Record<string, string>> = {
  message: 'message',
  post: 'post',
  upload: 'upload',
  profile_changed: 'profile',
  report: 'report',
  sealed_report: 'report',
}

/**
 * What the platform is asked to do. The gate's answer says the same, at once; the asking makes it hold when that answer was lost, and gives
 * each measure an id by which it is acknowledged, withdrawn and found in the log.
 */
function wishesOf(seen: Seen, said: Said, hasItem: boolean): VerdictWish[] {
  return said.effects.flatMap((effect): VerdictWish[] => {
    const base = { what: null, until: null, notBefore: seen.now, onItem: hasItem }
    switch (effect.do) {
      case 'block':
        return [{ ...base, do: 'remove' }]
      case 'hold': {
        const hold = { ...base, do: 'hold' as const }
        return effect.until === 'release'
          ? [hold, { ...base, do: 'release', notBefore: seen.now + effect.for }]
          : [hold]
      }
      case 'limit':
        return [{ ...base, do: 'limit', what: effect.what, until: seen.now + effect.for, onItem: false }]
      case 'label':
        return [{ ...base, do: 'label', what: effect.what }]
      default:
        return []
    }
  })
}
