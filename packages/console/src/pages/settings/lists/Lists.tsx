import type { AnswerOf, getLists } from '@lamplighter/api'
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
import { Importing } from './Importing.tsx'
import { List } from './List.tsx'
import { numberIn } from './measured.ts'

type Row = AnswerOf<typeof getLists>['items'][number]

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
      {({ items, importing, lookBack }) => (
        <>
          <Importing running={importing} />
          <Table
            columns={[
              { title: t.lists.name, cell: (list) => <Named list={list} /> },
              { title: t.people.state, cell: (list) => <State list={list} /> },
              { title: t.lists.version, end: true, cell: ({ version }) => (version === 0 ? '–' : version) },
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

/** What the list is called, and below it what it holds, against what, and who wrote it. */
function Named({ list }: { list: Row }) {
  const t = useMessages()
  return (
    <span className="grid gap-0.5">
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
      <span className="text-fine font-normal text-muted">
        {[t.lists.kinds[list.kind], t.named('harm', list.harm), list.source].join(' · ')}
      </span>
    </span>
  )
}

/** Whether it answers, and what of it waits for a person. One of which nothing ever ran is not one that broke down. */
function State({ list }: { list: Row }) {
  const t = useMessages()
  const { state, waits, version } = list
  return (
    <span className="flex flex-wrap items-center gap-1.5">
      {version === 0 ? (
        <Chip>{t.lists.states.never}</Chip>
      ) : (
        <Chip look={state === 'live' ? 'plain' : state === 'empty' ? 'strong' : 'unknown'}>
          {t.lists.states[state]}
        </Chip>
      )}
      <Doubts list={list} />
      {waits !== null && <Chip look="strong">{t.lists.waiting[waits.state](waits.version)}</Chip>}
    </span>
  )
}
