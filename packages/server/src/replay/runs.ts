import type { Handler } from '../jobs/index.ts'
import { isRefused, type LiveRules, type RuleRegistry, versionByHash } from '../policy/index.ts'
import type { Claimed, Storage } from '../storage/index.ts'
import type { Stretch } from './chunks.store.ts'
import type { Progress } from './progress.ts'
import { beginRun, chunksIn, endRun, stateOfRun } from './store.ts'
import type { Uploads } from './uploads.ts'

export interface RunServices {
  readonly storage: Storage
  readonly registry: Pick<RuleRegistry, 'check'>
  readonly progress: Progress
}

/** Ends a run and its job in one transaction. @param found undefined when it cannot be done at all */
type End<R> = (id: string, found: R | undefined, job: Claimed) => Promise<void>

/**
 * Does the jobs of one kind of run: takes it in hand, carries it out, ends it with what came of it.
 *
 * @param carryOut gives undefined when it cannot be done at all, `stopped` when nobody wants it any more; throws when the worker stops or
 *   something fails: the run goes on later with what was noted
 */
export function runHandler<R extends object>(
  { storage, progress }: RunServices,
  carryOut: (id: string, signal: AbortSignal) => Promise<R | undefined | 'stopped'>,
  end: End<R> = (id, found, job) =>
    storage.store.tx(endRun, { id, result: found === undefined ? null : JSON.stringify(found), job }),
): Handler {
  const { store } = storage
  return async (job, { signal, claimed }) => {
    const id = idIn(job)
    if (!(await store.tx(beginRun, id))) return 'done'
    try {
      const found = await carryOut(id, signal)
      if (found === 'stopped') return 'done'
      await end(id, found, claimed())
      return 'completed'
    } finally {
      progress.end(id)
    }
  }
}

/** The same; what was handed in for a run that has ended with it cannot be opened any more. */
export const endingUploads = (handler: Handler, uploads: Pick<Uploads, 'forget'>): Handler => {
  return async (job, context) => {
    const ending = await handler(job, context)
    await uploads.forget(idIn(job))
    return ending
  }
}

/** A version as it would run; undefined when this software no longer takes it. */
export async function versionWith(
  hash: string,
  { storage, registry }: Pick<RunServices, 'storage' | 'registry'>,
): Promise<LiveRules | undefined> {
  const found = await storage.store.read(versionByHash, hash)
  const rules = found && registry.check(found.text, found.schema_text)
  return rules === undefined || isRefused(rules) ? undefined : rules
}

export type Page = Awaited<ReturnType<typeof chunksIn.run>>

interface Walk {
  readonly run: string
  /** All segments, where none is named. */
  readonly stretch: Stretch & { readonly segment?: string }
  /** Chunks of a page. */
  readonly most: number
  /** The chunk before the first; default: from the beginning. */
  readonly after?: number
}

/**
 * Reads the log page by page, in its order. Between two pages it is asked whether anybody still wants it, so that a stop is heard within
 * a second.
 *
 * @param take `enough` ends the walk before the end
 * @throws Error when the worker stops
 */
export async function eachPage(
  { storage }: Pick<RunServices, 'storage'>,
  { run, stretch, most, after: start = 0 }: Walk,
  signal: AbortSignal,
  take: (page: Page) => Promise<'on' | 'enough' | 'stopped'>,
): Promise<'read' | 'stopped'> {
  for (let after = start; ; ) {
    const page = await storage.store.read(chunksIn, { ...stretch, after, most })
    const last = page.at(-1)
    if (last === undefined) return 'read'
    heed(signal)
    if ((await storage.store.read(stateOfRun, run)) !== 'running') return 'stopped'
    const then = await take(page)
    if (then !== 'on') return then === 'stopped' ? then : 'read'
    after = last.n
  }
}

/** @throws Error when the worker stops */
export function heed(signal: AbortSignal): void {
  if (signal.aborted) throw new Error('the worker stops')
}

/** How many lines a page holds. */
export const linesIn = (page: Page): number => page.reduce((sum, { lines }) => sum + lines, 0)

/** A page as it crosses to a thread. */
export const bodiesOf = (page: Page) => page.map(({ body, until }) => ({ body, until }))

function idIn({ payload }: Claimed): string {
  if (typeof payload === 'object' && payload !== null && 'id' in payload) return String(payload.id)
  throw new TypeError('a job without the id of its run')
}
