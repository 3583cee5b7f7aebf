import { useQuery, useQueryClient } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useEffect } from 'react'
import { shadowReportQuery } from '../../api/queries.ts'
import { useMessages } from '../../messages/index.ts'
import { Loaded } from '../../ui/Loaded.tsx'
import { Table } from '../../ui/Table.tsx'
import { textLink } from './Frame.tsx'
import { firedColumns } from './firedColumns.ts'
import type { Version } from './useRunning.ts'

/** What a version would have done beside the live one, by rule. */
export function ShadowReport({ version }: { version: Version }) {
  const t = useMessages()
  const { report } = t.rulebook
  const query = useQuery(shadowReportQuery(version.name, version.version))
  const client = useQueryClient()
  const opened = query.data?.since != null
  const { name, version: own } = version
  const waits = version.needs.approve.some(({ code }) => code === 'report_unopened')
  useEffect(() => {
    // The server has noted it; what an approval still lacks is read anew.
    if (opened && waits) void client.invalidateQueries({ queryKey: ['rulesets', name, own], exact: true })
  }, [client, opened, waits, name, own])
  return (
    <div className="grid grid-cols-1 gap-3 p-4">
      <Loaded query={query}>
        {({ since, missing, rules }) =>
          since === null ? (
            <p className="text-muted">{report.none}</p>
          ) : (
            <>
              <p>
                {report.since(t.dateTime(since))}{' '}
                {missing.length === 0
                  ? report.enough
                  : `${t.rulebook.missing}: ${missing.map(t.rulebook.need).join('; ')}.`}
              </p>
              <Table
                columns={[
                  {
                    title: report.rule,
                    cell: ({ rule }) => (
                      <Link
                        className={`${textLink} font-mono`}
                        params={{ set: name, version: String(own) }}
                        search={{ rule }}
                        to="/rules/$set/$version"
                      >
                        {rule}
                      </Link>
                    ),
                  },
                  { title: report.asked, end: true, cell: ({ asked }) => t.count(asked) },
                  ...firedColumns(t),
                ]}
                empty={report.noEvents}
                keyOf={({ rule }) => rule}
                label={t.rulebook.tab.shadow}
                rows={rules}
              />
              <p className="text-fine text-muted">
                {report.means} {report.opened}
              </p>
            </>
          )
        }
      </Loaded>
    </div>
  )
}
