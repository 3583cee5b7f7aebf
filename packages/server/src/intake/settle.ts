import type { Do, EffectJson, RecordedJson, VerdictWord } from '@lamplighter/api'
import { type ActionMeans, createNotice, requestAction, withholdNotice } from '../actions/index.ts'
import { type ExhibitSeed, keepExhibit } from '../evidence/index.ts'
import { insertVerdict, noteHits } from '../policy/index.ts'
import { type CaseSeed, type EvidenceSeed, openCase, putEvidence } from '../review/index.ts'
import { type NotedHit, noteListHits } from '../signals/lists/store.ts'
import type { Tx } from '../storage/index.ts'
import { instantOf, type LedgerAct, record } from '../transparency/index.ts'

/** One measure that the platform must be asked for, because the gate's answer does not carry it. */
export interface VerdictWish {
  readonly do: Do
  readonly what: string | null
  /** Milliseconds since 1970. */
  readonly until: number | null
  readonly notBefore: number
  readonly onItem: boolean
}

/** Everything that follows from what the rules said of one event. Made before the transaction, written inside it. */
export interface Ruling {
  readonly id: string
  readonly phase: 'gate' | 'follow'
  readonly verdict: VerdictWord
  readonly effects: readonly EffectJson[]
  readonly ruleset: string
  readonly rules: readonly string[]
  /** Names of the rules that fired. */
  readonly fired: readonly string[]
  readonly policy: { readonly id: string; readonly name: string } | null
  readonly harms: readonly string[]
  readonly signals: readonly string[]
  /** What lists hit. */
  readonly hits: readonly NotedHit[]
  readonly unknown: readonly string[]
  readonly event: { readonly key: string; readonly id: string; readonly kind: string }
  readonly item: { readonly type: string; readonly id: string } | null
  readonly account: string | null
  /** The explanation, sealed under (`verdicts`, `sealed`, id). */
  readonly sealed: Uint8Array
  readonly cases: readonly CaseSeed[]
  /** Null where the caller's own piece of evidence says it all. */
  readonly evidence: EvidenceSeed | null
  readonly exhibits: readonly ExhibitSeed[]
  readonly wishes: readonly VerdictWish[]
  /** For the person addressed; absent when nothing acts on them, or they are never told. */
  readonly notice: {
    readonly language: string
    readonly text: string
    /** By language. */
    readonly translations: Readonly<Record<string, string>>
    readonly facts: string
    readonly effects: readonly string[]
  } | null
  /** The telling waits on a stated ground; then a case asks a person. `subject`: those about one subject meet in one case. */
  readonly withheld: { readonly because: string; readonly until: number; readonly subject: string } | null
  readonly until: number | null
}

export interface Ruled {
  readonly recorded: RecordedJson
  readonly cases: readonly number[]
}

/**
 * Writes a ruling: ledger record, verdict with explanation, cases, evidence, exhibits, measures, notice (DESIGN §4, step 4). Part of the
 * caller's transaction: all of it is there, or none.
 */
export async function settleRuling(tx: Tx, ruling: Ruling, means: ActionMeans): Promise<Ruled> {
  const numbers: number[] = []
  for (const seed of ruling.cases) numbers.push((await openCase(tx, { ...seed, verdict: ruling.id })).case)
  const first = numbers[0]
  const recorded = await record(tx, verdictAct(ruling, first), means.record)
  await insertVerdict(tx, {
    id: ruling.id,
    at: tx.now,
    event_key: ruling.event.key,
    event_kind: ruling.event.kind,
    phase: ruling.phase,
    verdict: ruling.verdict,
    ruleset: ruling.ruleset,
    sealed: ruling.sealed,
    record: recorded.record,
  })
  await noteHits(tx, { key: ruling.event.key, rules: ruling.fired })
  await noteListHits(tx, { key: ruling.event.key, hits: ruling.hits })
  for (const number of new Set(numbers)) {
    if (ruling.evidence !== null) await putEvidence(tx, number, ruling.evidence)
    for (const exhibit of ruling.exhibits) await keepExhibit(tx, number, exhibit)
  }
  const notice = await tell(tx, ruling, first, means)
  for (const wish of ruling.wishes) {
    await requestAction(
      tx,
      {
        do: wish.do,
        ...(wish.what !== null && { what: wish.what }),
        item: wish.onItem ? ruling.item : null,
        account: ruling.account,
        policy: ruling.policy,
        by: 'rule',
        // What the person may not read yet, the platform could only pass on.
        reason:
          ruling.notice === null || ruling.withheld !== null
            ? null
            : { code: ruling.rules[0] ?? '', text: ruling.notice.text },
        until: wish.until,
        ...(notice !== undefined && { notice }),
        decision: ruling.id,
        notBefore: wish.notBefore,
        recorded,
      },
      means,
    )
  }
  return { recorded, cases: numbers }
}

function verdictAct(ruling: Ruling, caseNumber: number | undefined): LedgerAct {
  return {
    kind: 'verdict',
    affected: ruling.account === null ? { kind: 'platform' } : { kind: 'account', id: ruling.account },
    fields: {
      event: ruling.event.id,
      item: ruling.item?.id ?? null,
      account: ruling.account,
      verdict: ruling.verdict,
      effects: effectsForRecord(ruling.effects),
      policy: ruling.policy?.id ?? null,
      rules: ruling.rules,
      ruleset: ruling.ruleset,
      signals: ruling.signals,
      unknown: ruling.unknown,
      until: ruling.until === null ? null : instantOf(ruling.until),
      case: caseNumber === undefined ? null : `C-${caseNumber}`,
      automated: 'fully',
    },
  }
}

/** Without `refer`: it is asked for and not done, and the person named in the record can open these words. */
const effectsForRecord = (effects: readonly EffectJson[]): string[] =>
  effects.flatMap((effect) => (effect.do === 'refer' ? [] : [[effect.do, effect.what].filter(Boolean).join(' ')]))

async function tell(
  tx: Tx,
  ruling: Ruling,
  caseNumber: number | undefined,
  means: ActionMeans,
): Promise<string | undefined> {
  if (ruling.notice === null || ruling.account === null) return undefined
  const { language, text, translations, facts, effects } = ruling.notice
  const wish = {
    account: ruling.account,
    item: ruling.item,
    decision: ruling.id,
    case: caseNumber ?? null,
    policy: ruling.policy ?? { id: '', name: '' },
    ...(ruling.rules[0] !== undefined && { rule: ruling.rules[0] }),
    automated: true,
    effects,
    statement: { language, text, translations },
    facts,
    until: ruling.until,
  }
  if (ruling.withheld !== null) {
    await withholdNotice(tx, { notice: wish, ...ruling.withheld }, means)
    return undefined
  }
  return (await createNotice(tx, { ...wish, notBefore: tx.now }, means)).notice
}
