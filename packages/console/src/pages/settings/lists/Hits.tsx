import { useQuery } from '@tanstack/react-query'
import { listWorthQuery } from '../../../api/queries.ts'
import { useMessages } from '../../../messages/index.ts'
import { Chip } from '../../../ui/Chip.tsx'
import { Loaded } from '../../../ui/Loaded.tsx'
import { Table } from '../../../ui/Table.tsx'

/** More entries than these nobody looks through; hot ones and those that were wrong come first. */
const MOST_SHOWN = 20

/** Which entries hit how often, and what people made of it (matching.md §9.4). Numbers of entries, so sealed lists show it as well. */
export function Hits({ list }: { list: string }) {
  const t = useMessages()
  const words = t.lists.hits
  const worth = useQuery(listWorthQuery(list))
  return (
    <section aria-labelledby="list-hits" className="grid grid-cols-1 gap-2">
      <h3 className="font-semibold" id="list-hits">
        {words.title}
      </h3>
      <p className="max-w-prose text-muted">{words.words}</p>
      <Loaded query={worth}>
        {({ entries }) => (
          <Table
            columns={[
              {
                title: t.lists.exceptions.entry,
                cell: ({ n, hot }) => (
                  <span className="flex flex-wrap items-center gap-1.5">
                    {n}
                    {hot && <Chip look="strong">{words.hot}</Chip>}
                  </span>
                ),
              },
              { title: words.events, end: true, cell: ({ events }) => t.count(events) },
              { title: words.wrong, end: true, cell: ({ wrong }) => t.count(wrong) },
            ]}
            empty={words.none}
            keyOf={({ n }) => String(n)}
            label={words.title}
            rows={entries.slice(0, MOST_SHOWN)}
          />
        )}
      </Loaded>
    </section>
  )
}
