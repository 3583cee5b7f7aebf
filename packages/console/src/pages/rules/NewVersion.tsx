import { useQuery } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { rulesetQuery, versionQuery } from '../../api/queries.ts'
import { useMessages } from '../../messages/index.ts'
import { Failure } from '../../ui/Failure.tsx'
import { Loaded } from '../../ui/Loaded.tsx'
import { useMay } from '../settings/useMay.ts'
import { Frame } from './Frame.tsx'
import type { Ruleset, Version } from './useRunning.ts'
import { Workbench } from './Workbench.tsx'

const route = getRouteApi('/rules/$set/new')

/** Where a new version is written, beginning with the live text or that of another version. */
export function NewVersion() {
  const t = useMessages()
  const { set } = route.useParams()
  const ruleset = useQuery(rulesetQuery(set))
  const may = useMay('rules.write')
  return (
    <Frame title={t.rulebook.newTitle(set)}>
      {may ? (
        <Loaded query={ruleset}>{(found) => <Begin set={found} />}</Loaded>
      ) : (
        <p>{t.forbidden.needs((['lead', 'child-safety', 'legal'] as const).map((role) => t.role[role]))}</p>
      )}
    </Frame>
  )
}

function Begin({ set }: { set: Ruleset }) {
  const t = useMessages()
  const { from } = route.useSearch()
  const live = set.versions.find(({ state }) => state === 'live')
  const begin = set.versions.find(({ version }) => version === from) ?? live
  const liveText = useQuery({ ...versionQuery(set.name, live?.version ?? 0), enabled: live !== undefined })
  const beginText = useQuery({ ...versionQuery(set.name, begin?.version ?? 0), enabled: begin !== undefined })
  if (live === undefined || begin === undefined)
    return (
      <p className="text-muted">
        {t.rulebook.nothingRuns} {t.rulebook.operatorPuts}
      </p>
    )
  const error = liveText.error ?? beginText.error
  if (error !== null) return <Failure error={error} onAgain={() => void beginText.refetch()} />
  return (
    <Loaded query={liveText}>
      {(running) =>
        beginText.data === undefined ? null : (
          <Workbench key={set.name} live={running} set={set} text={numbered(beginText.data, set)} />
        )
      }
    </Loaded>
  )
}

/** The text as a version of its own: the next free number, since what ran keeps its text. A draft is written on under its number. */
function numbered(begin: Version, set: Ruleset): string {
  const text = begin.text.replaceAll('\r\n', '\n')
  if (begin.state === 'draft' && begin.own) return text
  const next = 1 + Math.max(...set.versions.map(({ version }) => version))
  return text.replace(/^(\s*(?:#[^\n]*\n\s*)*ruleset\s+[a-z0-9_]+\s+version\s+)\d+/, `$1${next}`)
}
