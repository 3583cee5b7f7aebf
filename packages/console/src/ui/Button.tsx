import type { ComponentProps } from 'react'
import { Kbd } from './Kbd.tsx'

const looks = {
  lamp: 'bg-lamp text-on-lamp border-transparent font-semibold hover:brightness-105',
  plain: 'bg-surface text-ink border-edge hover:bg-glow hover:border-accent',
  quiet: 'border-transparent text-muted hover:text-ink hover:bg-glow',
} as const

export interface ButtonProps extends ComponentProps<'button'> {
  look?: keyof typeof looks
  /** The key that does the same, shown on the button. */
  hint?: string
  wide?: boolean
}

export function Button({
  look = 'plain',
  hint,
  wide,
  className = '',
  children,
  type = 'button',
  ...rest
}: ButtonProps) {
  return (
    <button
      className={`inline-flex min-h-7 whitespace-nowrap items-center justify-center gap-2 rounded-md border px-2.5 py-1 transition-colors aria-pressed:border-accent aria-pressed:bg-glow aria-pressed:font-semibold aria-pressed:text-ink disabled:border-line disabled:bg-sunken disabled:text-muted ${looks[look]} ${wide ? 'w-full' : ''} ${className}`}
      type={type}
      {...rest}
    >
      {children}
      {hint !== undefined && <Kbd>{hint}</Kbd>}
    </button>
  )
}
