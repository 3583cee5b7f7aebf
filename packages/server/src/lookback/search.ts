import type { KeyObject } from 'node:crypto'
import { kindOfDigest, parseDigest } from '@lamplighter/matching'
import { hmacHex } from '../http/crypto.ts'
import type { Handler } from '../jobs/index.ts'
import type { RuleRegistry } from '../policy/index.ts'
import type { StoredHit } from '../review/index.ts'
import type { BoundLists, DigestKind, ListBook, ListLibrary, News } from '../signals/index.ts'
import { newId, type Storage } from '../storage/index.ts'
import type { Sealer } from '../storage/sealer.ts'
import { type Affected, PLATFORM, type RecordKeys } from '../transparency/index.ts'
import { askedOf } from './asking.ts'
import { findingOf } from './finding.ts'
import { type FileHash, filesByHash, type KeptItem, readingsOf } from './kept.ts'
import type { LookBack } from './look-back.ts'
import { endLookBack, firstHour, itemsAfter, keepFound, noteReached, type Reached, takeList } from './store.ts'
import type { LookBackItemsTable } from './tables.ts'

/** On which of the lists that were asked each file is, by the nearest of its hashes. */
export type MatchesOf = (
  files: readonly (readonly FileHash[])[],
  lists: BoundLists,
) => readonly (readonly StoredHit[])[]

export interface SearchServices {
  readonly storage: Pick<Storage, 'store'>
  readonly library: Pick<ListLibrary, 'book' | 'news'>
  readonly lookBack: Pick<LookBack, 'opened' | 'hours'>
  readonly registry: Pick<RuleRegistry, 'running'>
  readonly sealer: Sealer
  readonly sealKey: KeyObject
  readonly matchesOf: MatchesOf
  readonly now: () => number
  keysFor(affected: readonly Affected[]): Promise<RecordKeys>
  /** Told of each item that was found, for metrics. */
  readonly onFound?: (list: string) => void
}

/** Items that are looked up together: some hundred readings, so that the threads of the index take them. */
const PAGE = 200

/**
 * Looks what versions of a list have brought up against all that is kept, once. How far it is stands in the database after each page, so that
 * it goes on there; what was found says so itself, so that nothing is found twice.
 */
export function lookBackHandler(services: SearchServices): Handler {
  const { store } = services.storage
  return async (job, { signal, claimed }) => {
    const list = listOf(job.payload)
    const taken = await store.tx(takeList, list)
    if (taken === undefined) return 'done'
    const { target } = taken
    const isEmpty = (await store.read(itemsAfter, { after: '', hour: 0, most: 1 })).length === 0
    let at: Reached | undefined = isEmpty ? undefined : taken
    while (at !== undefined) {
      const { done_version: version, done_n: n } = at
      const news = await services.library.news({ list, after: { version, n }, to: target })
      if (news === undefined) return 'done'
      try {
        if (news.entries > 0 && !(await overItems({ news, list, target, at }, services, signal))) return 'done'
      } finally {
        await news.close()
      }
      const { next } = news
      at = next === null ? undefined : { list, done_version: next.version, done_n: next.n, item: '' }
      if (at !== undefined && !(await store.tx(noteReached, at))) return 'done'
    }
    await store.tx(endLookBack, { list, job: claimed() })
    return 'completed'
  }
}

interface Piece {
  readonly news: News
  readonly list: string
  readonly target: number
  readonly at: Reached
}

/** @returns false where nobody wants it any more */
async function overItems(piece: Piece, services: SearchServices, signal: AbortSignal): Promise<boolean> {
  const { store } = services.storage
  for (let after = piece.at.item; ; ) {
    if (signal.aborted) throw new Error('the worker stops')
    const hours = await services.lookBack.hours()
    if (hours === 0) return false
    const hour = firstHour(services.now(), hours)
    const page = await store.read(itemsAfter, { after, hour, most: PAGE })
    const last = page.at(-1)
    if (last === undefined) return true
    await onePage(page, piece, services)
    after = last.id
    const { list, done_version, done_n } = piece.at
    if (!(await store.tx(noteReached, { list, done_version, done_n, item: after }))) return false
  }
}

async function onePage(page: readonly LookBackItemsTable[], piece: Piece, services: SearchServices): Promise<void> {
  const opened = await Promise.all(page.map(async (row) => ({ row, item: await services.lookBack.opened(row) })))
  // What was judged by this version, or a newer one, has nothing to learn from it.
  const open = opened.flatMap(({ row, item }) =>
    item === undefined || (item.versions[piece.list] ?? 0) >= piece.target ? [] : [{ row, item }],
  )
  const book = await piece.news.book.searched(open.flatMap(({ item }) => readingsOf(item)))
  for (const { row, item } of open) await oneItem({ row, item, book }, piece, services)
}

interface One {
  readonly row: LookBackItemsTable
  readonly item: KeptItem
  readonly book: ListBook
}

async function oneItem({ row, item, book }: One, { list, target }: Piece, services: SearchServices): Promise<void> {
  const { storage, sealer, sealKey, matchesOf, now, keysFor } = services
  const loaded = book.get(list)
  const found = loaded === undefined ? [] : hitsOf(item, [list], book, services)
  if (loaded === undefined || found.flat().length === 0) return
  const running = services.registry.running()
  const asked = askedOf(list, item.kind, running, now())
  // No rule would have asked: then follow would not have either.
  if (asked.queues.length === 0) return
  const before = hitsOf(item, JSON.parse(row.told), services.library.book, { matchesOf, now })
  const shown = { id: list, version: target, sealed: loaded.sealed, context: loaded.context }
  const { program, hash } = running.live
  const hits = found.map((own, place) => [...own.map((hit) => asOf(hit, target)), ...(before[place] ?? [])])
  const finding = findingOf({ item, list: shown, hits }, asked, { ruleset: program.ruleset.name, hash }, now())
  const affected: Affected = item.account === null ? PLATFORM : { kind: 'account', id: item.account }
  const evidence = newId('ev', now())
  const kept = await storage.store.tx(keepFound, {
    ...{ item: row.id, list, cases: finding.cases, fields: finding.fields, affected },
    evidence: {
      ...{ id: evidence, itemKey: finding.subject.key, author: item.account ?? '', reported: false, grade: 'past' },
      sealed: await sealer.seal('evidence', 'sealed', evidence, finding.evidence),
    },
    hits: {
      key: `${item.connection}|${item.kind}|${item.event}`,
      hits: found.flat().map(({ entry, distanceBits }) => ({
        ...{ list, n: entry, version: target, distance: distanceBits },
        who: item.account === null ? null : hmacHex(sealKey, `uploader ${list} ${entry} ${item.account}`),
      })),
    },
    keys: await keysFor([affected]),
  })
  if (kept === 'kept') services.onFound?.(list)
}

/** The version of the list that brought it: the piece that was asked holds only what is new. */
const asOf = (hit: StoredHit, version: number): StoredHit => ({ ...hit, version: `v${version}` })

function hitsOf(
  item: KeptItem,
  names: readonly string[],
  book: ListBook,
  { matchesOf, now }: Pick<SearchServices, 'matchesOf' | 'now'>,
): readonly (readonly StoredHit[])[] {
  if (names.length === 0) return []
  const lists = book.bind(
    readingsOf(item),
    now(),
    digestKindsOf(item),
    filesByHash(item),
    item.files.map(({ seen }) => seen),
  )
  for (const name of names) lists.get(name)
  return matchesOf(
    item.files.map(({ hashes }) => hashes),
    lists,
  )
}

const ALL: readonly DigestKind[] = ['sha256', 'sha1', 'md5']

function digestKindsOf({ files }: KeptItem): ReadonlySet<DigestKind> {
  const known = files.map(
    ({ hashes }) => new Set(hashes.flatMap(({ value, way }) => (way === null ? kindIn(value) : []))),
  )
  return new Set(ALL.filter((kind) => known.every((kinds) => kinds.has(kind))))
}

function kindIn(value: string): DigestKind[] {
  const digest = parseDigest(value)
  return digest === undefined ? [] : [kindOfDigest(digest)]
}

function listOf(payload: unknown): string {
  const list: unknown = typeof payload === 'object' && payload !== null ? Reflect.get(payload, 'list') : undefined
  if (typeof list !== 'string') throw new TypeError('a job that looks back names its list')
  return list
}
