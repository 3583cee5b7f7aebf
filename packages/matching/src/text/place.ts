import { alikeText } from './alike.ts'
import type { HeldTerm } from './held.ts'
import { isGap, isSpelledOver } from './spelled.ts'
import { isWordUnit } from './units.ts'
import { UNIT, type View, type ViewName } from './view.ts'
import type { Reading } from './views.ts'

/** Views in which `1`, `!` and `|` read as `i` and as `l`. */
const EITHER_VIEWS: ReadonlySet<ViewName> = new Set(['leet', 'joined', 'collapsed'])
/** In these a hit counts only if it covers something that the view changed. */
const CHANGED_VIEWS: ReadonlySet<ViewName> = new Set(['leet', 'joined', 'collapsed', 'decoded'])

/** A term at one place of one reading of the text. */
export interface Place {
  readonly term: HeldTerm
  readonly reading: Reading
  /** The least changed view that reads so. */
  readonly view: ViewName
  /** The term as this view reads it; of a close hit, the word that was found. */
  readonly form: string
  readonly start: number
  readonly end: number
  readonly how: 'exact' | 'close'
  /** Letters of it were replaced by such of other scripts; the reading is the folded one. */
  readonly disguised?: boolean
}

/** `i` and `l` were searched as one: where the text does not mean both, it must mean the one that the term has. */
export function reads({ reading, view, start }: Pick<Place, 'reading' | 'view' | 'start'>, form: string): boolean {
  if (start < 0) return false
  const { text } = reading
  if (text.startsWith(form, start)) return true
  if (!EITHER_VIEWS.has(view)) return false
  const { marks } = reading.view()
  for (let at = 0; at < form.length; at += 1) {
    const either = ((marks[start + at] ?? 0) & UNIT.iOrL) !== 0
    const unit = text[start + at]
    if (unit !== form[at] && !(either && (form[at] === 'l' || form[at] === 'i'))) return false
  }
  return true
}

/** Whether what was found counts: it covers a change where it must, stands between word boundaries, and no exception is around it. */
export function isHit(place: Place): boolean {
  const { term, reading, start, end } = place
  if (!term.part && isWithinWord(reading.text, start, end)) {
    const view = reading.view()
    if (!(beginsWord(view, start) && endsWord(view, end))) return false
  }
  if (CHANGED_VIEWS.has(place.view) && !coversChange(place)) return false
  return !term.except.some((forms) => standsAround(place, forms))
}

/** Whether the letters of a word go on before or after; where nothing was taken out and no sign was read, it is no hit then. */
export function isWithinWord(text: string, start: number, end: number): boolean {
  return (
    (isWordUnit(text, start - 1) && isWordUnit(text, start)) || (isWordUnit(text, end) && isWordUnit(text, end - 1))
  )
}

/** In `joined` the change is what was taken out between two units, so the first unit's does not count. */
function coversChange({ reading, view, start, end }: Place): boolean {
  const { marks } = reading.view()
  for (let at = view === 'joined' ? start + 1 : start; at < end; at += 1) {
    if (((marks[at] ?? 0) & UNIT.changed) !== 0) return true
  }
  return false
}

function beginsWord(view: View, start: number): boolean {
  if (!isWordUnit(view.text, start - 1) || !isWordUnit(view.text, start) || isSign(view, start - 1)) return true
  return isGap(view, start) && !isSpelledOver(view, { gap: start, far: -1 })
}

function endsWord(view: View, end: number): boolean {
  if (!isWordUnit(view.text, end) || !isWordUnit(view.text, end - 1) || isSign(view, end)) return true
  return isGap(view, end) && !isSpelledOver(view, { gap: end, far: 1 })
}

const isSign = (view: View, at: number): boolean => ((view.marks[at] ?? 0) & UNIT.sign) !== 0

/** Whether the hit is part of this longer word or phrase. */
function standsAround(place: Place, forms: ReadonlyMap<ViewName, string>): boolean {
  const { reading, start, end } = place
  const asRead = (text: string): string => (place.disguised === true ? alikeText(text) : text)
  const form = asRead(place.form)
  const around = asRead(forms.get(place.disguised === true ? 'folded' : place.view) ?? '')
  const view = reading.view()
  for (let at = around.indexOf(form); at !== -1 && form !== ''; at = around.indexOf(form, at + 1)) {
    const from = start - at
    const to = end - at - form.length + around.length
    const isSame = from >= 0 && asRead(view.text.slice(from, to)) === around
    if (isSame && beginsWord(view, from) && endsWord(view, to)) return true
  }
  return false
}
