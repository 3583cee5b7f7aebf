import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { extname, join, relative, sep } from 'node:path'
import { AppError } from './errors.ts'
import { plainPage } from './page.ts'
import { type Page, page } from './route.ts'

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.webmanifest': 'application/manifest+json',
  '.wasm': 'application/wasm',
  '.json': 'application/json',
  '.txt': 'text/plain; charset=utf-8',
}
/** First parts of the console's own addresses (console.md §2); the page itself finds the screen. */
const SCREENS = [
  'review',
  'life',
  'referrals',
  'e',
  'investigate',
  'rules',
  'quality',
  'measures',
  'legal',
  'settings',
  'sign-in',
]
const HASHED = 'public, max-age=31536000, immutable'

/**
 * The built console, read into memory once: a path that is not a file of the build is no path at all.
 *
 * @param folder `packages/console/dist`
 */
export function consolePages(folder: string): Page[] {
  const files = readFiles(folder)
  const index = files.get('index.html')
  const shell = async (): Promise<Response> =>
    index === undefined
      ? plainPage(
          'The console is not built',
          '<p>Start Lamplighter with <code>npm start</code>, which builds it.</p>',
          503,
        )
      : new Response(index, { headers: { 'content-type': TYPES['.html'] ?? '' } })
  const screens = SCREENS.flatMap((name) => [`/${name}`, `/${name}/{rest+}`] as const)
  return [
    page({ method: 'get', path: '/', act: 'public', kind: 'console', handle: shell }),
    ...screens.map((path) =>
      page({ method: 'get', path: path as `/${string}`, act: 'public', kind: 'console', handle: shell }),
    ),
    page({
      method: 'get',
      path: '/assets/{name+}',
      act: 'public',
      kind: 'console',
      handle: async ({ params }) => fileAnswer(files, `assets/${params.name ?? ''}`, HASHED),
    }),
    ...[...files.keys()]
      .filter((name) => !name.includes('/') && name !== 'index.html')
      .map((name) =>
        page({
          method: 'get',
          path: `/${name}`,
          act: 'public',
          kind: 'console',
          handle: async () => fileAnswer(files, name, 'no-cache'),
        }),
      ),
  ]
}

function fileAnswer(files: ReadonlyMap<string, Uint8Array<ArrayBuffer>>, name: string, cache: string): Response {
  const bytes = files.get(name)
  if (bytes === undefined) throw new AppError('not_found', 'There is nothing under this address, or it is not for you.')
  return new Response(bytes, {
    headers: { 'content-type': TYPES[extname(name)] ?? 'application/octet-stream', 'cache-control': cache },
  })
}

function readFiles(folder: string): Map<string, Uint8Array<ArrayBuffer>> {
  const files = new Map<string, Uint8Array<ArrayBuffer>>()
  if (!existsSync(folder)) return files
  for (const entry of readdirSync(folder, { withFileTypes: true, recursive: true })) {
    if (!entry.isFile() || entry.name.startsWith('.')) continue
    const path = join(entry.parentPath, entry.name)
    files.set(relative(folder, path).split(sep).join('/'), new Uint8Array(readFileSync(path)))
  }
  return files
}
