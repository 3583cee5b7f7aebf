import { proposeSwitch, type SwitchJson } from '@lamplighter/api'
import { useState } from 'react'
import { useMessages } from '../../messages/index.ts'
import { Button } from '../../ui/Button.tsx'
import { Failure } from '../../ui/Failure.tsx'
import { Select, TextField } from '../../ui/Field.tsx'
import { useAct } from './useAct.ts'

/** The first half of a change: what a switch shall be, until when, by which law, and why. */
export function AskForSwitch({ one }: { one: SwitchJson }) {
  const t = useMessages()
  const name = t.switches.names[one.id]
  const [on, setOn] = useState(!one.on)
  const [law, setLaw] = useState(one.law ?? '')
  const [reason, setReason] = useState('')
  const [until, setUntil] = useState('')
  const [review, setReview] = useState('')
  const ask = useAct(proposeSwitch, ['switches'], t.switches.asked)
  const isWhole = reason.trim() !== '' && (!on || (law.trim() !== '' && review !== ''))
  return (
    <details className="border-t border-line pt-3">
      <summary aria-label={`${t.switches.ask}: ${name}`} className="min-h-6 rounded font-semibold">
        {t.switches.ask}
      </summary>
      <form
        aria-label={`${t.switches.ask}: ${name}`}
        className="mt-3 grid gap-3"
        onSubmit={(event) => {
          event.preventDefault()
          const terms = { law: law.trim(), reviewBy: startOf(review), ...(until !== '' && { until: startOf(until) }) }
          ask.mutate({ params: { id: one.id }, body: { on, reason: reason.trim(), ...(on && terms) } })
        }}
      >
        <Select
          label={t.settings.change}
          onChange={(event) => setOn(event.target.value === 'on')}
          value={on ? 'on' : 'off'}
        >
          <option value="on">{t.switches.states.on}</option>
          {one.on && <option value="off">{t.switches.states.off}</option>}
        </Select>
        {on && (
          <>
            <TextField
              label={t.switches.law}
              maxLength={1000}
              onChange={(event) => setLaw(event.target.value)}
              value={law}
            />
            <TextField
              label={t.switches.review}
              onChange={(event) => setReview(event.target.value)}
              type="date"
              value={review}
            />
            <TextField
              label={t.switches.until}
              onChange={(event) => setUntil(event.target.value)}
              type="date"
              value={until}
            />
          </>
        )}
        <TextField
          help={t.switches.reasonHelp}
          label={t.settings.reason}
          maxLength={1000}
          onChange={(event) => setReason(event.target.value)}
          value={reason}
        />
        {ask.error !== null && <Failure error={ask.error} />}
        <div>
          <Button disabled={!isWhole || ask.isPending} look="lamp" type="submit">
            {t.switches.ask}
          </Button>
        </div>
      </form>
    </details>
  )
}

/** The instant at which a day begins where the reader is. @param day as `2026-03-01` */
const startOf = (day: string): number => new Date(`${day}T00:00`).getTime()
