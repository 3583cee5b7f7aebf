import { useRef, useState } from 'react'
import { useCommands } from '../keys.ts'
import { useMessages } from '../messages/index.ts'
import { TextArea } from '../ui/Field.tsx'
import { CardFoot } from './CardFoot.tsx'
import type { CardProps } from './DecisionCard.tsx'
import { appealGapOf, outcomes } from './draft.ts'
import { effectWords } from './effect-words.ts'
import { GapText } from './GapText.tsx'
import { Ways } from './Ways.tsx'

/** The card of an appeal: who decided first is not shown, nothing is preselected, the reasons are read by the user. */
export function AppealCard({ held, draft, blocked, onDraft, onDecide, otherWays }: CardProps) {
  const t = useMessages()
  const [asked, setAsked] = useState(0)
  const [shownGap, setShownGap] = useState(false)
  const frame = useRef<HTMLDivElement>(null)
  const gap = appealGapOf(draft)
  const { appeal } = held.shown

  const decide = () => {
    if (blocked !== null) return false
    if (gap === null) {
      onDecide(draft.outcome === null ? '' : t.outcome[draft.outcome])
      return true
    }
    setShownGap(true)
    if (gap === 'outcome') frame.current?.querySelector<HTMLInputElement>('input[name="outcome"]')?.focus()
    else setAsked(asked + 1)
    return true
  }
  useCommands({
    decide,
    policy: (digit) => {
      const outcome = outcomes[(digit ?? 1) - 1]
      if (outcome === undefined) return false
      onDraft({ ...draft, outcome })
      return true
    },
  })
  return (
    <div className="flex min-h-0 flex-1 flex-col" ref={frame}>
      <div className="pane grid min-h-0 flex-1 content-start gap-3 p-3">
        {appeal !== null && (
          <section aria-label={t.appeal.decision} className="grid gap-1 rounded-md bg-sunken p-2.5">
            <h3 className="text-fine font-semibold text-muted">{t.appeal.decision}</h3>
            <p>
              {t.said(appeal.notice.policy)} ·{' '}
              {appeal.notice.effects.map((effect) => effectWords(effect, t.choiceWords)).join(' · ')}
            </p>
            <p className="text-fine whitespace-pre-line text-muted" dir="auto">
              {appeal.notice.text}
            </p>
          </section>
        )}
        <Ways
          chosen={draft.outcome}
          legend={t.appeal.outcome}
          name="outcome"
          onChoose={(outcome) => onDraft({ ...draft, outcome })}
          ways={outcomes.map((id) => ({ id, title: t.outcome[id], means: t.outcomeMeans[id] }))}
        />
        <GapText
          ask={asked}
          label={t.appeal.reasons}
          onWrite={(reasons) => onDraft({ ...draft, reasons })}
          rows={6}
          value={draft.reasons}
        />
        <TextArea
          label={t.card.note}
          onChange={(event) => onDraft({ ...draft, note: event.target.value })}
          rows={2}
          value={draft.note}
        />
      </div>
      <CardFoot
        blocked={blocked}
        gap={shownGap && gap !== null ? t.card.gap[gap] : null}
        label={draft.outcome === null ? t.card.decide : t.card.decideAs(t.outcome[draft.outcome])}
        onDecide={decide}
        otherWays={otherWays}
      />
    </div>
  )
}
