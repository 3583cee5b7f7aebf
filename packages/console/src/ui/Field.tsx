import { type ComponentProps, type ReactNode, useId } from 'react'

const box =
  'w-full rounded-md border border-edge bg-surface px-2.5 py-1.5 text-base text-ink aria-invalid:border-2 aria-invalid:border-accent'

interface Labelled {
  label: ReactNode
  /** One line below: help, or what is wrong. */
  help?: ReactNode
  hideLabel?: boolean
}

function Frame({ id, label, help, hideLabel, children }: Labelled & { id: string; children: ReactNode }) {
  return (
    <div className="grid gap-1">
      <label className={hideLabel ? 'sr-only' : 'text-fine font-semibold text-muted'} htmlFor={id}>
        {label}
      </label>
      {children}
      {help !== undefined && (
        <p className="text-fine text-muted" id={`${id}-help`}>
          {help}
        </p>
      )}
    </div>
  )
}

export function TextField({ label, help, hideLabel = false, ...rest }: Labelled & ComponentProps<'input'>) {
  const id = useId()
  return (
    <Frame help={help} hideLabel={hideLabel} id={id} label={label}>
      <input
        aria-describedby={help === undefined ? undefined : `${id}-help`}
        autoComplete="off"
        className={`${box} min-h-8`}
        id={id}
        type="text"
        {...rest}
      />
    </Frame>
  )
}

export function TextArea({
  label,
  help,
  hideLabel = false,
  className = '',
  ...rest
}: Labelled & ComponentProps<'textarea'>) {
  const id = useId()
  return (
    <Frame help={help} hideLabel={hideLabel} id={id} label={label}>
      <textarea
        aria-describedby={help === undefined ? undefined : `${id}-help`}
        className={`${box} resize-y ${className}`}
        id={id}
        rows={3}
        {...rest}
      />
    </Frame>
  )
}

export function Select({ label, help, hideLabel = false, children, ...rest }: Labelled & ComponentProps<'select'>) {
  const id = useId()
  return (
    <Frame help={help} hideLabel={hideLabel} id={id} label={label}>
      <select
        aria-describedby={help === undefined ? undefined : `${id}-help`}
        className={`${box} min-h-8`}
        id={id}
        {...rest}
      >
        {children}
      </select>
    </Frame>
  )
}
