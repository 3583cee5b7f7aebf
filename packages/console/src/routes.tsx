import { createRootRoute, createRoute, createRouter, lazyRouteComponent, redirect } from '@tanstack/react-router'
import { z } from 'zod'
import { caseQuery, lanesQuery, queryClient } from './api/queries.ts'
import { caseNumber } from './case/case-number.ts'
import { caseTabs } from './case/EvidencePane.tsx'
import { Home } from './pages/Home.tsx'
import { NotFound } from './pages/NotFound.tsx'
import { Review } from './pages/Review.tsx'
import { ReviewHome } from './pages/ReviewHome.tsx'
import { Shell } from './pages/Shell.tsx'
import { isSettingsPage } from './pages/settings/pages.ts'

const root = createRootRoute({ component: Shell, notFoundComponent: NotFound })

const home = createRoute({ getParentRoute: () => root, path: '/', component: Home })

// Where somebody lands who is to sign in: the shell says how, and this goes on to Review afterwards.
const signIn = createRoute({
  getParentRoute: () => root,
  path: '/sign-in',
  beforeLoad: () => {
    throw redirect({ to: '/', replace: true })
  },
})

const reviewHome = createRoute({
  getParentRoute: () => root,
  path: '/review',
  // Asked for, not waited for: the page shows at once and each panel tells its own failure.
  loader: () => void queryClient.prefetchQuery(lanesQuery),
  component: ReviewHome,
})

const review = createRoute({
  getParentRoute: () => root,
  path: '/review/$case',
  // The tab and the chosen piece of evidence are in the address; a bad value falls back, an unknown name is dropped.
  validateSearch: z.object({
    tab: z.enum(caseTabs).optional().catch(undefined),
    e: z
      .string()
      .regex(/^E\d{1,4}$/)
      .optional()
      .catch(undefined),
  }),
  loader: ({ params }) => {
    const number = caseNumber(params.case)
    if (number !== null) void queryClient.prefetchQuery(caseQuery(number))
  },
  component: Review,
})

const settingsHome = createRoute({
  getParentRoute: () => root,
  path: '/settings',
  component: lazyRouteComponent(() => import('./pages/settings/Settings.tsx'), 'SettingsHome'),
})

const settings = createRoute({
  getParentRoute: () => root,
  path: '/settings/$page',
  validateSearch: z.object({
    connection: z
      .string()
      .regex(/^[a-z]{1,6}_[0-9a-z]{26}$/)
      .optional()
      .catch(undefined),
    state: z.enum(['parked', 'waiting', 'delivered', 'cancelled', 'unclear']).optional().catch(undefined),
  }),
  beforeLoad: ({ params }) => {
    if (!isSettingsPage(params.page)) throw redirect({ to: '/settings', replace: true })
  },
  component: lazyRouteComponent(() => import('./pages/settings/Settings.tsx'), 'Settings'),
})

export const router = createRouter({
  routeTree: root.addChildren([home, signIn, reviewHome, review, settingsHome, settings]),
  search: { strict: true },
  // Nothing is fetched by hovering: media must never be, and words are fetched ahead where it is decided so.
  defaultPreload: false,
  scrollRestoration: false,
})

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router
  }
}
