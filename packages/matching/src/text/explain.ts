import type { HeldTerm } from './held.ts'
import type { ViewName } from './view.ts'

const HOW_READ: Readonly<Record<ViewName, string>> = {
  raw: 'as written',
  folded: 'decoration, marks and hidden characters taken away',
  skeleton: 'letters that look alike read as one',
  leet: 'digits and signs read as letters',
  joined: 'letters pulled apart put together',
  collapsed: 'stretched letters shortened',
  decoded: 'Base64 decoded',
}

/** A sentence for a reviewer: what was written, what it reads as, and by which entry. A sealed list shows no term. */
export function explain(hit: {
  term: HeldTerm
  view: ViewName
  how: 'exact' | 'close'
  shown: string
  apart: boolean
}): string {
  const { list, text, entry } = hit.term
  if (list.sealed) return `matches sealed list ${list.id}, entry ${entry}`
  if (hit.term.isPattern) {
    return `the folded text fits the pattern "${text}", here at "${hit.shown}"; list ${list.id} v${list.version}, entry ${entry}`
  }
  const read = hit.apart ? 'signs between words read as blanks' : HOW_READ[hit.view]
  const how = hit.how === 'close' ? `${read}; one letter differs` : read
  return `"${hit.shown}" reads as "${text}" (${how}); list ${list.id} v${list.version}, term ${entry}`
}
