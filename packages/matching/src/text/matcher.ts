import { ALIKE, isDisguised } from './alike.ts'
import { withoutDoubtful } from './ambiguous.ts'
import { apartView } from './apart.ts'
import { readTables, scan, type Tables } from './automaton.ts'
import { CloseWords } from './close.ts'
import { explain } from './explain.ts'
import { type HeldList, type HeldTerm, HeldTerms } from './held.ts'
import { ImageReader } from './image.ts'
import { type Found, onceEach } from './once.ts'
import { Patterns } from './patterns.ts'
import { isHit, isWithinWord, type Place, reads } from './place.ts'
import { Strings } from './strings.ts'
import type { CompileOptions, TermMatch, TermMatcher } from './terms.ts'
import { Pool, VIEW_NAMES, type ViewName } from './view.ts'
import { type Reading, readingsOf, viewBit } from './views.ts'

const FOLDED = viewBit('folded')
const JOINED = viewBit('joined')
/** Views in which words one slip away are looked for. */
const CLOSE_VIEWS = FOLDED | viewBit('skeleton') | viewBit('leet')
/** Views in which a word may begin or end in the midst of letters. */
const BORDER_VIEWS = viewBit('leet') | JOINED | viewBit('collapsed')
const BLANK = 0x20
/** Say this anew when views or hits change: a version must not stand for two behaviours. */
const KERNEL = 'terms-3'

/**
 * The matcher that an image was made of. Nothing is copied and almost nothing is read before a text asks for it.
 *
 * @throws ImageError the image was cut off, changed, or written in another layout
 */
export function readMatcher(image: Uint8Array, options: Pick<CompileOptions, 'compilePattern'> = {}): TermMatcher {
  return new Matcher(new ImageReader(image), options)
}

class Matcher implements TermMatcher {
  readonly version: string
  readonly #image: Uint8Array
  readonly #strings: Strings
  readonly #tables: Tables
  readonly #wholeWords: Uint8Array
  readonly #entryStart: Uint32Array
  readonly #entryTerm: Uint32Array
  readonly #entryForm: Uint32Array
  readonly #entryViews: Uint8Array
  readonly #lists: readonly HeldList[]
  readonly #terms: HeldTerms
  readonly #closeTerm: Uint32Array
  readonly #closeText: Uint32Array
  readonly #closeViews: Uint8Array
  readonly #closeWords: CloseWords
  readonly #commonWords: ReadonlySet<string>
  readonly #patterns: Patterns
  /** Whether any term is more than one word. */
  readonly #hasBlanks: boolean
  /** A text is matched from beginning to end before the next one begins. */
  readonly #pool = new Pool()

  constructor(image: ImageReader, options: Pick<CompileOptions, 'compilePattern'>) {
    this.#image = image.bytes
    const [lists = 0, common = 0] = image.u32()
    this.#strings = new Strings(image)
    this.#lists = JSON.parse(this.#strings.get(lists))
    this.#commonWords = new Set(JSON.parse(this.#strings.get(common)))
    this.#tables = readTables(image)
    this.#wholeWords = image.u8()
    this.#entryStart = image.u32()
    this.#entryTerm = image.u32()
    this.#entryForm = image.u32()
    this.#entryViews = image.u8()
    this.#terms = new HeldTerms(image, this.#strings, this.#lists)
    this.#closeTerm = image.u32()
    this.#closeText = image.u32()
    this.#closeViews = image.u8()
    this.#closeWords = new CloseWords(image, (at) => this.#strings.get(this.#closeText[at] ?? 0))
    this.#hasBlanks = this.#tables.symbols[BLANK] !== 0
    this.#patterns = new Patterns(options.compilePattern)
    const named = this.#lists.map(({ id, version }) => `${id}@${version}`)
    this.version = [KERNEL, (image.checksum >>> 0).toString(16).padStart(8, '0'), ...named].join(' ')
  }

  get terms(): number {
    return this.#terms.count
  }

  get bytes(): number {
    return this.#image.byteLength
  }

  image(): Uint8Array {
    return this.#image
  }

  match(text: string, lists?: readonly string[]): readonly TermMatch[] {
    const wanted = lists === undefined ? undefined : this.#lists.map(({ id }) => lists.includes(id))
    try {
      return sorted(this.#find(text, wanted).map((place) => matchOf(place, text)))
    } finally {
      this.#pool.reset()
    }
  }

  #find(text: string, wanted: readonly boolean[] | undefined): readonly Found[] {
    const exact: Place[] = []
    const close: Place[] = []
    for (const reading of this.#readingsOf(text)) {
      this.#findExact(reading, wanted, exact)
      if (!this.#closeWords.empty && (reading.views & CLOSE_VIEWS) !== 0) this.#findClose(reading, wanted, close)
    }
    return exact.length + close.length === 0 ? [] : withoutDoubtful(onceEach([...exact, ...close]), text)
  }

  /** The views, and the text with its words apart where terms have blanks. */
  *#readingsOf(text: string): Generator<Reading> {
    let before: Reading | undefined
    for (const reading of readingsOf(text, this.#pool)) {
      // Signs between words were taken out in `joined`, so where it says nothing new there are none.
      if ((reading.views & JOINED) !== 0 && this.#hasBlanks && before !== undefined) {
        const apart = apartView(before.view(), this.#pool)
        if (apart !== undefined) yield { views: JOINED, text: apart.text, view: () => apart, apart: true }
      }
      yield reading
      before = reading
    }
  }

  #findExact(reading: Reading, wanted: readonly boolean[] | undefined, places: Place[]): void {
    let said: Set<number> | undefined
    // Told as `skeleton`, so they come after what is told as an earlier view.
    const disguised: Place[] = []
    const isFolded = (reading.views & FOLDED) !== 0
    const { text } = reading
    const hasBorders = (reading.views & BORDER_VIEWS) !== 0
    scan(this.#tables, text, (pattern, end) => {
      // Most of what is found stands inside a longer word: that is seen at once, before anything is read.
      const length = this.#wholeWords[pattern] ?? 0
      if (length !== 0 && !hasBorders && isWithinWord(text, end - length, end)) return
      const last = this.#entryStart[pattern + 1] ?? 0
      for (let at = this.#entryStart[pattern] ?? 0; at < last; at += 1) {
        const views = (this.#entryViews[at] ?? 0) & (isFolded ? reading.views | ALIKE : reading.views)
        const number = this.#entryTerm[at] ?? 0
        if (views === 0 || wanted?.[this.#terms.listOf(number)] === false || said?.has(number) === true) continue
        const place = this.#placeOf(at, { reading, end, views })
        if (place === undefined) continue
        // One pattern is one hit: its place is that of its literal, and the text is tested once.
        if (place.term.isPattern) said = (said ?? new Set()).add(number)
        if (!place.term.isPattern || this.#patterns.test(place.term.text, reading.text)) {
          if (place.disguised === true) disguised.push(place)
          else places.push(place)
        }
      }
    })
    for (const place of disguised) places.push(place)
  }

  #placeOf(
    entry: number,
    { reading, end, views }: { reading: Reading; end: number; views: number },
  ): Place | undefined {
    const form = this.#strings.get(this.#entryForm[entry] ?? 0)
    const start = end - form.length
    const view = leastChanged(views & ~ALIKE)
    const isExact = (views & ~ALIKE) !== 0 && reads({ reading, view, start }, form)
    const disguised = !isExact && (views & ALIKE) !== 0 && isDisguised(reading, { form, start })
    if (!isExact && !disguised) return undefined
    const term = this.#terms.get(this.#entryTerm[entry] ?? 0)
    const found = { term, reading, form, start, end, how: 'exact' } as const
    const place: Place = disguised ? { ...found, view: 'skeleton', disguised } : { ...found, view }
    return isHit(place) ? place : undefined
  }

  #findClose(reading: Reading, wanted: readonly boolean[] | undefined, places: Place[]): void {
    this.#closeWords.eachWord(reading.text, (start, end) => {
      const word = reading.text.slice(start, end)
      for (const at of this.#closeWords.find(word)) {
        const number = this.#closeTerm[at] ?? 0
        const views = (this.#closeViews[at] ?? 0) & reading.views & CLOSE_VIEWS
        if (views === 0 || wanted?.[this.#terms.listOf(number)] === false || this.#commonWords.has(word)) continue
        const view = leastChanged(views)
        const term = this.#terms.get(number)
        if (isExcepted(term, view, word)) continue
        places.push({ term, reading, view, form: word, start, end, how: 'close' })
      }
    })
  }
}

/** The first of these views: the numbers of views grow with what they change. */
function leastChanged(views: number): ViewName {
  return VIEW_NAMES[31 - Math.clz32(views & -views)] ?? 'raw'
}

function isExcepted(term: HeldTerm, view: ViewName, word: string): boolean {
  return term.except.some((forms) => forms.get(view) === word)
}

function matchOf(
  { term, view, how, reading, from, to }: Place & { from: number; to: number },
  text: string,
): TermMatch {
  const shown = text.slice(from, to)
  const { list, id, entry } = term
  return {
    list: list.id,
    listVersion: list.version,
    term: id,
    entry,
    view,
    how,
    from,
    to,
    shown,
    explain: explain({ term, view, how, shown, apart: reading.apart === true }),
  }
}

function sorted(matches: readonly TermMatch[]): readonly TermMatch[] {
  return [...matches].sort(
    (a, b) => a.from - b.from || b.to - a.to || compare(a.list, b.list) || compare(a.term, b.term),
  )
}

function compare(a: string, b: string): number {
  if (a === b) return 0
  return a < b ? -1 : 1
}
