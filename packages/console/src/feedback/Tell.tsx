import { type CaseFeedbackJson, type MatchFeedbackJson, tellExchange, tellWaiting } from '@lamplighter/api'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { announce } from '../announce.ts'
import { call } from '../api/client.ts'
import { reasonsQuery } from '../api/queries.ts'
import { useMessages } from '../messages/index.ts'
import { Button } from '../ui/Button.tsx'
import { Failure } from '../ui/Failure.tsx'
import { Select } from '../ui/Field.tsx'

/** An act that tells: it says so once, and what is known of the case's feedback is asked for anew. */
function useTelling(tell: () => Promise<unknown>) {
  const t = useMessages()
  const client = useQueryClient()
  return useMutation({
    mutationFn: tell,
    onSuccess: () => announce(t.feedback.spoken),
    onSettled: () => client.invalidateQueries({ queryKey: ['feedback'] }),
  })
}

/** Tells the exchange what was decided: one act. A rejection without a reason cannot be sent where the exchange wants one. */
export function Tell(props: { about: CaseFeedbackJson; match: MatchFeedbackJson; says: 'upheld' | 'rejected' }) {
  const { match, says } = props
  const { said } = match
  if (said !== null && said.state !== 'parked') return null
  return says === 'rejected' && match.needsReason ? <WithReason {...props} /> : <Send {...props} reasonId={undefined} />
}

function Send(props: {
  about: CaseFeedbackJson
  match: MatchFeedbackJson
  says: 'upheld' | 'rejected'
  /** Undefined where none is needed; empty as long as none is chosen. */
  reasonId: string | undefined
}) {
  const { match, says, reasonId } = props
  const t = useMessages()
  const exchange = match.exchange ?? ''
  const decision = props.about.decision ?? ''
  const tell = useTelling(() =>
    call(tellExchange, {
      params: { id: exchange },
      body: { list: match.list, entry: match.entry, decision, ...(reasonId !== undefined && { reasonId }) },
    }),
  )
  return (
    <>
      {tell.error !== null && <Failure error={tell.error} />}
      <Button
        className="justify-self-start whitespace-normal text-start"
        disabled={reasonId === '' || tell.isPending}
        onClick={() => tell.mutate()}
      >
        {match.said === null ? t.feedback.tell[says](exchange) : t.feedback.again(exchange)}
      </Button>
    </>
  )
}

function WithReason(props: { about: CaseFeedbackJson; match: MatchFeedbackJson; says: 'upheld' | 'rejected' }) {
  const { about, match } = props
  const t = useMessages()
  const [reasonId, setReasonId] = useState('')
  const reasons = useQuery(
    reasonsQuery({
      id: match.exchange ?? '',
      list: match.list,
      entry: match.entry,
      decision: about.decision ?? '',
    }),
  )
  return (
    <>
      {reasons.error !== null && <Failure error={reasons.error} onAgain={() => void reasons.refetch()} />}
      <Select
        disabled={reasons.data === undefined}
        help={t.feedback.reasonHelp}
        label={t.feedback.reason}
        onChange={(event) => setReasonId(event.target.value)}
        value={reasonId}
      >
        <option value="">{t.feedback.chooseReason}</option>
        {reasons.data?.items.map(({ id, name }) => (
          <option key={id} value={id}>
            {name}
          </option>
        ))}
      </Select>
      <Send {...props} reasonId={reasonId} />
    </>
  )
}

/** Tells the exchange that the case waits for a person. */
export function TellWaiting({ match, number }: { match: MatchFeedbackJson; number: number }) {
  const t = useMessages()
  const exchange = match.exchange ?? ''
  const tell = useTelling(() =>
    call(tellWaiting, { params: { id: exchange }, body: { list: match.list, entry: match.entry, case: number } }),
  )
  return (
    <>
      {tell.error !== null && <Failure error={tell.error} />}
      <Button
        className="justify-self-start whitespace-normal text-start"
        disabled={tell.isPending}
        onClick={() => tell.mutate()}
      >
        {t.feedback.waits(exchange)}
      </Button>
    </>
  )
}
