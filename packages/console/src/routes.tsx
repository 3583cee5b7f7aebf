import { createRootRoute, createRoute, createRouter, lazyRouteComponent, redirect } from '@tanstack/react-router'
import { z } from 'zod'
import { caseQuery, lanesQuery, queryClient } from './api/queries.ts'
import { caseNumber } from './case/case-number.ts'
import { caseTabs } from './case/EvidencePane.tsx'
import { Home } from './pages/Home.tsx'
import { NotFound } from './pages/NotFound.tsx'
import { Review } from './pages/Review.tsx'
import { ReviewHome } from './pages/ReviewHome.tsx'
import { versionTabs } from './pages/rules/tabs.ts'
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
    list: z
      .string()
      .regex(/^[a-z][a-z0-9_]{0,63}$/)
      .optional()
      .catch(undefined),
    state: z.enum(['parked', 'waiting', 'delivered', 'cancelled', 'unclear']).optional().catch(undefined),
  }),
  beforeLoad: ({ params }) => {
    if (!isSettingsPage(params.page)) throw redirect({ to: '/settings', replace: true })
  },
  component: lazyRouteComponent(() => import('./pages/settings/Settings.tsx'), 'Settings'),
})

const rules = createRoute({
  getParentRoute: () => root,
  path: '/rules',
  validateSearch: z.object({
    policy: z
      .string()
      .regex(/^[A-Za-z0-9-]{1,64}$/)
      .optional()
      .catch(undefined),
  }),
  component: lazyRouteComponent(() => import('./pages/rules/index.ts'), 'Rules'),
})

const ruleName = /^[a-z][a-z0-9_]{0,63}$/
const versionNumber = /^[1-9]\d{0,8}$/
const toRules = () => redirect({ to: '/rules', replace: true })

const rule = createRoute({
  getParentRoute: () => root,
  path: '/rules/$rule',
  beforeLoad: ({ params }) => {
    if (!ruleName.test(params.rule)) throw toRules()
  },
  component: lazyRouteComponent(() => import('./pages/rules/index.ts'), 'Rule'),
})

const newVersion = createRoute({
  getParentRoute: () => root,
  path: '/rules/$set/new',
  validateSearch: z.object({ from: z.int().min(1).optional().catch(undefined) }),
  beforeLoad: ({ params }) => {
    if (!ruleName.test(params.set)) throw toRules()
  },
  component: lazyRouteComponent(() => import('./pages/rules/index.ts'), 'NewVersion'),
})

const version = createRoute({
  getParentRoute: () => root,
  path: '/rules/$set/$version',
  validateSearch: z.object({
    tab: z.enum(versionTabs).optional().catch(undefined),
    rule: z.string().regex(ruleName).optional().catch(undefined),
    run: z
      .string()
      .regex(/^[a-z]{1,6}_[0-9a-z]{26}$/)
      .optional()
      .catch(undefined),
  }),
  beforeLoad: ({ params }) => {
    if (!ruleName.test(params.set) || !versionNumber.test(params.version)) throw toRules()
  },
  component: lazyRouteComponent(() => import('./pages/rules/index.ts'), 'Version'),
})

export const router = createRouter({
  routeTree: root.addChildren([
    home,
    signIn,
    reviewHome,
    review,
    rules,
    rule,
    newVersion,
    version,
    settingsHome,
    settings,
  ]),
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
