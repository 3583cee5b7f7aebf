import type { ReactNode } from 'react'

export interface Column<T> {
  readonly title: string
  readonly cell: (row: T) => ReactNode
  readonly end?: boolean
}

/** A plain table. The first column names the row. */
export function Table<T>(props: {
  label: string
  rows: readonly T[]
  columns: readonly Column<T>[]
  keyOf: (row: T) => string
  empty: string
}) {
  const { rows, columns } = props
  if (rows.length === 0) return <p className="text-muted">{props.empty}</p>
  return (
    <div className="relative overflow-x-auto rounded-xl border border-line bg-surface">
      <table aria-label={props.label} className="w-full border-collapse">
        <thead>
          <tr className="text-fine text-muted">
            {columns.map(({ title, end }) => (
              <th className={`px-4 py-2 font-semibold ${end ? 'text-end' : 'text-start'}`} key={title} scope="col">
                {title}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr className="border-t border-line align-top" key={props.keyOf(row)}>
              {columns.map(({ title, cell, end }, index) =>
                index === 0 ? (
                  <th className="px-4 py-2 text-start font-semibold" key={title} scope="row">
                    {cell(row)}
                  </th>
                ) : (
                  <td className={`px-4 py-2 ${end ? 'text-end' : ''}`} key={title}>
                    {cell(row)}
                  </td>
                ),
              )}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}
