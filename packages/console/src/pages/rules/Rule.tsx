import { pauseRule, resumeRule } from '@lamplighter/api'
import { getRouteApi, Link } from '@tanstack/react-router'
import { useState } from 'react'
import { serverNow } from '../../api/clock.ts'
import { useMessages } from '../../messages/index.ts'
import { Button } from '../../ui/Button.tsx'
import { Chip } from '../../ui/Chip.tsx'
import { Failure } from '../../ui/Failure.tsx'
import { Select, TextField } from '../../ui/Field.tsx'
import { Loaded } from '../../ui/Loaded.tsx'
import { useAct } from '../settings/useAct.ts'
import { useMay } from '../settings/useMay.ts'
import { card, Frame, textLink } from './Frame.tsx'
import { Changed, Volume } from './RuleRows.tsx'
import { type CheckedRule, type RunningSet, standingOf, useRunning } from './useRunning.ts'

const route = getRouteApi('/rules/$rule')

/** One rule of the live version: what it does, how it stands, and its pause. */
export function Rule() {
  const t = useMessages()
  const { rule: name } = route.useParams()
  const running = useRunning()
  const known = running.data?.live.checked.find((one) => one.name === name)
  return (
    <Frame
      chips={
        known && (
          <>
            <Chip>{t.severity[known.severity]}</Chip>
            {known.grave && <Chip look="strong">{t.rulebook.grave}</Chip>}
          </>
        )
      }
      title={name}
    >
      <Loaded query={running}>
        {(found) => {
          const rule = found?.live.checked.find((one) => one.name === name)
          return found === null || rule === undefined ? (
            <p className="text-muted">{t.rulebook.noSuchRule}</p>
          ) : (
            <>
              <Facts rule={rule} running={found} />
              <Rest rule={rule} running={found} />
            </>
          )
        }}
      </Loaded>
    </Frame>
  )
}

function Facts({ rule, running }: { rule: CheckedRule; running: RunningSet }) {
  const t = useMessages()
  const { live } = running
  const { column } = t.rulebook
  const version = { set: live.name, version: String(live.version) }
  return (
    <div className={card}>
      <dl className="grid grid-cols-[minmax(5rem,max-content)_minmax(0,1fr)] gap-x-6 gap-y-1.5 wrap-anywhere">
        <dt className="text-muted">{column.version}</dt>
        <dd>
          v{rule.version} ·{' '}
          <Link className={textLink} params={version} search={{ rule: rule.name }} to="/rules/$set/$version">
            {t.rulebook.versionOf(live.name, live.version)}
          </Link>
        </dd>
        <dt className="text-muted">{column.policy}</dt>
        <dd>
          <Link className={textLink} search={{ policy: rule.policy }} to="/rules">
            {rule.policy}
          </Link>
        </dd>
        <dt className="text-muted">{column.harm}</dt>
        <dd>{rule.harm}</dd>
        <dt className="text-muted">{column.events}</dt>
        <dd>
          {rule.on.join(', ')}, {t.rulebook.phase[rule.phase]}
        </dd>
        <dt className="text-muted">{column.effects}</dt>
        <dd>{rule.effects.join(' · ')}</dd>
        <dt className="text-muted">{column.unknown}</dt>
        <dd>{rule.onUnknown.length === 0 ? t.rulebook.ignore : rule.onUnknown.join(' · ')}</dd>
        <dt className="text-muted">{column.day}</dt>
        <dd>
          <Volume day={rule.day} />
        </dd>
        <dt className="text-muted">{column.owner}</dt>
        <dd>{live.owner}</dd>
        <dt className="text-muted">{column.changed}</dt>
        <dd>
          <Changed rule={rule} />
        </dd>
        <dt className="text-muted">{column.breaker}</dt>
        <dd>
          <Breaker rule={rule} running={running} />
        </dd>
      </dl>
    </div>
  )
}

function Breaker({ rule, running }: { rule: CheckedRule; running: RunningSet }) {
  const t = useMessages()
  const { breaker } = standingOf(running, rule.name)
  if (breaker === undefined) return <>{t.rulebook.breaker.none}</>
  if (breaker.openSince === null) return <>{t.rulebook.breaker.below(breaker.ceiling)}</>
  const since = t.dateTime(breaker.openSince)
  return <>{rule.grave ? t.rulebook.breaker.openGrave(since) : t.rulebook.breaker.open(since)}</>
}

const HOURS = [1, 4, 12, 24] as const
const HOUR_MS = 3_600_000

/** The pause of a rule: who stopped it until when, or the form that stops it. */
function Rest({ rule, running }: { rule: CheckedRule; running: RunningSet }) {
  const t = useMessages()
  const { live, set } = running
  const may = useMay('rules.pause')
  const { pause, breaker } = standingOf(running, rule.name)
  const [reason, setReason] = useState('')
  const [hours, setHours] = useState<number>(1)
  const stop = useAct(pauseRule, ['rulesets'], t.rulebook.pausedSpoken)
  const resume = useAct(resumeRule, ['rulesets'], t.rulebook.resumedSpoken)
  const params = { name: set.name, rule: rule.name }
  const error = stop.error ?? resume.error
  const resting = pause !== undefined || breaker?.openSince != null
  if (!may && pause === undefined) return null
  return (
    <section aria-labelledby="rest" className={card}>
      <h2 className="text-title font-semibold" id="rest">
        {t.rulebook.pause}
      </h2>
      {pause !== undefined && <p>{t.rulebook.paused(t.dateTime(pause.until), pause.by, pause.reason)}</p>}
      {error !== null && <Failure error={error} words={t.rulebook.failed} />}
      {may && resting && (
        <div>
          <Button
            aria-label={t.rulebook.resumeOne(rule.name)}
            disabled={resume.isPending}
            onClick={() => resume.mutate({ params, hash: live.hash })}
          >
            {t.rulebook.resume}
          </Button>
        </div>
      )}
      {may && pause === undefined && (
        <form
          aria-label={t.rulebook.pauseOne(rule.name)}
          className="grid max-w-xl gap-3"
          onSubmit={(event) => {
            event.preventDefault()
            const until = serverNow() + hours * HOUR_MS
            stop.mutate(
              { params, hash: live.hash, body: { reason: reason.trim(), until } },
              { onSuccess: () => setReason('') },
            )
          }}
        >
          <Select
            help={t.rulebook.pauseUntil(t.dateTime(serverNow() + hours * HOUR_MS))}
            label={t.rulebook.pauseFor}
            onChange={(event) => setHours(Number(event.target.value))}
            value={hours}
          >
            {HOURS.map((count) => (
              <option key={count} value={count}>
                {t.rulebook.hours(count)}
              </option>
            ))}
          </Select>
          <TextField
            label={t.rulebook.reason}
            maxLength={1000}
            onChange={(event) => setReason(event.target.value)}
            value={reason}
          />
          <div>
            <Button disabled={reason.trim() === '' || stop.isPending} type="submit">
              {t.rulebook.pause}
            </Button>
          </div>
        </form>
      )}
    </section>
  )
}
