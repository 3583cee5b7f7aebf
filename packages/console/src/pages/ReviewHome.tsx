import { type CaseRow, claimNext, type LaneJson } from '@lamplighter/api'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Link, Navigate, useNavigate } from '@tanstack/react-router'
import { useEffect, useRef } from 'react'
import type { z } from 'zod'
import { announce } from '../announce.ts'
import { call } from '../api/client.ts'
import { lanesQuery, meQuery } from '../api/queries.ts'
import { reach } from '../api/reach.ts'
import { caseName } from '../case/case-number.ts'
import { titleIn } from '../case/told.ts'
import { useCommands } from '../keys.ts'
import { useMessages } from '../messages/index.ts'
import { useStore } from '../store.ts'
import { dueBar, useNow } from '../time.ts'
import { Bar } from '../ui/Bar.tsx'
import { Button } from '../ui/Button.tsx'
import { Chip } from '../ui/Chip.tsx'
import { Failure } from '../ui/Failure.tsx'
import { Skeleton } from '../ui/Skeleton.tsx'
import { inOrder } from './lanes.ts'
import { mayReview } from './settings/pages.ts'

/** Review home: the lanes, and what is one's own (console.md §3.1). */
export function ReviewHome() {
  const t = useMessages()
  const { data: me } = useQuery(meQuery)
  const lanes = useQuery(lanesQuery)
  useEffect(() => {
    document.title = `${t.nav.review} · Lamplighter`
  }, [t])
  // Nothing to read here for this role: home knows the first page that it may open.
  if (me !== undefined && !mayReview(me.acts)) return <Navigate replace to="/" />
  return (
    <div className="pane min-h-0 flex-1">
      <div className="mx-auto grid max-w-5xl grid-cols-1 gap-6 px-6 py-6">
        <h1 className="text-page font-semibold">{t.home.title}</h1>
        {lanes.error !== null && <Failure error={lanes.error} onAgain={() => void lanes.refetch()} />}
        {lanes.data === undefined ? (
          lanes.error === null && <Waiting />
        ) : (
          <>
            <Lanes lanes={inOrder(lanes.data.lanes)} mine={lanes.data.mine} />
            <Mine rows={lanes.data.mine} />
          </>
        )}
      </div>
    </div>
  )
}

function Waiting() {
  const t = useMessages()
  return (
    <div aria-label={t.loading} className="grid gap-3" role="status">
      {[1, 2, 3, 4, 5].map((row) => (
        <Skeleton className="h-11" key={row} />
      ))}
    </div>
  )
}

function Lanes({ lanes, mine }: { lanes: readonly LaneJson[]; mine: readonly z.output<typeof CaseRow>[] }) {
  const t = useMessages()
  const client = useQueryClient()
  const navigate = useNavigate()
  const now = useNow(15_000)
  const reached = useStore(reach)
  const table = useRef<HTMLTableElement>(null)
  const start = useMutation({
    mutationFn: (lane: string) => call(claimNext, { params: { lane } }),
    onSuccess: async ({ number: free }, lane) => {
      // Where nothing is free, one’s own unfinished case of this lane is the next.
      const own = mine.find((row) => row.lane === lane && row.state === 'claimed')
      const number = free ?? own?.number ?? null
      void client.invalidateQueries({ queryKey: ['lanes'] })
      if (number === null) announce(t.home.nothingLeft)
      else {
        await client.invalidateQueries({ queryKey: ['case', number] })
        await navigate({ to: '/review/$case', params: { case: caseName(number) } })
      }
    },
  })
  const busy = lanes.filter(({ waiting }) => waiting > 0)
  const idle = lanes.filter(({ waiting }) => waiting === 0)
  const first = busy[0]
  const blocked = reached === 'unreachable' || start.isPending
  const move = (by: 1 | -1) => () => {
    const buttons: Element[] = [...(table.current?.querySelectorAll('button:enabled') ?? [])]
    const at = document.activeElement === null ? -1 : buttons.indexOf(document.activeElement)
    const target = buttons[at === -1 ? 0 : Math.min(buttons.length - 1, Math.max(0, at + by))]
    if (target instanceof HTMLElement) target.focus()
  }
  useCommands({
    decide: () => (first === undefined || blocked ? false : start.mutate(first.id)),
    'evidence-next': move(1),
    'evidence-previous': move(-1),
  })
  if (lanes.length === 0) return <p className="text-muted">{t.home.noLanes}</p>
  return (
    <section aria-label={t.home.lanes} className="grid grid-cols-1 gap-2">
      {start.error !== null && <Failure error={start.error} />}
      {start.data?.number === null && <p>{t.home.nothingLeft}</p>}
      {busy.length > 0 && (
        <div className="relative overflow-x-auto rounded-xl border border-line bg-surface">
          <table className="w-full border-collapse max-sm:block sm:min-w-xl" ref={table}>
            <thead className="max-sm:sr-only">
              <tr className="text-start text-fine text-muted">
                <th className="px-4 py-2 text-start font-semibold" scope="col">
                  {t.home.lane}
                </th>
                <th className="px-3 py-2 text-end font-semibold" scope="col">
                  {t.home.waiting}
                </th>
                <th className="w-2/5 px-3 py-2 text-start font-semibold" scope="col">
                  {t.home.oldest}
                </th>
                <th className="px-3 py-2 text-end font-semibold max-sm:hidden" scope="col">
                  {t.home.today}
                </th>
                <th className="px-4 py-2" scope="col">
                  <span className="sr-only">{t.home.start}</span>
                </th>
              </tr>
            </thead>
            <tbody className="max-sm:block">
              {busy.map((lane) => (
                <tr
                  className="border-t border-line max-sm:grid max-sm:grid-cols-[minmax(0,1fr)_auto] max-sm:items-center max-sm:py-1 max-sm:first:border-t-0"
                  key={lane.id}
                >
                  <th className="px-4 py-2 text-start font-normal max-sm:py-1" scope="row">
                    <span className="flex flex-wrap items-center gap-x-2">
                      <span className="font-semibold">{t.known.lane[lane.id] ?? lane.name}</span>
                      {lane.lifeThreat && <Chip look={lane.overdue > 0 ? 'alarm' : 'strong'}>{t.life.lane}</Chip>}
                      {lane.band !== 'C' && <Chip>{t.band(lane.band)}</Chip>}
                      {lane.hot > 0 && <Chip look="strong">{t.home.hot(lane.hot)}</Chip>}
                    </span>
                  </th>
                  <td className="px-3 py-2 text-end max-sm:px-4 max-sm:py-1">
                    {lane.waiting}
                    <span aria-hidden="true" className="text-fine text-muted sm:hidden">
                      {' '}
                      {t.home.waiting}
                    </span>
                  </td>
                  <td className="px-3 py-2 max-sm:px-4 max-sm:py-1">
                    <Age lane={lane} now={now} />
                  </td>
                  <td className="px-3 py-2 text-end max-sm:hidden">{lane.decidedByMeToday}</td>
                  <td className="px-4 py-2 text-end max-sm:py-1">
                    <Button
                      disabled={blocked}
                      look={lane === first ? 'lamp' : 'plain'}
                      onClick={() => start.mutate(lane.id)}
                      {...(lane === first && { hint: 'Enter' })}
                    >
                      {t.home.start}
                      <span className="sr-only">{t.known.lane[lane.id] ?? lane.name}</span>
                    </Button>
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      {idle.length > 0 && (
        <p className="text-muted">{t.home.idle(idle.map(({ id, name }) => t.known.lane[id] ?? name).join(' · '))}</p>
      )}
    </section>
  )
}

function Age({ lane, now }: { lane: LaneJson; now: number }) {
  const t = useMessages()
  const bar = dueBar(lane, now)
  if (bar === null || lane.oldestAt === null || lane.nextDueAt === null)
    return <span className="text-muted">{t.home.empty}</span>
  return (
    <div className="grid gap-1">
      <Bar look={bar.late ? (lane.lifeThreat ? 'alarm' : 'late') : 'plain'} share={bar.used} />
      <span className="flex justify-between gap-3 text-fine text-muted">
        <span>{t.home.age(now - lane.oldestAt)}</span>
        <span className={bar.late ? 'font-semibold text-ink' : ''}>
          {lane.overdue > 0
            ? t.home.overdue(lane.overdue)
            : bar.late
              ? t.home.overdue(1)
              : t.dueIn(lane.nextDueAt - now)}
        </span>
      </span>
    </div>
  )
}

function Mine({ rows }: { rows: readonly z.output<typeof CaseRow>[] }) {
  const t = useMessages()
  const now = useNow(15_000)
  return (
    <section aria-labelledby="mine" className="grid gap-2">
      <h2 className="text-title font-semibold" id="mine">
        {t.home.mine}
      </h2>
      {rows.length === 0 ? (
        <p className="text-muted">{t.home.noneMine}</p>
      ) : (
        <ul className="grid overflow-hidden rounded-xl border border-line bg-surface">
          {rows.map((row) => (
            <li className="border-line not-first:border-t" key={row.number}>
              <Link
                className="flex min-h-10 flex-wrap items-center gap-3 px-4 py-1.5 -outline-offset-2 hover:bg-glow"
                params={{ case: caseName(row.number) }}
                search={{}}
                to="/review/$case"
              >
                <span className="font-mono text-fine text-muted">{caseName(row.number)}</span>
                <span className="min-w-0 flex-1">{titleIn(t, row)}</span>
                {row.hot && <Chip look="strong">{t.home.hotCase}</Chip>}
                <Chip>{t.caseState[row.state]}</Chip>
                {row.state !== 'decided' && (
                  <span className="text-fine text-muted">
                    {row.dueAt <= now ? t.overdueBy(now - row.dueAt) : t.dueIn(row.dueAt - now)}
                  </span>
                )}
              </Link>
            </li>
          ))}
        </ul>
      )}
    </section>
  )
}
