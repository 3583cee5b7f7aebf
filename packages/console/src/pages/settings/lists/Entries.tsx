import { type AnswerOf, changeEntry, type getEntries, sayOfEntry } from '@lamplighter/api'
import { useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { entriesQuery, meQuery } from '../../../api/queries.ts'
import { useMessages } from '../../../messages/index.ts'
import { Button } from '../../../ui/Button.tsx'
import { Chip } from '../../../ui/Chip.tsx'
import { Failure } from '../../../ui/Failure.tsx'
import { Loaded } from '../../../ui/Loaded.tsx'
import { Reasoned } from '../../../ui/Reasoned.tsx'
import { Table } from '../../../ui/Table.tsx'
import { useAct } from '../useAct.ts'
import type { ListDetail } from './List.tsx'

/** A video is up to 600 hashes: its first one, and how many there are. */
const shown = (value: string): string => {
  const [first = '', ...more] = value.split(' ')
  return more.length === 0 || first.length < 64 ? value : `${first} … +${more.length}`
}

type Entry = AnswerOf<typeof getEntries>['items'][number]
const OPINIONS = ['affirm', 'doubt', 'deny'] as const

/** The entries of a list that is not sealed, with what is said of each and how it stands. */
export function Entries({ list }: { list: ListDetail }) {
  const t = useMessages()
  const words = t.lists.entryTable
  return (
    <section aria-labelledby="list-entries" className="grid grid-cols-1 gap-2">
      <h3 className="font-semibold" id="list-entries">
        {words.title}
      </h3>
      {list.sealed ? <p className="text-muted">{words.sealed}</p> : <Open list={list.id} />}
    </section>
  )
}

function Open({ list }: { list: string }) {
  const t = useMessages()
  const words = t.lists.entryTable
  const entries = useInfiniteQuery(entriesQuery(list))
  const staff = useQuery(meQuery).data?.staff
  const change = useAct(changeEntry, ['lists'], t.lists.stepped)
  const say = useAct(sayOfEntry, ['lists'], t.lists.stepped)
  const error = change.error ?? say.error
  const standing = ({ n, value, state }: Entry) => {
    if (state === 'expired' || state === 'withdrawn') return null
    const [to, label] = state === 'aside' ? (['active', words.restore] as const) : (['aside', words.aside] as const)
    return (
      <Reasoned
        busy={change.isPending}
        label={label}
        name={`${label}: ${shown(value)}`}
        onReason={(reason) => change.mutate({ params: { id: list, n }, body: { state: to, reason } })}
      />
    )
  }
  const opinions = ({ n, value, opinions: said }: Entry) => (
    <div className="grid gap-1">
      {said.map(({ who, says, reason }) => (
        <p key={who}>
          {who}: {words.says[says]}
          {reason !== null && ` (${reason})`}
        </p>
      ))}
      <div className="flex flex-wrap gap-1 sm:flex-nowrap">
        {OPINIONS.map((one) => (
          <Button
            aria-label={`${words.say}: ${words.says[one]}: ${shown(value)}`}
            aria-pressed={said.some(({ mine, who, says }) => mine && who === staff && says === one)}
            disabled={say.isPending}
            className="min-h-6 px-2 py-0.5 text-fine"
            key={one}
            onClick={() => say.mutate({ params: { id: list, n }, body: { says: one } })}
          >
            {words.says[one]}
          </Button>
        ))}
      </div>
    </div>
  )
  return (
    <>
      {error !== null && <Failure error={error} />}
      <Loaded query={entries}>
        {({ pages }) => (
          <Table
            columns={[
              { title: t.lists.exceptions.entry, cell: ({ n }) => n },
              {
                title: words.value,
                cell: ({ value, tags, note }) => (
                  <span className="grid gap-0.5 wrap-anywhere">
                    <code className="font-mono">{shown(value)}</code>
                    {[...tags, ...(note === null ? [] : [note])].join(' · ')}
                  </span>
                ),
              },
              { title: words.class, cell: ({ sourceClass }) => sourceClass ?? '–' },
              {
                title: words.state,
                cell: ({ state, until }) => (
                  <span className="grid justify-items-start gap-0.5">
                    <Chip look={state === 'active' ? 'plain' : 'strong'}>{words.states[state]}</Chip>
                    {until !== null && words.until(t.date(until))}
                  </span>
                ),
              },
              { title: words.opinions, cell: opinions },
              { title: t.settings.change, cell: standing },
            ]}
            empty={words.none}
            keyOf={({ n }) => String(n)}
            label={words.title}
            rows={pages.flatMap(({ items }) => items)}
          />
        )}
      </Loaded>
      {entries.hasNextPage && (
        <Button disabled={entries.isFetchingNextPage} onClick={() => void entries.fetchNextPage()}>
          {words.more}
        </Button>
      )}
    </>
  )
}
