import type { CaseTitle, EffectJson, Severity } from '@lamplighter/api'
import { canonicalJson, type Explanation, explain, type Json, type MergedEffect, merge } from '@lamplighter/rules'
import { mediaKey } from '../evidence/index.ts'
import { hmacHex } from '../http/crypto.ts'
import { type LiveRules, shippedPolicies } from '../policy/index.ts'
import { subjectOf } from '../review/index.ts'
import { newId } from '../storage/index.ts'
import { idOf } from './event.ts'
import { evidenceOf } from './evidence.ts'
import type { Bench, Seen } from './pipeline.ts'
import type { Ruling, VerdictWish } from './settle.ts'
import type { Judged } from './store.ts'
import { hasFired, tellingOf } from './telling.ts'

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
      because: explanation?.rules.filter(hasFired).map(({ because }) => because) ?? [],
      ...(seen.accepted.off !== undefined && { off: seen.accepted.off }),
    },
    append: null,
    trace: null,
    media: handedIn(seen),
  }
}

/** Files that are done with now: nobody looks at those of an event whose content may not be read, and they go like all that nothing flagged. */
function handedIn({ accepted, media }: Seen): string[] {
  if (accepted.off !== undefined) return accepted.files.map(({ id }) => mediaKey(accepted.connection, id))
  return media.files.filter(({ stored }) => stored).map((file) => file.mediaKey)
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

/** The same person has another name at each entry, so names lead nowhere. */
function hitsOf({ accepted, lists }: Seen, { sealKey }: Pick<Bench, 'sealKey'>): Ruling['hits'] {
  const sender = idOf(accepted.event, 'actor')
  return lists.hits.map(({ list, entry, version, distanceBits }) => ({
    ...{ list, n: entry, version, distance: distanceBits },
    who: sender === undefined ? null : hmacHex(sealKey, `uploader ${list} ${entry} ${sender}`),
  }))
}

async function rulingOf(seen: Seen, bench: Bench, said: Said): Promise<Ruling> {
  const { accepted, rules } = seen
  const { event, connection } = accepted
  const kind = rules.schema.events.get(event.kind)
  const account = idOf(event, kind?.about ?? 'actor') ?? null
  const item = itemOf(seen)
  const subject = subjectOf({ connection, item, account, event: event.id })
  const spoke = said.explanation.rules.filter(({ outcome, mode }) => outcome !== 'quiet' && mode !== 'paused')
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
    fired: fired.map(({ rule }) => nameIn(rule)),
    policy: policy === undefined ? null : { id: policy.id, name: policy.name },
    harms,
    signals: seen.lists.hits.map(({ list, version }) => `${list} v${version}`),
    hits: hitsOf(seen, bench),
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
              ...(openIn(seen, effect.rules) ?? {
                subject,
                title: titleOf(seen, said, main?.name),
                account,
              }),
              harms,
              policies: [...new Set(ranked.map((rule) => rule.policy))],
            },
          ]
        : [],
    ),
    evidence: {
      id: evidenceId,
      itemKey: subject.key,
      author: account ?? '',
      reported: false,
      grade: 'seen',
      sealed: await bench.sealer.seal('evidence', 'sealed', evidenceId, stored),
    },
    exhibits,
    wishes: wishesOf(seen, said, item !== null),
    notice,
    withheld:
      withheld === null ? null : { because: withheld.because, until: seen.now + withheld.forMs, subject: subject.key },
    until: said.effects.reduce<number | null>(
      (until, effect) => (effect.do === 'limit' ? Math.max(until ?? 0, seen.now + effect.for) : until),
      null,
    ),
  }
}

/** The one case of all that a rule finds while its breaker is open; undefined when another rule asks for the case, too. */
function openIn(
  seen: Seen,
  rules: readonly string[],
): Pick<Ruling['cases'][number], 'subject' | 'title' | 'account'> | undefined {
  const names = rules.map(nameIn)
  if (names.length === 0 || !names.every((name) => seen.open.has(name))) return undefined
  return {
    subject: { kind: 'gathered', key: `breaker:${rules.join(' ')}` },
    title: { what: 'breaker', rules: names },
    account: null,
  }
}

const SEVERITY: readonly Severity[] = ['low', 'medium', 'high', 'critical']

/** The name in `starter/name`. */
const nameIn = (qualified: string): string => qualified.slice(qualified.indexOf('/') + 1)

function ruleOf(rules: LiveRules, qualified: string) {
  return rules.program.ruleset.rules.find((rule) => rule.name === nameIn(qualified))
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

/** Kind and reason, without content and without an id of the platform. */
function titleOf(seen: Seen, said: Said, rule: string | undefined): CaseTitle {
  const undecided = said.explanation.rules.every(({ outcome }) => outcome === 'unknown')
  return { what: 'rule', kind: seen.accepted.event.kind, rule: rule ?? null, undecided }
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
