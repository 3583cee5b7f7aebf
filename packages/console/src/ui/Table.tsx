import type { ReactNode } from 'react'

export interface Column<T> {
  readonly title: string
  readonly cell: (row: T) => ReactNode
  readonly end?: boolean
}

/** A plain table. The first column names the row. On a small screen each row is a block of its own, with the titles beside the cells. */
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
      <table aria-label={props.label} className="w-full border-collapse max-sm:block">
        <thead className="max-sm:sr-only">
          <tr className="text-fine text-muted">
            {columns.map(({ title, end }) => (
              <th className={`px-4 py-2 font-semibold ${end ? 'text-end' : 'text-start'}`} key={title} scope="col">
                {title}
              </th>
            ))}
          </tr>
        </thead>
        <tbody className="max-sm:block">
          {rows.map((row) => (
            <tr
              className="border-t border-line align-top max-sm:block max-sm:px-4 max-sm:py-2 max-sm:wrap-anywhere max-sm:first:border-t-0"
              key={props.keyOf(row)}
            >
              {columns.map(({ title, cell, end }, index) =>
                index === 0 ? (
                  <th className="px-4 py-2 text-start font-semibold max-sm:block max-sm:p-0" key={title} scope="row">
                    {cell(row)}
                  </th>
                ) : (
                  <td
                    className={`px-4 py-2 max-sm:grid max-sm:grid-cols-[6rem_minmax(0,1fr)] max-sm:gap-2 max-sm:p-0 ${end ? 'sm:text-end' : ''}`}
                    key={title}
                  >
                    <span aria-hidden="true" className="text-fine text-muted sm:hidden">
                      {title}
                    </span>
                    <span>{cell(row)}</span>
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
