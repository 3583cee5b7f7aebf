import { type Page, page } from './route.ts'

// The lamp of the console (packages/console/public/icon.svg), for every page that has none: browsers ask for it by themselves.
const LAMP = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32">
<rect width="32" height="32" rx="7" fill="#1b2431"/>
<path d="M12 11h8l-1.6 10h-4.8z" fill="#f2a93b"/>
<path d="M10 11h12M13 21h6M16 21v5M13 7.5 16 5l3 2.5" stroke="#e4eaf2" stroke-width="2" fill="none" stroke-linecap="round" stroke-linejoin="round"/>
</svg>
`

/** `/favicon.ico`: a lamp. Browsers go by the type, not by the name. */
export const iconPage: Page = page({
  method: 'get',
  path: '/favicon.ico',
  act: 'public',
  kind: 'file',
  handle: async () =>
    new Response(LAMP, { headers: { 'content-type': 'image/svg+xml', 'cache-control': 'public, max-age=86400' } }),
})
