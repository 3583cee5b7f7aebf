import { useQuery } from '@tanstack/react-query'
import { Navigate } from '@tanstack/react-router'
import { meQuery } from '../api/queries.ts'
import { useMessages } from '../messages/index.ts'
import { mayReadRules, mayReview, pagesFor, reviewers } from './settings/pages.ts'

/** The first screen of this person: Review for those who review, Rules for those who write rules, else their first page of Settings. */
export function Home() {
  const t = useMessages()
  const { data: me } = useQuery(meQuery)
  if (me === undefined) return null
  if (mayReview(me.acts)) return <Navigate replace to="/review" />
  if (mayReadRules(me.acts) && me.acts.includes('rules.write')) return <Navigate replace to="/rules" />
  const page = pagesFor(me.acts)[0]
  if (page !== undefined) return <Navigate params={{ page }} replace to="/settings/$page" />
  return (
    <p className="p-6">
      {t.forbidden.needs(reviewers.map((role) => t.role[role]))} {t.forbidden.grant}
    </p>
  )
}
