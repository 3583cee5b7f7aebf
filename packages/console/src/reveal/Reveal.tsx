import type { EvidenceJson } from '@lamplighter/api'
import { useState } from 'react'
import { useCommands, useRelease } from '../keys.ts'
import { useMessages } from '../messages/index.ts'
import { Button } from '../ui/Button.tsx'
import { Chip } from '../ui/Chip.tsx'
import { Failure } from '../ui/Failure.tsx'
import { TextField } from '../ui/Field.tsx'
import { Icon } from '../ui/Icon.tsx'
import { nextStep, type Step, steps } from './ladder.ts'
import { MediaFacts } from './MediaFacts.tsx'
import { useReveal } from './useReveal.ts'

type Media = NonNullable<EvidenceJson['media']>

/** From this many earlier decisions on the same file on, looking again needs a reason. */
const DECIDED_ENOUGH = 2

/** One file: facts always, pixels step by step and only by an act. `current` files hear the keys. */
export function Reveal(props: { number: number; media: Media; current: boolean; mayReveal: string | null }) {
  const { number, media } = props
  const t = useMessages()
  const [reason, setReason] = useState('')
  const { ladder, send, hide, error, picture } = useReveal(number, media.exhibit, reason)
  const needsReason = media.decidedBefore >= DECIDED_ENOUGH
  const open = props.mayReveal === null && (!needsReason || reason.trim() !== '')
  const next = nextStep(ladder, media.steps)
  const ask = (step: Step, hold: 'space' | 'seconds' | null) =>
    send({ type: 'ask', wish: { step, hold: step === 'full' ? (hold ?? 'seconds') : null, region: null } })

  useCommands(
    props.current
      ? {
          reveal: () => {
            if (!open || next === null) return false
            ask(next, 'space')
            return true
          },
          colour: () => {
            if (!media.steps.includes('full')) return false
            send({ type: 'colour' })
            if (ladder.wish?.step === 'full') ask('full', ladder.wish.hold)
            return true
          },
        }
      : {},
  )
  useCommands({ close: hide })
  useRelease(() => send({ type: 'released' }))

  return (
    <div className="grid gap-2">
      <MediaFacts media={media} />
      {needsReason && (
        <TextField
          help={t.reveal.decidedMeans(media.decidedBefore)}
          label={t.reveal.reason}
          onChange={(event) => setReason(event.target.value)}
          value={reason}
        />
      )}
      {picture !== null && (
        <figure className="grid justify-items-start gap-1">
          <button
            aria-label={picture.wish.step === 'reduced' ? t.reveal.clearRegion : t.reveal.shown[picture.wish.step]}
            className="block cursor-default overflow-hidden rounded-md border border-edge"
            disabled={picture.wish.step !== 'reduced' || !open}
            onClick={(event) => {
              const box = event.currentTarget.getBoundingClientRect()
              // A press by keyboard has no place: it clears the middle.
              const middle = event.detail === 0
              const x = middle ? 0.5 : (event.clientX - box.left) / box.width
              const y = middle ? 0.5 : (event.clientY - box.top) / box.height
              const clamp = (part: number) => Math.min(1, Math.max(0, part))
              send({ type: 'ask', wish: { step: 'reduced', hold: null, region: { x: clamp(x), y: clamp(y) } } })
            }}
            type="button"
          >
            <img
              alt={t.reveal.shown[picture.wish.step]}
              className={picture.wish.step === 'lowpass' ? 'h-32 w-auto' : 'max-h-80 w-auto max-w-full'}
              draggable={false}
              onLoad={(event) => event.currentTarget.scrollIntoView({ block: 'nearest' })}
              src={picture.url}
            />
          </button>
          <figcaption className="text-fine text-muted">{t.reveal.caption[picture.wish.step]}</figcaption>
        </figure>
      )}
      {error !== null && ladder.phase === 'failed' && <Failure error={error} />}
      {media.steps.length === 0 ? (
        <p className="text-fine text-muted">{t.reveal.factsOnly}</p>
      ) : (
        <div className="flex flex-wrap items-center gap-2">
          <Steps at={ladder.phase === 'idle' ? null : (ladder.wish?.step ?? null)} offered={media.steps} />
          {next !== null && next !== 'full' && (
            <Button disabled={!open} {...(props.current && { hint: 'Space' })} onClick={() => ask(next, null)}>
              <Icon name="eye" />
              {t.reveal.show[next]}
            </Button>
          )}
          {media.steps.includes('full') && (ladder.rest === 'reduced' || !media.steps.includes('reduced')) && (
            <Button disabled={!open} onClick={() => ask('full', 'seconds')}>
              <Icon name="eye" />
              {t.reveal.fullSeconds}
            </Button>
          )}
          {ladder.phase !== 'idle' && (
            <Button hint="Esc" look="quiet" onClick={hide}>
              <Icon name="hidden" />
              {t.reveal.hide}
            </Button>
          )}
          {ladder.colour && <Chip look="strong">{t.reveal.inColour}</Chip>}
          {props.mayReveal !== null && <span className="text-fine text-muted">{props.mayReveal}</span>}
          {open && next === 'full' && <span className="text-fine text-muted">{t.reveal.holdSpace}</span>}
        </div>
      )}
    </div>
  )
}

function Steps({ at, offered }: { at: Step | null; offered: readonly Step[] }) {
  const t = useMessages()
  const reached = at === null ? 0 : steps.indexOf(at) + 1
  return (
    <span aria-label={t.reveal.stepOf(reached)} className="inline-flex items-center gap-1" role="img">
      {steps.map((step, index) => (
        <span
          className={`block h-1.5 w-4 rounded-full border ${index < reached ? 'border-accent bg-lamp' : offered.includes(step) ? 'border-edge' : 'hatched border-line'}`}
          key={step}
        />
      ))}
    </span>
  )
}
