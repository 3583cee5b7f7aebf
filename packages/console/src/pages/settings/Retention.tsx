import type { getRetention } from '@lamplighter/api'
import { useQuery } from '@tanstack/react-query'
import type { z } from 'zod'
import { retentionQuery } from '../../api/queries.ts'
import { wordsOf } from '../../case/case-number.ts'
import { type Messages, useMessages } from '../../messages/index.ts'
import { keptWords } from '../../messages/kept.ts'
import { preferences } from '../../preferences.ts'
import { useStore } from '../../store.ts'
import { Loaded } from '../../ui/Loaded.tsx'
import { Table } from '../../ui/Table.tsx'

type Rule = z.output<typeof getRetention.answer>['items'][number]

/** What is kept, why, and how long, in words. A kind of record that this console does not know yet goes by the server's own name. */
export function Retention() {
  const t = useMessages()
  const { language } = useStore(preferences)
  const retention = useQuery(retentionQuery)
  const known = keptWords[language]
  return (
    <>
      <p className="max-w-prose text-muted">{t.retention.words}</p>
      <Loaded query={retention}>
        {({ items }) => (
          <Table
            columns={[
              { title: t.retention.what, cell: ({ table }) => known[table]?.what ?? wordsOf(table) },
              { title: t.retention.why, cell: ({ table }) => known[table]?.why ?? '–' },
              { title: t.retention.howLong, cell: (rule) => howLong(rule, t, known[rule.table]) },
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

/** `90 days after it was closed; longer while it waits`. */
function howLong({ keptMs, from, words }: Rule, t: Messages, known: { how?: string; longer?: string } = {}): string {
  if (keptMs === null) return known.how ?? words
  const since = Object.entries(t.retention.since).find(([name]) => name === from)?.[1] ?? ''
  const longer = known.longer === undefined ? '' : `; ${t.retention.longer(known.longer)}`
  return `${t.term(keptMs)} ${since}`.trim() + longer
}
