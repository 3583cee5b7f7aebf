import type { HeldTerm } from './held.ts'
import type { Place } from './place.ts'
import { originalRange } from './view.ts'

export type Found = Place & { readonly from: number; readonly to: number }

/**
 * One term at one place is told once: exact before close, in the least changed view. Time is that of sorting, however many hits
 * there are.
 *
 * @param places exact ones before close ones, by view from the least changed on
 */
export function onceEach(places: readonly Place[]): readonly Found[] {
  const byTerm = new Map<HeldTerm, Found[]>()
  for (const place of places) {
    const found = { ...place, ...originalRange(place.reading.view(), place.start, place.end) }
    const held = byTerm.get(place.term)
    if (held === undefined) byTerm.set(place.term, [found])
    else held.push(found)
  }
  return [...byTerm.values()].flatMap((found) => (found.length === 1 ? found : withoutOverlaps(found)))
}

/** Layer by layer: what an earlier layer holds is never displaced, and within one the first of two that overlap stays. */
function withoutOverlaps(found: readonly Found[]): readonly Found[] {
  let kept: readonly Found[] = []
  for (let at = 0; at < found.length; ) {
    const start = at
    while (at < found.length && isSameLayer(found[start], found[at])) at += 1
    const layer = found.slice(start, at).sort((a, b) => a.from - b.from || a.to - b.to)
    kept = merged(kept, layer)
  }
  return kept
}

const isSameLayer = (one: Found | undefined, other: Found | undefined): boolean =>
  one?.view === other?.view && one?.how === other?.how

/** Both are in order and `kept` has no overlaps. */
function merged(kept: readonly Found[], layer: readonly Found[]): readonly Found[] {
  const all: Found[] = []
  let next = 0
  let end = -1
  for (const one of layer) {
    for (let before = kept[next]; before !== undefined && before.from <= one.from; before = kept[next]) {
      all.push(before)
      end = Math.max(end, before.to)
      next += 1
    }
    const after = kept[next]
    if (one.from < end || (after !== undefined && after.from < one.to)) continue
    all.push(one)
    end = one.to
  }
  return [...all, ...kept.slice(next)]
}
