import { stringOf } from './strings.ts'

/** One normalised reading of a text (text.md §3.1), from the least changed to the most. */
export const VIEW_NAMES = ['raw', 'folded', 'skeleton', 'leet', 'joined', 'collapsed', 'decoded'] as const
export type ViewName = (typeof VIEW_NAMES)[number]

/** What became of a unit on its way into a view. */
export const UNIT = {
  /** This view changed it, or put it where it is. */
  changed: 1,
  /** Something was taken out just before it: a word may begin here, and the one before may end. */
  gapBefore: 2,
  /** It was a sign and reads as a letter now; it may also be the end of the word before it. */
  sign: 4,
  /** It reads as `i` and as `l`. */
  iOrL: 8,
} as const

/**
 * A view and the way back: unit i came from `original.slice(from[i], to[i])`, both in UTF-16 units. While a text is matched the arrays
 * may be longer than the view, since they are used again and again.
 */
export interface View {
  readonly name: ViewName
  readonly text: string
  readonly from: Uint32Array
  readonly to: Uint32Array
  /** Sums of {@link UNIT}. */
  readonly marks: Uint8Array
  /** Whether this view differs from the one it was made of. */
  readonly changed: boolean
}

interface Buffers {
  readonly units: Uint16Array
  readonly from: Uint32Array
  readonly to: Uint32Array
  readonly marks: Uint8Array
}

const buffersOf = (room: number): Buffers => ({
  units: new Uint16Array(room),
  from: new Uint32Array(room),
  to: new Uint32Array(room),
  marks: new Uint8Array(room),
})

/** Arrays of views that last as long as one text is looked at: making new ones would cost more than filling them. */
export class Pool {
  readonly #all: Buffers[] = []
  #taken = 0

  /** Arrays of at least this length, with anything in them. */
  take(room: number): Buffers {
    const held = this.#all[this.#taken]
    if (held !== undefined && held.units.length >= room) {
      this.#taken += 1
      return held
    }
    const made = buffersOf(Math.max(room, POOLED))
    if (room > POOLED) return made
    this.#all[this.#taken] = made
    this.#taken += 1
    return made
  }

  /** Says that no view of the text is used any more. */
  reset(): void {
    this.#taken = 0
  }
}

/** Longer views are rare, and their memory is given back. */
const POOLED = 4096

/** Builds a view piece by piece. */
export class ViewBuilder {
  readonly #name: ViewName
  #units: Uint16Array
  #from: Uint32Array
  #to: Uint32Array
  #marks: Uint8Array
  #length = 0
  #changed = false

  /** @param room units to expect; more may come */
  constructor(name: ViewName, room: number, pool?: Pool) {
    const { units, from, to, marks } = pool === undefined ? buffersOf(room) : pool.take(room)
    this.#name = name
    this.#units = units
    this.#from = from
    this.#to = to
    this.#marks = marks
  }

  /** Adds text that stands for `original.slice(from, to)`; every unit of it maps to the whole of that range. */
  add(text: string, from: number, to: number, marks = 0): void {
    for (let unit = 0; unit < text.length; unit += 1) {
      this.addUnit(text.charCodeAt(unit), from, to, unit === 0 ? marks : marks & ~UNIT.gapBefore)
    }
  }

  /** The same for one unit. */
  addUnit(unit: number, from: number, to: number, marks = 0): void {
    const at = this.#length
    if (at === this.#units.length) this.#grow()
    this.#units[at] = unit
    this.#from[at] = from
    this.#to[at] = to
    this.#marks[at] = marks
    this.#length = at + 1
    if (marks !== 0) this.#changed = true
  }

  /** Adds unit `at` of another view as it is. Of its marks only those are kept that later views need. */
  copy(view: View, at: number, marks = 0): void {
    const changed = this.#changed || marks !== 0
    const kept = (view.marks[at] ?? 0) & ~UNIT.changed
    this.addUnit(view.text.charCodeAt(at), view.from[at] ?? 0, view.to[at] ?? 0, kept | marks)
    this.#changed = changed
  }

  /** Adds units `start` to `end` of another view as they are. */
  copyRange(view: View, start: number, end: number): void {
    for (let at = start; at < end; at += 1) this.copy(view, at)
  }

  /** Says that something of the view before was left out. */
  leftOut(): void {
    this.#changed = true
  }

  done(): View {
    return {
      name: this.#name,
      text: stringOf(this.#units.subarray(0, this.#length)),
      from: this.#from,
      to: this.#to,
      marks: this.#marks,
      changed: this.#changed,
    }
  }

  #grow(): void {
    const room = 2 * this.#units.length + 16
    this.#units = grown(new Uint16Array(room), this.#units)
    this.#from = grown(new Uint32Array(room), this.#from)
    this.#to = grown(new Uint32Array(room), this.#to)
    this.#marks = grown(new Uint8Array(room), this.#marks)
  }
}

function grown<T extends Uint8Array | Uint16Array | Uint32Array>(larger: T, held: T): T {
  larger.set(held)
  return larger
}

/** The text as it stands, every unit mapping to itself. */
export function plainView(name: ViewName, text: string): View {
  const same = text.length <= POOLED ? SHORT_IDENTITY : identityOf(text.length)
  return { name, text, ...same, changed: false }
}

/** The same maps for every short text; nobody writes to the maps of a view that is done. */
const SHORT_IDENTITY = identityOf(POOLED)

function identityOf(length: number): Pick<View, 'from' | 'to' | 'marks'> {
  const from = Uint32Array.from({ length }, (_, at) => at)
  return { from, to: from.map((at) => at + 1), marks: new Uint8Array(length) }
}

/** A view of its own, with maps as long as its text. */
export function trimmed(view: View): View {
  const { length } = view.text
  return {
    ...view,
    from: view.from.slice(0, length),
    to: view.to.slice(0, length),
    marks: view.marks.slice(0, length),
  }
}

/** Where units `start` to `end` of a view stand in the original; reordered text gives the range that holds them all. */
export function originalRange(view: View, start: number, end: number): { readonly from: number; readonly to: number } {
  let from = view.from[start] ?? 0
  let to = view.to[start] ?? 0
  for (let unit = start + 1; unit < end; unit += 1) {
    from = Math.min(from, view.from[unit] ?? from)
    to = Math.max(to, view.to[unit] ?? to)
  }
  return { from, to }
}
