import type { UseQueryResult } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { serverNow } from '../../api/clock.ts'
import { useMessages } from '../../messages/index.ts'
import { Select } from '../../ui/Field.tsx'
import { Loaded } from '../../ui/Loaded.tsx'

interface Listed<S extends string> {
  readonly id: string
  readonly at: number
  readonly by: string
  readonly state: S
}

/** One kind of work over the past on a version's page: what it is for, a place to ask for it, and the runs that there were, newest first. */
export function Runs<S extends string>(props: {
  words: {
    readonly means: string
    readonly archive?: string
    readonly none: string
    readonly run: string
    readonly state: Record<S, string>
  }
  query: UseQueryResult<{ items: readonly Listed<S>[] }>
  /** Where it is asked for; nothing for somebody who may not. */
  start: ReactNode
  /** The one in the address; otherwise the newest is shown. */
  run: string | undefined
  onRun: (id: string) => void
  children: (id: string) => ReactNode
}) {
  const t = useMessages()
  const { words, query, start, run, onRun, children } = props
  return (
    <div className="grid grid-cols-1 gap-4 p-4">
      <p className="text-muted">
        {words.means} {words.archive}
      </p>
      {start}
      <Loaded query={query}>
        {({ items }) => {
          const shown = run ?? items[0]?.id
          return (
            <>
              {shown === undefined && <p className="text-muted">{words.none}</p>}
              {items.length > 1 && (
                <Select label={words.run} onChange={(event) => onRun(event.target.value)} value={shown}>
                  {items.map(({ id, at, by, state }) => (
                    <option key={id} value={id}>
                      {t.rulebook.backtest.runOf(t.dateTime(at), by)} · {words.state[state]}
                    </option>
                  ))}
                </Select>
              )}
              {shown !== undefined && children(shown)}
            </>
          )
        }}
      </Loaded>
    </div>
  )
}

const DAY_MS = 86_400_000

/** The instant so many days ago, as the server counts. */
export const daysAgo = (days: string): number => serverNow() - Number(days) * DAY_MS

/** How far back is looked. */
export function Span(props: { spans: readonly number[]; value: string; onChange: (days: string) => void }) {
  const { backtest } = useMessages().rulebook
  return (
    <Select label={backtest.span} onChange={(event) => props.onChange(event.target.value)} value={props.value}>
      {props.spans.map((count) => (
        <option key={count} value={count}>
          {backtest.days(count)}
        </option>
      ))}
    </Select>
  )
}
