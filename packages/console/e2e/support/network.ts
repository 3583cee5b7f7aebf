import type { Asked } from './browser.ts'

/** Files and pages that are no calls of the interface: the console, its built files, and what is rendered for people. */
const PAGES = [
  /^\/$/,
  /^\/(review|rules|settings|sign-in)(\/|$)/,
  /^\/assets\//,
  /^\/[a-z-]+\.(svg|ico|css|webmanifest|png)$/,
  /^\/(hello|n)\/[^/]+(\/appeal|\/receipt)?$/,
  /^\/(demo|privacy)(\/|$)/,
  /^\/log\//,
  /^\/openapi\.json$/,
]

/** Requests that left the origin, or whose path neither `openapi.json` nor the list of pages knows. */
export async function unknownRequests(asked: readonly Asked[], origin: string): Promise<string[]> {
  const { paths } = (await (await fetch(`${origin}/openapi.json`)).json()) as { paths: Record<string, object> }
  const calls = Object.entries(paths).map(([path, methods]) => ({
    pattern: new RegExp(`^${path.replaceAll(/\{\w+\}/g, '[^/]+')}$`),
    methods: Object.keys(methods),
  }))
  const isKnown = ({ method, url }: Asked): boolean => {
    if (url.startsWith('blob:')) return url.startsWith(`blob:${origin}/`)
    const { origin: to, pathname } = new URL(url)
    if (to !== origin) return false
    if (calls.some(({ pattern, methods }) => pattern.test(pathname) && methods.includes(method.toLowerCase())))
      return true
    return !pathname.startsWith('/v1/') && PAGES.some((page) => page.test(pathname))
  }
  return [...new Set(asked.filter((one) => !isKnown(one)).map(({ method, url }) => `${method} ${url}`))]
}
