import { type Pdq, parsePdq } from '@lamplighter/matching'
import { framesIn } from '../videos/frames.ts'
import type { Pictures, Slot } from './pictures.ts'

/** The place of a list in an index that it shares with others. */
interface Place {
  readonly pictures: Pictures
  readonly slot: Slot
  /** The highest entry number of this version: what is beyond is being loaded for the next one. */
  readonly upTo: number
}

/** Each entry is one hash. */
export interface PictureFinder extends Place {
  readonly kind: 'pdq'
}

/** Each entry is the frames of a video. */
export interface VideoFinder extends Place {
  readonly kind: 'vpdq'
  /** How many frames each entry has: as many rows of the index are its own. It grows while the next version is loaded. */
  readonly frames: Map<number, number>
}

export type IndexedFinder = PictureFinder | VideoFinder
export type IndexedKind = IndexedFinder['kind']

export const isIndexed = (kind: string): kind is IndexedKind => kind === 'pdq' || kind === 'vpdq'

/** A list in the index while it is filled: nobody asks it yet, or only about the entries of the version before. */
export class Filling {
  readonly #kind: IndexedKind
  readonly #pictures: Pictures
  readonly #slot: Slot
  readonly #frames: Map<number, number>

  /** @param running goes on in the same place; left out: in a new one */
  constructor(kind: IndexedKind, pictures: Pictures, running?: IndexedFinder) {
    this.#kind = kind
    this.#pictures = pictures
    this.#slot = running?.slot ?? pictures.open()
    // What is beyond the running version is not asked for: so both have one.
    this.#frames = running?.kind === 'vpdq' ? running.frames : new Map()
  }

  add(n: number, value: string): void {
    const hashes = hashesOf(this.#kind, value)
    for (const pdq of hashes) this.#pictures.add(this.#slot, n, pdq)
    if (this.#kind === 'vpdq') this.#frames.set(n, hashes.length)
  }

  remove(n: number, value: string): void {
    for (const pdq of hashesOf(this.#kind, value)) this.#pictures.remove(this.#slot, n, pdq)
    this.#frames.delete(n)
  }

  /** Adds entries as they come, no faster than they are merged. */
  async addAll(slices: AsyncIterable<readonly { readonly n: number; readonly entry: { readonly value: string } }[]>) {
    await this.#pictures.filled(async () => {
      for await (const slice of slices) {
        for (const { n, entry } of slice) this.add(n, entry.value)
        await this.#pictures.breathe()
      }
    })
  }

  finder(upTo: number): IndexedFinder {
    const place = { pictures: this.#pictures, slot: this.#slot, upTo }
    return this.#kind === 'pdq' ? { kind: 'pdq', ...place } : { kind: 'vpdq', ...place, frames: this.#frames }
  }
}

/** A list whose rows lie in the index already, as a snapshot gives them. */
export function finderIn(kind: IndexedKind, place: Place): IndexedFinder {
  if (kind === 'pdq') return { kind, ...place }
  return { kind, ...place, frames: place.pictures.owners.rowsBy(place.slot) }
}

function hashesOf(kind: IndexedKind, value: string): readonly Pdq[] {
  if (kind === 'vpdq') return framesIn(value)
  const pdq = parsePdq(value)
  return pdq === undefined ? [] : [pdq]
}
