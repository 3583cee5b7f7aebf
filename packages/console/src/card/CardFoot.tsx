import type { ReactNode } from 'react'
import { Button } from '../ui/Button.tsx'

/** The end of the card: what stands in the way, and the one button. It stays in view while the card scrolls. */
export function CardFoot(props: {
  blocked: string | null
  gap: string | null
  label: string
  otherWays: ReactNode
  onDecide: () => void
}) {
  const hindrance = props.blocked ?? props.gap
  return (
    <div className="grid shrink-0 gap-1.5 border-t border-line bg-surface p-3">
      {hindrance !== null && (
        <p className="text-fine text-accent" id="card-hindrance">
          {hindrance}
        </p>
      )}
      <Button
        aria-describedby={hindrance === null ? undefined : 'card-hindrance'}
        aria-keyshortcuts="Enter"
        className="min-h-9"
        disabled={props.blocked !== null}
        {...(props.blocked === null && { hint: 'Enter' })}
        look="lamp"
        onClick={props.onDecide}
        wide
      >
        {props.label}
      </Button>
      {props.otherWays}
    </div>
  )
}
