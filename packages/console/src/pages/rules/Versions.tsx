import { Link } from '@tanstack/react-router'
import { useMessages } from '../../messages/index.ts'
import { Chip } from '../../ui/Chip.tsx'
import { Table } from '../../ui/Table.tsx'
import { textLink } from './Frame.tsx'
import type { Ruleset } from './useRunning.ts'

/** Every version of the rule set, the newest first. */
export function Versions({ versions }: Pick<Ruleset, 'versions'>) {
  const t = useMessages()
  return (
    <section aria-labelledby="versions" className="grid grid-cols-1 gap-2">
      <h2 className="text-title font-semibold" id="versions">
        {t.rulebook.versions}
      </h2>
      <Table
        columns={[
          {
            title: t.rulebook.column.version,
            cell: ({ name, version }) => (
              <Link className={textLink} params={{ set: name, version: String(version) }} to="/rules/$set/$version">
                {t.rulebook.versionOf(name, version)}
              </Link>
            ),
          },
          {
            title: t.rulebook.column.state,
            cell: ({ state }) => (
              <Chip look={state === 'retired' || state === 'draft' ? 'plain' : 'strong'}>
                {t.rulebook.states[state]}
              </Chip>
            ),
          },
          { title: t.rulebook.column.author, cell: ({ author }) => author },
          { title: t.rulebook.column.handedIn, cell: ({ uploadedAt }) => t.dateTime(uploadedAt) },
          { title: t.rulebook.column.live, cell: ({ liveAt }) => (liveAt === null ? '–' : t.dateTime(liveAt)) },
        ]}
        empty={t.rulebook.nothingRuns}
        keyOf={({ version }) => String(version)}
        label={t.rulebook.versions}
        rows={versions.toReversed()}
      />
    </section>
  )
}
