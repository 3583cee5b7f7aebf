import { Menu as Base } from '@base-ui/react/menu'
import type { ReactElement, ReactNode } from 'react'

/** A menu behind a button. */
export function Menu({ trigger, label, children }: { trigger: ReactElement; label: string; children: ReactNode }) {
  return (
    <Base.Root modal={false}>
      <Base.Trigger render={trigger} />
      <Base.Portal>
        <Base.Positioner align="end" className="z-30 outline-none" sideOffset={6}>
          <Base.Popup
            aria-label={label}
            className="min-w-52 rounded-lg border border-edge bg-surface p-1 text-ink shadow-lg outline-none"
          >
            {children}
          </Base.Popup>
        </Base.Positioner>
      </Base.Portal>
    </Base.Root>
  )
}

const row =
  'flex min-h-7 w-full items-center gap-2 rounded px-2 py-1 text-start outline-none data-highlighted:bg-glow data-highlighted:shadow-[inset_2px_0_0_var(--accent)]'

export function MenuItem({ onPress, children }: { onPress: () => void; children: ReactNode }) {
  return (
    <Base.Item className={row} onClick={onPress}>
      {children}
    </Base.Item>
  )
}

export interface Choice<T extends string> {
  readonly value: T
  readonly label: string
}

export function MenuChoices<T extends string>(props: {
  label: string
  value: T
  choices: readonly Choice<T>[]
  onChoose: (value: T) => void
}) {
  return (
    <Base.RadioGroup onValueChange={(value: T) => props.onChoose(value)} value={props.value}>
      <Base.Group>
        <Base.GroupLabel className="px-2 pt-1.5 pb-0.5 text-fine font-semibold text-muted">
          {props.label}
        </Base.GroupLabel>
        {props.choices.map(({ value, label }) => (
          <Base.RadioItem className={row} closeOnClick key={value} value={value}>
            <span aria-hidden="true" className="grid w-3 place-items-center">
              <Base.RadioItemIndicator className="block size-1.5 rounded-full bg-accent" />
            </span>
            {label}
          </Base.RadioItem>
        ))}
      </Base.Group>
    </Base.RadioGroup>
  )
}

export function MenuLine() {
  return <Base.Separator className="my-1 h-px bg-line" />
}
