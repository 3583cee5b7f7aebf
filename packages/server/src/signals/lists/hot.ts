import { type ReviewedEvents, wilson } from '../../policy/index.ts'
import type { Reviewed } from '../../review/index.ts'

/** Above this share of wrong hits its source is in doubt. */
const MOST_WRONG = { sealed: 0.02, open: 0.05 }

export interface Worth {
  /** Hits of which people have decided. */
  readonly decided: number
  readonly wrong: number
  /** The share of wrong hits, and between what it lies with 95 % certainty; null before anybody has decided. */
  readonly rate: { readonly share: number; readonly low: number; readonly high: number } | null
  /** More of its hits are wrong than may be. */
  readonly doubtful: boolean
}

export interface ListWorth extends Worth {
  readonly entries: readonly {
    readonly n: number
    readonly events: number
    readonly wrong: number
    readonly hot: boolean
  }[]
}

/** How many of the decided hits were wrong (matching.md §9.4). */
export function rateOf(outcomes: readonly Reviewed[], sealed: boolean): Worth {
  const wrong = outcomes.filter((outcome) => outcome === 'overturned').length
  const decided = outcomes.length
  return {
    ...{ decided, wrong },
    rate: decided === 0 ? null : { share: wrong / decided, ...wilson(wrong, decided) },
    doubtful: decided > 0 && wrong / decided > (sealed ? MOST_WRONG.sealed : MOST_WRONG.open),
  }
}

/** What the hits of a list were worth, by what people decided; hot entries first, then those that were wrong most often. */
export function worthOf(
  hits: readonly { readonly event_key: string; readonly n: number }[],
  reviewed: ReviewedEvents,
  of: { readonly sealed: boolean; readonly hot: ReadonlySet<number> },
): ListWorth {
  const said = (event: string) => reviewed.get(event)
  const events = new Set(hits.map(({ event_key }) => event_key))
  const outcomes = [...events].flatMap((event) => said(event) ?? [])
  const entries = [...Map.groupBy(hits, ({ n }) => n)].map(([n, own]) => ({
    ...{ n, events: own.length, hot: of.hot.has(n) },
    wrong: own.filter(({ event_key }) => said(event_key) === 'overturned').length,
  }))
  return {
    ...rateOf(outcomes, of.sealed),
    entries: entries.toSorted(
      (a, b) => Number(b.hot) - Number(a.hot) || b.wrong - a.wrong || b.events - a.events || a.n - b.n,
    ),
  }
}
