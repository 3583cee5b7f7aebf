import { type Html, html } from '../http/html.ts'
import { stylePath } from '../http/page.ts'
import type { Wait } from '../http/route.ts'
import { languages, type Messages, secondsText } from './messages/index.ts'

export interface Layout {
  readonly words: Messages
  readonly title: string
  readonly main: Html
  /** A page of somebody else, known to everybody and about nothing in particular. */
  readonly leaveTo: string
  readonly status?: number
}

/** One whole page: no script, works in a text browser, says its language and direction, offers the others and a way out. */
export function usersPage(layout: Layout): Response {
  const { words, title, main, leaveTo } = layout
  const page = html`<!doctype html>
<html lang="${words.language}" dir="${words.direction}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>${title}</title>
<link rel="stylesheet" href="${stylePath}">
</head>
<body>
<header><a class="leave" href="${leaveTo}" rel="noreferrer">${words.leave}</a></header>
<main>
<h1>${title}</h1>
${main}
</main>
<footer><nav aria-label="${words.languages}">${languageLinks()}</nav></footer>
</body>
</html>
`
  return new Response(String(page), {
    status: layout.status ?? 200,
    headers: { 'content-type': 'text/html; charset=utf-8', 'content-language': words.language },
  })
}

// Relative to the page itself, so that two pages for two tokens have the same bytes.
function languageLinks(): Html[] {
  return Object.values(languages).map(
    (one) => html`<a href="?lang=${one.language}" lang="${one.language}" hreflang="${one.language}">${one.name}</a> `,
  )
}

/** The one page for every link that opens nothing, whatever the reason (security.md §4). */
export function nothingPage(parts: Pick<Layout, 'words' | 'leaveTo'>): Response {
  const { title, text } = parts.words.nothing
  return usersPage({ ...parts, title, main: html`<p>${text}</p>`, status: 404 })
}

/** For a link whose notice was erased with all that was kept about its person: as gone as its receipt. */
export function erasedPage(parts: Pick<Layout, 'words' | 'leaveTo'>): Response {
  const { title, erased } = parts.words.notice
  return usersPage({ ...parts, title, main: html`<p>${erased}</p>`, status: 410 })
}

/** For somebody who came too often, or when too many come at once: how long to wait, and nothing of what they asked for. */
export function waitPage(parts: Pick<Layout, 'words' | 'leaveTo'> & Wait): Response {
  const { words, leaveTo, seconds, status } = parts
  const time = secondsText(words, seconds)
  const main = html`<p>${status === 429 ? words.wait.tooOften(time) : words.wait.busy(time)}</p>`
  return usersPage({ words, leaveTo, title: words.wait.title, main, status })
}
