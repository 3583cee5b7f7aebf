import { hmacHex } from '../../http/crypto.ts'
import type { Ending, Handler } from '../../jobs/index.ts'
import type { Storage } from '../../storage/index.ts'
import type { EntryChange } from '../lists/changes.ts'
import type { PullMove } from '../lists/pulls.ts'
import { type Connected, type Connecting, connect, troubleOf } from './connect.ts'
import { forKind, netOf } from './net.ts'
import { toldBy } from './opinions.ts'
import type { ExchangeError, Page, SourceChange } from './source.ts'
import {
  failPull,
  type KeptPlace,
  noteWait,
  openWindow,
  type PageSlice,
  type PullWithExchange,
  restartPull,
  runningPull,
  stagedRows,
  stagePage,
  wasDropped,
} from './store.ts'
import type { ExchangesTable, FedKind, FedLists, PullRowsTable, PullsTable, Trouble } from './tables.ts'

/** Rows that one transaction writes, and one read brings. */
const SLICE = 1_000
const HOUR_MS = 3_600_000
const FIRST_WAIT_MS = 30_000
/** A window that begins anew so often will not end by beginning once more. */
const MOST_RESTARTS = 5

/** As much of the lists as exchanges need. */
export interface ListDoor {
  /** Changes a list; `pull` is kept in the transaction that makes the version. */
  change(input: {
    readonly list: string
    readonly by: string
    /** A list that was fed from elsewhere before tries the new source first. */
    readonly source: string
    readonly full: boolean
    readonly changes: AsyncIterable<readonly EntryChange[]>
    readonly rows: number
    readonly bad: number
    readonly pull: PullMove
  }): Promise<unknown>
}

export interface EngineParts extends Connecting {
  readonly storage: Storage
  readonly lists: ListDoor
  /** Keys the hashes under which staged rows of one content lie together. */
  readonly contentKey: Uint8Array
  readonly now: () => number
  /** 0 to 1. */
  readonly chance: () => number
  /** Told how each pull ended, or that it waits; must not throw. */
  tell(event: {
    readonly exchange: string
    readonly result: 'done' | 'waits' | 'stopped'
    readonly cause?: unknown
  }): void
}

/** What the job of a pull does. */
export function pullHandler(parts: EngineParts): Handler {
  return async (job, { signal }) => runPull(parts, idOf(job.payload), signal)
}

function idOf(payload: unknown): string {
  if (typeof payload === 'object' && payload !== null && 'id' in payload) return String(payload.id)
  throw new TypeError('a job of a pull without its id')
}

/**
 * Takes a pull from where it stands to its end: page by page into the staging table, then into the lists. It may be stopped between any two
 * steps; whoever goes on finds the place of the next page and asks for that one again.
 */
export async function runPull(parts: EngineParts, id: string, signal: AbortSignal): Promise<Ending> {
  const wayTo = keptWay(parts)
  for (;;) {
    if (signal.aborted) return { retryAt: parts.now(), why: 'stopped' }
    const standing = await parts.storage.store.read(runningPull, id)
    if (standing === undefined) return 'done'
    const { pull, exchange } = standing
    if (pull.cursor !== null) {
      await publish(parts, standing)
      parts.tell({ exchange: exchange.id, result: 'done' })
      return 'done'
    }
    try {
      await nextStep(parts, standing, await wayTo(exchange))
    } catch (error) {
      const ending = await afterTrouble(parts, standing, troubleOf(error))
      if (ending !== undefined) return ending
    }
  }
}

/** The way to an exchange for one run: a source that signs in need not do so for each page. Once set up anew, it is opened anew. */
function keptWay(parts: Connecting): (exchange: ExchangesTable) => Promise<Connected> {
  let way: { readonly revision: number; readonly connected: Connected } | undefined
  return async (exchange) => {
    if (way?.revision !== exchange.revision) {
      way = { revision: exchange.revision, connected: await connect(parts, exchange) }
    }
    return way.connected
  }
}

/** Opens the window, or brings one page. */
async function nextStep(
  parts: EngineParts,
  { pull, exchange }: PullWithExchange,
  { source, ask }: Connected,
): Promise<void> {
  if (pull.at === null) {
    const isLost = exchange.cursor === null || (await parts.storage.store.read(wasDropped, fedBy(exchange)))
    const cursor = isLost ? undefined : JSON.parse(exchange.cursor ?? 'null')
    await parts.storage.store.tx(openWindow, { pull: pull.id, ...source.begin(cursor, parts.now()) })
    return
  }
  await stage(parts, pull, await source.page(JSON.parse(pull.at), ask))
}

const fedBy = ({ lists }: ExchangesTable): string[] => Object.values(JSON.parse(lists) as FedLists)

/** How a pull goes on after a page that did not come (matching.md §10.1.6); undefined: at once. */
async function afterTrouble(
  parts: EngineParts,
  { pull, exchange }: PullWithExchange,
  error: ExchangeError,
): Promise<Ending | undefined> {
  const { store } = parts.storage
  const stop = async (trouble: Trouble): Promise<Ending> => {
    await store.tx(failPull, { pull: pull.id, trouble })
    parts.tell({ exchange: exchange.id, result: 'stopped' })
    return 'done'
  }
  switch (error.code) {
    case 'wait': {
      const { waits } = await store.tx(noteWait, { pull: pull.id, why: error.message })
      parts.tell({ exchange: exchange.id, result: 'waits' })
      return { retryAt: parts.now() + waitMs(waits, error.afterMs, parts.chance()), why: 'waits' }
    }
    case 'window_over':
    case 'cursor_lost': {
      const everything = error.code === 'cursor_lost'
      const { restarts } = await store.tx(restartPull, { pull: pull.id, everything })
      if (restarts <= MOST_RESTARTS) return undefined
      return stop({ code: 'window_over', words: `its window began anew ${MOST_RESTARTS} times: ${error.message}` })
    }
    case 'sign_in':
    case 'refused':
    case 'unreadable':
      return stop({ code: error.code, words: error.message })
  }
}

/**
 * What `Retry-After` asked for, else 30 s doubled each time to an hour; up to a fifth more, so that not everybody comes back at once.
 *
 * @param waits in a row, from 1
 */
export function waitMs(waits: number, asked: number | undefined, chance: number): number {
  const least = asked ?? Math.min(FIRST_WAIT_MS * 2 ** Math.min(waits - 1, 20), HOUR_MS)
  return Math.round(least * (1 + 0.2 * chance))
}

/** Keeps a page: rows of one content as one, in slices; the last one turns the page. */
async function stage(parts: EngineParts, pull: PullsTable, page: Page): Promise<void> {
  const { store } = parts.storage
  const groups = contentsOf(page.changes)
  const slices = Math.max(1, Math.ceil(groups.length / SLICE), Math.ceil(page.bad.length / SLICE))
  for (let slice = 0; slice < slices; slice += 1) {
    const from = slice * SLICE
    const rows = await Promise.all(
      groups.slice(from, from + SLICE).map((group, index) => rowOf(parts, pull, group, from + index)),
    )
    const bad = await Promise.all(
      page.bad.slice(from, from + SLICE).map(async ({ raw, why }, index) => ({
        ...{ n: from + index, why },
        raw: await parts.sealer.seal(
          'pull_bad',
          'raw',
          placeOf(pull, from + index),
          Buffer.from(raw).toString('base64'),
        ),
      })),
    )
    const turn: PageSlice['turn'] = {
      ...{ rows: groups.length + page.bad.length, bad: page.bad.length },
      ...{ unmatched: page.unmatched, next: page.next },
    }
    const isLast = slice === slices - 1
    const at = { pull: pull.id, page: pull.page, rows, bad, isFirst: slice === 0 }
    await store.tx(stagePage, isLast ? { ...at, turn } : at)
  }
}

const placeOf = ({ id, page }: PullsTable, n: number): string => `${id}.${page}.${n}`

/** Changes of one content that follow each other, together. */
function contentsOf(changes: readonly SourceChange[]): SourceChange[][] {
  const groups: SourceChange[][] = []
  for (const change of changes) {
    const last = groups.at(-1)
    const isSame = last?.[0]?.sourceId === change.sourceId && last[0]?.stamp === change.stamp
    if (last !== undefined && isSame) last.push(change)
    else groups.push([change])
  }
  return groups
}

async function rowOf(
  { sealer, contentKey }: EngineParts,
  pull: PullsTable,
  group: readonly SourceChange[],
  n: number,
): Promise<PageSlice['rows'][number]> {
  const [first] = group
  return {
    n,
    source_key: hmacHex(contentKey, first?.sourceId ?? ''),
    stamp: first?.stamp ?? 0,
    body: await sealer.seal('pull_rows', 'body', placeOf(pull, n), group),
  }
}

/** Gives every list what was pulled. A list that has taken it already, before a crash, is left out. */
async function publish(parts: EngineParts, { pull, exchange }: PullWithExchange): Promise<void> {
  const fed: FedLists = JSON.parse(exchange.lists)
  const lists = fedBy(exchange)
  const taken: Record<string, number> = JSON.parse(pull.lists)
  for (const [kind, list] of Object.entries(fed) as [FedKind, string][]) {
    if (list in taken) continue
    const cursor: KeptPlace = { list, lists, cursor: JSON.parse(pull.cursor ?? 'null') }
    await parts.lists.change({
      list,
      by: exchange.approved_by ?? pull.by,
      source: exchange.id,
      // What is unchanged names nothing, and takes nothing away.
      full: pull.is_full === 1 && pull.unchanged === 0,
      changes: netChanges(parts, pull, kind),
      rows: pull.rows,
      bad: pull.bad,
      pull: { exchange: exchange.id, pull: pull.id, cursor },
    })
  }
}

/** What a pull changes in a list of one kind, in slices: each content in its last state, whatever the order of pages. */
async function* netChanges(
  { storage, sealer }: EngineParts,
  pull: PullsTable,
  kind: FedKind,
): AsyncGenerator<readonly EntryChange[]> {
  const named = (change: SourceChange): SourceChange =>
    change.op === 'drop' || change.opinions === undefined
      ? change
      : { ...change, opinions: toldBy(pull.exchange, change.opinions) }
  let open: { key: string; changes: SourceChange[] } | undefined
  for (let after: PullRowsTable | undefined; ; ) {
    const rows: PullRowsTable[] = await storage.store.read(stagedRows, { pull: pull.id, after, max: SLICE })
    const opened = await Promise.all(
      rows.map(async ({ page, n, body }) =>
        sealer.open<SourceChange[]>('pull_rows', 'body', `${pull.id}.${page}.${n}`, body),
      ),
    )
    const ended: SourceChange[] = []
    for (const [index, row] of rows.entries()) {
      if (open?.key !== row.source_key) {
        if (open !== undefined) ended.push(...forKind(netOf(open.changes), kind))
        open = { key: row.source_key, changes: [] }
      }
      open.changes.push(...(opened[index] ?? []))
    }
    if (rows.length < SLICE && open !== undefined) ended.push(...forKind(netOf(open.changes), kind))
    if (ended.length > 0) yield inOrder(ended.map(named), pull.is_full === 1)
    if (rows.length < SLICE) return
    after = rows.at(-1)
  }
}

/** What goes before what comes, so that a list does each at once: contents know nothing of each other. What names everything needs no drops. */
function inOrder(changes: readonly EntryChange[], isFull: boolean): readonly EntryChange[] {
  const puts = changes.filter(({ op }) => op === 'put')
  return isFull ? puts : [...changes.filter(({ op }) => op === 'drop'), ...puts]
}
