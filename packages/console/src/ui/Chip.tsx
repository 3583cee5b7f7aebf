import type { ReactNode } from 'react'

const looks = {
  plain: 'font-normal border-line bg-sunken text-muted',
  strong: 'font-normal border-accent bg-glow text-ink',
  unknown: 'font-normal hatched border-edge border-dashed bg-sunken text-ink',
  alarm: 'border-alarm bg-alarm text-on-alarm font-semibold',
} as const

/** A short fact. `unknown` is hatched; `alarm` is for an overdue life-threat case and nothing else. */
export function Chip({ look = 'plain', children }: { look?: keyof typeof looks; children: ReactNode }) {
  return (
    <span
      className={`inline-flex min-h-5 items-center gap-1 rounded border px-1.5 text-fine ${looks[look]}`}
      data-look={look}
    >
      {children}
    </span>
  )
}
