import { startBacktest } from '@lamplighter/api'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { type FormEvent, useEffect, useState } from 'react'
import { backtestQuery, backtestsQuery } from '../../api/queries.ts'
import { useMessages } from '../../messages/index.ts'
import { Button } from '../../ui/Button.tsx'
import { Failure } from '../../ui/Failure.tsx'
import { Loaded } from '../../ui/Loaded.tsx'
import { useAct } from '../settings/useAct.ts'
import { useMay } from '../settings/useMay.ts'
import { BacktestResult } from './BacktestResult.tsx'
import { daysAgo, Runs, Span } from './Runs.tsx'
import { Collecting, UnderWay } from './UnderWay.tsx'
import type { Version } from './useRunning.ts'

/** What a version says of past events: a place to ask, and what was found. The run that is shown stands in the address. */
export function Backtests(props: { version: Version; run: string | undefined; onRun: (id: string) => void }) {
  const { backtest } = useMessages().rulebook
  const { version, run, onRun } = props
  const write = useMay('rules.write')
  const query = useQuery(backtestsQuery(version.name, version.version))
  const start = write && <Start onStarted={onRun} version={version} />
  return (
    <Runs onRun={onRun} query={query} run={run} start={start} words={backtest}>
      {(id) => <Run id={id} key={id} version={version} />}
    </Runs>
  )
}

const SPANS = [1, 7, 14, 28] as const

function Start({ version, onStarted }: { version: Version; onStarted: (id: string) => void }) {
  const t = useMessages()
  const { backtest } = t.rulebook
  const [days, setDays] = useState('14')
  const act = useAct(startBacktest, ['backtests'], backtest.started)
  const { name } = version
  return (
    <form
      aria-label={backtest.start}
      className="flex flex-wrap items-end gap-3"
      onSubmit={(event: FormEvent) => {
        event.preventDefault()
        act.mutate(
          { params: { name, version: version.version }, body: { source: 'log', from: daysAgo(days), against: 'live' } },
          { onSuccess: ({ id }) => onStarted(id) },
        )
      }}
    >
      <Span onChange={setDays} spans={SPANS} value={days} />
      <Button disabled={act.isPending} look="lamp" type="submit">
        {backtest.start}
      </Button>
      {act.error !== null && <Failure error={act.error} words={backtest.failed} />}
    </form>
  )
}

function Run({ id, version }: { id: string; version: Version }) {
  const t = useMessages()
  const { backtest } = t.rulebook
  const query = useQuery(backtestQuery(id))
  const client = useQueryClient()
  const opened = query.data?.result != null
  const { name, version: own } = version
  const waits = version.needs.approve.some(({ code }) => code === 'report_unopened')
  useEffect(() => {
    // The server has noted it; what an approval still lacks is read anew.
    if (opened && waits) void client.invalidateQueries({ queryKey: ['rulesets', name, own], exact: true })
  }, [client, opened, waits, name, own])
  return (
    <Loaded query={query}>
      {({ state, source, from, to, against, upload, result }) => (
        <section aria-label={backtest.run} className="grid grid-cols-1 gap-3">
          <p>
            {from === 0
              ? backtest.allOf(t.dateTime(to), against)
              : backtest.spanOf(t.dateTime(from), t.dateTime(to), against)}{' '}
            {backtest.source[source]} {backtest.state[state]}
          </p>
          {state === 'collecting' && <Collecting upload={upload} />}
          {(state === 'collecting' || state === 'waiting' || state === 'running') && <UnderWay id={id} />}
          {state === 'parked' && <p>{backtest.parked}</p>}
          {state === 'cancelled' && <p>{backtest.cancelled}</p>}
          {result !== null && <BacktestResult id={id} result={result} version={version} />}
        </section>
      )}
    </Loaded>
  )
}
