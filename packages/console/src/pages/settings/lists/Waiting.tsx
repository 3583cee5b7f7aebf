import { type AnswerOf, type getListVersions, stepListVersion } from '@lamplighter/api'
import { type Messages, useMessages } from '../../../messages/index.ts'
import { Chip } from '../../../ui/Chip.tsx'
import { Failure } from '../../../ui/Failure.tsx'
import { Reasoned } from '../../../ui/Reasoned.tsx'
import { Terms } from '../../../ui/Terms.tsx'
import { useAct } from '../useAct.ts'
import type { ListDetail } from './List.tsx'
import { changeIn, numberIn } from './measured.ts'
import { reasonsIn } from './reasons.ts'

export type ListVersion = AnswerOf<typeof getListVersions>['items'][number]
type Step = 'trial' | 'approve' | 'live' | 'drop'

/** The version that waits: why it does, what its trial has shown, and the steps. The server says what is still missing. */
export function Waiting({ list, version, edit }: { list: ListDetail; version: ListVersion; edit: boolean }) {
  const t = useMessages()
  const step = useAct(stepListVersion, ['lists'], t.lists.stepped)
  const steps: readonly Step[] = [
    ...(version.state === 'staged' ? (['trial'] as const) : []),
    ...(list.sealed ? (['approve'] as const) : []),
    'live',
    'drop',
  ]
  return (
    <section
      aria-label={t.lists.waits(version.version)}
      className="grid grid-cols-1 gap-3 rounded-xl border border-accent bg-glow p-4 wrap-anywhere"
    >
      <header className="flex flex-wrap items-center gap-2">
        <h3 className="font-semibold">{t.lists.waits(version.version)}</h3>
        <Chip look="strong">{t.lists.versionStates[version.state]}</Chip>
      </header>
      <Terms rows={factsOf(list, version, t)} />
      {step.error !== null && <Failure error={step.error} />}
      {edit && (
        <div className="flex flex-wrap items-end gap-2">
          {steps.map((name) => (
            <Reasoned
              busy={step.isPending}
              key={name}
              label={t.lists.steps[name]}
              name={`${t.lists.steps[name]}: ${t.lists.versionOf(version.version)}`}
              onReason={(reason) =>
                step.mutate({ params: { id: list.id, version: version.version }, body: { step: name, reason } })
              }
            />
          ))}
        </div>
      )}
    </section>
  )
}

function factsOf(list: ListDetail, version: ListVersion, t: Messages): [string, string][] {
  const rows: [string, string][] = [
    [t.lists.by, version.by],
    [t.lists.why, reasonsIn(t, version)],
    [t.lists.entries, numberIn(t, version.entries)],
    [t.lists.change, changeIn(t, version)],
  ]
  if (version.bad !== null && version.rows !== null && version.bad > 0)
    rows.push([t.lists.rowsBad, t.lists.badRows(t.count(version.bad), t.count(version.rows))])
  if (version.trialAt !== null) {
    const { trialAt, lookedUp, hits } = version
    rows.push([t.lists.trial, t.lists.trialSince(t.dateTime(trialAt), t.count(lookedUp), t.count(hits))])
  }
  if (list.sealed) rows.push([t.lists.approvals, t.count(version.approvals)])
  return rows
}
