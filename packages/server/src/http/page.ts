import type { Wait } from './route.ts'

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

/** Text made inert for HTML text and quoted attributes. */
export function escapeHtml(text: string): string {
  return text.replaceAll(/[&<>"']/g, (sign) => ENTITIES[sign] ?? sign)
}

/** The one style sheet of all pages that the server renders itself. */
export const stylePath = '/users.css'

/** A small page without script. `title` is text, `main` is markup whose texts were escaped by the caller. */
export function plainPage(title: string, main: string, status = 200): Response {
  const text = `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex"><link rel="stylesheet" href="${stylePath}"><title>${escapeHtml(title)} · Lamplighter</title></head>
<body><main><h1>${escapeHtml(title)}</h1>
${main}
</main></body></html>
`
  return new Response(text, { status, headers: { 'content-type': 'text/html; charset=utf-8' } })
}

/** For somebody who has to wait, where the page has no words of its own for it. */
export function waitPage({ status, seconds }: Wait): Response {
  const time = new Intl.NumberFormat('en', { style: 'unit', unit: 'second', unitDisplay: 'long' }).format(seconds)
  const why = status === 429 ? 'That was too often at once.' : 'This page cannot be shown right now.'
  return plainPage('Please wait', `<p>${why} Try again after this time: ${time}.</p>`, status)
}

/** The one page for links that are unknown, used, ended or altered: it tells none of these apart (security.md §4). */
export function neutralPage(): Response {
  return plainPage(
    'Nothing here',
    '<p>This link does not open anything. It may have been used, or its time is over.</p>',
    404,
  )
}
