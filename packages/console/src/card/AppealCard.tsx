import { useRef, useState } from 'react'
import { wordsOf } from '../case/case-number.ts'
import { useCommands } from '../keys.ts'
import { useMessages } from '../messages/index.ts'
import { TextArea } from '../ui/Field.tsx'
import { Kbd } from '../ui/Kbd.tsx'
import { CardFoot } from './CardFoot.tsx'
import type { CardProps } from './DecisionCard.tsx'
import { appealGapOf, outcomes } from './draft.ts'
import { GapText } from './GapText.tsx'

/** `limit links` as *limit: links*; a measure in words of its own stays as it was written. */
const effectWords = (effect: string, choiceWords: (choice: string) => string): string => {
  const [, act = effect, capability] = /^(limit) (\S+)$/.exec(effect) ?? []
  return capability === undefined ? choiceWords(act) : `${choiceWords(act)}: ${wordsOf(capability)}`
}

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
              {appeal.notice.policy} ·{' '}
              {appeal.notice.effects.map((effect) => effectWords(effect, t.choiceWords)).join(' · ')}
            </p>
            <p className="text-fine whitespace-pre-line text-muted" dir="auto">
              {appeal.notice.text}
            </p>
          </section>
        )}
        <fieldset className="grid gap-1">
          <legend className="mb-1 text-fine font-semibold text-muted">{t.appeal.outcome}</legend>
          {outcomes.map((outcome, index) => (
            <label
              className="flex min-h-9 cursor-pointer items-center gap-2 rounded-md border border-line px-2 hover:border-edge has-checked:border-accent has-checked:bg-glow has-focus-visible:outline-2 has-focus-visible:outline-accent"
              key={outcome}
            >
              <input
                checked={draft.outcome === outcome}
                className="size-3.5 shrink-0 accent-accent outline-none"
                name="outcome"
                onChange={() => onDraft({ ...draft, outcome })}
                type="radio"
              />
              <span className="flex-1">
                <span className="font-semibold">{t.outcome[outcome]}</span>{' '}
                <span className="text-fine text-muted">{t.outcomeMeans[outcome]}</span>
              </span>
              <Kbd>{index + 1}</Kbd>
            </label>
          ))}
        </fieldset>
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
