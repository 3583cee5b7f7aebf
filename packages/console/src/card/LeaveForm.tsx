import { handoffCase, skipCase } from '@lamplighter/api'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useEffect, useRef, useState } from 'react'
import { announce } from '../announce.ts'
import { call } from '../api/client.ts'
import { caseName } from '../case/case-number.ts'
import { useCommands } from '../keys.ts'
import { useMessages } from '../messages/index.ts'
import { Button } from '../ui/Button.tsx'
import { Failure } from '../ui/Failure.tsx'
import { TextArea } from '../ui/Field.tsx'
import { Kbd } from '../ui/Kbd.tsx'
import { takeUp, useDecide } from './useDecide.ts'

export type Leaving = 'skip' | 'handoff' | 'escalate'

const skipReasons = ['unsure', 'language', 'known_person', 'not_now', 'technical'] as const

/** Leaves a case undecided: skip it, hand it to whoever comes next, or to a lead. Each with a reason, on the page. */
export function LeaveForm({ number, kind, onClose }: { number: number; kind: Leaving; onClose: () => void }) {
  const t = useMessages()
  const client = useQueryClient()
  const { open } = useDecide()
  const [reason, setReason] = useState<(typeof skipReasons)[number]>('unsure')
  const [text, setText] = useState('')
  const form = useRef<HTMLFormElement>(null)
  const leave = useMutation({
    mutationFn: () => {
      const note = text.trim()
      return kind === 'skip'
        ? call(skipCase, { params: { number }, body: { reason, ...(note !== '' && { note }) } })
        : call(handoffCase, { params: { number }, body: { to: kind === 'escalate' ? 'lead' : 'anyone', reason: note } })
    },
    onSuccess: async ({ next }) => {
      announce(t.leave.done[kind](caseName(number)))
      void client.invalidateQueries({ queryKey: ['lanes'] })
      void client.invalidateQueries({ queryKey: ['case', number] })
      if (next !== null) await takeUp(client, next)
      await open(next, false)
    },
  })
  const ready = kind === 'skip' || text.trim() !== ''
  const submit = () => {
    if (ready && !leave.isPending) leave.mutate()
    else form.current?.querySelector('textarea')?.focus()
  }
  useEffect(() => {
    form.current?.querySelector<HTMLElement>('input:checked, textarea')?.focus()
  }, [])
  useCommands({
    decide: submit,
    close: onClose,
    policy: (digit) => {
      const chosen = skipReasons[(digit ?? 1) - 1]
      if (kind !== 'skip' || chosen === undefined) return false
      setReason(chosen)
      return true
    },
  })
  return (
    <form
      aria-label={t.leave.title[kind]}
      className="grid content-start gap-3 p-3"
      onSubmit={(event) => {
        event.preventDefault()
        submit()
      }}
      ref={form}
    >
      <h2 className="text-title font-semibold">{t.leave.title[kind]}</h2>
      <p className="text-muted">{t.leave.means[kind]}</p>
      {kind === 'skip' && (
        <fieldset className="grid gap-1">
          <legend className="mb-1 text-fine font-semibold text-muted">{t.leave.reason}</legend>
          {skipReasons.map((one, index) => (
            <label
              className="flex min-h-8 cursor-pointer items-center gap-2 rounded-md border border-line px-2 hover:border-edge has-checked:border-accent has-checked:bg-glow has-focus-visible:outline-2 has-focus-visible:outline-accent"
              key={one}
            >
              <input
                checked={reason === one}
                className="size-3.5 accent-accent outline-none"
                name="skip"
                onChange={() => setReason(one)}
                type="radio"
              />
              <span className="flex-1">{t.leave.skip[one]}</span>
              <Kbd>{index + 1}</Kbd>
            </label>
          ))}
        </fieldset>
      )}
      <TextArea
        label={kind === 'skip' ? t.leave.noteOptional : t.leave.why}
        onChange={(event) => setText(event.target.value)}
        value={text}
      />
      {leave.error !== null && <Failure error={leave.error} onAgain={submit} />}
      <div className="flex gap-2">
        <Button
          disabled={!ready || leave.isPending}
          hint={kind === 'skip' ? 'Enter' : 'Ctrl Enter'}
          look="lamp"
          type="submit"
        >
          {t.leave.title[kind]}
        </Button>
        <Button hint="Esc" onClick={onClose}>
          {t.cancel}
        </Button>
      </div>
    </form>
  )
}
