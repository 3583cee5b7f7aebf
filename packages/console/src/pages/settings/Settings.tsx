import { useQuery } from '@tanstack/react-query'
import { getRouteApi, Link, Navigate } from '@tanstack/react-router'
import { type ComponentType, useEffect } from 'react'
import { meQuery } from '../../api/queries.ts'
import { useMessages } from '../../messages/index.ts'
import { Connections } from './Connections.tsx'
import { Exchanges } from './Exchanges.tsx'
import { Keys } from './Keys.tsx'
import { Log } from './Log.tsx'
import { Lists } from './lists/Lists.tsx'
import { People } from './People.tsx'
import { isSettingsPage, pagesFor, rolesOf, type SettingsPage } from './pages.ts'
import { Retention } from './Retention.tsx'
import { Switches } from './Switches.tsx'

const route = getRouteApi('/settings/$page')

const screens: Record<SettingsPage, ComponentType> = {
  people: People,
  connections: Connections,
  keys: Keys,
  lists: Lists,
  exchanges: Exchanges,
  switches: Switches,
  retention: Retention,
  log: Log,
}

/** Settings: one list of pages, one page (console.md §3.11). */
export function Settings() {
  const t = useMessages()
  const { page } = route.useParams()
  const { data: me } = useQuery(meQuery)
  const known = isSettingsPage(page) ? page : 'people'
  useEffect(() => {
    document.title = `${t.settings.page[known]} · Lamplighter`
  }, [t, known])
  if (me === undefined) return null
  const open = pagesFor(me.acts)
  const Screen = screens[known]
  return (
    <div className="flex min-h-0 flex-1 flex-col dense:flex-row">
      <nav
        aria-label={t.nav.settings}
        className="flex shrink-0 flex-wrap gap-0.5 border-line p-3 max-[899px]:border-b dense:w-44 dense:flex-col dense:border-e"
      >
        {open.map((one) => (
          <Link
            className="flex min-h-8 items-center rounded-md px-2.5 text-muted hover:bg-glow hover:text-ink data-[status=active]:bg-glow data-[status=active]:font-semibold data-[status=active]:text-ink"
            key={one}
            params={{ page: one }}
            to="/settings/$page"
          >
            {t.settings.page[one]}
          </Link>
        ))}
      </nav>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be scrollable by key, also where nothing in it takes the focus */}
      <section aria-labelledby="settings-page" className="pane min-h-0 flex-1" tabIndex={0}>
        <div className="mx-auto grid max-w-5xl grid-cols-1 content-start gap-5 px-6 py-6">
          <h1 className="text-page font-semibold" id="settings-page">
            {t.settings.page[known]}
          </h1>
          {open.includes(known) ? <Screen /> : <Forbidden page={known} />}
        </div>
      </section>
    </div>
  )
}

function Forbidden({ page }: { page: SettingsPage }) {
  const t = useMessages()
  return (
    <p>
      {t.forbidden.needs(rolesOf(page).map((role) => t.role[role]))} {t.forbidden.grant}
    </p>
  )
}

/** `/settings` opens the first page that this person may see. */
export function SettingsHome() {
  const { data: me } = useQuery(meQuery)
  if (me === undefined) return null
  const first = pagesFor(me.acts)[0]
  return first === undefined ? (
    <div className="p-6">
      <Forbidden page="people" />
    </div>
  ) : (
    <Navigate params={{ page: first }} replace to="/settings/$page" />
  )
}
