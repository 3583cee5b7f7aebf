import { createHash } from 'node:crypto'
import { createReadStream, existsSync, readFileSync, statSync } from 'node:fs'
import { extname } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { getListImport, handInVersion, isCode, Manifest } from '@lamplighter/api'
import type { z } from 'zod'
import { AppError } from '../http/errors.ts'
import { checkManifest } from '../signals/imports/arrival.ts'
import { type Call, withApi } from './api.ts'
import { type Io, UsageError } from './io.ts'
import { LongBody } from './operator.ts'
import { startProgress } from './progress.ts'

const TYPES: Readonly<Record<string, string>> = {
  '.csv': 'text/csv',
  '.ndjson': 'application/x-ndjson',
  '.jsonl': 'application/x-ndjson',
}
/** What a file is by its name, whatever the case: `.csv`. */
export const extensionOf = (path: string): string => extname(path).toLowerCase()

/** Media type of a list file, by its name. */
export const typeOfFile = (path: string): string => TYPES[extensionOf(path)] ?? 'text/plain'

const LOOK_EVERY_MS = 100

export type ImportStand = z.infer<typeof getListImport.answer>

/** The manifest that belongs to a file: the one that is named, else the one beside it. @throws UsageError · AppError `manifest` */
export function manifestFor(path: string, named: string | undefined): Manifest | undefined {
  const place = named ?? `${path}.manifest.json`
  if (!existsSync(place)) {
    if (named === undefined) return undefined
    throw new UsageError(`${place} cannot be read; give the path of a manifest`)
  }
  const parsed = Manifest.safeParse(jsonIn(place))
  if (parsed.success) return parsed.data
  const [first] = parsed.error.issues
  const where = first === undefined ? '' : ` (${first.path.join('.')}: ${first.message})`
  throw new AppError(
    'manifest',
    `${place} is no manifest of the form lamplighter-hashes/1${where}; nothing was changed`,
  )
}

function jsonIn(place: string): unknown {
  try {
    return JSON.parse(readFileSync(place, 'utf8'))
  } catch {
    throw new AppError('manifest', `${place} is not JSON; nothing was changed`)
  }
}

/**
 * Hands a list file in and waits until it is imported, with a bar for each step.
 *
 * @throws AppError as the calls, and as the import failed
 */
export async function importFile(
  io: Io,
  file: { readonly list: string; readonly path: string; readonly manifest: Manifest | undefined },
  query: URLSearchParams,
): Promise<ImportStand> {
  const { list, path, manifest } = file
  if (manifest !== undefined) {
    checkManifest(manifest, { list, kind: query.get('kind') ?? undefined })
    query.set('manifest', JSON.stringify(manifest))
  }
  const { size } = statSync(path)
  query.set('sha256', await sha256Of(io, path, size))
  return withApi(io, async (call) => {
    const id = await handIn(io, call, { list, path, size }, query)
    return ended(io, call, { list, id })
  })
}

async function handIn(
  io: Io,
  call: Call,
  file: { readonly list: string; readonly path: string; readonly size: number },
  query: URLSearchParams,
): Promise<string> {
  const progress = startProgress(io, 'read, bytes')
  progress.begin(file.size)
  async function* bytes(): AsyncGenerator<Uint8Array> {
    let sent = 0
    for await (const piece of createReadStream(file.path, { highWaterMark: 256 * 1024 })) {
      yield piece
      sent += piece.length
      progress.update(sent, file.size)
    }
  }
  try {
    const body = new LongBody(typeOfFile(file.path), file.size, bytes)
    const answer = handInVersion.answer.parse(await call('POST', `/v1/lists/${file.list}/versions?${query}`, body))
    if ('import' in answer) return answer.import
    throw new TypeError('a list file was answered like a term file')
  } finally {
    progress.end()
  }
}

const STEPS = { write: 'write', sum: 'check', load: 'build' } as const

async function ended(io: Io, call: Call, of: { readonly list: string; readonly id: string }): Promise<ImportStand> {
  let shown: { readonly phase: string; readonly bar: ReturnType<typeof startProgress> } | undefined
  try {
    for (;;) {
      const stand = getListImport.answer.parse(await call('GET', `/v1/lists/${of.list}/imports/${of.id}`))
      if (stand.state === 'failed') throw failureOf(stand)
      if (stand.state === 'done') return stand
      const { phase } = stand
      if (phase !== null && phase !== shown?.phase) {
        shown?.bar.end()
        shown = { phase, bar: startProgress(io, STEPS[phase]) }
      }
      if (phase !== null) shown?.bar.update(stand.done, stand.total)
      await sleep(LOOK_EVERY_MS)
    }
  } finally {
    shown?.bar.end()
  }
}

function failureOf({ failure }: ImportStand): AppError {
  const code = failure !== null && isCode(failure.code) ? failure.code : 'internal'
  return new AppError(code, failure?.detail ?? 'The import failed.')
}

/** Rows that could not be used, as a line of the command's result. */
export function badLine({ bad, badRows }: ImportStand): string[] {
  if (bad === 0) return []
  const some = badRows.slice(0, 100).map(({ line, why }) => `line ${line}: ${why}`)
  return [`${bad.toLocaleString('en')} rows refused (${some.join('; ')}${bad > some.length ? '; …' : ''})`]
}

/** The bar is there before the first byte is read: a long file takes seconds. */
async function sha256Of(io: Io, path: string, size: number): Promise<string> {
  const hash = createHash('sha256')
  const progress = startProgress(io, 'digest, bytes')
  progress.begin(size)
  try {
    let done = 0
    for await (const piece of createReadStream(path, { highWaterMark: 2 ** 20 })) {
      hash.update(piece)
      done += piece.length
      progress.update(done, size)
    }
  } finally {
    progress.end()
  }
  return hash.digest('hex')
}
