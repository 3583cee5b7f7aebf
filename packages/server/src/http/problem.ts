import { type Code, codes, isCode, type Problem, statusOf } from '@lamplighter/api'
import type { AppError } from './errors.ts'
import { escapeHtml, neutralPage, plainPage } from './page.ts'
import { remedies } from './remedies.ts'
import { type Page, page } from './route.ts'

/** The RFC 9457 body of a refusal. @param url `LAMPLIGHTER_URL` */
export function problemOf(error: AppError, url: string, requestId: string): Problem {
  return {
    type: `${url}/problems/${error.code}`,
    title: codes[error.code][1],
    status: statusOf(error.code),
    code: error.code,
    detail: error.message,
    instance: requestId,
    ...(error.extra.pointer !== undefined && { pointer: error.extra.pointer }),
    ...(error.extra.errors !== undefined && { errors: [...error.extra.errors] }),
  }
}

export function problemResponse(error: AppError, url: string, requestId: string): Response {
  const headers = new Headers({ 'content-type': 'application/problem+json' })
  if (error.extra.retryAfterS !== undefined)
    headers.set('retry-after', String(Math.max(1, Math.ceil(error.extra.retryAfterS))))
  if (error.extra.allow !== undefined) headers.set('allow', error.extra.allow)
  // RFC 9110 §11.6.1: a 401 names how to authenticate.
  if (statusOf(error.code) === 401) headers.set('www-authenticate', 'Bearer realm="lamplighter"')
  return new Response(JSON.stringify(problemOf(error, url, requestId)), { status: statusOf(error.code), headers })
}

/** `/problems/<code>`: what the code means and what to do, as `type` promises. */
export const problemPages: Page = page({
  method: 'get',
  path: '/problems/{code}',
  act: 'public',
  kind: 'users',
  handle: async ({ params }) => (isCode(params.code ?? '') ? describe(params.code as Code) : neutralPage()),
})

function describe(code: Code): Response {
  const [status, title] = codes[code]
  return plainPage(title, `<p><code>${code}</code> · status ${status}</p>\n<p>${escapeHtml(remedies[code])}</p>`)
}
