import type { Found } from './once.ts'

/** Two names of one thing stand beside each other within so many units: about two sentences. */
export const BESIDE_UNITS = 200
/** A hit that begins earlier than this is not beside, however long it is: only an ambiguous name written as it is listed needs company. */
const REACH_UNITS = 2 * BESIDE_UNITS

/**
 * Takes out hits of ambiguous terms that prove nothing (text.md §4.1): such a term counts as it is written in the list, capitals
 * included, and only where another term of its group stands beside it. That other one may be ambiguous itself, but has to be
 * written as it is listed, too, and to stand at another place.
 */
export function withoutDoubtful(found: readonly Found[], text: string): readonly Found[] {
  if (!found.some(({ term }) => term.ambiguous)) return found
  const written = found.filter((one) => !one.term.ambiguous || isAsListed(one, text))
  const groups = new Map<string, Found[]>()
  for (const one of written) {
    if (one.term.group === '') continue
    const key = `${one.term.list.id} ${one.term.group}`
    const group = groups.get(key)
    if (group === undefined) groups.set(key, [one])
    else group.push(one)
  }
  const backed = new Set<Found>()
  for (const group of groups.values()) markBacked(group, backed)
  return written.filter((one) => !one.term.ambiguous || backed.has(one))
}

function isAsListed({ term, from, to }: Found, text: string): boolean {
  return text.slice(from, to).normalize('NFC') === term.text.normalize('NFC')
}

/** In order of place each hit is compared with those that end shortly before it: as many as fit into a stretch of fixed length. */
function markBacked(group: readonly Found[], backed: Set<Found>): void {
  const inOrder = [...group].sort((a, b) => a.from - b.from || a.to - b.to)
  let first = 0
  for (const [at, one] of inOrder.entries()) {
    while ((inOrder[first]?.from ?? one.from) < one.from - REACH_UNITS) first += 1
    for (const before of inOrder.slice(first, at)) {
      const apart = one.from - before.to
      if (before.term === one.term || apart < 0 || apart > BESIDE_UNITS) continue
      backed.add(before)
      backed.add(one)
    }
  }
}
