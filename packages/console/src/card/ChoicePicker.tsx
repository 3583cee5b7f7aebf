import type { CardChoice, Choice } from '@lamplighter/api'
import { useMessages } from '../messages/index.ts'
import { Kbd } from '../ui/Kbd.tsx'

/** Single keys of the actions. A severe one has none: it is never a slip of a finger. */
export const choiceKeys: Readonly<Record<Choice, string | null>> = {
  none: 'a',
  remove: 'r',
  warn: 'w',
  limit: 'l',
  suspend: null,
}

/** Step 2 of the card: the action. One that the platform cannot carry out stays in view, with the reason. */
export function ChoicePicker(props: {
  choices: readonly CardChoice[]
  chosen: Choice | null
  why: string | null
  onChoose: (choice: Choice) => void
}) {
  const t = useMessages()
  const refused = props.choices.filter(({ unsupported }) => unsupported !== null)
  return (
    <fieldset className="grid gap-1">
      <legend className="mb-1 text-fine text-muted">
        <span className="font-semibold">{t.card.action}</span>
        {props.why !== null && ` · ${t.card.suggested(props.why)}`}
      </legend>
      <div className="grid grid-cols-2 gap-1">
        {props.choices.map(({ choice, severe, unsupported }) => {
          const key = choiceKeys[choice]
          return (
            <label
              className="flex min-h-8 cursor-pointer items-center gap-2 rounded-md border border-line px-2 last:odd:col-span-2 hover:border-edge has-checked:border-accent has-checked:bg-glow has-checked:font-semibold has-disabled:cursor-default has-disabled:text-muted has-focus-visible:outline-2 has-focus-visible:outline-accent"
              key={choice}
            >
              <input
                aria-keyshortcuts={key ?? undefined}
                checked={props.chosen === choice}
                className="size-3.5 shrink-0 accent-accent outline-none"
                disabled={unsupported !== null}
                name="choice"
                onChange={() => props.onChoose(choice)}
                type="radio"
              />
              <span className={unsupported === null ? 'flex-1' : 'flex-1 line-through'}>{t.choice[choice]}</span>
              {severe && <span className="text-fine font-normal text-muted">{t.card.severe}</span>}
              {key !== null && unsupported === null && <Kbd>{key}</Kbd>}
            </label>
          )
        })}
      </div>
      {refused.map(({ choice, unsupported }) => (
        <p className="text-fine text-muted" key={choice}>
          {t.card.unsupported(t.choice[choice], unsupported === null ? '' : t.told.unsupported[unsupported])}
        </p>
      ))}
    </fieldset>
  )
}
