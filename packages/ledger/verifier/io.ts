import { type Bytes, textOf } from '../src/bytes.ts'
import { LedgerError } from '../src/errors.ts'
import type { SignatureChecks } from '../src/notes.ts'
import { webChecks } from '../src/web-checks.ts'

/** What the verifier needs of its surroundings; tests and browsers bring their own. */
export interface VerifierIo {
  readonly checks: SignatureChecks
  /** The content of a file, or null where there is none. */
  readFile(path: string): Promise<Bytes | null>
  isFolder(path: string): Promise<boolean>
  /** The body of a 200, or null for a 404. @throws LedgerError `missing_tile` for all else */
  get(url: string): Promise<Bytes | null>
}

const MOST_BYTES = 32 * 1024 * 1024
const TIMEOUT_MS = 30_000

/** Web Crypto, `fetch`, and files where the runtime has them. */
export function runtimeIo(): VerifierIo {
  return { checks: webChecks(globalThis.crypto.subtle), readFile, isFolder, get }
}

function builtin<Name extends 'fs' | 'url'>(name: Name) {
  const found = globalThis.process?.getBuiltinModule?.(`node:${name}`)
  if (found === undefined) throw new Error('files can be read under Node 20.16 or newer, Deno and Bun')
  return found
}

async function readFile(path: string): Promise<Bytes | null> {
  const fs = builtin('fs')
  return fs.existsSync(path) ? new Uint8Array(await fs.promises.readFile(path)) : null
}

async function isFolder(path: string): Promise<boolean> {
  const fs = builtin('fs')
  return fs.existsSync(path) && (await fs.promises.stat(path)).isDirectory()
}

async function get(url: string): Promise<Bytes | null> {
  let response: Response
  try {
    response = await fetch(url, { redirect: 'error', signal: AbortSignal.timeout(TIMEOUT_MS) })
  } catch (error) {
    throw new LedgerError('missing_tile', `no answer from ${url} (${String(error)})`)
  }
  if (response.status === 404) return null
  if (response.status !== 200) throw new LedgerError('missing_tile', `${url} answers ${response.status}`)
  const body = new Uint8Array(await response.arrayBuffer())
  if (body.length > MOST_BYTES) throw new LedgerError('too_large', `${url} sends ${body.length} octets`)
  return body
}

/** Whether this file is what was started, and not imported. */
export function isStarted(url: string): boolean {
  const started = globalThis.process?.argv?.[1]
  if (started === undefined || !url.startsWith('file:')) return false
  return builtin('fs').realpathSync(started) === builtin('url').fileURLToPath(url)
}

/** UTF-8 text. @throws LedgerError `bad_note` */
export function textFrom(bytes: Bytes): string {
  const text = textOf(bytes)
  if (text === null) throw new LedgerError('bad_note', 'the file is not UTF-8 text')
  return text
}
