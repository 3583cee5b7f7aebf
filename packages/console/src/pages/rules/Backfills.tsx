import { type AnswerOf, type getBackfill, startBackfill } from '@lamplighter/api'
import { useQuery } from '@tanstack/react-query'
import { backfillQuery, backfillsQuery } from '../../api/queries.ts'
import { useMessages } from '../../messages/index.ts'
import { Button } from '../../ui/Button.tsx'
import { Failure } from '../../ui/Failure.tsx'
import { Loaded } from '../../ui/Loaded.tsx'
import { Table } from '../../ui/Table.tsx'
import { useAct } from '../settings/useAct.ts'
import { useMay } from '../settings/useMay.ts'
import { Runs } from './Runs.tsx'
import { UnderWay } from './UnderWay.tsx'
import type { Version } from './useRunning.ts'

/** Counters of a version filled from the log: a place to ask for it, and how far back they have seen everything since. */
export function Backfills(props: { version: Version; run: string | undefined; onRun: (id: string) => void }) {
  const { backfill } = useMessages().rulebook
  const { version, run, onRun } = props
  const write = useMay('rules.write')
  const query = useQuery(backfillsQuery(version.name, version.version))
  const start = write && <Start onStarted={onRun} version={version} />
  return (
    <Runs onRun={onRun} query={query} run={run} start={start} words={backfill}>
      {(id) => <Run id={id} key={id} />}
    </Runs>
  )
}

function Start({ version, onStarted }: { version: Version; onStarted: (id: string) => void }) {
  const { backfill } = useMessages().rulebook
  const act = useAct(startBackfill, ['backfills'], backfill.started)
  const { name, version: number, state } = version
  if (state === 'draft' || state === 'retired') return <p>{backfill.notCounted}</p>
  return (
    <div className="flex flex-wrap items-end gap-3">
      <Button
        disabled={act.isPending}
        look="lamp"
        onClick={() =>
          act.mutate(
            { params: { name, version: number }, body: { source: 'log' } },
            { onSuccess: ({ id }) => onStarted(id) },
          )
        }
      >
        {backfill.start}
      </Button>
      {act.error !== null && <Failure error={act.error} words={backfill.failed} />}
    </div>
  )
}

function Run({ id }: { id: string }) {
  const t = useMessages()
  const { backfill, backtest } = t.rulebook
  const query = useQuery(backfillQuery(id))
  return (
    <Loaded query={query}>
      {({ state, counters, result }) => (
        <section aria-label={backfill.run} className="grid grid-cols-1 gap-3">
          <p>
            {backfill.asks(counters.join(', '))} {backfill.state[state]}
          </p>
          {(state === 'waiting' || state === 'running') && <UnderWay id={id} />}
          {state === 'parked' && <p>{backtest.parked}</p>}
          {state === 'cancelled' && <p>{backfill.cancelled}</p>}
          {result !== null && <Reached result={result} />}
        </section>
      )}
    </Loaded>
  )
}

function Reached({ result }: { result: NonNullable<AnswerOf<typeof getBackfill>['result']> }) {
  const t = useMessages()
  const { backfill } = t.rulebook
  return (
    <>
      <p>{backfill.sum(t.count(result.events))}</p>
      <Table
        columns={[
          { title: backfill.counter, cell: ({ counter }) => <span className="font-mono">{counter}</span> },
          { title: backfill.since, cell: ({ since }) => (since === null ? '–' : t.dateTime(since)) },
          { title: backfill.warm, cell: ({ since, over }) => (since === null ? '–' : t.dateTime(since + over)) },
          {
            title: backfill.why,
            cell: ({ limit, what }) => (
              <span className="wrap-anywhere">
                {backfill.limit[limit]} {what !== null && <code className="font-mono">{what}</code>}
              </span>
            ),
          },
        ]}
        empty={backfill.nothing}
        keyOf={({ counter }) => counter}
        label={backfill.table}
        rows={result.counters}
      />
    </>
  )
}
