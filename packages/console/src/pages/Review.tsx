import { claimCase, releaseCase } from '@lamplighter/api'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { useEffect } from 'react'
import { announce } from '../announce.ts'
import { call } from '../api/client.ts'
import { caseQuery, meQuery } from '../api/queries.ts'
import { CardPane } from '../card/CardPane.tsx'
import { keepDraft, noteRefusal } from '../card/memory.ts'
import { caseName, caseNumber } from '../case/case-number.ts'
import { EvidencePane } from '../case/EvidencePane.tsx'
import { FactsPane } from '../case/FactsPane.tsx'
import { StaleBanner } from '../case/StaleBanner.tsx'
import { type HeldCase, useHeldCase, useKeptClaim } from '../case/useHeldCase.ts'
import { useMessages } from '../messages/index.ts'
import { Failure } from '../ui/Failure.tsx'
import { Skeleton } from '../ui/Skeleton.tsx'

const route = getRouteApi('/review/$case')

/** Review: one case on one screen (console.md §3.2). */
export function Review() {
  const t = useMessages()
  const { case: name } = route.useParams()
  const number = caseNumber(name)
  useEffect(() => {
    document.title = `${name} · Lamplighter`
  }, [name])
  return number === null ? (
    <p className="p-6 text-muted">{t.noSuchCase}</p>
  ) : (
    <ReviewCase key={number} number={number} />
  )
}

function ReviewCase({ number }: { number: number }) {
  const t = useMessages()
  const { query, held } = useHeldCase(number)
  if (held !== null) return <Desk held={held} />
  if (query.error !== null)
    return (
      <div className="p-6">
        <h1 className="mb-3 text-title font-semibold">{caseName(number)}</h1>
        <Failure error={query.error} onAgain={() => void query.refetch()} />
      </div>
    )
  return (
    <div aria-label={t.loading} className={panes} role="status">
      {['facts', 'evidence', 'card'].map((pane) => (
        <div className="grid content-start gap-3 border-e border-line bg-surface p-4" key={pane}>
          <Skeleton className="h-6 w-1/2" />
          <Skeleton className="h-4" />
          <Skeleton className="h-24" />
          <Skeleton className="h-24" />
        </div>
      ))}
    </div>
  )
}

const panes =
  'grid min-h-0 flex-1 grid-cols-1 dense:grid-cols-[minmax(13.5rem,1fr)_minmax(0,2.5fr)_minmax(19rem,1.6fr)] dense:grid-rows-[minmax(0,1fr)]'

function Desk({ held }: { held: HeldCase }) {
  const t = useMessages()
  const client = useQueryClient()
  const search = route.useSearch()
  const navigate = route.useNavigate()
  const { data: me } = useQuery(meQuery)
  const { shown, newest } = held
  const { number } = shown
  const mine = newest.claim?.mine === true && newest.state !== 'decided'
  useKeptClaim(number, mine)
  usePrefetchedNext(shown.next[0]?.number)

  const refresh = () => client.invalidateQueries({ queryKey: ['case', number] })
  const claim = useMutation({
    mutationFn: () => call(claimCase, { params: { number } }),
    onSuccess: () => noteRefusal(number, null),
    onSettled: refresh,
  })
  const giveBack = useMutation({
    mutationFn: (draft: Record<string, unknown>) => call(releaseCase, { params: { number }, body: { draft } }),
    onSuccess: async () => {
      announce(t.review.givenBack(caseName(number)))
      void client.invalidateQueries({ queryKey: ['lanes'] })
      await refresh()
      await navigate({ to: '/review' })
    },
  })
  const mayReveal = !me?.acts.includes('reveals.make') ? t.reveal.notThisRole : mine ? null : t.reveal.claimFirst
  return (
    <div className="flex min-h-0 flex-1 flex-col">
      {held.changes.length > 0 && <StaleBanner held={held} onAdopt={() => noteRefusal(number, null)} />}
      <div className={panes}>
        <aside aria-label={t.review.facts} className="pane bg-surface dense:border-e dense:border-line" tabIndex={-1}>
          <FactsPane shown={shown} />
        </aside>
        <section aria-label={t.review.evidence} className="flex min-h-0 flex-col">
          <EvidencePane
            mayReveal={mayReveal}
            onPiece={(e) => void navigate({ search: (old) => ({ ...old, e }), replace: true })}
            onTab={(tab) =>
              void navigate({
                search: ({ tab: _, ...old }) => (tab === 'context' ? old : { ...old, tab }),
                replace: true,
              })
            }
            piece={search.e}
            shown={shown}
            tab={search.tab ?? 'context'}
          />
        </section>
        <section
          aria-label={t.review.card}
          className="flex min-h-0 flex-col border-line bg-surface border-t dense:border-t-0 dense:border-s"
        >
          <CardPane
            acts={me?.acts ?? []}
            claiming={claim.isPending}
            claimError={claim.error}
            giveBackError={giveBack.error}
            held={held}
            onClaim={() => claim.mutate()}
            onGiveBack={(draft) => {
              keepDraft(number, draft)
              giveBack.mutate({ ...draft })
            }}
          />
        </section>
      </div>
    </div>
  )
}

/** Fetches the next case's words ahead, so that it is there when this one is decided. Never its media. */
function usePrefetchedNext(next: number | undefined): void {
  const client = useQueryClient()
  useEffect(() => {
    if (next !== undefined) void client.prefetchQuery(caseQuery(next))
  }, [client, next])
}
