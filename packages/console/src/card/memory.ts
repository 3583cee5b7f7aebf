import type { ApiError } from '../api/errors.ts'
import { forgetWritten } from '../rules/written.ts'
import { storeOf, useStore } from '../store.ts'
import type { Draft } from './draft.ts'
import type { LastDecision } from './undo.ts'

/** What was typed, by case. In memory only: it outlives a lost lock, a lost session and a refused decision, not the page. */
export const drafts = storeOf<ReadonlyMap<number, Draft>>(new Map())

export function keepDraft(number: number, draft: Draft): void {
  drafts.set(new Map(drafts.get()).set(number, draft))
}

/** Forgets all that one person typed and did, before another takes the same browser. */
export function forgetAll(): void {
  drafts.set(new Map())
  refusals.set(new Map())
  last.set(null)
  forgetWritten()
}

export function dropDraft(number: number): void {
  const next = new Map(drafts.get())
  next.delete(number)
  drafts.set(next)
}

/** Decisions that were refused, by case, until their case is touched again. */
export const refusals = storeOf<ReadonlyMap<number, ApiError>>(new Map())

export function noteRefusal(number: number, error: ApiError | null): void {
  const next = new Map(refusals.get())
  if (error === null) next.delete(number)
  else next.set(number, error)
  refusals.set(next)
}

export function useRefusal(number: number): ApiError | null {
  return useStore(refusals).get(number) ?? null
}

/** Cases whose claim is on its way, because the decision before them is still being written. */
export const arriving = storeOf<number | null>(null)

/** The decision that is being written, if any; gives whether it was. An undo asked for meanwhile means this one, never the one before. */
export const underWay: { current: Promise<boolean> | null } = { current: null }

/** The last decision of this page, for undo and reverse. */
export const last = storeOf<LastDecision | null>(null)
