import { endException } from '@lamplighter/api'
import { useQuery } from '@tanstack/react-query'
import { exceptionsQuery } from '../../../api/queries.ts'
import { useMessages } from '../../../messages/index.ts'
import { Chip } from '../../../ui/Chip.tsx'
import { Failure } from '../../../ui/Failure.tsx'
import { Loaded } from '../../../ui/Loaded.tsx'
import { Reasoned } from '../../../ui/Reasoned.tsx'
import { Table } from '../../../ui/Table.tsx'
import { useAct } from '../useAct.ts'

/** Pairs of an entry and a file that are not a hit (matching.md §9.3). */
export function Exceptions({ list, edit }: { list: string; edit: boolean }) {
  const t = useMessages()
  const words = t.lists.exceptions
  const exceptions = useQuery(exceptionsQuery(list))
  const end = useAct(endException, ['lists'], t.lists.stepped)
  return (
    <section aria-labelledby="list-exceptions" className="grid grid-cols-1 gap-2">
      <h3 className="font-semibold" id="list-exceptions">
        {words.title}
      </h3>
      {end.error !== null && <Failure error={end.error} />}
      <Loaded query={exceptions}>
        {({ items }) => (
          <Table
            columns={[
              {
                title: words.entry,
                cell: ({ entry, state }) => (
                  <span className="flex flex-wrap items-center gap-1.5">
                    {entry}
                    <Chip look={state === 'live' ? 'strong' : 'plain'}>{words.states[state]}</Chip>
                  </span>
                ),
              },
              { title: words.pair, cell: (one) => words.of[one.of] },
              { title: words.reason, cell: ({ reason }) => reason },
              {
                title: words.by,
                cell: ({ by, second }) => (second === null ? by : `${by}, ${second}`),
              },
              { title: words.used, cell: ({ used }) => words.times(used) },
              { title: words.until, cell: ({ endsAt, endedAt }) => t.date(endedAt ?? endsAt) },
              ...(edit
                ? [
                    {
                      title: t.settings.change,
                      cell: (one: (typeof items)[number]) =>
                        one.state === 'live' && (
                          <Reasoned
                            busy={end.isPending}
                            label={words.end}
                            name={`${words.end}: ${words.entry} ${one.entry}`}
                            onReason={(reason) => end.mutate({ params: { id: one.id }, body: { reason } })}
                          />
                        ),
                    },
                  ]
                : []),
            ]}
            empty={words.none}
            keyOf={({ id }) => id}
            label={words.title}
            rows={items}
          />
        )}
      </Loaded>
    </section>
  )
}
