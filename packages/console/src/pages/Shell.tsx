import { lookAs, type Role, signOut } from '@lamplighter/api'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Link, Outlet, useNavigate } from '@tanstack/react-router'
import { useEffect, useRef, useState } from 'react'
import { spoken } from '../announce.ts'
import { call } from '../api/client.ts'
import { followLive, watchReturn } from '../api/live.ts'
import { meQuery } from '../api/queries.ts'
import { reach } from '../api/reach.ts'
import { noteSignedOut, session } from '../api/session.ts'
import { forgetAll } from '../card/memory.ts'
import { UndoToast } from '../card/UndoToast.tsx'
import { listenForKeys, useCommands } from '../keys.ts'
import { useMessages } from '../messages/index.ts'
import { locales, prefer, preferences, themes } from '../preferences.ts'
import { useStore } from '../store.ts'
import { useNow } from '../time.ts'
import { Chip } from '../ui/Chip.tsx'
import { Failure } from '../ui/Failure.tsx'
import { Icon, type IconName } from '../ui/Icon.tsx'
import { Menu, MenuChoices, MenuItem, MenuLine } from '../ui/Menu.tsx'
import { KeyHelp } from './KeyHelp.tsx'
import { SignedOut } from './SignedOut.tsx'
import { mayReadRules, pagesFor } from './settings/pages.ts'

/** What surrounds every page: rail, top bar, banners, the live region and the last decision. */
export function Shell() {
  const t = useMessages()
  const client = useQueryClient()
  const navigate = useNavigate()
  const me = useQuery(meQuery)
  const signedIn = useStore(session)
  const reached = useStore(reach)
  const [help, setHelp] = useState(false)
  useEffect(() => listenForKeys(), [])
  useEffect(() => watchReturn(client), [client])
  useEffect(() => {
    if (signedIn !== 'in' || reached !== 'reached') return
    return followLive(client)
  }, [client, signedIn, reached])

  usePersonChange(me.data?.id)

  const acts = me.data?.acts ?? []
  const settings = pagesFor(acts)
  const firstPage = settings[0]
  const openSettings = () => firstPage && navigate({ to: '/settings/$page', params: { page: firstPage } })
  useCommands({
    'go-review': () => navigate({ to: '/review' }),
    'go-rules': () => (mayReadRules(acts) ? navigate({ to: '/rules' }) : false),
    'go-settings': () => (firstPage ? openSettings() : false),
    help: () => setHelp(true),
  })
  return (
    <>
      <div className="flex min-h-dvh flex-col dense:h-dvh" inert={signedIn === 'out'}>
        <a className="sr-only focus:not-sr-only focus:absolute focus:z-50 focus:bg-surface focus:p-2" href="#main">
          {t.skipToContent}
        </a>
        {me.data?.demo && <DemoBanner roles={me.data.lookAs} has={me.data.roles} />}
        <TopBar onHelp={() => setHelp(true)} />
        {reached === 'unreachable' && (
          <p className="flex items-center gap-2 border-b border-accent bg-glow px-4 py-1.5" role="alert">
            <Icon name="plug" />
            {t.offline}
          </p>
        )}
        <div className="flex min-h-0 flex-1 flex-col dense:flex-row">
          <nav
            aria-label={t.nav.label}
            className="flex shrink-0 gap-1 border-line bg-surface p-1.5 max-[899px]:border-b dense:w-28 dense:flex-col dense:border-e"
          >
            {acts.includes('lanes.read') && <RailLink icon="review" label={t.nav.review} to="/review" />}
            {mayReadRules(acts) && <RailLink icon="rules" label={t.nav.rules} to="/rules" />}
            {firstPage && <RailLink icon="settings" label={t.nav.settings} to="/settings" />}
          </nav>
          <main className="relative flex min-h-0 min-w-0 flex-1 flex-col" id="main" tabIndex={-1}>
            {me.error !== null && me.data === undefined && signedIn !== 'out' && reached === 'reached' ? (
              <div className="p-6">
                <Failure error={me.error} onAgain={() => void me.refetch()} />
              </div>
            ) : (
              (me.data !== undefined || signedIn === 'in') && <Outlet />
            )}
          </main>
        </div>
        <UndoToast />
      </div>
      {signedIn === 'out' && <SignedOut hadWork={me.data !== undefined} />}
      <Spoken />
      <KeyHelp onClose={() => setHelp(false)} open={help} />
    </>
  )
}

/** Another person on the same page: nothing of the one before stays, neither what was read nor what was typed. */
function usePersonChange(id: string | undefined): void {
  const client = useQueryClient()
  const before = useRef(id)
  useEffect(() => {
    if (id === undefined || id === before.current) return
    const other = before.current !== undefined
    before.current = id
    if (!other) return
    forgetAll()
    void client.resetQueries({ predicate: ({ queryKey }) => queryKey[0] !== 'me' })
  }, [client, id])
}

function RailLink({ to, icon, label }: { to: '/review' | '/rules' | '/settings'; icon: IconName; label: string }) {
  return (
    <Link
      activeOptions={{ exact: false }}
      className="flex min-h-11 flex-col items-center justify-center gap-0.5 rounded-lg px-1 py-1.5 text-fine text-muted dense:px-0.5 dense:text-center hover:bg-glow hover:text-ink data-[status=active]:bg-glow data-[status=active]:font-semibold data-[status=active]:text-ink data-[status=active]:shadow-[inset_2px_0_0_var(--lamp)]"
      to={to}
    >
      <Icon name={icon} size={20} />
      {label}
    </Link>
  )
}

function DemoBanner({ roles, has }: { roles: readonly Role[]; has: readonly Role[] }) {
  const t = useMessages()
  const client = useQueryClient()
  const navigate = useNavigate()
  const look = useMutation({
    mutationFn: (role: Role) => call(lookAs, { body: { role } }),
    onSuccess: async () => {
      await client.resetQueries({ queryKey: ['me'] })
      await navigate({ to: '/' })
    },
  })
  const current = has[0] ?? 'reviewer'
  return (
    <section
      aria-label={t.demo.label}
      className="flex min-h-8 shrink-0 flex-wrap items-center justify-between gap-x-4 border-b border-line bg-glow px-4 text-fine"
    >
      <p>
        <strong>{t.demo.title}</strong> {t.demo.words}
      </p>
      {roles.length > 0 && (
        <Menu
          label={t.demo.lookAs}
          trigger={
            <button className="inline-flex min-h-6 items-center gap-1 rounded px-1.5 hover:underline" type="button">
              {t.demo.lookingAs(t.role[current])}
              <Icon name="down" size={14} />
            </button>
          }
        >
          <MenuChoices
            choices={roles.map((role) => ({ value: role, label: t.role[role] }))}
            label={t.demo.lookAs}
            onChoose={(role) => look.mutate(role)}
            value={current}
          />
        </Menu>
      )}
      {look.error !== null && <Failure error={look.error} />}
    </section>
  )
}

function TopBar({ onHelp }: { onHelp: () => void }) {
  const t = useMessages()
  const { data: me } = useQuery(meQuery)
  const prefs = useStore(preferences)
  const now = useNow(15_000)
  const life = me?.lifeThreat
  const leave = useMutation({ mutationFn: () => call(signOut), onSuccess: noteSignedOut })
  return (
    <header className="flex min-h-11 shrink-0 flex-wrap items-center gap-x-4 gap-y-1 border-b border-line bg-surface px-4">
      <span className="flex items-center gap-1.5 font-semibold">
        <span className="text-accent">
          <Icon name="lamp" size={20} />
        </span>
        Lamplighter
        {me !== undefined && <span className="font-normal text-muted">· {me.platform}</span>}
      </span>
      <span className="ms-auto flex flex-wrap items-center gap-3">
        {life !== undefined && (
          <Chip look={life.overdue > 0 ? 'alarm' : life.open > 0 ? 'strong' : 'plain'}>
            {t.life.chip(life.open, life.oldestAt === null ? null : now - life.oldestAt, life.overdue)}
          </Chip>
        )}
        {me !== undefined && <Chip>{t.exposure(me.exposure.full, me.exposure.seconds)}</Chip>}
        <button
          aria-keyshortcuts="?"
          aria-label={t.keys.title}
          className="grid size-7 place-items-center rounded-md text-muted hover:bg-glow hover:text-ink"
          onClick={onHelp}
          type="button"
        >
          <Icon name="keyboard" size={18} />
        </button>
        <Menu
          label={t.own.menu}
          trigger={
            <button
              className="inline-flex min-h-7 items-center gap-1.5 rounded-md border border-transparent px-2 hover:border-edge hover:bg-glow"
              type="button"
            >
              <Icon name="person" />
              <span>{me?.staff ?? t.own.menu}</span>
              <Icon name="down" size={14} />
            </button>
          }
        >
          {me !== undefined && (
            <p className="px-2 py-1 text-fine text-muted">
              {me.name} · {me.roles.map((role) => t.role[role]).join(', ')}
            </p>
          )}
          <MenuChoices
            choices={themes.map((value) => ({ value, label: t.own.theme[value] }))}
            label={t.own.themes}
            onChoose={(theme) => prefer({ theme })}
            value={prefs.theme}
          />
          <MenuChoices
            choices={locales.map((value) => ({ value, label: t.languageName(value) }))}
            label={t.own.language}
            onChoose={(language) => prefer({ language })}
            value={prefs.language}
          />
          <MenuChoices
            choices={[
              { value: 'on', label: t.own.keysOn },
              { value: 'off', label: t.own.keysOff },
            ]}
            label={t.own.keys}
            onChoose={(value) => prefer({ keys: value === 'on' })}
            value={prefs.keys ? 'on' : 'off'}
          />
          {me !== undefined && (
            <>
              <MenuLine />
              <MenuItem onPress={() => leave.mutate()}>{t.own.signOut}</MenuItem>
            </>
          )}
        </Menu>
      </span>
    </header>
  )
}

/** The one place that speaks to screen readers. Two alternating nodes, so that equal words are spoken again. */
function Spoken() {
  const { words, times } = useStore(spoken)
  return (
    <div aria-atomic="true" aria-live="polite" className="sr-only" role="status">
      {times % 2 === 0 ? <p key="even">{words}</p> : <p key="odd">{words}</p>}
    </div>
  )
}
