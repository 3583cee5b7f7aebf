import type { PageKind } from './route.ts'

export const consoleCsp =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; media-src 'self'; frame-src 'self'; " +
  "connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; " +
  "require-trusted-types-for 'script'; trusted-types lamplighter-worker"
const usersCsp =
  "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
const fileCsp = "sandbox; default-src 'none'"
const plainCsp = "default-src 'none'; frame-ancestors 'none'"

const PERMISSIONS = [
  'accelerometer',
  'autoplay',
  'camera',
  'clipboard-read',
  'display-capture',
  'fullscreen',
  'geolocation',
  'gyroscope',
  'magnetometer',
  'microphone',
  'midi',
  'payment',
  'publickey-credentials-get',
  'screen-wake-lock',
  'usb',
  'xr-spatial-tracking',
]
  .map((name) => `${name}=()`)
  .join(', ')

/** The headers of security.md §5 for one kind of answer. */
export function headersOf(
  kind: PageKind,
  options: { https: boolean; cors: boolean },
): Readonly<Record<string, string>> {
  return {
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
    'cross-origin-opener-policy': 'same-origin',
    'cross-origin-resource-policy': options.cors ? 'cross-origin' : 'same-origin',
    'permissions-policy': PERMISSIONS,
    ...(options.https && { 'strict-transport-security': 'max-age=63072000' }),
    ...(options.cors && { 'access-control-allow-origin': '*' }),
    ...(kind === 'console' && { 'cross-origin-embedder-policy': 'require-corp' }),
    'cache-control': 'no-store',
    'content-security-policy': cspOf(kind),
  }
}

/** Adds to an answer what it has not set itself: a hashed file's `cache-control`, a page's own narrower CSP. */
export function addHeaders(response: Response, headers: Readonly<Record<string, string>>): Response {
  for (const [name, value] of Object.entries(headers)) {
    if (!response.headers.has(name)) response.headers.set(name, value)
  }
  return response
}

function cspOf(kind: PageKind): string {
  switch (kind) {
    case 'console':
      return consoleCsp
    case 'users':
      return usersCsp
    case 'file':
      return fileCsp
    case 'plain':
      return plainCsp
  }
}
