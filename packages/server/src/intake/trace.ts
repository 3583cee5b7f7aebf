import type { Pen, Said, Trace } from '../replay/index.ts'
import type { Seen } from './pipeline.ts'
import type { Gated } from './record.ts'
import { itemOf } from './ruling.ts'

/** What the replay log keeps of an event, once all that follows from it is made: asking again must find no more hits for its case. */
export function traceOf(seen: Seen, gated: Gated | null, pen: Pen | undefined): Trace | null {
  if (pen === undefined) return null
  const { accepted, lists, media, planned, rules, unsure } = seen
  return pen.trace({
    event: media.event,
    schema: rules.schema,
    receivedAt: accepted.receivedAt,
    versions: [
      { program: rules.program, plan: planned.plan, measured: planned.measured },
      ...planned.asides.map(({ rules: { program }, plan, measured }) => ({ program, plan, measured })),
    ],
    lists: () => Object.fromEntries([...lists.asked].map(([id, { version }]) => [id, version])),
    said: saidOf(seen, gated),
    unsure,
    origin: { connection: accepted.connection, item: itemOf(seen) },
  })
}

/**
 * What the rules decided of an event: in the gate, where it was asked there, and in follow what the gate had left open. Null where the gate
 * had other rules than follow.
 */
function saidOf({ parts, rules }: Seen, gated: Gated | null): Said | null {
  const results = parts.flatMap(({ judgement }) =>
    judgement.results.map(({ rule, outcome }) => ({ rule, outcome, phase: judgement.phase })),
  )
  if (gated === null) return { fired: namesOf(results, 'fired'), unknown: namesOf(results, 'unknown') }
  if (gated.by !== rules.hash) return null
  const open = new Set(gated.undecided.map(bare))
  const later = results.filter(({ phase, rule }) => phase === 'follow' || open.has(rule))
  return { fired: [...(gated.fired ?? []).map(bare), ...namesOf(later, 'fired')], unknown: namesOf(later, 'unknown') }
}

const namesOf = (results: readonly { rule: string; outcome: string }[], outcome: string): string[] =>
  results.filter((one) => one.outcome === outcome).map(({ rule }) => rule)

/** `ruleset/rule` without the rule set. */
const bare = (rule: string): string => rule.slice(rule.indexOf('/') + 1)
