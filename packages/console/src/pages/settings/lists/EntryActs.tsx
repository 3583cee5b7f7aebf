import { approveEntryAct, withdrawEntryAct } from '@lamplighter/api'
import { useQuery } from '@tanstack/react-query'
import { entryActsQuery } from '../../../api/queries.ts'
import { useMessages } from '../../../messages/index.ts'
import { Button } from '../../../ui/Button.tsx'
import { Failure } from '../../../ui/Failure.tsx'
import { useAct } from '../useAct.ts'

/** What somebody wants to do with an entry of a sealed list, and somebody else has to agree to. Nothing where nothing waits. */
export function EntryActs() {
  const t = useMessages()
  const words = t.lists.asked
  const acts = useQuery(entryActsQuery)
  const approve = useAct(approveEntryAct, ['lists'], t.lists.stepped)
  const withdraw = useAct(withdrawEntryAct, ['lists'], t.lists.stepped)
  const error = acts.error ?? approve.error ?? withdraw.error
  const items = acts.data?.items ?? []
  if (items.length === 0 && error === null) return null
  return (
    <section
      aria-labelledby="list-acts"
      className="grid grid-cols-1 gap-3 rounded-xl border border-accent bg-glow p-4 wrap-anywhere"
    >
      <h2 className="font-semibold" id="list-acts">
        {words.title}
      </h2>
      {error !== null && <Failure error={error} />}
      <ul className="grid grid-cols-1 gap-3">
        {items.map((one) => {
          const what = `${words.does[one.does]}: ${words.of(one.list, one.entry)}`
          return (
            <li className="grid gap-1" key={one.id}>
              <p className="font-semibold">{what}</p>
              <p>
                {one.by}, {t.dateTime(one.at)}: {one.reason}
              </p>
              {one.own && <p className="text-muted">{words.own}</p>}
              <div className="flex flex-wrap gap-2">
                {!one.own && (
                  <Button
                    aria-label={`${words.approve}: ${what}`}
                    disabled={approve.isPending}
                    look="lamp"
                    onClick={() => approve.mutate({ params: { id: one.id }, body: {} })}
                  >
                    {words.approve}
                  </Button>
                )}
                <Button
                  aria-label={`${words.withdraw}: ${what}`}
                  disabled={withdraw.isPending}
                  onClick={() => withdraw.mutate({ params: { id: one.id }, body: {} })}
                >
                  {words.withdraw}
                </Button>
              </div>
            </li>
          )
        })}
      </ul>
    </section>
  )
}
