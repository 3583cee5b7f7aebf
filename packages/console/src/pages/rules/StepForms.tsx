import {
  approveRuleset,
  liveRuleset,
  retireRuleset,
  rollBackRuleset,
  shadowRuleset,
  tryRuleset,
} from '@lamplighter/api'
import { type FormEvent, type ReactNode, useId, useState } from 'react'
import { useMessages } from '../../messages/index.ts'
import { Button } from '../../ui/Button.tsx'
import { Failure } from '../../ui/Failure.tsx'
import { Select, TextArea, TextField } from '../../ui/Field.tsx'
import { useAct } from '../settings/useAct.ts'
import { type Need, Needs, type StepName } from './Steps.tsx'
import type { Version } from './useRunning.ts'

const CHANGED = ['rulesets'] as const
const paramsOf = ({ name, version }: Version) => ({ name, version })

/** One step: its fields, its button, and beside the button what is still missing. */
function Step(props: {
  step: StepName
  version: Version
  needs: readonly Need[]
  /** Nothing of its own is missing: a reason, a number. */
  filled?: boolean
  busy: boolean
  error: Error | null
  look?: 'lamp' | 'plain'
  onStep: () => void
  children?: ReactNode
}) {
  const t = useMessages()
  const needs = useId()
  const { step, filled = true, look = 'plain' } = props
  return (
    <form
      aria-label={t.rulebook.step[step]}
      className="grid grid-cols-1 gap-2"
      onSubmit={(event: FormEvent) => {
        event.preventDefault()
        props.onStep()
      }}
    >
      {props.children}
      <div className="flex flex-wrap items-start gap-x-3 gap-y-1">
        <Button
          aria-describedby={needs}
          disabled={props.needs.length > 0 || !filled || props.busy}
          look={look}
          type="submit"
        >
          {t.rulebook.step[step]}
        </Button>
        <div className="min-w-40 flex-1">
          <Needs id={needs} needs={props.needs} version={props.version} />
        </div>
      </div>
      {props.error !== null && <Failure error={props.error} words={t.rulebook.failed} />}
    </form>
  )
}

export function PlainStep({ step, version }: { step: 'shadow' | 'retire'; version: Version }) {
  const t = useMessages()
  const shadow = useAct(shadowRuleset, CHANGED, t.rulebook.stepDone.shadow)
  const retire = useAct(retireRuleset, CHANGED, t.rulebook.stepDone.retire)
  const act = step === 'shadow' ? shadow : retire
  return (
    <Step
      busy={act.isPending}
      error={act.error}
      look={step === 'shadow' ? 'lamp' : 'plain'}
      needs={version.needs[step]}
      onStep={() => act.mutate({ params: paramsOf(version), hash: version.hash, body: {} })}
      step={step}
      version={version}
    />
  )
}

const SHARES = ['actor.id', 'room.id'] as const

export function TrialStep({ version }: { version: Version }) {
  const t = useMessages()
  const [percent, setPercent] = useState('5')
  const [by, setBy] = useState<(typeof SHARES)[number]>('actor.id')
  const act = useAct(tryRuleset, CHANGED, t.rulebook.stepDone.trial)
  const share = Number(percent)
  return (
    <Step
      busy={act.isPending}
      error={act.error}
      filled={Number.isInteger(share) && share >= 1 && share <= 99}
      needs={version.needs.trial}
      onStep={() => act.mutate({ params: paramsOf(version), hash: version.hash, body: { percent: share, by } })}
      step="trial"
      version={version}
    >
      <div className="grid grid-cols-2 gap-2">
        <TextField
          inputMode="numeric"
          label={t.rulebook.percent}
          maxLength={2}
          onChange={(event) => setPercent(event.target.value)}
          value={percent}
        />
        <Select
          label={t.rulebook.shareOf}
          onChange={(event) => setBy(SHARES.find((one) => one === event.target.value) ?? 'actor.id')}
          value={by}
        >
          {SHARES.map((one) => (
            <option key={one} value={one}>
              {t.rulebook.shareBy[one]}
            </option>
          ))}
        </Select>
      </div>
    </Step>
  )
}

export function LiveStep({ version }: { version: Version }) {
  const t = useMessages()
  const [reason, setReason] = useState('')
  const [expedite, setExpedite] = useState(false)
  const [cold, setCold] = useState(false)
  const act = useAct(liveRuleset, CHANGED, t.rulebook.stepDone.live)
  const { live, expedited } = version.needs
  const needs = (expedite ? expedited : live).filter(({ code }) => !(cold && code === 'counter_cold'))
  return (
    <Step
      busy={act.isPending}
      error={act.error}
      filled={reason.trim() !== ''}
      look="lamp"
      needs={needs}
      onStep={() =>
        act.mutate({ params: paramsOf(version), hash: version.hash, body: { reason: reason.trim(), expedite, cold } })
      }
      step="live"
      version={version}
    >
      <TextField
        label={t.rulebook.reason}
        maxLength={1000}
        onChange={(event) => setReason(event.target.value)}
        value={reason}
      />
      {live.some(({ code }) => code === 'shadow_short') && (
        <Waive chosen={expedite} label={t.rulebook.expedite} onChange={setExpedite} />
      )}
      {live.some(({ code }) => code === 'counter_cold') && (
        <Waive chosen={cold} label={t.rulebook.cold} onChange={setCold} />
      )}
    </Step>
  )
}

function Waive(props: { label: string; chosen: boolean; onChange: (chosen: boolean) => void }) {
  return (
    <label className="flex min-h-6 items-start gap-2">
      <input
        checked={props.chosen}
        className="mt-0.5 size-4 shrink-0 accent-accent"
        onChange={(event) => props.onChange(event.target.checked)}
        type="checkbox"
      />
      {props.label}
    </label>
  )
}

export function ApproveStep({ version }: { version: Version }) {
  const t = useMessages()
  const [note, setNote] = useState('')
  const act = useAct(approveRuleset, CHANGED, t.rulebook.stepDone.approve)
  return (
    <Step
      busy={act.isPending}
      error={act.error}
      look="lamp"
      needs={version.needs.approve}
      onStep={() =>
        act.mutate(
          { params: paramsOf(version), body: { hash: version.hash, note: note.trim() } },
          { onSuccess: () => setNote('') },
        )
      }
      step="approve"
      version={version}
    >
      <TextArea
        help={
          <>
            {t.rulebook.hash} <code className="font-mono">{version.hash.slice(0, 23)}</code>
          </>
        }
        label={t.rulebook.note}
        maxLength={1000}
        onChange={(event) => setNote(event.target.value)}
        rows={2}
        value={note}
      />
    </Step>
  )
}

export function RollbackStep({ version }: { version: Version }) {
  const t = useMessages()
  const [reason, setReason] = useState('')
  const act = useAct(rollBackRuleset, CHANGED, t.rulebook.stepDone.rollback)
  return (
    <Step
      busy={act.isPending}
      error={act.error}
      filled={reason.trim() !== ''}
      needs={version.needs.rollback}
      onStep={() =>
        act.mutate(
          { params: { name: version.name }, hash: version.hash, body: { reason: reason.trim() } },
          { onSuccess: () => setReason('') },
        )
      }
      step="rollback"
      version={version}
    >
      <TextField
        label={t.rulebook.reason}
        maxLength={1000}
        onChange={(event) => setReason(event.target.value)}
        value={reason}
      />
    </Step>
  )
}
