import type { Draft } from './draft.ts'

/** The last decision of this person, while something can still be done about it. */
export interface LastDecision {
  readonly id: string
  readonly number: number
  readonly words: string
  readonly undoUntil: number
  /** False where there is no measure to take back. */
  readonly reversible: boolean
  /** What was typed for it; undoing brings it back. Absent after the page was loaded anew. */
  readonly draft: Draft | null
  readonly state: 'sent' | 'undoing' | 'undone' | 'failed'
}

export type UndoPhase = { phase: 'undo'; seconds: number } | { phase: 'reverse' }

/** Whether a decision can be undone at `now` (then for how many whole seconds), or only reversed. */
export function undoPhase(undoUntil: number, now: number): UndoPhase {
  const left = undoUntil - now
  return left > 0 ? { phase: 'undo', seconds: Math.ceil(left / 1000) } : { phase: 'reverse' }
}

/** How long *reverse* stays on offer after the window, before the toast leaves by itself. */
export const REVERSE_OFFER_MS = 20_000

/** When the toast of a decision leaves by itself: at once after the window where nothing could be reversed. */
export const offeredUntil = ({ undoUntil, reversible }: Pick<LastDecision, 'undoUntil' | 'reversible'>): number =>
  undoUntil + (reversible ? REVERSE_OFFER_MS : 0)
