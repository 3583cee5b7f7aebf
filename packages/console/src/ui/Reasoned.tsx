import { type ReactNode, useState } from 'react'
import { useMessages } from '../messages/index.ts'
import { Button } from './Button.tsx'
import { TextField } from './Field.tsx'

/** An act that wants a reason: a button that opens one line and does nothing before it is filled. */
export function Reasoned(props: {
  label: ReactNode
  /** Says in full what would happen, for those who do not see the row. */
  name: string
  busy: boolean
  onReason: (reason: string) => void
}) {
  const t = useMessages()
  const [open, setOpen] = useState(false)
  const [reason, setReason] = useState('')
  if (!open)
    return (
      <Button aria-label={props.name} disabled={props.busy} onClick={() => setOpen(true)}>
        {props.label}
      </Button>
    )
  return (
    <form
      className="flex flex-wrap items-end gap-2 text-start"
      onSubmit={(event) => {
        event.preventDefault()
        if (reason.trim() === '') return
        props.onReason(reason.trim())
        setOpen(false)
        setReason('')
      }}
    >
      <TextField
        autoFocus
        label={t.settings.reason}
        onChange={(event) => setReason(event.target.value)}
        value={reason}
      />
      <Button aria-label={props.name} disabled={reason.trim() === ''} type="submit">
        {props.label}
      </Button>
      <Button look="quiet" onClick={() => setOpen(false)}>
        {t.cancel}
      </Button>
    </form>
  )
}
