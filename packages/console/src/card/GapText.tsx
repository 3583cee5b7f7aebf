import { type ComponentProps, useEffect, useRef } from 'react'
import { useMessages } from '../messages/index.ts'
import { TextArea } from '../ui/Field.tsx'
import { placeholdersIn } from './placeholders.ts'

/** A text that a person outside will read. `ask` goes up each time it blocks a decision; the first gap is then selected. */
export function GapText(props: {
  label: string
  value: string
  ask: number
  rows: number
  dir?: 'auto'
  lang?: string
  onWrite: (text: string) => void
}) {
  const t = useMessages()
  const area = useRef<HTMLTextAreaElement>(null)
  const asked = useRef(props.ask)
  const gaps = placeholdersIn(props.value)
  const first = gaps[0]
  useEffect(() => {
    if (props.ask === asked.current) return
    asked.current = props.ask
    area.current?.focus()
    if (first) area.current?.setSelectionRange(first.from, first.to)
  }, [props.ask, first])
  const rest: ComponentProps<'textarea'> = {
    dir: 'auto',
    'aria-invalid': gaps.length > 0,
    onChange: (event) => props.onWrite(event.target.value),
    ...(props.lang !== undefined && { lang: props.lang }),
  }
  return (
    <TextArea
      className="text-fine leading-[1.45]"
      help={first === undefined ? undefined : t.card.gaps(gaps.length, first.name)}
      label={props.label}
      ref={area}
      rows={props.rows}
      value={props.value}
      {...rest}
    />
  )
}
