import { signedIn, signInRefused } from '../../events.ts'
import { cookieOf, sessionCookie, sessionCookieName } from '../../http/cookies.ts'
import { randomToken, sha256 } from '../../http/crypto.ts'
import type { Limits } from '../../http/limits.ts'
import { escapeHtml, neutralPage, plainPage } from '../../http/page.ts'
import { type Page, page } from '../../http/route.ts'
import type { Store } from '../../storage/index.ts'
import { newSessionId, SESSION_MS, useLink } from './store.ts'

export interface SignInParts {
  readonly store: Store
  readonly limits: Limits
}

/**
 * `/hello/<token>`: a page with one button, which signs in. The page looks nothing up, so a prefetch burns no link and a guess learns
 * nothing; only the button's POST uses the link.
 */
export function signInPages({ store, limits }: SignInParts): Page[] {
  return [
    page({
      method: 'get',
      path: '/hello/{token}',
      act: 'public',
      kind: 'users',
      handle: async ({ params }) => {
        const action = escapeHtml(`/hello/${encodeURIComponent(params.token ?? '')}`)
        return plainPage(
          'Sign in',
          `<form method="post" action="${action}"><p>This link signs you in once.</p><p><button>Sign in</button></p></form>`,
        )
      },
    }),
    page({
      method: 'post',
      path: '/hello/{token}',
      act: 'public',
      kind: 'users',
      handle: async (call) => {
        limits.spendAt('signIn', call.address, call.now)
        const token = randomToken(256)
        const before = cookieOf(call.raw.headers.get('cookie'), sessionCookieName)
        const used = await store.tx(useLink, {
          tokenHash: sha256(normalised(call.params.token ?? '')),
          session: { id: newSessionId(call.now), tokenHash: sha256(token) },
          // A session that was there before, perhaps planted, ends with the sign-in.
          ...(before !== undefined && before !== '' && { before: sha256(before) }),
          request: call.requestId,
        })
        if (!used.ok) {
          signInRefused(call.requestId)
          return neutralPage()
        }
        signedIn(call.requestId)
        return new Response(null, {
          status: 303,
          headers: { location: '/', 'set-cookie': sessionCookie(token, SESSION_MS / 1000) },
        })
      },
    }),
  ]
}

/** A short code is typed by hand: case and the dash do not matter. Tokens stay as they are. */
export const normalised = (token: string): string =>
  token.length <= 9 ? token.toUpperCase().replaceAll(/[^0-9A-Z]/g, '') : token
