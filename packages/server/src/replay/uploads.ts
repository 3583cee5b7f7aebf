import { promisify } from 'node:util'
import { zstdCompress, zstdDecompress } from 'node:zlib'
import type { Entity } from '@lamplighter/rules'
import { AppError } from '../http/errors.ts'
import type { Storage } from '../storage/index.ts'
import type { Keyring } from '../storage/keyring/index.ts'
import type { Archived, ArchiveReader } from './archive.ts'
import {
  chunkBody,
  chunkPlaces,
  collectingRun,
  endUploads,
  keepRest,
  oneUpload,
  takeChunk,
  uploadedRuns,
} from './store.ts'

const pack = promisify(zstdCompress)
const unpack = promisify(zstdDecompress)

/** Archives that wait for their runs, sealed under a key of each run. */
export interface Uploads {
  readonly reader: ArchiveReader
  /** Takes some events of a run. @throws AppError as `ArchiveReader.take` · `not_found` · `conflict` · `too_large` */
  take(request: Request, of: { run: string; after: number; now: number }): Promise<{ taken: number }>
  /** The id of the key of a run's archive: its events are named under it, too. Undefined when it is gone, and nobody can read them any more. */
  keyOf(run: string): string | undefined
  /** The events of one chunk, in the order in which they occurred. */
  eventsOf(run: string, first: number): Promise<readonly (Archived & { readonly bytes: number })[]>
  /** Destroys the key of an archive that is gone. */
  forget(run: string): Promise<void>
  /** Ends what has waited too long. Gives how many archives. */
  tend(): Promise<number>
  /** Takes out the events that name somebody; a run that reads them begins anew. */
  erase(entity: Entity): Promise<void>
}

/** Whose events an archive of a backtest are does not matter: nobody is led back to them. */
export const NOBODYS = 'archive'

export function makeUploads(parts: {
  readonly storage: Pick<Storage, 'store'>
  readonly keyring: Keyring
  readonly reader: ArchiveReader
}): Uploads {
  const { keyring, reader } = parts
  const { store } = parts.storage
  const keyOf = (run: string): string | undefined => keyring.live('upload').find(({ ref }) => ref === run)?.id
  const place = (run: string, first: number): string => `upload ${run} ${first}`

  const sealed = async (
    key: string,
    { run, first }: { run: string; first: number },
    events: readonly Archived[],
  ): Promise<Uint8Array> => {
    const packed = await pack(events.map((event) => JSON.stringify(event)).join('\n'))
    return keyring.use(key, (handle) => handle.seal(place(run, first), packed))
  }
  const linesOf = async (run: string, first: number): Promise<string[]> => {
    const body = await store.read(chunkBody, { run, first })
    const key = keyOf(run)
    if (body === undefined || key === undefined) return []
    const packed = await keyring.use(key, (handle) => handle.unseal(place(run, first), body))
    const text = (await unpack(packed)).toString('utf8')
    return text === '' ? [] : text.split('\n')
  }
  const forget = async (run: string): Promise<void> => {
    const own = keyring.live('upload').filter(({ ref }) => ref === run)
    if (own.length === 0 || (await store.read(oneUpload, run)) !== undefined) return
    await keyring.destroy(
      own.map(({ id }) => id),
      'upload_ended',
    )
  }

  return {
    reader,
    keyOf,
    forget,
    async take(request, { run, after, now }) {
      // Before the body is looked at: whoever sends to the wrong run hears that first.
      const { connection, taken } = await store.read(collectingRun, run)
      // An older copy of the database may know of an archive whose key has ended: nothing is added to what nobody can read.
      const key = keyOf(run) ?? (taken === 0 ? await keyring.make('upload', run) : undefined)
      if (key === undefined)
        throw new AppError('conflict', 'What was handed in before can no longer be read; start another run.')
      const { body, events } = await reader.take(request, { connection: connection ?? NOBODYS, now })
      const sorted = events.toSorted((a, b) => a.at - b.at)
      const mac = await keyring.use(key, (handle) => Buffer.from(handle.mac(body)).toString('hex'))
      return store.tx(takeChunk, {
        ...{ run, first: after, events: events.length, mac, body: await sealed(key, { run, first: after }, sorted) },
        ...{ since: sorted[0]?.at ?? 0, until: sorted.at(-1)?.at ?? 0 },
      })
    },
    async eventsOf(run, first) {
      return (await linesOf(run, first)).map((line) => ({ ...(JSON.parse(line) as Archived), bytes: line.length }))
    },
    async tend() {
      const gone = await store.tx(endUploads, undefined)
      for (const { ref } of keyring.live('upload')) await forget(ref)
      return gone
    },
    async erase({ id }) {
      for (const run of await store.read(uploadedRuns, undefined)) {
        const key = keyOf(run)
        if (key === undefined) continue
        for (const { first } of await store.read(chunkPlaces, run)) {
          const events = (await linesOf(run, first)).map((line) => JSON.parse(line) as Archived)
          const rest = events.filter(({ wire }) => !names(wire, id))
          if (rest.length < events.length)
            await store.tx(keepRest, { run, first, body: await sealed(key, { run, first }, rest) })
        }
      }
    },
  }
}

/** Whether a record of an event has this id: an account's, whatever its part in the event is. */
function names(wire: Archived['wire'], id: string): boolean {
  if (typeof wire !== 'object' || wire === null) return false
  return Object.values(wire).some((record) => typeof record === 'object' && record !== null && idIn(record) === id)
}

const idIn = (record: object): unknown => Reflect.get(record, 'id')
