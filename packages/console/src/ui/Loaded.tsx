import type { ReactNode } from 'react'
import { useMessages } from '../messages/index.ts'
import { Failure } from './Failure.tsx'
import { Skeleton } from './Skeleton.tsx'

/** What this needs of a query; `ui/` knows none by name. */
export interface Loading<T> {
  readonly data: T | undefined
  readonly error: Error | null
  refetch(): unknown
}

/** A part of a page in its three states: on its way, failed (with *try again*), there. Old content stays while it is refreshed. */
export function Loaded<T>({ query, children }: { query: Loading<T>; children: (value: T) => ReactNode }) {
  const t = useMessages()
  return (
    <>
      {query.error !== null && <Failure error={query.error} onAgain={() => void query.refetch()} />}
      {query.data !== undefined && children(query.data)}
      {query.data === undefined && query.error === null && (
        <div aria-label={t.loading} className="grid gap-3" role="status">
          {[1, 2, 3, 4].map((row) => (
            <Skeleton className="h-10" key={row} />
          ))}
        </div>
      )}
    </>
  )
}
