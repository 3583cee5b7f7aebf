import type { CardPolicy } from '@lamplighter/api'
import { useRef, useState } from 'react'
import { useCommands } from '../keys.ts'
import { useMessages } from '../messages/index.ts'
import { Kbd } from '../ui/Kbd.tsx'
import { filterPolicies } from './draft.ts'

/** Step 1 of the card. Digits choose among what is listed; typing narrows the list and Enter takes the first. */
export function PolicyPicker(props: {
  policies: readonly CardPolicy[]
  chosen: string | null
  invalid: boolean
  onChoose: (id: string) => void
}) {
  const t = useMessages()
  const [typed, setTyped] = useState('')
  const list = useRef<HTMLFieldSetElement>(null)
  const listed = filterPolicies(props.policies, typed)
  useCommands({
    policy: (digit) => {
      const policy = listed[(digit ?? 1) - 1]
      if (policy === undefined) return false
      props.onChoose(policy.id)
      return true
    },
  })
  return (
    <fieldset className="grid gap-1" ref={list}>
      <legend className="mb-1 flex w-full items-center justify-between text-fine font-semibold text-muted">
        <span>{t.card.policy}</span>
      </legend>
      <input
        aria-label={t.card.filterPolicies}
        autoComplete="off"
        className="min-h-7 w-full rounded-md border border-edge bg-surface px-2 text-base"
        onChange={(event) => setTyped(event.target.value)}
        onKeyDown={(event) => {
          const first = listed[0]
          if (event.key !== 'Enter' || event.ctrlKey || first === undefined) return
          event.preventDefault()
          props.onChoose(first.id)
          setTyped('')
          list.current?.querySelector<HTMLInputElement>(`input[type="radio"]:checked`)?.focus()
          event.currentTarget.blur()
        }}
        placeholder={t.card.filterPolicies}
        type="text"
        value={typed}
      />
      <div className="pane -mx-1 grid max-h-34 grid-cols-1 gap-px p-1" data-gap={props.invalid ? 'policy' : undefined}>
        {listed.map((policy, index) => (
          <label
            className="flex min-h-7 cursor-pointer items-center gap-2 rounded-md border border-transparent px-2 hover:bg-glow has-checked:border-accent has-checked:bg-glow has-focus-visible:outline-2 has-focus-visible:outline-accent"
            key={policy.id}
          >
            <input
              checked={props.chosen === policy.id}
              className="size-3.5 shrink-0 accent-accent outline-none"
              name="policy"
              onChange={() => props.onChoose(policy.id)}
              type="radio"
            />
            <span
              className="min-w-0 flex-1 truncate"
              title={policy.harms.map((harm) => t.named('harm', harm)).join(', ')}
            >
              {policy.name}
            </span>
            <span className="text-fine text-muted">{t.severity[policy.severity]}</span>
            {index < 9 && <Kbd>{index + 1}</Kbd>}
          </label>
        ))}
        {listed.length === 0 && <p className="px-2 text-muted">{t.card.noPolicy}</p>}
      </div>
    </fieldset>
  )
}
