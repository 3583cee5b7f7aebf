import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { type ReactNode, useEffect } from 'react'
import { meQuery } from '../../api/queries.ts'
import { useMessages } from '../../messages/index.ts'
import { mayReadRules, rulers } from '../settings/pages.ts'

/** What every page of Rules & policies stands in: its title, the way back, and the word to whoever may not read it. */
export function Frame(props: {
  title: string
  chips?: ReactNode
  actions?: ReactNode
  top?: boolean
  aside?: ReactNode
  children: ReactNode
}) {
  const t = useMessages()
  const { data: me } = useQuery(meQuery)
  const { title } = props
  useEffect(() => {
    document.title = `${title} · Lamplighter`
  }, [title])
  if (me === undefined) return null
  const open = mayReadRules(me.acts)
  return (
    <div className="flex min-h-0 flex-1 flex-col dense:flex-row">
      {open && props.aside}
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be scrollable by key, also where nothing in it takes the focus */}
      <section aria-labelledby="rules-page" className="pane min-h-0 min-w-0 flex-1" tabIndex={0}>
        <div className="grid grid-cols-1 content-start gap-5 px-4 py-5 dense:px-6">
          <header className="grid gap-1">
            {!props.top && (
              <Link className="justify-self-start text-accent underline underline-offset-2" to="/rules">
                {t.rulebook.back}
              </Link>
            )}
            <div className="flex flex-wrap items-center gap-x-3 gap-y-2">
              <h1 className="min-w-0 text-page font-semibold wrap-anywhere" id="rules-page">
                {title}
              </h1>
              {open && props.chips}
              <span className="ms-auto flex flex-wrap items-center gap-2">{open && props.actions}</span>
            </div>
          </header>
          {open ? (
            props.children
          ) : (
            <p>
              {t.forbidden.needs(rulers.map((role) => t.role[role]))} {t.forbidden.grant}
            </p>
          )}
        </div>
      </section>
    </div>
  )
}

/** A link that looks like the button that it stands beside. */
export const buttonLink =
  'inline-flex min-h-7 items-center justify-center gap-2 rounded-md border px-2.5 py-1 border-transparent bg-lamp font-semibold text-on-lamp hover:brightness-105'
export const textLink = 'inline-flex min-h-6 items-center text-accent underline underline-offset-2 wrap-anywhere'
export const card = 'grid grid-cols-1 content-start gap-3 rounded-xl border border-line bg-surface p-4'
