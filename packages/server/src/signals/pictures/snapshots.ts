import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { mkdir, open, readdir, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import {
  type Owners as Held,
  readSnapshot,
  type Segment,
  type Snapshot,
  type Sum,
  writeSnapshot,
} from '@lamplighter/matching'
import type { ColumnKeyring } from '../../storage/sealer.ts'
import { ringModules } from './kernel.ts'
import { type PictureEvents, Pictures } from './pictures.ts'
import { sealed, unsealed } from './sealed-file.ts'

/** One list and the version of it that a snapshot holds. In the file its place among all of them, from 1, is its slot. */
export interface SnapshotList {
  readonly id: string
  readonly version: number
  readonly digest: string
}

export interface Snapshots {
  /** The index as it was written for exactly these lists; undefined if there is none. @throws anything in it is wrong */
  load(lists: readonly SnapshotList[], events: PictureEvents): Promise<Pictures | undefined>
  /** Writes the index beside the old one and puts it in its place. @param unchanged false as soon as the lists are others */
  save(
    pictures: Pictures,
    o: {
      lists: readonly SnapshotList[]
      slots: readonly number[]
      sealed: boolean
      unchanged: () => boolean
      at: number
    },
  ): Promise<void>
  /** What is there is for other lists, or holds what was withdrawn. */
  forget(): Promise<void>
}

const NAME = /^\d+\.(sealed\.)?pdqs$/

export function snapshotsIn(folder: string, keyring: ColumnKeyring): Snapshots {
  const namesOf = async (): Promise<string[]> => {
    const names = await readdir(folder).catch(() => [])
    return names.filter((name) => NAME.test(name)).sort((a, b) => Number.parseInt(a, 10) - Number.parseInt(b, 10))
  }
  const forget = async (): Promise<void> => {
    const names = await readdir(folder).catch(() => [])
    for (const name of names) await rm(join(folder, name), { force: true })
  }
  return {
    forget,
    async load(lists, events) {
      const names = await namesOf()
      if (names.length === 0) return undefined
      const wanted = digestOf(lists, names.length)
      const segments: Segment[] = []
      const owners: Held[] = []
      const maker = new Pictures()
      try {
        let idsFrom = 0
        for (const name of names) {
          const file = createReadStream(join(folder, name), { highWaterMark: 2 ** 20 })
          const bytes = name.includes('.sealed.') ? unsealed(keyring, name, file) : file
          const read: Snapshot = await readSnapshot(ringModules(), bytes, {
            sum,
            idsFrom,
            makeTables: (segment) => maker.threads.makeTables(segment),
          })
          // Another set of lists is no fault: it is what was there before the last import.
          if (!Buffer.from(read.versions).equals(wanted)) return undefined
          segments.push(read.segment)
          owners.push(read.owners)
          idsFrom += read.segment.rows
        }
      } finally {
        await maker.close()
      }
      const pictures = new Pictures(events, segments, lists.length)
      for (const [place, segment] of segments.entries()) {
        const held = owners[place]
        for (let row = 0; held !== undefined && row < segment.rows; row += 1)
          pictures.owners.put(segment.idOf(row), held.of.subarray(held.places[row], held.places[row + 1]))
      }
      return pictures
    },
    async save(pictures, o) {
      await mkdir(folder, { recursive: true, mode: 0o700 })
      const { segments } = pictures.index
      const places = new Map(o.slots.map((slot, place) => [slot, place + 1]))
      const versions = digestOf(o.lists, segments.length)
      const written: { readonly from: string; readonly to: string }[] = []
      for (const [place, segment] of segments.entries()) {
        const to = `${place}.${o.sealed ? 'sealed.' : ''}pdqs`
        const from = join(folder, `${to}.new`)
        const info = { madeAt: o.at, versions, owners: ownersOf(pictures, segment, places), sealed: o.sealed }
        const bytes = writeSnapshot(segment, info, sum)
        await writeWhole(from, o.sealed ? sealed(keyring, to, bytes) : bytes, o.unchanged)
        written.push({ from, to: join(folder, to) })
      }
      if (!o.unchanged()) return
      const kept = new Set(written.map(({ to }) => to))
      for (const name of await namesOf())
        if (!kept.has(join(folder, name))) await rm(join(folder, name), { force: true })
      // Each file names all lists and the number of files: a set of which only some were renamed is not loaded.
      for (const { from, to } of written) await rename(from, to)
    },
  }
}

/** SHA-256 of the list versions as canonical JSON: objects with their keys in order, no space. */
function digestOf(lists: readonly SnapshotList[], files: number): Buffer {
  const named = lists.map(({ digest, id, version }) => ({ digest, id, version }))
  return createHash('sha256')
    .update(JSON.stringify({ files, lists: named }))
    .digest()
}

function ownersOf(pictures: Pictures, segment: Segment, slots: ReadonlyMap<number, number>): Held {
  const places = new Uint32Array(segment.rows + 1)
  const of: bigint[] = []
  for (let row = 0; row < segment.rows; row += 1) {
    if (!segment.isDead(row)) of.push(...pictures.owners.of(segment.idOf(row), slots))
    places[row + 1] = of.length
  }
  return { places, of: BigUint64Array.from(of) }
}

/** Writes a file and puts it on disk; gives up where what is written is not wanted any more. */
async function writeWhole(path: string, bytes: AsyncIterable<Uint8Array>, wanted: () => boolean): Promise<void> {
  const file = await open(path, 'w', 0o600)
  try {
    for await (const piece of bytes) {
      if (!wanted()) return
      await file.writeFile(piece)
    }
    await file.sync()
  } finally {
    await file.close()
  }
}

export function sum(): Sum {
  const hash = createHash('sha256')
  return { update: (bytes) => void hash.update(bytes), digest: () => hash.digest() }
}
