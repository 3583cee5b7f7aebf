import { type CaseJson, reverseDecision } from '@lamplighter/api'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import { announce } from '../announce.ts'
import { call } from '../api/client.ts'
import { serverNow } from '../api/clock.ts'
import { caseName } from '../case/case-number.ts'
import { useMessages } from '../messages/index.ts'
import { useNow } from '../time.ts'
import { Button } from '../ui/Button.tsx'
import { Failure } from '../ui/Failure.tsx'
import { TextArea } from '../ui/Field.tsx'
import { last } from './memory.ts'
import { undoPhase } from './undo.ts'
import { useDecide } from './useDecide.ts'

type Decision = NonNullable<CaseJson['decided']>

/** A decided case: who, what and when; undo while it may be undone, then reverse with a reason. */
export function DecidedCard(props: { number: number; decided: Decision; canReverse: boolean }) {
  const { number, decided } = props
  const t = useMessages()
  const client = useQueryClient()
  const { undo } = useDecide()
  const now = useNow(1_000)
  const [reason, setReason] = useState('')
  const phase = undoPhase(decided.undoUntil, now)
  const words = t.choiceWords(decided.choice)
  useEffect(() => {
    if (decided.mine && last.get()?.id !== decided.id && decided.undoUntil > serverNow())
      last.set({ ...decided, number, words, draft: null, state: 'sent' })
  }, [decided, number, words])
  const reverse = useMutation({
    mutationFn: () => call(reverseDecision, { params: { id: decided.id }, body: { reason: reason.trim() } }),
    onSuccess: async () => {
      announce(t.undo.reversedSpoken(caseName(number)))
      await client.invalidateQueries({ queryKey: ['case', number] })
      void client.invalidateQueries({ queryKey: ['lanes'] })
    },
  })
  return (
    <div className="grid content-start gap-3 p-3">
      <h2 className="text-title font-semibold">{decided.undone ? t.decided.undone : t.decided.title(words)}</h2>
      <p className="text-muted">{t.decided.by(decided.by, t.dateTime(decided.at))}</p>
      {decided.mine && phase.phase === 'undo' && !decided.undone && (
        <Button hint="z" onClick={() => void undo()} look="lamp">
          {t.undo.undoIn(phase.seconds)}
        </Button>
      )}
      {props.canReverse && decided.reversible && phase.phase === 'reverse' && !decided.undone && (
        <form
          className="grid gap-3"
          onSubmit={(event) => {
            event.preventDefault()
            if (reason.trim() !== '') reverse.mutate()
          }}
        >
          <TextArea
            help={t.decided.reverseMeans}
            label={t.decided.reverseWhy}
            onChange={(event) => setReason(event.target.value)}
            value={reason}
          />
          {reverse.error !== null && <Failure error={reverse.error} />}
          <Button disabled={reason.trim() === '' || reverse.isPending} type="submit">
            {t.undo.reverse}
          </Button>
        </form>
      )}
    </div>
  )
}
