import { MOST_WITHHELD_DAYS } from '@lamplighter/api'
import { useRef, useState } from 'react'
import { useCommands } from '../keys.ts'
import { useMessages } from '../messages/index.ts'
import { TextArea, TextField } from '../ui/Field.tsx'
import { CardFoot } from './CardFoot.tsx'
import type { CardProps } from './DecisionCard.tsx'
import { noticeGapOf, noticeWays } from './draft.ts'
import { effectWords } from './effect-words.ts'
import { Ways } from './Ways.tsx'

/** The card of notices that a rule withheld until now: send them, or let them wait with a reason (rules.md §7.1). */
export function NoticeCard({ held, draft, blocked, onDraft, onDecide, otherWays }: CardProps) {
  const t = useMessages()
  const [shownGap, setShownGap] = useState(false)
  const frame = useRef<HTMLDivElement>(null)
  const gap = noticeGapOf(draft)
  const { withheld } = held.shown

  const decide = () => {
    if (blocked !== null) return false
    if (gap === null) {
      onDecide(draft.notice === null ? '' : t.notice.ways[draft.notice])
      return true
    }
    setShownGap(true)
    const missing = gap === 'outcome' ? 'input[name="notice"]' : gap === 'days' ? 'input[type="number"]' : 'textarea'
    frame.current?.querySelector<HTMLElement>(missing)?.focus()
    return true
  }
  useCommands({
    decide,
    policy: (digit) => {
      const notice = noticeWays[(digit ?? 1) - 1]
      if (notice === undefined) return false
      onDraft({ ...draft, notice })
      return true
    },
  })
  return (
    <div className="flex min-h-0 flex-1 flex-col" ref={frame}>
      <div className="pane grid min-h-0 flex-1 content-start gap-3 p-3">
        {withheld.length === 0 && <p className="text-muted">{t.notice.nothing}</p>}
        {withheld.map((one) => (
          <section
            aria-label={t.notice.waits}
            className="grid gap-1 rounded-md bg-sunken p-2.5"
            key={`${one.since} ${one.text}`}
          >
            <h3 className="text-fine font-semibold text-muted">{t.notice.since(t.dateTime(one.since))}</h3>
            <p>
              {t.said(one.policy)} · {one.effects.map((effect) => effectWords(effect, t.choiceWords)).join(' · ')}
            </p>
            <p className="text-fine whitespace-pre-line text-muted" dir="auto">
              {one.text}
            </p>
            <p className="text-fine">{t.notice.because(t.said(one.because))}</p>
          </section>
        ))}
        <Ways
          chosen={draft.notice}
          legend={t.notice.choose}
          name="notice"
          onChoose={(notice) => onDraft({ ...draft, notice })}
          ways={noticeWays.map((id) => ({ id, title: t.notice.ways[id], means: t.notice.means[id] }))}
        />
        {draft.notice === 'withhold' && (
          <>
            <TextField
              help={t.notice.most(MOST_WITHHELD_DAYS)}
              label={t.notice.days}
              max={MOST_WITHHELD_DAYS}
              min={1}
              onChange={(event) => onDraft({ ...draft, days: event.target.value })}
              type="number"
              value={draft.days}
            />
            <TextArea
              label={t.notice.reason}
              onChange={(event) => onDraft({ ...draft, reasons: event.target.value })}
              rows={3}
              value={draft.reasons}
            />
          </>
        )}
      </div>
      <CardFoot
        blocked={blocked}
        gap={shownGap && gap !== null ? t.card.gap[gap] : null}
        label={draft.notice === null ? t.card.decide : t.card.decideAs(t.notice.ways[draft.notice])}
        onDecide={decide}
        otherWays={otherWays}
      />
    </div>
  )
}
