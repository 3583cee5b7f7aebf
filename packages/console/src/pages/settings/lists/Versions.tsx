import { stepListVersion } from '@lamplighter/api'
import { useQuery } from '@tanstack/react-query'
import { listVersionsQuery } from '../../../api/queries.ts'
import { useMessages } from '../../../messages/index.ts'
import { Chip } from '../../../ui/Chip.tsx'
import { Failure } from '../../../ui/Failure.tsx'
import { Loaded } from '../../../ui/Loaded.tsx'
import { Reasoned } from '../../../ui/Reasoned.tsx'
import { Table } from '../../../ui/Table.tsx'
import { useAct } from '../useAct.ts'
import type { ListDetail } from './List.tsx'
import { changeIn, numberIn } from './measured.ts'
import { reasonsIn } from './reasons.ts'
import type { ListVersion } from './Waiting.tsx'

/** Every version with its numbers. The one that runs can be retired, and one that ran can be gone back to. */
export function Versions({ list, edit }: { list: ListDetail; edit: boolean }) {
  const t = useMessages()
  const versions = useQuery(listVersionsQuery(list.id))
  const step = useAct(stepListVersion, ['lists'], t.lists.stepped)
  const act = (version: ListVersion) => {
    if (version.state !== 'live' && version.state !== 'retired') return null
    const [name, label] =
      version.state === 'live' ? (['retire', t.lists.steps.retire] as const) : (['live', t.lists.steps.back] as const)
    return (
      <Reasoned
        busy={step.isPending}
        label={label}
        name={`${label}: ${t.lists.versionOf(version.version)}`}
        onReason={(reason) =>
          step.mutate({ params: { id: list.id, version: version.version }, body: { step: name, reason } })
        }
      />
    )
  }
  return (
    <section aria-labelledby="list-versions" className="grid grid-cols-1 gap-2">
      <h3 className="font-semibold" id="list-versions">
        {t.lists.versions}
      </h3>
      {step.error !== null && <Failure error={step.error} />}
      <Loaded query={versions}>
        {({ items }) => (
          <Table
            columns={[
              {
                title: t.lists.version,
                cell: ({ version, state }) => (
                  <span className="flex flex-wrap items-center gap-1.5">
                    {version}
                    <Chip look={state === 'live' ? 'strong' : 'plain'}>{t.lists.versionStates[state]}</Chip>
                  </span>
                ),
              },
              { title: t.lists.entries, end: true, cell: ({ entries }) => numberIn(t, entries) },
              {
                title: t.lists.change,
                cell: (version) => changeIn(t, version),
              },
              { title: t.lists.by, cell: ({ by }) => by },
              { title: t.lists.why, cell: (version) => reasonsIn(t, version) },
              { title: t.lists.when, cell: ({ liveAt, at }) => t.dateTime(liveAt ?? at) },
              ...(edit ? [{ title: t.settings.change, cell: act }] : []),
            ]}
            empty={t.lists.noVersions}
            keyOf={({ version }) => String(version)}
            label={t.lists.versions}
            rows={items}
          />
        )}
      </Loaded>
    </section>
  )
}
