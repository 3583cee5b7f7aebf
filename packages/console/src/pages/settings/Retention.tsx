import { useQuery } from '@tanstack/react-query'
import { retentionQuery } from '../../api/queries.ts'
import { wordsOf } from '../../case/case-number.ts'
import { useMessages } from '../../messages/index.ts'
import { Loaded } from '../../ui/Loaded.tsx'
import { Table } from '../../ui/Table.tsx'

/** A number for every table: how long, from when, and what holds it longer. */
export function Retention() {
  const t = useMessages()
  const retention = useQuery(retentionQuery)
  return (
    <>
      <p className="max-w-prose text-muted">{t.retention.words}</p>
      <Loaded query={retention}>
        {({ items }) => (
          <Table
            columns={[
              { title: t.retention.table, cell: ({ table }) => wordsOf(table) },
              { title: t.retention.kept, cell: ({ words }) => words },
              { title: t.retention.from, cell: ({ from }) => wordsOf(from) || '–' },
              { title: t.retention.unless, cell: ({ unless }) => unless ?? '–' },
            ]}
            empty={t.retention.none}
            keyOf={({ table }) => table}
            label={t.settings.page.retention}
            rows={items}
          />
        )}
      </Loaded>
    </>
  )
}
