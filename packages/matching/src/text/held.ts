import { formsIn } from './forms.ts'
import type { ImageReader } from './image.ts'
import type { Strings } from './strings.ts'
import type { ViewName } from './view.ts'

export const FLAG = { part: 1, pattern: 2, ambiguous: 4 } as const

/** What an image says of a list. */
export interface HeldList {
  readonly id: string
  readonly version: number
  readonly sealed: boolean
}

/** A term or pattern, read from an image. */
export interface HeldTerm {
  readonly list: HeldList
  readonly id: string
  readonly text: string
  readonly entry: number
  readonly part: boolean
  readonly isPattern: boolean
  /** Counts as it is written and beside another term of its group only. */
  readonly ambiguous: boolean
  /** '' where it has none. */
  readonly group: string
  /** Words around a hit that take it back, as each view reads them. */
  readonly except: readonly ReadonlyMap<ViewName, string>[]
}

/** The terms of an image: read when they first hit, because almost none ever does. */
export class HeldTerms {
  readonly #lists: readonly HeldList[]
  readonly #strings: Strings
  readonly #list: Uint32Array
  readonly #entry: Uint32Array
  readonly #flags: Uint8Array
  readonly #id: Uint32Array
  readonly #text: Uint32Array
  readonly #group: Uint32Array
  readonly #exceptStart: Uint32Array
  readonly #except: Uint32Array
  readonly #read = new Map<number, HeldTerm>()

  constructor(image: ImageReader, strings: Strings, lists: readonly HeldList[]) {
    this.#lists = lists
    this.#strings = strings
    this.#list = image.u32()
    this.#entry = image.u32()
    this.#flags = image.u8()
    this.#id = image.u32()
    this.#text = image.u32()
    this.#group = image.u32()
    this.#exceptStart = image.u32()
    this.#except = image.u32()
  }

  get count(): number {
    return this.#list.length
  }

  listOf(term: number): number {
    return this.#list[term] ?? 0
  }

  isPart(term: number): boolean {
    return ((this.#flags[term] ?? 0) & FLAG.part) !== 0
  }

  /** @throws RangeError there is no such term */
  get(term: number): HeldTerm {
    const held = this.#read.get(term)
    if (held !== undefined) return held
    const list = this.#lists[this.listOf(term)]
    if (list === undefined) throw new RangeError(`the image holds no term ${term}`)
    const flags = this.#flags[term] ?? 0
    const except = this.#except.subarray(this.#exceptStart[term] ?? 0, this.#exceptStart[term + 1] ?? 0)
    const made: HeldTerm = {
      list,
      id: this.#strings.get(this.#id[term] ?? 0),
      text: this.#strings.get(this.#text[term] ?? 0),
      entry: this.#entry[term] ?? 0,
      part: (flags & FLAG.part) !== 0,
      isPattern: (flags & FLAG.pattern) !== 0,
      ambiguous: (flags & FLAG.ambiguous) !== 0,
      group: this.#strings.get(this.#group[term] ?? 0),
      except: Array.from(except, (text) => formsIn(this.#strings.get(text))),
    }
    this.#read.set(term, made)
    return made
  }
}
