import {
  canonicalJson,
  type Event,
  explain,
  type Json,
  type Judgement,
  type MergedEffect,
  merge,
  offBy,
} from '@lamplighter/rules'
import { judgeCounted, type LiveRules } from '../policy/index.ts'
import { type CaseSeed, factLines, type StoredEvidence, subjectOf } from '../review/index.ts'
import type { ArchivedContent } from './archive.ts'
import { factsOf } from './facts.ts'
import { type OpenedId, thingOf } from './ids.ts'
import { measuredOf, type Past, wantedBy } from './past.ts'
import type { Hit } from './search.ts'
import { NO_LISTS } from './side.ts'

/** What a version says of a past event, led back to the ids that the platform knows. */
export interface Finding {
  readonly event: Event
  readonly account: string | null
  readonly item: { readonly type: string; readonly id: string } | null
  readonly subject: CaseSeed['subject']
  /** Names of the rules, without the rule set. */
  readonly rules: readonly string[]
  readonly title: CaseSeed['title']
  readonly harms: readonly string[]
  readonly policies: readonly string[]
  /** The queues that the rules ask for; nothing else of what they say has an effect. */
  readonly queues: readonly Extract<MergedEffect, { do: 'queue' }>[]
  /** Canonical JSON, to be sealed. */
  readonly explanation: Json
  readonly evidence: StoredEvidence
}

export interface Meaning {
  readonly rules: LiveRules
  readonly openedId: OpenedId
  /** The keyed hash of a value that stays sealed. */
  readonly seal: (value: string) => string
  readonly retro: string
  /** Of an archive: the content of an event, by its kind and the id that the archive's key gave it. The log has none. */
  readonly contentOf?: (kind: string, sealedId: string) => ArchivedContent | undefined
}

/**
 * Makes of a hit what a case says: the explanation of the version, with the platform's own ids in it, and the facts that are known. Content
 * is not there. Undefined when the rules are quiet after all.
 *
 * @param asked the rules that have not made a case of this event before
 * @param id of the verdict
 */
export function findingOf(hit: Hit, asked: ReadonlySet<string>, meaning: Meaning, id: string): Finding | undefined {
  const { rules, openedId } = meaning
  const { program, schema } = rules
  const { past } = hit
  const kind = schema.events.get(past.event.kind)
  const [connection = '', type, sealed] = past.origin ?? []
  if (kind === undefined) return undefined
  const event = factsOf(past.event, kind, openedId)
  const measured = measuredOf(wantedBy(program, event.kind), past)
  const plan = program.plan(event, measured, NO_LISTS, past.answers)
  const readings = hit.readings.map((reading) => ({
    ...reading,
    events: reading.events.map((one) => openedId('event', one)),
  }))
  const parts = (['gate', 'follow'] as const)
    .map((phase) => firedOf(judgeCounted(program, plan, readings, phase), asked))
    .filter(({ judged }) => judged.length > 0)
    .map((judgement) => ({ judgement, mode: 'live' as const }))
  const effects = merge(parts).effects.filter(({ do: act }) => act === 'queue' || act === 'preserve')
  const queues = effects.filter((effect) => effect.do === 'queue')
  if (queues.length === 0) return undefined
  const account = idOf(event, kind.about)
  const item = type === undefined || sealed === undefined ? null : { type, id: openedId(thingOf(type), sealed) }
  const names = parts.flatMap(({ judgement }) => judgement.results.map(({ rule }) => rule))
  const ranked = program.ruleset.rules
    .filter(({ name }) => names.includes(name))
    .toSorted((a, b) => SEVERITY.indexOf(b.severity) - SEVERITY.indexOf(a.severity))
  return {
    event,
    account,
    item,
    subject: subjectOf({ connection, item, account, event: event.id }),
    rules: names,
    title: { what: 'past', kind: event.kind, rule: ranked[0]?.name ?? '' },
    harms: [...new Set(ranked.map(({ harm }) => harm))],
    policies: [...new Set(ranked.map(({ policy }) => policy))],
    queues,
    // Nothing but a case comes of it, whatever else the rules would have done then.
    explanation: JSON.parse(
      canonicalJson({
        ...(explain(parts, meaning.seal, id) as unknown as { readonly [name: string]: Json }),
        verdict: 'allow',
        effects: effects as unknown as Json,
        retro: { run: meaning.retro, ruleset: `${rules.name}@${rules.version}` },
      }),
    ) as Json,
    evidence: withContent(
      evidenceOf(past, { event, item, account, isReport: kind.members.has('report') }, rules),
      meaning.contentOf?.(event.kind, past.event.id),
    ),
  }
}

const SEVERITY = ['low', 'medium', 'high', 'critical']

/** Only rules that fire make a case: what the past leaves undecided is nobody's fault. */
function firedOf(judgement: Judgement, asked: ReadonlySet<string>): Judgement {
  const judged = judgement.judged.filter(({ result }) => result.outcome === 'fired' && asked.has(result.rule))
  return { ...judgement, judged, results: judged.map(({ result }) => result) }
}

const withContent = (evidence: StoredEvidence, content: ArchivedContent | undefined): StoredEvidence =>
  content === undefined ? evidence : { ...evidence, ...content, signals: [...evidence.signals, ...content.signals] }

interface Known extends Pick<Finding, 'event' | 'item' | 'account'> {
  readonly isReport: boolean
}

function evidenceOf(past: Past, known: Known, { program }: LiveRules): StoredEvidence {
  const { event, item, account, isReport } = known
  // Who acts in a report is the one who reported: staff never learn who that was.
  const { actor: _, ...others } = event
  const off = offBy(event)
  return {
    eventKind: event.kind,
    provenance: isReport ? 'unproven' : 'server',
    author: { role: 'actor', id: isReport ? account : idOf(event, 'actor') },
    item,
    itemState: null,
    occurredAt: Date.parse(event.occurred_at),
    text: null,
    marks: [],
    links: [],
    files: [],
    signals: wantedBy(program, event.kind).map(({ name, key }): StoredEvidence['signals'][number] => {
      const told = past.told[key]
      const base = { name, kind: typeof told === 'number' ? ('score' as const) : ('bool' as const), list: null }
      if (told === undefined || told === '?') return { ...base, state: 'unknown', value: null, why: 'recorded' }
      if (told === null) return { ...base, state: 'none', value: null, why: null }
      if (told === 'off') return { ...base, state: 'off', value: null, why: off ?? null }
      return { ...base, state: 'value', value: String(told), why: null }
    }),
    facts: factLines(isReport ? others : event),
    ...(off !== undefined && { off }),
  }
}

function idOf(event: Event, record: string): string | null {
  const found = event[record]
  const id: unknown = typeof found === 'object' && found !== null ? Reflect.get(found, 'id') : undefined
  return typeof id === 'string' ? id : null
}
