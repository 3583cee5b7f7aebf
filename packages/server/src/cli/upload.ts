import { open } from 'node:fs/promises'
import { resolve } from 'node:path'
import { finishRetroUpload, getBacktest, getRetro, handRetroEvents } from '@lamplighter/api'
import { AppError } from '../http/errors.ts'
import type { Call } from './api.ts'
import { type Io, UsageError } from './io.ts'
import { FileBody } from './operator.ts'
import { startProgress } from './progress.ts'

/** What one call takes (platform.md §10), with room for a last long line. */
const CALL = { events: 1_000, bytes: 7 * 2 ** 20 } as const

/** `bt_…` or `rt_…` as the path of that run; undefined for what is no run. */
export function runPath(text: string | undefined): `/v1/${'backtests' | 'retros'}/${string}` | undefined {
  const [, kind] = /^(bt|rt)_[0-9a-z]{26}$/.exec(text ?? '') ?? []
  if (kind === undefined || text === undefined) return undefined
  return kind === 'bt' ? `/v1/backtests/${text}` : `/v1/retros/${text}`
}

/** How many events a file holds. @throws UsageError it cannot be read, or holds none */
export async function countIn(io: Io, path: string): Promise<number> {
  let count = 0
  for await (const _ of linesOf(io, path)) count += 1
  if (count === 0) throw new UsageError(`${path}: holds no event; expected one JSON object a line`)
  return count
}

/**
 * Hands a file in for a run that collects, from where it was cut off, and says that it is all.
 *
 * @throws UsageError a line that is no event: nothing of its call was taken, and the run waits
 * @throws AppError as the calls
 */
export async function handIn(io: Io, call: Call, run: string, path: string): Promise<void> {
  const total = await countIn(io, path)
  const shape = run.startsWith('/v1/retros/') ? getRetro : getBacktest
  const { state, upload } = shape.answer.parse(await call('GET', run))
  if (upload === null)
    throw new UsageError(
      state === 'proposed'
        ? 'nobody has agreed yet; a person does in the console, and then the same command goes on'
        : `this run takes no events (${state})`,
    )
  const progress = startProgress(io, 'handing in')
  let taken = upload.taken
  let place = 0
  const send = async (lines: readonly Line[]): Promise<void> => {
    const body = new FileBody('application/x-ndjson', Buffer.from(lines.map(({ text }) => `${text}\n`).join('')))
    const answer = await named(path, lines, () => call('POST', `${run}/events?after=${taken}`, body))
    taken = handRetroEvents.answer.parse(answer).taken
    progress.update(taken, total)
  }
  try {
    let some: Line[] = []
    let bytes = 0
    for await (const line of linesOf(io, path)) {
      place += 1
      if (place <= upload.taken) continue
      some.push(line)
      bytes += line.text.length
      if (some.length < CALL.events && bytes < CALL.bytes) continue
      await send(some)
      some = []
      bytes = 0
    }
    if (some.length > 0) await send(some)
  } finally {
    progress.end()
  }
  finishRetroUpload.answer.parse(await call('POST', `${run}/finish`, { events: total }))
}

interface Line {
  /** From 1. */
  readonly number: number
  readonly text: string
}

/** The lines of a file that hold anything. @throws UsageError it cannot be read */
async function* linesOf(io: Io, path: string): AsyncGenerator<Line> {
  const file = await open(resolve(io.folder, path)).catch((error: NodeJS.ErrnoException) => {
    throw new UsageError(`${path}: cannot be read (${error.code})`)
  })
  let number = 0
  for await (const line of file.readLines()) {
    number += 1
    const text = number === 1 ? line.replace(/^\uFEFF/, '') : line
    if (text.trim() !== '') yield { number, text }
  }
}

/** Says a refused event by its line in the file. */
async function named<T>(path: string, lines: readonly Line[], ask: () => Promise<T>): Promise<T> {
  try {
    return await ask()
  } catch (error) {
    const [first] = error instanceof AppError ? (error.extra.errors ?? []) : []
    const [, place, pointer] = /^\/(\d+)(.*)$/.exec(first?.pointer ?? '') ?? []
    const line = place === undefined ? undefined : lines[Number(place)]
    if (first === undefined || line === undefined) throw error
    throw new UsageError(
      `${path}:${line.number}: ${`${pointer} ${first.detail}`.trim().replace(/\.$/, '')}; mend it and go on`,
    )
  }
}
