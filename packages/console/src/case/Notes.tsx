import { type CaseJson, noteCase } from '@lamplighter/api'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useEffect, useRef, useState } from 'react'
import { announce } from '../announce.ts'
import { call } from '../api/client.ts'
import { useMessages } from '../messages/index.ts'
import { Button } from '../ui/Button.tsx'
import { Failure } from '../ui/Failure.tsx'
import { TextArea } from '../ui/Field.tsx'

/** Notes for staff. `wanted` goes up when `n` asks for the field. */
export function Notes({ shown, wanted }: { shown: CaseJson; wanted: number }) {
  const t = useMessages()
  const client = useQueryClient()
  const [text, setText] = useState('')
  const area = useRef<HTMLTextAreaElement>(null)
  useEffect(() => {
    if (wanted > 0) area.current?.focus()
  }, [wanted])
  const add = useMutation({
    mutationFn: () => call(noteCase, { params: { number: shown.number }, body: { text: text.trim() } }),
    onSuccess: () => {
      setText('')
      announce(t.notes.added)
      return client.invalidateQueries({ queryKey: ['case', shown.number] })
    },
  })
  return (
    <div className="grid gap-4 p-4">
      <form
        className="grid justify-items-start gap-2"
        onSubmit={(event) => {
          event.preventDefault()
          if (text.trim() !== '') add.mutate()
        }}
      >
        <div className="w-full">
          <TextArea label={t.notes.add} onChange={(event) => setText(event.target.value)} ref={area} value={text} />
        </div>
        {add.error !== null && <Failure error={add.error} />}
        <Button disabled={text.trim() === '' || add.isPending} type="submit">
          {t.notes.save}
        </Button>
      </form>
      {shown.notes.length === 0 && <p className="text-muted">{t.notes.none}</p>}
      <ul className="grid gap-3">
        {shown.notes.map(({ at, by, text: note }) => (
          <li key={`${at} ${by}`}>
            <p className="text-fine text-muted">
              <span className="font-semibold text-ink">{by}</span> · {t.dateTime(at)}
            </p>
            <p className="whitespace-pre-wrap">{note}</p>
          </li>
        ))}
      </ul>
    </div>
  )
}
