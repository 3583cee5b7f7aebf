export const sessionCookieName = '__Host-lamplighter'

/** The value of one cookie of a `Cookie` header. */
export function cookieOf(header: string | null, name: string): string | undefined {
  for (const pair of (header ?? '').split(';')) {
    const at = pair.indexOf('=')
    if (at > 0 && pair.slice(0, at).trim() === name) return pair.slice(at + 1).trim()
  }
  return undefined
}

/** `Set-Cookie` of a staff session (security.md §3). Without a token it ends the cookie. */
export function sessionCookie(token: string | undefined, maxAgeS: number): string {
  const end = token === undefined ? 0 : maxAgeS
  return `${sessionCookieName}=${token ?? ''}; Path=/; Max-Age=${end}; Secure; HttpOnly; SameSite=Strict`
}
