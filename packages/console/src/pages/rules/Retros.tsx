import { approveRetro, startRetro } from '@lamplighter/api'
import { useQuery } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { retroQuery, retrosQuery } from '../../api/queries.ts'
import { useMessages } from '../../messages/index.ts'
import { Button } from '../../ui/Button.tsx'
import { Failure } from '../../ui/Failure.tsx'
import { Select, TextField } from '../../ui/Field.tsx'
import { Loaded } from '../../ui/Loaded.tsx'
import { useAct } from '../settings/useAct.ts'
import { useMay } from '../settings/useMay.ts'
import { RetroResult } from './RetroResult.tsx'
import { daysAgo, Runs, Span } from './Runs.tsx'
import { Collecting, UnderWay } from './UnderWay.tsx'
import type { Version } from './useRunning.ts'

const CHANGED = ['retro', 'retros', 'rulesets', 'job'] as const

/** A version applied to the past: a place to propose it, to agree to it, and what came of it. */
export function Retros(props: { version: Version; run: string | undefined; onRun: (id: string) => void }) {
  const { retro } = useMessages().rulebook
  const { version, run, onRun } = props
  const write = useMay('rules.write')
  const query = useQuery(retrosQuery(version.name, version.version))
  const start = write && <Propose onProposed={onRun} version={version} />
  return (
    <Runs onRun={onRun} query={query} run={run} start={start} words={retro}>
      {(id) => <Run id={id} key={id} />}
    </Runs>
  )
}

const SPANS = [1, 7, 14] as const

function Propose({ version, onProposed }: { version: Version; onProposed: (id: string) => void }) {
  const t = useMessages()
  const { retro, reason: reasonWords } = t.rulebook
  const [days, setDays] = useState('7')
  const [rule, setRule] = useState('')
  const [most, setMost] = useState('50')
  const [reason, setReason] = useState('')
  const act = useAct(startRetro, CHANGED, retro.proposed)
  const queuing = version.checked.filter(({ effects }) => effects.some((effect) => effect.startsWith('queue ')))
  const maxCases = Number(most)
  const filled = reason.trim() !== '' && Number.isInteger(maxCases) && maxCases >= 1 && maxCases <= 500
  if (queuing.length === 0) return <p>{retro.noRules}</p>
  return (
    <form
      aria-label={retro.propose}
      className="grid grid-cols-1 gap-3"
      onSubmit={(event: FormEvent) => {
        event.preventDefault()
        const { name } = version
        act.mutate(
          {
            params: { name, version: version.version },
            body: {
              source: 'log',
              from: daysAgo(days),
              maxCases,
              reason: reason.trim(),
              ...(rule !== '' && { rules: [rule] }),
            },
          },
          { onSuccess: ({ id }) => onProposed(id) },
        )
      }}
    >
      <div className="flex flex-wrap items-end gap-3">
        <Span onChange={setDays} spans={SPANS} value={days} />
        <Select label={retro.rules} onChange={(event) => setRule(event.target.value)} value={rule}>
          <option value="">{retro.allRules}</option>
          {queuing.map(({ name }) => (
            <option key={name} value={name}>
              {name}
            </option>
          ))}
        </Select>
        <TextField
          inputMode="numeric"
          label={retro.maxCases}
          maxLength={3}
          onChange={(event) => setMost(event.target.value)}
          value={most}
        />
      </div>
      <TextField
        label={reasonWords}
        maxLength={1000}
        onChange={(event) => setReason(event.target.value)}
        value={reason}
      />
      <div>
        <Button disabled={act.isPending || !filled} look="lamp" type="submit">
          {retro.propose}
        </Button>
      </div>
      {act.error !== null && <Failure error={act.error} words={retro.failed} />}
    </form>
  )
}

function Run({ id }: { id: string }) {
  const t = useMessages()
  const { retro, backtest } = t.rulebook
  const query = useQuery(retroQuery(id))
  return (
    <Loaded query={query}>
      {(found) => {
        const { state, source, from, to, rules, maxCases, by, at, reason, approved, reaches, upload, result } = found
        const isOpen = state !== 'done' && state !== 'cancelled' && state !== 'parked'
        return (
          <section aria-label={retro.run} className="grid grid-cols-1 gap-3">
            <p>
              {from === 0
                ? retro.asksAll(t.dateTime(to), rules.join(', '), t.count(maxCases))
                : retro.asks(t.dateTime(from), t.dateTime(to), rules.join(', '), t.count(maxCases))}{' '}
              {backtest.source[source]} {retro.state[state]}
            </p>
            <p className="wrap-anywhere">
              {retro.askedBy(by, t.dateTime(at))} {reason}
            </p>
            {approved !== null && (
              <p>
                {retro.approvedBy(approved.by, t.dateTime(approved.at))} {approved.solo && retro.solo}
              </p>
            )}
            {state === 'proposed' && <Agree hash={found.hash} id={id} />}
            {state === 'collecting' && <Collecting upload={upload} />}
            {isOpen && <UnderWay id={id} />}
            {isOpen && source === 'log' && (reaches ?? from + 1) > from && (
              <p>{reaches === null ? retro.nothing : retro.reaches(t.dateTime(reaches))}</p>
            )}
            {state === 'parked' && <p>{backtest.parked}</p>}
            {state === 'cancelled' && <p>{retro.cancelled}</p>}
            <RetroResult cases={found.cases} result={result} />
          </section>
        )
      }}
    </Loaded>
  )
}

function Agree({ id, hash }: { id: string; hash: string }) {
  const t = useMessages()
  const { retro } = t.rulebook
  const approve = useMay('rules.approve')
  const act = useAct(approveRetro, CHANGED, retro.approved)
  return (
    <>
      <p className="font-semibold">{retro.waits}</p>
      {approve && (
        <div>
          <Button disabled={act.isPending} look="lamp" onClick={() => act.mutate({ params: { id }, body: { hash } })}>
            {retro.approve}
          </Button>
        </div>
      )}
      {act.error !== null && <Failure error={act.error} words={retro.failed} />}
    </>
  )
}
