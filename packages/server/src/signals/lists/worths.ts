import { type Reviewed, reviewedOf } from '../../review/index.ts'
import type { Store } from '../../storage/index.ts'
import { allLists } from '../store.ts'
import type { ListsTable } from '../tables.ts'
import { rateOf, type Worth } from './hot.ts'
import { listHits } from './store.ts'

/** What people made of the hits of each list and of each source. */
export interface Worths {
  readonly lists: ReadonlyMap<string, Worth>
  readonly sources: ReadonlyMap<string, Worth>
}

/** It reads the newest hits of every list: often enough for whoever looks at a page, and never with each look. */
const FRESH_MS = 30_000

/** Who answers for a list: the exchange that feeds it, else whoever keeps it. */
export const sourceOf = ({ exchange, source }: Pick<ListsTable, 'exchange' | 'source'>): string =>
  exchange === null ? `source ${source}` : `exchange ${exchange}`

/** Gives the worths, at most half a minute old; whoever asks meanwhile waits for the same answer. */
export function makeWorths(store: Store): (now: number) => Promise<Worths> {
  let held: { readonly at: number; readonly worths: Promise<Worths> } | undefined
  return (now) => {
    if (held !== undefined && now >= held.at && now - held.at < FRESH_MS) return held.worths
    const made = { at: now, worths: readWorths(store) }
    held = made
    made.worths.catch(() => {
      if (held === made) held = undefined
    })
    return made.worths
  }
}

async function readWorths(store: Store): Promise<Worths> {
  const lists = new Map<string, Worth>()
  const sources = new Map<string, { sealed: boolean; outcomes: Map<string, Reviewed> }>()
  for (const row of await store.read(allLists, undefined)) {
    const events = new Set((await store.read(listHits, row.id)).map(({ event_key }) => event_key))
    const outcomes = await store.read(reviewedOf, [...events])
    const sealed = row.sealed === 1
    lists.set(row.id, rateOf([...outcomes.values()], sealed))
    const name = sourceOf(row)
    const source = sources.get(name) ?? { sealed: false, outcomes: new Map() }
    // An event that two lists of a source hit was decided once.
    sources.set(name, { sealed: source.sealed || sealed, outcomes: new Map([...source.outcomes, ...outcomes]) })
  }
  const rated = [...sources].map(
    ([name, { sealed, outcomes }]) => [name, rateOf([...outcomes.values()], sealed)] as const,
  )
  return { lists, sources: new Map(rated) }
}
