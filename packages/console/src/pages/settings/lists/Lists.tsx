import { useQuery } from '@tanstack/react-query'
import { getRouteApi, Link } from '@tanstack/react-router'
import { listsQuery } from '../../../api/queries.ts'
import { useMessages } from '../../../messages/index.ts'
import { Chip } from '../../../ui/Chip.tsx'
import { Loaded } from '../../../ui/Loaded.tsx'
import { Table } from '../../../ui/Table.tsx'
import { useMay } from '../useMay.ts'
import { Doubts } from './Doubts.tsx'
import { EntryActs } from './EntryActs.tsx'
import { List } from './List.tsx'
import { numberIn } from './measured.ts'

const route = getRouteApi('/settings/$page')

/** The lists that signals match against, or the one that is open. */
export function Lists() {
  const { list } = route.useSearch()
  const edit = useMay('lists.edit')
  if (list !== undefined) return <List id={list} key={list} />
  return (
    <>
      {edit && <EntryActs />}
      <All />
    </>
  )
}

function All() {
  const t = useMessages()
  const lists = useQuery(listsQuery)
  return (
    <Loaded query={lists}>
      {({ items, lookBack }) => (
        <>
          <Table
            columns={[
              {
                title: t.lists.name,
                cell: (list) => (
                  <span className="flex flex-wrap items-center gap-1.5">
                    <Link
                      className="underline hover:text-accent"
                      params={{ page: 'lists' }}
                      search={{ list: list.id }}
                      to="/settings/$page"
                    >
                      {list.id}
                    </Link>
                    {list.sealed && <Chip>{t.signals.sealed}</Chip>}
                    {list.context && <Chip>{t.signals.context}</Chip>}
                  </span>
                ),
              },
              {
                title: t.people.state,
                cell: ({ state, waits, ...list }) => (
                  <span className="flex flex-wrap items-center gap-1.5">
                    <Chip look={state === 'live' ? 'plain' : state === 'empty' ? 'strong' : 'unknown'}>
                      {t.lists.states[state]}
                    </Chip>
                    <Doubts list={list} />
                    {waits !== null && <Chip look="strong">{t.lists.waiting[waits.state](waits.version)}</Chip>}
                  </span>
                ),
              },
              { title: t.lists.kind, cell: ({ kind }) => t.lists.kinds[kind] },
              { title: t.lists.harm, cell: ({ harm }) => t.named('harm', harm) },
              { title: t.lists.version, end: true, cell: ({ version }) => version },
              { title: t.lists.entries, end: true, cell: ({ entries }) => numberIn(t, entries) },
              {
                title: t.lists.measures.matchable,
                end: true,
                cell: ({ coverage }) => (coverage === null ? '–' : t.percent(coverage.share)),
              },
              {
                title: t.lists.updated,
                cell: ({ updatedAt }) =>
                  updatedAt === null ? t.never : <span className="sm:whitespace-nowrap">{t.dateTime(updatedAt)}</span>,
              },
              { title: t.lists.source, cell: ({ source }) => source },
            ]}
            empty={t.lists.none}
            keyOf={({ id }) => id}
            label={t.settings.page.lists}
            rows={items}
          />
          <p className="max-w-prose text-muted">
            {lookBack.hours === 0 ? t.lists.lookBack.off : t.lists.lookBack.on(lookBack.hours, t.count(lookBack.items))}
          </p>
        </>
      )}
    </Loaded>
  )
}
