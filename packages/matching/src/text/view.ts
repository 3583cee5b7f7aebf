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

/** A view and the way back: unit i came from `original.slice(from[i], to[i])`, both in UTF-16 units. */
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

/** Builds a view piece by piece. */
export class ViewBuilder {
  readonly #name: ViewName
  readonly #text: string[] = []
  readonly #from: number[] = []
  readonly #to: number[] = []
  readonly #marks: number[] = []
  #changed = false

  constructor(name: ViewName) {
    this.#name = name
  }

  /** Adds text that stands for `original.slice(from, to)`; every unit of it maps to the whole of that range. */
  add(text: string, from: number, to: number, marks = 0): void {
    if (text === '') return
    this.#text.push(text)
    for (let unit = 0; unit < text.length; unit += 1) {
      this.#from.push(from)
      this.#to.push(to)
      this.#marks.push(unit === 0 ? marks : marks & ~UNIT.gapBefore)
    }
    if (marks !== 0) this.#changed = true
  }

  /** Adds unit `at` of another view as it is. Of its marks only those are kept that later views need. */
  copy(view: View, at: number, marks = 0): void {
    const kept = (view.marks[at] ?? 0) & ~UNIT.changed
    this.#text.push(view.text[at] ?? '')
    this.#from.push(view.from[at] ?? 0)
    this.#to.push(view.to[at] ?? 0)
    this.#marks.push(kept | marks)
    if (marks !== 0) this.#changed = true
  }

  /** Says that something of the view before was left out. */
  leftOut(): void {
    this.#changed = true
  }

  done(): View {
    return {
      name: this.#name,
      text: this.#text.join(''),
      from: Uint32Array.from(this.#from),
      to: Uint32Array.from(this.#to),
      marks: Uint8Array.from(this.#marks),
      changed: this.#changed,
    }
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

/** Letters, digits and the marks on them: what words are made of. */
export function isWordUnit(text: string, at: number): boolean {
  const code = text.charCodeAt(at)
  if (Number.isNaN(code)) return false
  if (code < 128) return (code >= 97 && code <= 122) || (code >= 48 && code <= 57) || (code >= 65 && code <= 90)
  // The second half of a pair belongs to the character before it.
  const whole = code >= 0xdc00 && code <= 0xdfff ? text.codePointAt(at - 1) : text.codePointAt(at)
  return WORD.test(String.fromCodePoint(whole ?? code))
}

const WORD = /[\p{L}\p{N}\p{M}]/u
