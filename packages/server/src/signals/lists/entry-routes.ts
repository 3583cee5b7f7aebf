import {
  addEntry,
  addException,
  approveEntryAct,
  changeEntry,
  dropEntry,
  type ExceptionJson,
  endException,
  exportList,
  getEntries,
  getEntryActs,
  getExceptions,
  getListWorth,
  getManifest,
  sayOfEntry,
  withdrawEntryAct,
} from '@lamplighter/api'
import { parsePdq } from '@lamplighter/matching'
import { AppError } from '../../http/errors.ts'
import { onceOf, type Route, route } from '../../http/route.ts'
import { allStaff, doerOf, staffLabel } from '../../people/index.ts'
import { reviewedOf } from '../../review/index.ts'
import type { Storage } from '../../storage/index.ts'
import type { Affected, RecordKeys } from '../../transparency/index.ts'
import { oneList } from '../store.ts'
import type { Codec } from './codec.ts'
import type { Entries } from './entries.ts'
import { MOST_SILENT_MS } from './entry-acts.ts'
import type { EntryDesk } from './entry-desk.ts'
import { pageOf } from './entry-page.ts'
import { exportable, exportLines, manifestOf } from './export.ts'
import { worthOf } from './hot.ts'
import { parseEntry } from './parse.ts'
import { exceptionRows, listHits, oneException, sayOfEntry as sayWork, withdrawAct } from './store.ts'
import type { ExceptionsTable } from './tables.ts'

const MOST_ENTRIES = 200
/** Of a value that is no video. */
const MOST_CHARS = 500
const DAY_MS = 86_400_000

export interface EntryServices {
  readonly storage: Storage
  readonly entries: Entries
  readonly desk: EntryDesk
  readonly codec: Codec
  keysFor(affected: readonly Affected[]): Promise<RecordKeys>
}

/** The calls about single entries of lists, and about pairs that are not a hit (matching.md §9.2, §9.3). */
export function entryRoutes({ storage, entries, desk, codec, keysFor }: EntryServices): Route[] {
  const { store } = storage
  return [
    route(getEntries, async ({ params, query, now }) => ({
      body: await pageOf({ store, codec }, { list: params.id, after: query.after, now }),
    })),
    route(exportList, async ({ params, query }) => {
      const row = await exportable({ store }, params.id)
      const lines = exportLines({ store, codec }, { list: row.id, version: row.version, form: query.form })
      return new Response(streamOf(lines), {
        headers: {
          'content-type': query.form === 'csv' ? 'text/csv; charset=utf-8' : 'application/x-ndjson',
          'content-disposition': `attachment; filename="${row.id}.${query.form}"`,
        },
      })
    }),
    route(getManifest, async ({ params, query, now }) => ({
      body: await manifestOf({ store, codec }, await exportable({ store }, params.id), query.form, now),
    })),
    route(addEntry, async (call) => {
      const { id: list } = call.params
      const { decision = null, reason, value, quality, expires, tags, note, class: word } = call.body
      const { kind } = (await store.read(oneList, list)).row
      if (kind !== 'vpdq' && value.length > MOST_CHARS)
        throw new AppError('invalid', `value: expected at most ${MOST_CHARS} characters.`, { pointer: '/value' })
      const fields = {
        ...{ value, quality: String(quality ?? ''), class: word ?? '', expires: expires ?? '' },
        ...{ tags: (tags ?? []).join(';'), note: note ?? '', added: new Date(call.now).toISOString() },
      }
      const entry = parseEntry(fields, kind)
      if ('why' in entry) {
        const isHash = kind === 'pdq' || kind === 'vpdq' || kind === 'digest'
        throw new AppError(isHash ? 'bad_hash' : 'invalid', `${capital(entry.why)}.`, { pointer: '/value' })
      }
      const act = { op: 'add', list, kind, entry, decision, reason } as const
      const { waits, listed } = await desk.act(act, doerOf(call), call.once)
      return { body: { waits, listed } }
    }),
    route(dropEntry, async (call) => {
      const { id: list, n } = call.params
      const act = { op: 'drop', list, n, reason: call.body.reason } as const
      const { waits, listed, recorded } = await desk.act(act, doerOf(call), call.once)
      return { body: { waits, listed, recorded } }
    }),
    route(changeEntry, async (call) => {
      const { id: list, n } = call.params
      const { state, reason } = call.body
      const act =
        state === 'active'
          ? ({ op: 'restore', list, n, reason } as const)
          : ({ op: 'aside', list, n, reason, until: untilOf(call.body.until, call.now, '/until') } as const)
      if (state === 'active' && call.body.until !== undefined)
        throw new AppError('invalid', 'until: only what is aside has an end.', { pointer: '/until' })
      const { waits, recorded } = await desk.act(act, doerOf(call), call.once)
      return { body: { waits, recorded } }
    }),
    route(sayOfEntry, async (call) => {
      const { says, reason = null } = call.body
      const input = {
        list: call.params.id,
        n: call.params.n,
        says,
        reason,
        doer: doerOf(call),
        keys: await keysFor([]),
      }
      const { state } = await store.tx(sayWork, input, onceOf(call))
      await entries.load()
      return { body: { state } }
    }),
    route(getListWorth, async ({ params, now }) => {
      const { row } = await store.read(oneList, params.id)
      const hits = await store.read(listHits, params.id)
      const reviewed = await store.read(reviewedOf, [...new Set(hits.map(({ event_key }) => event_key))])
      const worth = worthOf(hits, reviewed, { sealed: row.sealed === 1, hot: entries.book.hotOf(params.id, now) })
      const shown = worth.entries.slice(0, MOST_ENTRIES).map((one) => ({ ...one }))
      return { body: { ...worth, source: row.source, entries: shown } }
    }),
    route(getExceptions, async ({ query, now }) => {
      const rows = await store.read(exceptionRows, { list: query.list })
      return { body: { items: rows.map((row) => exceptionJson(row, now)) } }
    }),
    route(addException, async (call) => {
      const { list, entry: n, reason } = call.body
      const act = {
        ...({ op: 'except', list, n, reason } as const),
        ...pairOf(call.body, entries.fileKey),
        endsAt: untilOf(call.body.endsAt, call.now, '/endsAt'),
      }
      const { waits, exception, recorded } = await desk.act(act, doerOf(call), call.once)
      return { body: { waits, id: exception, recorded } }
    }),
    route(endException, async (call) => {
      const { id: exception } = call.params
      const { list, n } = await store.read(oneException, { id: exception })
      const act = { op: 'unexcept', list, n, exception, reason: call.body.reason } as const
      const { recorded } = await desk.act(act, doerOf(call), call.once)
      if (recorded === null) throw new AppError('internal', 'An exception was taken back without a record.')
      return { body: { recorded } }
    }),
    route(getEntryActs, async ({ who }) => {
      const staff = await store.read(allStaff, undefined)
      const own = who.kind === 'staff' ? who.id : 'operator'
      const items = (await desk.waiting()).flatMap((row) => {
        if (row.state !== 'open' || row.op === 'unexcept') return []
        const asked = staff.find(({ id }) => id === row.asked_by)
        const by = asked === undefined ? row.asked_by : staffLabel(asked.number)
        const { id, list, n: entry, op: does, reason, at } = row
        return [{ id, list, entry, does, reason, by, at, own: row.asked_by === own }]
      })
      return { body: { items } }
    }),
    route(approveEntryAct, async (call) => {
      const { recorded, listed } = await desk.agree(call.params.id, doerOf(call), call.once)
      return { body: { recorded, listed } }
    }),
    route(withdrawEntryAct, async (call) => ({
      body: await store.tx(withdrawAct, { id: call.params.id, doer: doerOf(call) }, onceOf(call)),
    })),
  ]
}

const encoder = new TextEncoder()

/** As fast as the caller reads it: no more of a list than one slice is in memory. */
const streamOf = (lines: AsyncGenerator<string>): ReadableStream<Uint8Array> =>
  new ReadableStream({
    async pull(controller) {
      const { done, value } = await lines.next()
      if (done) controller.close()
      else controller.enqueue(encoder.encode(value))
    },
    cancel: async () => void (await lines.return(undefined)),
  })

const capital = (words: string): string => words.slice(0, 1).toUpperCase() + words.slice(1)

/** @throws AppError `invalid` */
function untilOf(asked: number | undefined, now: number, pointer: string): number {
  const until = asked ?? now + MOST_SILENT_MS - DAY_MS
  if (until > now && until <= now + MOST_SILENT_MS) return until
  throw new AppError('invalid', `${pointer.slice(1)}: expected an instant within 366 days from now.`, { pointer })
}

/** @throws AppError `invalid` not exactly one of the two, or a hash of a picture that would match by chance */
function pairOf(
  { sha256, pdq }: { readonly sha256?: string | undefined; readonly pdq?: string | undefined },
  fileKey: (sha256: string) => string,
): { readonly fileKey: string | null; readonly pdq: string | null } {
  if ((sha256 === undefined) === (pdq === undefined))
    throw new AppError('invalid', 'Expected either the SHA-256 of a file, or the hash of a picture.', {
      pointer: sha256 === undefined ? '/sha256' : '/pdq',
    })
  if (sha256 !== undefined) return { fileKey: fileKey(sha256), pdq: null }
  const parsed = parsePdq((pdq ?? '').toLowerCase())
  if (parsed === undefined)
    throw new AppError('invalid', 'pdq: expected a PDQ of 64 hex digits, 16 to 240 of whose bits are set.', {
      pointer: '/pdq',
    })
  return { fileKey: null, pdq: parsed }
}

function exceptionJson(row: ExceptionsTable, now: number): ExceptionJson {
  const { id, list, n: entry, pdq, reason, by, second, at, used } = row
  return {
    ...{ id, list, entry, of: row.file_key === null ? 'look' : 'file', pdq, reason, by, second, at },
    ...{ endsAt: row.ends_at, endedAt: row.ended_at, used, usedAt: row.used_at },
    state: row.ended_at !== null ? 'taken_back' : row.ends_at <= now ? 'over' : 'live',
  }
}
