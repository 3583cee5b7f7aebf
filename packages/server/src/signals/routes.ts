import { getIndexBuckets, getLists } from '@lamplighter/api'
import { bucketSizes } from '@lamplighter/matching'
import { AppError } from '../http/errors.ts'
import { type Route, route } from '../http/route.ts'
import type { Storage } from '../storage/index.ts'
import { isStale } from './book.ts'
import type { ListLibrary } from './library.ts'
import { allowedHarms } from './lists/declaration.ts'
import { listRoutes, mayCount } from './lists/list-routes.ts'
import { type Measures, unmeasured } from './lists/measures.ts'
import { allLists, besides } from './store.ts'
import type { ListVersionsTable } from './tables.ts'

/** The calls around lists: versions and counts, never entries. */
export function routesOf(services: {
  readonly storage: Storage
  readonly library: ListLibrary
  readonly measures: Measures
  /** Whether is looked back with lists that become newer, and at how much. */
  lookBack(): Promise<{ readonly hours: number; readonly items: number }>
  /** Harms of the live rules' schema; undefined before the first rule set. */
  harms(): ReadonlySet<string> | undefined
  /** Names of the live rules that ask a list. */
  askedBy(list: string): readonly string[]
}): Route[] {
  const checkHarm = (harm: string, pointer = '/query/harm'): void => {
    const known = services.harms()
    if (known === undefined || known.has(harm)) return
    throw new AppError('invalid', `There is no harm of this name; expected one of ${[...known].join(', ')}.`, {
      pointer,
    })
  }
  return [
    ...listRoutes({ ...services, checkHarm }),
    route(getLists, async ({ now, who }) => {
      const rows = await services.storage.store.read(allLists, undefined)
      const measures = await services.measures.lists(now)
      const waiting = new Map((await services.storage.store.read(besides, undefined)).map((one) => [one.list, one]))
      return {
        body: {
          items: rows.map((row) => ({
            id: row.id,
            kind: row.kind,
            harm: row.harm,
            harms: [...allowedHarms(row)],
            sealed: row.sealed === 1,
            context: row.context === 1,
            version: row.version,
            entries: mayCount(who, row) ? row.entries : null,
            updatedAt: row.updated_at,
            staleAfterMs: row.stale_after_ms,
            state:
              services.library.book.get(row.id) === undefined
                ? ('down' as const)
                : row.entries === 0
                  ? ('empty' as const)
                  : isStale({ updatedAt: row.updated_at, staleAfterMs: row.stale_after_ms }, now)
                    ? ('stale' as const)
                    : ('live' as const),
            source: row.source,
            waits: waitsJson(waiting.get(row.id)),
            ...(measures.get(row.id) ?? unmeasured(row)),
          })),
          importing: [...services.library.importing].map(([id, far]) => ({ id, ...far })),
          lookBack: await services.lookBack(),
        },
      }
    }),
    route(getIndexBuckets, async () => {
      const { sizes, ...found } = bucketSizes(services.library.pictures.shared.index.segments)
      return { body: { ...found, sizes: [...sizes] } }
    }),
  ]
}

/** The version of a list that waits for a person, or is in trial. */
function waitsJson(beside: ListVersionsTable | undefined) {
  if (beside === undefined) return null
  return { version: beside.version, state: beside.state === 'trial' ? ('trial' as const) : ('staged' as const) }
}
