import { type Json, mustBeKept, type Program, withLengths } from '@lamplighter/rules'
import type { Past } from './past.ts'
import type { Word } from './side.ts'

/** One event of which two versions say different things, with why. Ids in it are those of the log, which name nobody. */
export interface Difference {
  readonly rule: string
  /** `new`: only the new version fires; `lost`: only the other one. */
  readonly what: 'new' | 'lost'
  /** When it was received, milliseconds since 1970. */
  readonly at: number
  readonly kind: string
  readonly event: string
  readonly outcome: { readonly new: Outcome; readonly against: Outcome }
  /** What the new version's rule asked; what the other one's did, where the new one has no such rule. */
  readonly clauses: readonly Clause[]
}

type Outcome = 'fired' | 'quiet' | 'unknown'

interface Clause {
  readonly text: string
  /** Null: unknown. */
  readonly outcome: boolean | null
  /** What it read, lengths of time as the language writes them; nothing where the answer is all that was kept. */
  readonly values: { readonly [name: string]: Json }
}

export function differenceOf(
  past: Past,
  rule: string,
  mine: Word,
  theirs: Word,
  programs: readonly Program[],
): Difference {
  const { event } = past
  const fired = mine.outcomes.get(rule) === 'fired'
  return {
    rule,
    what: fired ? 'new' : 'lost',
    at: past.receivedAt,
    kind: event.kind,
    event: event.id,
    outcome: { new: mine.outcomes.get(rule) ?? 'quiet', against: theirs.outcomes.get(rule) ?? 'quiet' },
    clauses: clausesOf(rule, mine, programs[0]) ?? clausesOf(rule, theirs, programs[1]) ?? [],
  }
}

function clausesOf(rule: string, { judgements }: Word, program: Program | undefined): Clause[] | undefined {
  for (const { phase, plan } of judgements) {
    const compiled = program?.rulesFor(plan.run.event.kind, phase).find((one) => one.rule.name === rule)
    if (compiled === undefined) continue
    return compiled.leaves.map(({ leaf, question, text, values }) => ({
      text,
      outcome: question.answer(plan.run) ?? null,
      values: mustBeKept(leaf)
        ? {}
        : withoutEvents(
            withLengths(
              leaf,
              values(plan.run, () => ''),
            ),
          ),
    }))
  }
  return undefined
}

type Values = ReturnType<ReturnType<Program['rulesFor']>[number]['leaves'][number]['values']>

// A reading lists up to a thousand events; how many they were is enough here.
function withoutEvents(values: Values): Clause['values'] {
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => {
      if (typeof value !== 'object' || value === null || Array.isArray(value) || !('events' in value))
        return [name, value]
      const { events: _, ...rest } = value as { readonly [key: string]: Json }
      return [name, rest]
    }),
  )
}
