import type { NeedJson } from '@lamplighter/api'
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import type { z } from 'zod'
import { meQuery } from '../../api/queries.ts'
import { useMessages } from '../../messages/index.ts'
import { card, textLink } from './Frame.tsx'
import { ApproveStep, LiveStep, PlainStep, RollbackStep, TrialStep } from './StepForms.tsx'
import type { Version } from './useRunning.ts'

export type Need = z.output<typeof NeedJson>
export type StepName = 'shadow' | 'trial' | 'live' | 'retire' | 'approve' | 'rollback'

/** Which steps a state can come to at all: the others would be a list of what is impossible. */
const STEPS: Readonly<Record<Version['state'], readonly StepName[]>> = {
  draft: ['shadow', 'retire'],
  shadow: ['approve', 'trial', 'live', 'retire'],
  trial: ['approve', 'trial', 'live', 'retire'],
  live: ['rollback'],
  retired: [],
}
const ACTS = {
  shadow: 'rules.write',
  trial: 'rules.live',
  live: 'rules.live',
  retire: 'rules.write',
  approve: 'rules.approve',
  rollback: 'rules.rollback',
} as const satisfies Record<StepName, string>

/** What can be done with this version, and beside each button what is still missing. */
export function Steps({ version }: { version: Version }) {
  const t = useMessages()
  const { data: me } = useQuery(meQuery)
  const offered = STEPS[version.state].filter((step) => me?.acts.includes(ACTS[step]))
  return (
    <aside aria-labelledby="steps" className={card}>
      <h2 className="text-title font-semibold" id="steps">
        {t.rulebook.steps}
      </h2>
      <Approvals version={version} />
      {offered.length === 0 && STEPS[version.state].length > 0 && <p className="text-muted">{t.rulebook.noSteps}</p>}
      {offered.map((step) => (
        <div className="grid grid-cols-1 gap-2 border-t border-line pt-3" key={step}>
          <p className="text-muted">{t.rulebook.stepMeans[step]}</p>
          {formOf(step, version)}
        </div>
      ))}
    </aside>
  )
}

function formOf(step: StepName, version: Version): ReactNode {
  switch (step) {
    case 'shadow':
    case 'retire':
      return <PlainStep step={step} version={version} />
    case 'trial':
      return <TrialStep version={version} />
    case 'live':
      return <LiveStep version={version} />
    case 'approve':
      return <ApproveStep version={version} />
    case 'rollback':
      return <RollbackStep version={version} />
  }
}

function Approvals({ version }: { version: Version }) {
  const t = useMessages()
  if (version.state === 'draft' || version.approvalsNeeded === 0) return null
  return (
    <div className="grid gap-1">
      <p>{t.rulebook.approvals(version.approvals.length, version.approvalsNeeded)}</p>
      <ul className="grid gap-1">
        {version.approvals.map((one) => (
          <li key={`${one.by} ${one.at}`}>
            {t.rulebook.approvedBy(one.by, one.roles.map((role) => t.role[role]).join(', '), t.dateTime(one.at))}
            {one.note !== '' && <p className="text-muted wrap-anywhere">{one.note}</p>}
          </li>
        ))}
      </ul>
      {version.approvals.length === 0 && <p className="text-muted">{t.rulebook.noApprovals}</p>}
    </div>
  )
}

/** What a step still lacks, in words; the button beside it is off until it is empty. */
export function Needs({ id, needs, version }: { id: string; needs: readonly Need[]; version: Version }) {
  const t = useMessages()
  return (
    <div className="text-fine" id={id}>
      {needs.length === 0 ? (
        <p className="text-muted">{t.rulebook.ready}</p>
      ) : (
        <>
          <p className="font-semibold">{t.rulebook.missing}</p>
          <ul className="list-disc ps-4">
            {needs.map((need) => (
              <li key={need.code}>
                {need.code === 'report_unopened' || need.code === 'counter_cold' ? (
                  <Link
                    className={textLink}
                    params={{ set: version.name, version: String(version.version) }}
                    search={{ tab: need.code === 'counter_cold' ? 'backfill' : 'shadow' }}
                    to="/rules/$set/$version"
                  >
                    {t.rulebook.need(need)}
                  </Link>
                ) : (
                  t.rulebook.need(need)
                )}
              </li>
            ))}
          </ul>
        </>
      )}
    </div>
  )
}
