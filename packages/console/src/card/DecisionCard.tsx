import { type Choice, severeChoices } from '@lamplighter/api'
import { type ReactNode, useRef, useState } from 'react'
import { effectIn } from '../case/told.ts'
import type { HeldCase } from '../case/useHeldCase.ts'
import { useCommands } from '../keys.ts'
import { useMessages } from '../messages/index.ts'
import { Select, TextArea } from '../ui/Field.tsx'
import { CardFoot } from './CardFoot.tsx'
import { ChoicePicker } from './ChoicePicker.tsx'
import {
  chooseAction,
  choosePolicy,
  type Draft,
  gapOf,
  languageOf,
  languagesOf,
  policyOf,
  statementOf,
  tellsPerson,
  writeStatement,
} from './draft.ts'
import { GapText } from './GapText.tsx'
import { PolicyPicker } from './PolicyPicker.tsx'

export interface CardProps {
  held: HeldCase
  draft: Draft
  /** Why nothing can be decided now, in words; null when it can. */
  blocked: string | null
  onDraft: (draft: Draft) => void
  onDecide: (words: string) => void
  /** What else can be done with the case, under the button. */
  otherWays: ReactNode
}

/** The decision card: policy, action, effects, statement, reason, note (console.md §4). */
export function DecisionCard({ held, draft, blocked, onDraft, onDecide, otherWays }: CardProps) {
  const t = useMessages()
  const { card, account } = held.shown
  const person = account.ref === '' ? null : account.ref
  const [asked, setAsked] = useState(0)
  const [shownGap, setShownGap] = useState<string | null>(null)
  const frame = useRef<HTMLDivElement>(null)
  const policy = policyOf(card, draft)
  const chosen = card.choices.find(({ choice }) => choice === draft.choice)
  const gap = gapOf(card, draft)

  const decide = () => {
    if (blocked !== null) return false
    if (gap === null) {
      onDecide(draft.choice === null ? '' : t.choice[draft.choice])
      return true
    }
    setShownGap(gap)
    setAsked(asked + 1)
    if (gap === 'policy' || gap === 'choice')
      frame.current?.querySelector<HTMLInputElement>(`input[name="${gap}"]:enabled`)?.focus()
    if (gap === 'reason') frame.current?.querySelector('select')?.focus()
    return true
  }
  const choose = (choice: Choice) => {
    setShownGap(null)
    onDraft(chooseAction(draft, card, choice))
  }
  const byKey = (choice: Choice) => () => (card.choices.some((one) => one.choice === choice) ? choose(choice) : false)
  useCommands({
    decide,
    none: byKey('none'),
    remove: byKey('remove'),
    warn: byKey('warn'),
    limit: byKey('limit'),
  })
  const suggestion = policy?.suggested
  const why =
    suggestion && suggestion.choice === draft.choice && !severeChoices.includes(suggestion.choice)
      ? suggestion.choice === 'none'
        ? t.card.noneSuggested
        : t.card.suggestedFor(t.severity[policy.severity], held.shown.account.strikes)
      : null

  return (
    <div className="flex min-h-0 flex-1 flex-col" ref={frame}>
      <div className="pane grid min-h-0 flex-1 content-start gap-3 p-3">
        <PolicyPicker
          chosen={draft.policy}
          invalid={shownGap === 'policy'}
          onChoose={(id) => {
            setShownGap(null)
            onDraft(choosePolicy(draft, card, id))
          }}
          policies={card.policies.map((one) => ({ ...one, name: t.said(one.name) }))}
        />
        <ChoicePicker choices={card.choices} chosen={draft.choice} onChoose={choose} why={why} />
        {chosen !== undefined && (
          <section aria-label={t.card.effects} className="border-s-2 border-lamp ps-2.5" data-state-line>
            <h3 className="text-fine font-semibold text-muted">{t.card.effects}</h3>
            <p>
              {chosen.effects.length === 0
                ? t.card.noEffects
                : chosen.effects.map((effect) => effectIn(t, effect, person)).join(' · ')}
            </p>
          </section>
        )}
        {policy !== null && tellsPerson(card, draft) && (
          <>
            {languagesOf(policy).length > 1 && (
              <Select
                label={t.card.language}
                onChange={(event) => onDraft({ ...draft, language: event.target.value })}
                value={languageOf(draft, policy)}
              >
                {languagesOf(policy).map((language) => (
                  <option key={language} value={language}>
                    {t.languageName(language)}
                  </option>
                ))}
              </Select>
            )}
            <GapText
              ask={shownGap === 'placeholder' || shownGap === 'statement' ? asked : 0}
              label={t.card.statement}
              lang={languageOf(draft, policy)}
              onWrite={(text) => onDraft(writeStatement(draft, policy, text))}
              rows={5}
              value={statementOf(draft, policy)}
            />
          </>
        )}
        {policy !== null && draft.choice !== 'none' && policy.reasonCodes.length > 0 && (
          <Select
            label={t.card.reasonCode}
            onChange={(event) => onDraft({ ...draft, reasonCode: event.target.value })}
            value={draft.reasonCode ?? ''}
          >
            {policy.reasonCodes.map(({ code, name }) => (
              <option key={code} value={code}>
                {t.said(name)}
              </option>
            ))}
          </Select>
        )}
        <TextArea
          label={t.card.note}
          onChange={(event) => onDraft({ ...draft, note: event.target.value })}
          rows={2}
          value={draft.note}
        />
      </div>
      <CardFoot
        blocked={blocked}
        gap={shownGap !== null && gap !== null ? t.card.gap[gap] : null}
        label={draft.choice === null ? t.card.decide : t.card.decideAs(t.choice[draft.choice])}
        onDecide={decide}
        otherWays={otherWays}
      />
    </div>
  )
}
