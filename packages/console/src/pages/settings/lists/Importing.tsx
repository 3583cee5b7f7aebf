import type { AnswerOf, getLists } from '@lamplighter/api'
import { useMessages } from '../../../messages/index.ts'
import { Bar } from '../../../ui/Bar.tsx'

/** The imports that run now, each with its bar: what is written, and then what is loaded. Nothing where none does. */
export function Importing({ running }: { running: AnswerOf<typeof getLists>['importing'] }) {
  const t = useMessages()
  if (running.length === 0) return null
  return (
    <section aria-labelledby="list-imports" className="grid gap-3 rounded-xl border border-line bg-surface p-4">
      <h2 className="font-semibold" id="list-imports">
        {t.lists.importing}
      </h2>
      <ul className="grid gap-3">
        {running.map(({ id, done, total }) => {
          const share = total === 0 ? 0 : Math.min(1, done / total)
          return (
            <li className="grid gap-1" key={id}>
              <p className="flex flex-wrap justify-between gap-x-3">
                <span className="font-semibold wrap-anywhere">{id}</span>
                <span className="text-muted">{t.percent(share)}</span>
              </p>
              <div
                aria-label={`${t.lists.importing}: ${id}`}
                aria-valuemax={100}
                aria-valuemin={0}
                aria-valuenow={Math.round(100 * share)}
                role="progressbar"
              >
                <Bar look="plain" share={share} />
              </div>
            </li>
          )
        })}
      </ul>
    </section>
  )
}
