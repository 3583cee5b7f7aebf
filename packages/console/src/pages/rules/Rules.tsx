import type { AnswerOf, getPolicies } from '@lamplighter/api'
import { useQuery } from '@tanstack/react-query'
import { getRouteApi, Link } from '@tanstack/react-router'
import { policiesQuery } from '../../api/queries.ts'
import { useMessages } from '../../messages/index.ts'
import { Chip } from '../../ui/Chip.tsx'
import { Loaded } from '../../ui/Loaded.tsx'
import { useMay } from '../settings/useMay.ts'
import { Alerts } from './Alerts.tsx'
import { buttonLink, Frame } from './Frame.tsx'
import { PolicyTree } from './PolicyTree.tsx'
import { RuleRows } from './RuleRows.tsx'
import { type RunningSet, useRunning } from './useRunning.ts'
import { Versions } from './Versions.tsx'

const route = getRouteApi('/rules')

/** Rules & policies: the policies at the left; what runs, its figures and its versions at the right (console.md §3.7). */
export function Rules() {
  const t = useMessages()
  const { policy } = route.useSearch()
  const running = useRunning()
  const write = useMay('rules.write')
  const { data } = running
  return (
    <Frame
      actions={
        write && data ? (
          <Link className={buttonLink} params={{ set: data.set.name }} to="/rules/$set/new">
            {t.rulebook.write}
          </Link>
        ) : undefined
      }
      aside={<Policies chosen={policy} running={data ?? null} />}
      chips={data && <Chip look="strong">{t.rulebook.runs(data.live.name, data.live.version)}</Chip>}
      title={t.rulebook.title}
      top
    >
      <Loaded query={running}>
        {(found) =>
          found === null ? (
            <p className="text-muted">
              {t.rulebook.nothingRuns} {t.rulebook.operatorPuts}
            </p>
          ) : (
            <>
              <Alerts alerts={found.set.alerts} />
              <RuleRows policy={policy} running={found} />
              <Versions versions={found.set.versions} />
            </>
          )
        }
      </Loaded>
    </Frame>
  )
}

function Policies({ chosen, running }: { chosen: string | undefined; running: RunningSet | null }) {
  const t = useMessages()
  const policies = useQuery(policiesQuery)
  return (
    <nav
      aria-label={t.rulebook.policies}
      className="pane shrink-0 border-line p-3 max-[899px]:border-b dense:w-64 dense:border-e"
    >
      <Loaded query={policies}>
        {({ items }: AnswerOf<typeof getPolicies>) => (
          <PolicyTree chosen={chosen} policies={items} rules={running?.live.checked ?? []} />
        )}
      </Loaded>
    </nav>
  )
}
