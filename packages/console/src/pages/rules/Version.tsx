import { useQuery } from '@tanstack/react-query'
import { getRouteApi, Link } from '@tanstack/react-router'
import { versionQuery } from '../../api/queries.ts'
import { useMessages } from '../../messages/index.ts'
import { Chip } from '../../ui/Chip.tsx'
import { Loaded } from '../../ui/Loaded.tsx'
import { Tabs } from '../../ui/Tabs.tsx'
import { useMay } from '../settings/useMay.ts'
import { Backfills } from './Backfills.tsx'
import { Backtests } from './Backtests.tsx'
import { ServerChanges } from './Changes.tsx'
import { Frame, textLink } from './Frame.tsx'
import { History } from './History.tsx'
import { Retros } from './Retros.tsx'
import { ShadowReport } from './ShadowReport.tsx'
import { Steps } from './Steps.tsx'
import type { Version as VersionJson } from './useRunning.ts'
import { VersionText } from './VersionText.tsx'

const route = getRouteApi('/rules/$set/$version')

/** One version of a rule set: what it says, changes, did beside the live one, and what it still lacks. */
export function Version() {
  const t = useMessages()
  const { set, version } = route.useParams()
  const query = useQuery(versionQuery(set, Number(version)))
  const write = useMay('rules.write')
  const { data } = query
  return (
    <Frame
      actions={
        write && data ? (
          <Link className={textLink} params={{ set }} search={{ from: data.version }} to="/rules/$set/new">
            {t.rulebook.writeFrom(set, data.version)}
          </Link>
        ) : undefined
      }
      chips={data && <StateChip version={data} />}
      title={t.rulebook.versionOf(set, Number(version))}
    >
      <Loaded query={query}>{(found) => <Parts version={found} />}</Loaded>
    </Frame>
  )
}

function StateChip({ version }: { version: VersionJson }) {
  const t = useMessages()
  const { trial } = version
  return (
    <>
      <Chip look={version.state === 'draft' || version.state === 'retired' ? 'plain' : 'strong'}>
        {t.rulebook.states[version.state]}
      </Chip>
      {trial !== null && <Chip>{t.rulebook.share(trial.percent, t.rulebook.shareBy[trial.by])}</Chip>}
      <Chip>{version.author}</Chip>
    </>
  )
}

function Parts({ version }: { version: VersionJson }) {
  const t = useMessages()
  const { tab = 'text', rule, run } = route.useSearch()
  const navigate = route.useNavigate()
  const { tab: words } = t.rulebook
  const showRun = (next: string) =>
    void navigate({ search: (before) => ({ ...before, tab, run: next }), replace: true })
  // One name in the address for what is shown of any kind.
  const runOf = (prefix: string) => (run?.startsWith(prefix) ? run : undefined)
  return (
    <div className="grid grid-cols-1 items-start gap-5 min-[1200px]:grid-cols-[minmax(0,1fr)_22rem]">
      <div className="min-w-0 overflow-hidden rounded-xl border border-line bg-surface">
        <Tabs
          label={words.label}
          onChange={(next) => void navigate({ search: (before) => ({ ...before, tab: next }), replace: true })}
          tabs={[
            { value: 'text', label: words.text, panel: <VersionText rule={rule} version={version} /> },
            { value: 'changes', label: words.changes, panel: <ServerChanges version={version} /> },
            { value: 'shadow', label: words.shadow, panel: <ShadowReport version={version} /> },
            {
              value: 'backtest',
              label: words.backtest,
              panel: <Backtests onRun={showRun} run={runOf('bt_')} version={version} />,
            },
            {
              value: 'retro',
              label: words.retro,
              panel: <Retros onRun={showRun} run={runOf('rt_')} version={version} />,
            },
            {
              value: 'backfill',
              label: words.backfill,
              panel: <Backfills onRun={showRun} run={runOf('bf_')} version={version} />,
            },
            { value: 'history', label: words.history, panel: <History version={version} /> },
          ]}
          value={tab}
        />
      </div>
      <Steps version={version} />
    </div>
  )
}
