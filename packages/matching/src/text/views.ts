import { collapsedView } from './collapsed.ts'
import { decodedView } from './decoded.ts'
import { foldedView, rawView } from './folded.ts'
import { joinedView } from './joined.ts'
import { leetView } from './leet.ts'
import { skeletonView } from './skeleton.ts'
import type { View, ViewName } from './view.ts'

/** One view of a text, with its map back (text.md §3.1). Any text has all seven. */
export function view(text: string, name: ViewName): View {
  switch (name) {
    case 'raw':
      return rawView(text)
    case 'folded':
      return foldedView(rawView(text))
    case 'skeleton':
      return skeletonView(view(text, 'folded'), text)
    case 'leet':
      return leetView(view(text, 'skeleton'))
    case 'joined':
      return joinedView(view(text, 'leet'))
    case 'collapsed':
      return collapsedView(view(text, 'joined'))
    case 'decoded':
      return decodedView(text)
  }
}

/** All seven, each made once, from the least changed to the most. */
export function allViews(text: string): readonly View[] {
  const raw = rawView(text)
  const folded = foldedView(raw)
  const skeleton = skeletonView(folded, text)
  const leet = leetView(skeleton)
  const joined = joinedView(leet)
  return [raw, folded, skeleton, leet, joined, collapsedView(joined), decodedView(text)]
}
