import { collapsedView } from './collapsed.ts'
import { decodedView } from './decoded.ts'
import { foldedView, rawView } from './folded.ts'
import { joinedView } from './joined.ts'
import { leetView } from './leet.ts'
import { hasNoLookalike, skeletonView } from './skeleton.ts'
import { MAY, survey } from './survey.ts'
import { type Pool, plainView, trimmed, VIEW_NAMES, type View, type ViewName } from './view.ts'

/** One view of a text, with its map back (text.md §3.1). Any text has all seven. */
export function view(text: string, name: ViewName): View {
  return trimmed(viewNamed(text, name))
}

function viewNamed(text: string, name: ViewName): View {
  switch (name) {
    case 'raw':
      return rawView(text)
    case 'folded':
      return foldedView(rawView(text))
    case 'skeleton':
      return skeletonView(viewNamed(text, 'folded'), text)
    case 'leet':
      return leetView(viewNamed(text, 'skeleton'))
    case 'joined':
      return joinedView(viewNamed(text, 'leet'))
    case 'collapsed':
      return collapsedView(viewNamed(text, 'joined'))
    case 'decoded':
      return decodedView(text)
  }
}

/** A set of views as one number. */
export const viewBit = (name: ViewName): number => 1 << VIEW_NAMES.indexOf(name)

/** One reading of a text, which several views may share because none of them changed anything. */
export interface Reading {
  /** The views that read so: sums of {@link viewBit}. */
  readonly views: number
  readonly text: string
  /** Signs between words were read as blanks. */
  readonly apart?: boolean
  /** The way back; made when it is first asked for. */
  view(): View
}

const RAW = viewBit('raw')
const FOLDED = viewBit('folded')
const SKELETON = viewBit('skeleton')

/**
 * All that a text reads as, each reading once, from the least changed to the most. Plain words of ASCII cost one look: they read
 * the same in every view. The last four views are there only where they changed something.
 *
 * @param pool if given, the readings last until it is reset
 */
export function readingsOf(text: string, pool?: Pool): readonly Reading[] {
  const written = survey(text)
  const readings: Reading[] = []
  if ((written & MAY.fold) === 0) {
    const raw = (written & MAY.lower) === 0 ? text : text.toLowerCase()
    readings.push(asWritten(raw))
    if ((written & DISGUISES) !== 0) addDisguises(plainView('raw', raw), { may: written, readings, pool })
  } else {
    const skeleton = addPlainViews(text, readings, pool)
    addDisguises(skeleton, { may: survey(skeleton.text), readings, pool })
  }
  if ((written & MAY.decode) !== 0) addChanged(decodedView(text), readings)
  return readings
}

const DISGUISES = MAY.leet | MAY.join | MAY.collapse

/** Plain ASCII: raw, folded and skeleton at once. */
function asWritten(text: string): Reading {
  let made: View | undefined
  return {
    views: RAW | FOLDED | SKELETON,
    text,
    view() {
      made ??= plainView('raw', text)
      return made
    },
  }
}

function addPlainViews(text: string, readings: Reading[], pool: Pool | undefined): View {
  const raw = rawView(text, pool)
  const folded = foldedView(raw, pool)
  const skeleton = hasNoLookalike(folded.text) ? folded : skeletonView(folded, text, pool)
  for (const [bits, read] of groupsOf([raw, folded, skeleton])) readings.push(readingOf(read, bits))
  return skeleton
}

/** Views that follow each other and read the same stand together, as the first of them. */
function groupsOf([raw, folded, skeleton]: readonly [View, View, View]): readonly (readonly [number, View])[] {
  if (!readsAs(raw, folded)) {
    return readsAs(folded, skeleton)
      ? [
          [RAW, raw],
          [FOLDED | SKELETON, folded],
        ]
      : [
          [RAW, raw],
          [FOLDED, folded],
          [SKELETON, skeleton],
        ]
  }
  return readsAs(folded, skeleton)
    ? [[RAW | FOLDED | SKELETON, raw]]
    : [
        [RAW | FOLDED, raw],
        [SKELETON, skeleton],
      ]
}

function readsAs(one: View, other: View): boolean {
  if (one === other) return true
  if (one.text !== other.text) return false
  for (let at = 0; at < one.text.length; at += 1) if (one.from[at] !== other.from[at]) return false
  return true
}

function addDisguises(
  skeleton: View,
  { may, readings, pool }: { may: number; readings: Reading[]; pool: Pool | undefined },
): void {
  const leet = (may & MAY.leet) === 0 ? skeleton : leetView(skeleton, pool)
  addChanged(leet, readings, 'leet')
  const mayNow = leet === skeleton ? may : survey(leet.text)
  const joined = (mayNow & MAY.join) === 0 ? leet : joinedView(leet, pool)
  addChanged(joined, readings, 'joined')
  const mayThen = joined === leet ? mayNow : survey(joined.text)
  if ((mayThen & MAY.collapse) !== 0) addChanged(collapsedView(joined, pool), readings, 'collapsed')
}

function addChanged(view: View, readings: Reading[], name: ViewName = 'decoded'): void {
  if (view.name === name && view.changed) readings.push(readingOf(view, viewBit(name)))
}

const readingOf = (view: View, views: number): Reading => ({ views, text: view.text, view: () => view })
