import type { AnswerOf, getBacktest, getDifferences } from '@lamplighter/api'
import { useInfiniteQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import { differencesQuery } from '../../api/queries.ts'
import { useMessages } from '../../messages/index.ts'
import { Button } from '../../ui/Button.tsx'
import { Chip } from '../../ui/Chip.tsx'
import { Failure } from '../../ui/Failure.tsx'
import { Select } from '../../ui/Field.tsx'
import { Table } from '../../ui/Table.tsx'
import { textLink } from './Frame.tsx'
import { firedColumns } from './firedColumns.ts'
import type { Version } from './useRunning.ts'

type Result = NonNullable<AnswerOf<typeof getBacktest>['result']>
type Difference = AnswerOf<typeof getDifferences>['items'][number]

/** What a backtest found: first whether it can be trusted, then the numbers, then where the two versions differ. */
export function BacktestResult({ id, result, version: own }: { id: string; result: Result; version: Version }) {
  const t = useMessages()
  const { backtest, report } = t.rulebook
  const { archive, sample, drift, blind, cold, warmupMs, rules } = result
  const measured = t.count(result.measured)
  const differing = rules.filter(({ fired }) => fired.onlyNew + fired.onlyLive > 0).map(({ rule }) => rule)
  return (
    <>
      <p className={drift.events > 0 ? 'rounded-lg border border-accent bg-glow p-3 font-semibold' : ''}>
        {drift.events > 0
          ? backtest.drift(t.count(drift.events), t.count(drift.checked))
          : archive === undefined
            ? backtest.noDrift(t.count(drift.checked))
            : backtest.notChecked}{' '}
        {drift.unsure > 0 && backtest.unsure(t.count(drift.unsure))}
      </p>
      <p>
        {warmupMs > 0
          ? backtest.sum(measured, t.count(result.events), t.length(warmupMs))
          : backtest.sumNoWarmup(measured)}
      </p>
      {result.measured === 0 && (
        <p className="rounded-lg border border-accent bg-glow p-3 font-semibold">{backtest.nothingMeasured}</p>
      )}
      {archive !== undefined && archive.late > 0 && <p>{backtest.late(t.count(archive.late))}</p>}
      {archive !== undefined && archive.repeated > 0 && <p>{backtest.repeated(t.count(archive.repeated))}</p>}
      {sample !== undefined && <Share sample={sample} />}
      {blind.events > 0 && (
        <div>
          <p>{backtest.blind(t.count(blind.events))}</p>
          <ul className="list-disc ps-5">
            {blind.because.map(({ what, events }) => (
              <li key={what}>
                <code className="font-mono text-fine wrap-anywhere">{what}</code> ({t.count(events)})
              </li>
            ))}
          </ul>
        </div>
      )}
      {cold.length > 0 && <p>{backtest.cold(cold.join(', '))}</p>}
      <Table
        columns={[
          {
            title: report.rule,
            cell: ({ rule, version }) =>
              version === null ? (
                <span className="font-mono">
                  {rule} <span className="text-muted">{backtest.gone}</span>
                </span>
              ) : (
                <Link
                  className={`${textLink} font-mono`}
                  params={{ set: own.name, version: String(own.version) }}
                  search={{ rule }}
                  to="/rules/$set/$version"
                >
                  {rule} v{version}
                </Link>
              ),
          },
          ...firedColumns(t),
          {
            title: backtest.outcomes,
            end: true,
            cell: ({ outcomes: { upheld, overturned, open, untold } }) => (
              <>
                {backtest.outcome(t.count(upheld), t.count(overturned), t.count(open))}
                {untold > 0 && <span className="block text-fine text-muted">{backtest.untold(t.count(untold))}</span>}
              </>
            ),
          },
        ]}
        empty={backtest.noRules}
        keyOf={({ rule }) => rule}
        label={backtest.table}
        rows={rules}
      />
      <p className="text-fine text-muted">
        {backtest.outcomesMean} {backtest.opened}
      </p>
      <h2 className="text-title font-semibold">{backtest.differences}</h2>
      {differing.length === 0 ? (
        <p className="text-muted">{backtest.noDifferences}</p>
      ) : (
        <Differences id={id} rules={differing} />
      )}
    </>
  )
}

/** Which share of the accounts was looked at, and what nobody can tell of a share. */
function Share({ sample }: { sample: NonNullable<Result['sample']> }) {
  const t = useMessages()
  const { backtest } = t.rulebook
  const { percent, seed, notMeasured } = sample
  return (
    <div>
      <p>{backtest.sample(t.percent(percent / 100), seed)}</p>
      {notMeasured.length > 0 && (
        <>
          <p>{backtest.notMeasured}</p>
          <ul className="list-disc ps-5">
            {notMeasured.map(({ rule, because }) => (
              <li key={rule}>
                <code className="font-mono text-fine wrap-anywhere">{rule}</code> ({because.join(', ')})
              </li>
            ))}
          </ul>
        </>
      )}
    </div>
  )
}

function Differences({ id, rules }: { id: string; rules: readonly string[] }) {
  const t = useMessages()
  const { backtest } = t.rulebook
  const [rule, setRule] = useState(rules[0] ?? '')
  const query = useInfiniteQuery(differencesQuery(id, rule))
  const items = query.data?.pages.flatMap((page) => page.items) ?? []
  return (
    <div className="grid grid-cols-1 gap-3">
      <Select label={backtest.ruleOf} onChange={(event) => setRule(event.target.value)} value={rule}>
        {rules.map((one) => (
          <option key={one} value={one}>
            {one}
          </option>
        ))}
      </Select>
      {query.error !== null && <Failure error={query.error} onAgain={() => void query.refetch()} />}
      <ol aria-label={backtest.differences} className="grid grid-cols-1 gap-2">
        {items.map((difference) => (
          <li className="grid grid-cols-1 gap-1 rounded-lg border border-line bg-surface px-3 py-2" key={difference.n}>
            <OneDifference difference={difference} />
          </li>
        ))}
      </ol>
      {query.hasNextPage && (
        <div>
          <Button disabled={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
            {backtest.more}
          </Button>
        </div>
      )}
    </div>
  )
}

function OneDifference({ difference: { what, at, kind, clauses } }: { difference: Difference }) {
  const t = useMessages()
  const { backtest } = t.rulebook
  return (
    <>
      <p className="flex flex-wrap items-center gap-2">
        <Chip look={what === 'new' ? 'strong' : 'plain'}>{backtest[what]}</Chip>
        <span className="font-mono text-fine">{kind}</span>
        <span className="text-fine text-muted">{t.dateTime(at)}</span>
      </p>
      <ul className="grid grid-cols-1 gap-0.5 text-fine">
        {clauses.map(({ text, outcome, values }) => (
          <li className="wrap-anywhere" key={text}>
            <code className="font-mono">{text}</code>: {backtest.answer[answerOf(outcome)]}
            {Object.entries(values).map(([name, value]) => (
              <span className="text-muted" key={name}>
                {' · '}
                {name} = {shownValue(value)}
              </span>
            ))}
          </li>
        ))}
      </ul>
    </>
  )
}

type Value = Difference['clauses'][number]['values'][string]

/** A value as people read it; a reading of a counter with its window, `3 / 1h`, or `3–5 / 1h` where it is not sure. */
function shownValue(value: Value): string {
  if (typeof value === 'string') return value
  if (typeof value !== 'object' || value === null || Array.isArray(value) || typeof value.low !== 'number')
    return JSON.stringify(value)
  const { low, high, over } = value
  const count = low === high ? String(low) : `${low}–${typeof high === 'number' ? high : '∞'}`
  return typeof over === 'string' ? `${count} / ${over}` : count
}

const answerOf = (outcome: boolean | null) => (outcome === null ? 'unknown' : outcome ? 'yes' : 'no')
