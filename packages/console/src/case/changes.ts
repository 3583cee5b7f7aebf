import type { CaseJson } from '@lamplighter/api'

/** One difference between the case as it was opened and as it is now. */
export type Change =
  | { readonly what: 'reports' | 'signals' | 'evidence' | 'notes'; readonly count: number }
  | { readonly what: 'evidence-changed'; readonly refs: readonly string[] }
  | { readonly what: 'due' | 'lane' | 'card' | 'account' | 'decided' | 'appeal' }

const differs = (a: unknown, b: unknown): boolean => JSON.stringify(a) !== JSON.stringify(b)

/**
 * What is new in a case, for the person who has it open. Pure. Empty when only clocks and claims moved: then the new
 * revision is taken over without a word.
 */
export function changesOf(was: CaseJson, is: CaseJson): Change[] {
  const changes: Change[] = []
  const known = new Map(was.evidence.map((piece) => [piece.ref, piece]))
  const added = is.evidence.filter(({ ref }) => !known.has(ref)).length
  const changed = is.evidence.filter((piece) => known.has(piece.ref) && differs(known.get(piece.ref), piece))
  if (is.reports.count !== was.reports.count)
    changes.push({ what: 'reports', count: is.reports.count - was.reports.count })
  if (added > 0) changes.push({ what: 'evidence', count: added })
  if (changed.length > 0) changes.push({ what: 'evidence-changed', refs: changed.map(({ ref }) => ref) })
  const signals = is.signals.filter((signal, index) => differs(signal, was.signals[index])).length
  if (signals > 0 || is.signals.length !== was.signals.length) changes.push({ what: 'signals', count: signals })
  if (is.notes.length !== was.notes.length) changes.push({ what: 'notes', count: is.notes.length - was.notes.length })
  if (is.dueAt !== was.dueAt) changes.push({ what: 'due' })
  if (is.lane.id !== was.lane.id) changes.push({ what: 'lane' })
  if (differs(was.card, is.card)) changes.push({ what: 'card' })
  if (differs(was.account, is.account)) changes.push({ what: 'account' })
  if (differs(was.appeal, is.appeal)) changes.push({ what: 'appeal' })
  if (was.state !== 'decided' && is.state === 'decided') changes.push({ what: 'decided' })
  return changes
}

/** Who changed it and when: the newest entry of the history that was not there before. */
export function changedBy(was: CaseJson, is: CaseJson): { by: string; at: number } | null {
  const known = new Set(was.history.map((entry) => JSON.stringify(entry)))
  const fresh = is.history.filter((entry) => !known.has(JSON.stringify(entry)))
  const last = fresh.reduce<{ by: string; at: number } | null>(
    (latest, { by, at }) => (latest === null || at > latest.at ? { by, at } : latest),
    null,
  )
  return last
}
