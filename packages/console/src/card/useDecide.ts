import { claimCase, type Decided, decideAppeal, decideCase, decideNotice, undoDecision } from '@lamplighter/api'
import { type QueryClient, useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { announce } from '../announce.ts'
import { call } from '../api/client.ts'
import { serverNow } from '../api/clock.ts'
import { ApiError } from '../api/errors.ts'
import { caseQuery } from '../api/queries.ts'
import { caseName } from '../case/case-number.ts'
import { forgetSent, rememberSent } from '../case/memory.ts'
import type { HeldCase } from '../case/useHeldCase.ts'
import { useMessages } from '../messages/index.ts'
import { bodyOf, type Draft } from './draft.ts'
import { arriving, dropDraft, keepDraft, last, noteRefusal, underWay } from './memory.ts'

const asApiError = (error: unknown): ApiError =>
  error instanceof ApiError ? error : new ApiError('unreadable', String(error), 0, null)

/** Takes up a case the server named: claims it (again: the server may have done so) and reads it afresh. */
export async function takeUp(client: QueryClient, number: number): Promise<void> {
  await call(claimCase, { params: { number } }).catch(() => undefined)
  await client.invalidateQueries({ queryKey: ['case', number] })
}

async function send(held: HeldCase, draft: Draft): Promise<Decided> {
  const { shown } = held
  if (shown.appeal !== null) {
    const note = draft.note.trim()
    return call(decideAppeal, {
      params: { id: shown.appeal.id },
      body: { outcome: draft.outcome ?? 'upheld', reasons: draft.reasons, ...(note !== '' && { note }) },
      revision: shown.revision,
    })
  }
  if (shown.kind === 'notice') {
    const { reasons, days } = draft
    return call(decideNotice, {
      params: { number: shown.number },
      body: draft.notice === 'withhold' ? { do: 'withhold', days: Number(days), reason: reasons } : { do: 'send' },
      revision: shown.revision,
    })
  }
  return call(decideCase, {
    params: { number: shown.number },
    body: bodyOf(shown.card, draft),
    revision: shown.revision,
  })
}

/**
 * Decides and shows the next case at once, from the words fetched ahead; the answer then says whether that was the right
 * one. A refused decision brings its case back, with all that was typed and the reason.
 */
export function useDecide() {
  const client = useQueryClient()
  const navigate = useNavigate()
  const t = useMessages()
  const open = (number: number | null, replace: boolean) =>
    number === null
      ? navigate({ to: '/review', replace })
      : navigate({ to: '/review/$case', params: { case: caseName(number) }, replace })

  const decide = async (held: HeldCase, draft: Draft, chosen: string): Promise<void> => {
    const number = held.shown.number
    const guess = held.shown.next.find((row) => client.getQueryData(caseQuery(row.number).queryKey))?.number ?? null
    keepDraft(number, draft)
    rememberSent(held.shown)
    noteRefusal(number, null)
    if (guess !== null) {
      arriving.set(guess)
      void open(guess, false)
    }
    const sent = send(held, draft)
    const written = sent.then(
      () => true,
      () => false,
    )
    underWay.current = written
    try {
      const decided = await sent
      last.set({
        ...{ id: decided.decision, number, words: chosen, undoUntil: decided.undoUntil, draft, state: 'sent' },
        reversible: held.shown.appeal === null && held.shown.kind !== 'notice' && draft.choice !== 'none',
      })
      dropDraft(number)
      forgetSent(number)
      announce(t.card.decidedSpoken(caseName(number), chosen))
      void client.invalidateQueries({ queryKey: ['case', number] })
      void client.invalidateQueries({ queryKey: ['lanes'] })
      arriving.set(decided.next)
      if (decided.next !== guess || guess === null) await open(decided.next, guess !== null)
      if (decided.next !== null) await takeUp(client, decided.next)
    } catch (error) {
      noteRefusal(number, asApiError(error))
      await client.invalidateQueries({ queryKey: ['case', number] })
      if (guess !== null) await open(number, true)
    } finally {
      if (underWay.current === written) underWay.current = null
      arriving.set(null)
    }
  }

  const undo = async (): Promise<void> => {
    if ((await underWay.current) === false) return
    const decision = last.get()
    if (decision === null || decision.state !== 'sent') return
    last.set({ ...decision, state: 'undoing' })
    try {
      const { number } = await call(undoDecision, { params: { id: decision.id } })
      last.set({ ...decision, state: 'undone' })
      if (decision.draft !== null) keepDraft(number, decision.draft)
      announce(t.undo.undoneSpoken(caseName(number)))
      await client.invalidateQueries({ queryKey: ['case', number] })
      void client.invalidateQueries({ queryKey: ['lanes'] })
      await open(number, false)
    } catch (error) {
      const failure = asApiError(error)
      last.set({
        ...decision,
        state: failure.code === 'window_closed' ? 'sent' : 'failed',
        undoUntil: Math.min(decision.undoUntil, serverNow()),
      })
      announce(t.errors.of(failure.code))
    }
  }

  return { decide, undo, open }
}
