import type { ReactNode } from 'react'

/** Names and what stands for each, in two columns. */
export function Terms({ rows }: { rows: readonly (readonly [string, ReactNode])[] }) {
  return (
    <dl className="grid grid-cols-[max-content_minmax(0,1fr)] gap-x-6 gap-y-1 max-sm:grid-cols-1 max-sm:gap-y-0">
      {rows.map(([name, value]) => (
        <div className="contents" key={name}>
          <dt className="text-muted">{name}</dt>
          <dd className="max-sm:mb-2">{value}</dd>
        </div>
      ))}
    </dl>
  )
}
