import type { SourceChange } from './source.ts'
import type { FedKind } from './tables.ts'

/**
 * What is left of all changes of one content, in their order: a `drop` of the whole undoes what came before it, and of two rows of one hash the
 * later counts.
 */
export function netOf(changes: readonly SourceChange[]): SourceChange[] {
  let whole: SourceChange | undefined
  const byValue = new Map<string, SourceChange>()
  for (const change of changes) {
    if (change.op === 'drop' && change.value === undefined) {
      whole = change
      byValue.clear()
      continue
    }
    const value = change.op === 'drop' ? change.value : change.entry.value
    byValue.set(`${value}`, change)
  }
  return [...(whole === undefined ? [] : [whole]), ...byValue.values()]
}

/** What one list hears of it: entries of its kind. That something is gone is told to all. */
export const forKind = (changes: readonly SourceChange[], kind: FedKind): SourceChange[] =>
  changes.filter((change) => change.op === 'drop' || change.kind === kind)
