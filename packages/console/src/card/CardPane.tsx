import { lazy, Suspense, useState } from 'react'
import { reach } from '../api/reach.ts'
import { caseName } from '../case/case-number.ts'
import type { HeldCase } from '../case/useHeldCase.ts'
import { useCommands } from '../keys.ts'
import { useMessages } from '../messages/index.ts'
import { useStore } from '../store.ts'
import { Button } from '../ui/Button.tsx'
import { Failure } from '../ui/Failure.tsx'
import { Icon } from '../ui/Icon.tsx'
import { AppealCard } from './AppealCard.tsx'
import { DecidedCard } from './DecidedCard.tsx'
import { DecisionCard } from './DecisionCard.tsx'
import { type Draft, draftFrom } from './draft.ts'
import { LeaveForm, type Leaving } from './LeaveForm.tsx'
import { arriving, drafts, keepDraft, useRefusal } from './memory.ts'
import { NoticeCard } from './NoticeCard.tsx'
import { ReferralNote } from './ReferralNote.tsx'
import { useDecide } from './useDecide.ts'

// Few cases match a list that an exchange feeds: its part is fetched with the first of them.
const Feedback = lazy(async () => ({ default: (await import('../feedback/Feedback.tsx')).Feedback }))

/** The right pane: claim, decide, leave, or look back at what was decided. */
export function CardPane(props: {
  held: HeldCase
  acts: readonly string[]
  claiming: boolean
  claimError: Error | null
  giveBackError: Error | null
  onClaim: () => void
  onGiveBack: (draft: Draft) => void
}) {
  const { held, acts } = props
  const t = useMessages()
  const { shown, newest } = held
  const number = shown.number
  const kept = useStore(drafts).get(number)
  const [first] = useState(() => draftFrom(shown.draft, shown.card))
  const draft = kept ?? first
  const { decide } = useDecide()
  const reached = useStore(reach)
  const onItsWay = useStore(arriving) === number
  const refusal = useRefusal(number)
  const [leaving, setLeaving] = useState<Leaving | null>(null)
  const mine = newest.claim?.mine === true
  const others = newest.claim !== null && !mine ? newest.claim.by : null
  const decided = newest.state === 'decided' ? newest.decided : null
  const mayDecide = acts.includes(shown.appeal === null ? 'cases.decide' : 'appeals.decide')
  const { tookPart } = newest
  const claimable =
    !mine && !tookPart && others === null && decided === null && !onItsWay && acts.includes('cases.work')

  const leave = (kind: Leaving) => () => (mine ? setLeaving(kind) : false)
  useCommands({
    skip: leave('skip'),
    handoff: leave('handoff'),
    escalate: leave('escalate'),
    decide: () => (claimable && !props.claiming ? props.onClaim() : false),
  })

  const isMatched = shown.appeal === null && shown.signals.some(({ match }) => match !== undefined)
  const feedback = isMatched && acts.includes('exchanges.feedback') && (
    <Suspense>
      <Feedback number={number} />
    </Suspense>
  )
  if (decided !== null)
    return (
      <div className="min-h-0 overflow-y-auto">
        <ReferralNote referrals={newest.referrals} />
        <DecidedCard canReverse={acts.includes('decisions.reverse')} decided={decided} number={number} />
        {feedback}
      </div>
    )
  if (newest.state === 'decided') return <p className="p-3 text-muted">{t.decided.over}</p>
  if (leaving !== null && mine) return <LeaveForm kind={leaving} number={number} onClose={() => setLeaving(null)} />

  const blocked = !mayDecide
    ? t.card.notThisRole
    : tookPart
      ? t.errors.of('first_decider')
      : reached === 'unreachable'
        ? t.card.offline
        : others !== null
          ? t.card.othersHold(others)
          : mine
            ? null
            : onItsWay || props.claiming
              ? t.card.claiming
              : t.card.claimFirst
  const Card = shown.kind === 'notice' ? NoticeCard : shown.appeal === null ? DecisionCard : AppealCard
  return (
    <>
      <h2 className="sr-only">
        {shown.kind === 'notice' ? t.notice.title : shown.appeal === null ? t.card.title : t.appeal.title}
      </h2>
      {claimable && (
        <div className="shrink-0 border-b border-line p-3">
          <Button className="min-h-9" disabled={props.claiming} hint="Enter" look="lamp" onClick={props.onClaim} wide>
            <Icon name="hand" />
            {t.review.claim(caseName(number))}
          </Button>
        </div>
      )}
      {tookPart && <p className="border-b border-line bg-glow px-3 py-2">{t.errors.of('first_decider')}</p>}
      {others !== null && (
        <p className="border-b border-line bg-glow px-3 py-2">
          {t.card.othersHold(others)} {kept !== undefined && t.card.draftKept}
        </p>
      )}
      <ReferralNote referrals={shown.referrals} />
      {feedback}
      {[refusal, props.claimError, props.giveBackError].map(
        (error, index) =>
          error !== null && (
            // biome-ignore lint/suspicious/noArrayIndexKey: three fixed places
            <div className="shrink-0 p-3 pb-0" key={index}>
              <Failure error={error} />
            </div>
          ),
      )}
      <Card
        blocked={blocked}
        draft={draft}
        held={held}
        onDecide={(words) => void decide(held, draft, words)}
        onDraft={(next) => keepDraft(number, next)}
        otherWays={
          mine && (
            <div className="-mx-1 flex flex-wrap justify-between">
              <Button
                aria-keyshortcuts="s"
                className="gap-1 px-1 text-fine"
                hint="s"
                look="quiet"
                onClick={leave('skip')}
              >
                {t.leave.short.skip}
              </Button>
              <Button
                aria-keyshortcuts="o"
                className="gap-1 px-1 text-fine"
                hint="o"
                look="quiet"
                onClick={leave('handoff')}
              >
                {t.leave.short.handoff}
              </Button>
              <Button
                aria-keyshortcuts="e"
                className="gap-1 px-1 text-fine"
                hint="e"
                look="quiet"
                onClick={leave('escalate')}
              >
                {t.leave.short.escalate}
              </Button>
              <Button className="gap-1 px-1 text-fine" look="quiet" onClick={() => props.onGiveBack(draft)}>
                {t.review.giveBack}
              </Button>
            </div>
          )
        }
      />
    </>
  )
}
