import type { Handler } from '../jobs/index.ts'
import { isRefused, type LiveRules, type RuleRegistry, versionByHash } from '../policy/index.ts'
import type { Claimed, Storage } from '../storage/index.ts'
import type { Stretch } from './chunks.store.ts'
import type { Progress } from './progress.ts'
import { beginRun, chunksIn, endRun, stateOfRun } from './store.ts'

export interface RunServices {
  readonly storage: Storage
  readonly registry: Pick<RuleRegistry, 'check'>
  readonly progress: Progress
}

/** What came of it; undefined when it cannot be done at all, `stopped` when nobody wants it any more. */
type Outcome = object | undefined | 'stopped'

/**
 * Does the jobs of one kind of run: takes it in hand, carries it out, ends it with what came of it.
 *
 * @param carryOut throws when the worker stops or something fails: the run goes on later with what was noted
 */
export function runHandler(
  { storage, progress }: RunServices,
  carryOut: (id: string, signal: AbortSignal) => Promise<Outcome>,
): Handler {
  const { store } = storage
  return async (job, { signal, claimed }) => {
    const id = idIn(job)
    if (!(await store.tx(beginRun, id))) return 'done'
    try {
      const result = await carryOut(id, signal)
      if (result === 'stopped') return 'done'
      await store.tx(endRun, { id, result: result === undefined ? null : JSON.stringify(result), job: claimed() })
      return 'completed'
    } finally {
      progress.end(id)
    }
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
  readonly stretch: Stretch & { readonly segment: string }
  /** Chunks of a page. */
  readonly most: number
}

/**
 * Reads a segment page by page, in its order. Between two pages it is asked whether anybody still wants it, so that a stop is heard within
 * a second.
 *
 * @param take `enough` ends the walk before the end of the segment
 * @throws Error when the worker stops
 */
export async function eachPage(
  { storage }: Pick<RunServices, 'storage'>,
  { run, stretch, most }: Walk,
  signal: AbortSignal,
  take: (page: Page) => Promise<'on' | 'enough' | 'stopped'>,
): Promise<'read' | 'stopped'> {
  for (let after = 0; ; ) {
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
