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
import { SLOTS } from './threads.ts'

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

// Each snapshot is a folder with a number, and the highest one counts: a folder gets its name when all of its files are on disk.
const FOLDER = /^\d+$/
const WRITING = 'writing'

export function snapshotsIn(folder: string, keyring: ColumnKeyring): Snapshots {
  const inside = async (path: string): Promise<string[]> => {
    const names = await readdir(path).catch(() => [])
    return names.toSorted((a, b) => Number.parseInt(a, 10) - Number.parseInt(b, 10))
  }
  const numbers = async (): Promise<string[]> => (await inside(folder)).filter((name) => FOLDER.test(name))
  const remove = async (names: readonly string[]): Promise<void> => {
    for (const name of names) await rm(join(folder, name), { recursive: true, force: true })
  }
  return {
    async forget() {
      await remove(await inside(folder))
    },
    async load(lists, events) {
      await remove([WRITING])
      const newest = (await numbers()).at(-1)
      if (newest === undefined) return undefined
      const names = await inside(join(folder, newest))
      const wanted = digestOf(lists, names.length)
      const segments: Segment[] = []
      const owners: Held[] = []
      const maker = new Pictures()
      try {
        let idsFrom = 0
        for (const name of names) {
          const file = createReadStream(join(folder, newest, name), { highWaterMark: 2 ** 20 })
          const bytes = name.includes('.sealed.') ? unsealed(keyring, name, file) : file
          const read: Snapshot = await readSnapshot(ringModules(), bytes, {
            sum,
            idsFrom,
            slots: SLOTS,
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
      try {
        await writeAll(pictures, o)
        if (!o.unchanged()) return
        const before = await numbers()
        await rename(join(folder, WRITING), join(folder, String(Number(before.at(-1) ?? 0) + 1)))
        await remove(before)
      } catch (error) {
        // Whoever changed a list took the folder away in the middle.
        if (o.unchanged()) throw error
      } finally {
        await remove([WRITING])
      }
    },
  }

  async function writeAll(pictures: Pictures, o: Parameters<Snapshots['save']>[1]): Promise<void> {
    const writing = join(folder, WRITING)
    await remove([WRITING])
    await mkdir(writing, { recursive: true, mode: 0o700 })
    const { segments } = pictures.index
    const places = new Map(o.slots.map((slot, place) => [slot, place + 1]))
    const versions = digestOf(o.lists, segments.length)
    for (const [place, segment] of segments.entries()) {
      const name = `${place}.${o.sealed ? 'sealed.' : ''}pdqs`
      const info = { madeAt: o.at, versions, owners: ownersOf(pictures, segment, places), sealed: o.sealed }
      const bytes = writeSnapshot(segment, info, sum)
      await writeWhole(join(writing, name), o.sealed ? sealed(keyring, name, bytes) : bytes, o.unchanged)
    }
  }
}

/** SHA-256 of the list versions as canonical JSON, and of the number of files: a set that lacks one is not loaded. */
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
