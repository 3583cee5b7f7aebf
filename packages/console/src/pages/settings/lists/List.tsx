import type { AnswerOf, getList } from '@lamplighter/api'
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { listQuery } from '../../../api/queries.ts'
import { type Messages, useMessages } from '../../../messages/index.ts'
import { Chip } from '../../../ui/Chip.tsx'
import { Loaded } from '../../../ui/Loaded.tsx'
import { Terms } from '../../../ui/Terms.tsx'
import { useMay } from '../useMay.ts'
import { Doubts } from './Doubts.tsx'
import { Entries } from './Entries.tsx'
import { Exceptions } from './Exceptions.tsx'
import { Hits } from './Hits.tsx'
import { askedIn, measuresIn, numberIn } from './measured.ts'
import { Versions } from './Versions.tsx'
import { Waiting } from './Waiting.tsx'

export type ListDetail = AnswerOf<typeof getList>

/** One list: what is said of it, the version that waits, all versions, and what people did with single entries. */
export function List({ id }: { id: string }) {
  const t = useMessages()
  const list = useQuery(listQuery(id))
  const edit = useMay('lists.edit')
  return (
    <>
      <Link className="underline hover:text-accent" params={{ page: 'lists' }} search={{}} to="/settings/$page">
        {t.lists.back}
      </Link>
      <Loaded query={list}>
        {(one) => (
          <>
            <header className="flex flex-wrap items-center gap-2">
              <h2 className="text-title font-semibold wrap-anywhere">{one.id}</h2>
              <Chip>{t.lists.kinds[one.kind]}</Chip>
              {one.sealed && <Chip>{t.signals.sealed}</Chip>}
              {one.context && <Chip>{t.signals.context}</Chip>}
              <Doubts list={one} />
            </header>
            <p className="max-w-prose">{askedIn(t, one)}</p>
            {one.waits !== null && <Waiting edit={edit} list={one} version={one.waits} />}
            <div className="rounded-xl border border-line bg-surface p-4">
              <Terms rows={declared(one, t)} />
            </div>
            <Hits list={id} />
            <Versions edit={edit} list={one} />
            <Exceptions edit={edit} list={id} />
            {edit && <Entries list={one} />}
          </>
        )}
      </Loaded>
    </>
  )
}

function declared(list: ListDetail, t: Messages): [string, string][] {
  const words = t.lists.declared
  const { terms, rails } = list
  const allowed = (['export', 'share', 'device'] as const)
    .filter((what) => terms[what])
    .map((what) => words.allows[what])
  const rows: [string, string | null][] = [
    [t.lists.harm, t.named('harm', list.harm)],
    [t.lists.source, list.source],
    [words.exchange, list.exchange],
    [t.lists.entries, numberIn(t, list.entries)],
    [t.lists.updated, list.updatedAt === null ? t.never : t.dateTime(list.updatedAt)],
    ...measuresIn(t, list),
    [words.stale, list.staleAfterMs === null ? null : t.term(list.staleAfterMs)],
    [words.within, list.within === null ? null : words.bits(list.within)],
    [words.variants, list.variants === null ? null : words.ways[list.variants]],
    [
      words.shares,
      list.listShare === null || list.queryShare === null
        ? null
        : words.ofVideos(t.percent(list.listShare), t.percent(list.queryShare)),
    ],
    [words.disputed, words.disputes[list.disputed]],
    [words.terms, allowed.length === 0 ? words.nothing : allowed.join(', ')],
    [words.harms, terms.harms.map((harm) => t.named('harm', harm)).join(', ')],
    [words.purge, terms.purge_within_h === undefined ? null : t.term(terms.purge_within_h * 3_600_000)],
    [words.ends, terms.ends === undefined ? null : t.day(terms.ends)],
    [
      words.rails,
      [
        words.growth(t.fine(rails.max_growth)),
        words.shrink(t.fine(rails.max_shrink)),
        words.bad(t.fine(rails.max_bad_rows)),
      ].join(' · '),
    ],
  ]
  return rows.flatMap(([name, value]) => (value === null ? [] : [[name, value] as [string, string]]))
}
