import { Tabs as Base } from '@base-ui/react/tabs'
import type { ReactNode } from 'react'

export interface Tab<T extends string> {
  readonly value: T
  readonly label: ReactNode
  readonly panel: ReactNode
}

/** Tabs over one panel; the chosen one is the caller's state (it lives in the address). */
export function Tabs<T extends string>(props: {
  label: string
  value: T
  tabs: readonly Tab<T>[]
  onChange: (value: T) => void
}) {
  return (
    <Base.Root
      className="flex min-h-0 flex-1 flex-col"
      onValueChange={(value: T) => props.onChange(value)}
      value={props.value}
    >
      <Base.List
        activateOnFocus
        aria-label={props.label}
        className="flex shrink-0 flex-wrap gap-x-1 border-b border-line bg-surface px-3"
      >
        {props.tabs.map(({ value, label }) => (
          <Base.Tab
            className="min-h-9 border-b-2 border-transparent px-2.5 text-muted hover:text-ink data-active:border-accent data-active:font-semibold data-active:text-ink"
            key={value}
            value={value}
          >
            {label}
          </Base.Tab>
        ))}
      </Base.List>
      {props.tabs.map(({ value, panel }) => (
        <Base.Panel className="pane min-h-0 flex-1 bg-ground outline-offset-[-2px]" key={value} value={value}>
          {panel}
        </Base.Panel>
      ))}
    </Base.Root>
  )
}
