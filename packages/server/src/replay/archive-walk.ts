import type { LiveRules } from '../policy/index.ts'
import type { Archived, ArchivedContent } from './archive.ts'
import type { SealedId } from './ids.ts'
import { InOrder } from './in-order.ts'
import { packChunk } from './line.ts'
import { linesOf, Pen, type Trace, unloggedIn } from './pen.ts'
import { heed, type RunServices } from './runs.ts'
import { actorOf } from './sample.ts'
import { chunkPlaces, oneUpload, stateOfRun } from './store.ts'
import type { UploadsTable } from './upload-tables.ts'
import { NOBODYS, type Uploads } from './uploads.ts'

export interface WalkServices extends Pick<RunServices, 'storage'> {
  readonly uploads: Uploads
}

/** Some events of an archive, written down as the log would write them, in the order in which they occurred. */
export interface Piece {
  readonly chunk: { readonly body: Uint8Array; readonly until: number }
  readonly events: number
  /** When the first of them occurred. */
  readonly since: number
  /** The content of an event of this piece, by its kind and its sealed id. */
  content(kind: string, sealedId: string): ArchivedContent | undefined
}

/** Events that are measured side by side. */
const AT_ONCE = 250

/**
 * Reads the archive of a run in the order in which its events occurred, each once. What overlaps by more than there is room for comes a
 * little late; the result counts it, and a counter that it moved says so itself.
 *
 * @returns `stopped` when nobody wants it any more
 * @throws Error when the worker stops, or when somebody's events were taken out meanwhile: the run begins anew
 */
export async function eachPiece(
  services: WalkServices,
  walk: {
    readonly run: string
    readonly versions: readonly LiveRules[]
    readonly sealedId: SealedId
    /** Whether the events of this account are looked at; all by default. */
    readonly wanted?: (account: string | undefined) => boolean
  },
  signal: AbortSignal,
  take: (piece: Piece) => Promise<'on' | 'stopped'>,
): Promise<{ readonly late: number; readonly repeated: number } | 'stopped'> {
  const { store } = services.storage
  const { run, wanted = () => true } = walk
  const upload = await store.read(oneUpload, run)
  if (upload === undefined) return 'stopped'
  const places = await store.read(chunkPlaces, run)
  const order = new InOrder<Archived & { readonly bytes: number }>()
  const seen = new Once()
  for (const [place, { first }] of places.entries()) {
    const due = order.add(
      await services.uploads.eventsOf(run, first),
      places[place + 1]?.since ?? Number.POSITIVE_INFINITY,
    )
    for (let from = 0; from < due.length; from += AT_ONCE) {
      heed(signal)
      const now = await store.read(oneUpload, run)
      if (now === undefined || (await store.read(stateOfRun, run)) !== 'running') return 'stopped'
      if (now.erased !== upload.erased) throw new Error('the archive has changed')
      const some = due
        .slice(from, from + AT_ONCE)
        .filter((event) => wanted(actorOf(Object(event.wire))) && seen.isFirst(event))
      if (some.length > 0 && (await take(await pieceOf(some, upload, walk, services.uploads))) === 'stopped')
        return 'stopped'
    }
  }
  return { late: order.late, repeated: seen.repeated }
}

async function pieceOf(
  events: readonly Archived[],
  upload: UploadsTable,
  { versions, sealedId }: { readonly versions: readonly LiveRules[]; readonly sealedId: SealedId },
  { reader }: Uploads,
): Promise<Piece> {
  const pen = new Pen(upload.run, sealedId)
  const planned = await reader.plan(events, { connection: upload.connection ?? NOBODYS, versions })
  const contents = new Map<string, () => ArchivedContent>()
  const traces = planned.flatMap((one, place): Trace[] => {
    const at = events[place]?.at ?? 0
    if (one === undefined) return [{ at, unlogged: null }]
    const { kind, id } = one.judged.event
    contents.set(`${kind} ${sealedId('event', id)}`, one.content)
    return [pen.trace(one.judged) ?? { at, unlogged: kind }]
  })
  return {
    chunk: {
      body: packChunk({ ...pen.tray.head, unlogged: unloggedIn(traces) }, linesOf(traces)),
      until: events.at(-1)?.at ?? 0,
    },
    events: events.length,
    since: events[0]?.at ?? 0,
    content: (kind, id) => contents.get(`${kind} ${id}`)?.(),
  }
}

/** Knows an event that is told again: it occurred at the same instant, so only those of one instant are remembered. */
class Once {
  repeated = 0
  #at = Number.NEGATIVE_INFINITY
  readonly #names = new Set<string>()

  isFirst({ at, wire }: Archived): boolean {
    if (at !== this.#at) this.#names.clear()
    this.#at = at
    const name =
      typeof wire === 'object' && wire !== null ? `${Reflect.get(wire, 'kind')} ${Reflect.get(wire, 'id')}` : ''
    if (this.#names.has(name)) {
      this.repeated += 1
      return false
    }
    this.#names.add(name)
    return true
  }
}
