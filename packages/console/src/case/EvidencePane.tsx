import type { CaseJson } from '@lamplighter/api'
import { useState } from 'react'
import { useCommands } from '../keys.ts'
import { useMessages } from '../messages/index.ts'
import { Tabs } from '../ui/Tabs.tsx'
import { EvidencePiece } from './EvidencePiece.tsx'
import { EvidenceText } from './EvidenceText.tsx'
import { Notes } from './Notes.tsx'
import { factIn, lineIn } from './told.ts'

export const caseTabs = ['context', 'history', 'notes', 'account'] as const
export type CaseTab = (typeof caseTabs)[number]

/** The centre pane: the evidence in its conversation, and what else is known, in tabs. */
export function EvidencePane(props: {
  shown: CaseJson
  tab: CaseTab
  /** Chosen piece (`E2`), or none yet. */
  piece: string | undefined
  mayReveal: string | null
  onTab: (tab: CaseTab) => void
  onPiece: (ref: string) => void
}) {
  const { shown, tab } = props
  const t = useMessages()
  const [byKey, setByKey] = useState(false)
  const [noteWanted, setNoteWanted] = useState(0)
  const firstOfInterest = shown.evidence.find(({ media, reported }) => media !== null || reported) ?? shown.evidence[0]
  const at = Math.max(
    0,
    shown.evidence.findIndex(({ ref }) => ref === (props.piece ?? firstOfInterest?.ref)),
  )
  const step = (by: 1 | -1) => () => {
    const target = shown.evidence[props.piece === undefined && by === 1 && !byKey ? at : at + by]
    setByKey(true)
    if (tab !== 'context') props.onTab('context')
    if (target) props.onPiece(target.ref)
  }
  useCommands({
    'evidence-next': step(1),
    'evidence-previous': step(-1),
    note: () => {
      props.onTab('notes')
      setNoteWanted((times) => times + 1)
    },
  })
  return (
    <Tabs
      label={t.tabs.label}
      onChange={props.onTab}
      tabs={[
        {
          value: 'context',
          label: t.tabs.context(shown.evidence.length),
          panel: (
            <div className="grid gap-2 p-3 pb-16">
              {shown.appeal !== null && (
                <section
                  aria-label={t.appeal.text}
                  className="rounded-lg border border-accent bg-surface px-3.5 py-2.5"
                >
                  <h2 className="text-fine font-semibold text-muted">
                    {t.appeal.text} · {t.dateTime(shown.appeal.at)}
                  </h2>
                  <div className="text-reading">
                    <EvidenceText marks={[]} text={shown.appeal.text} />
                  </div>
                </section>
              )}
              {shown.evidence.length === 0 && <p className="p-2 text-muted">{t.evidence.none}</p>}
              {shown.evidence.map((piece, index) => (
                <EvidencePiece
                  current={index === at}
                  follow={byKey}
                  key={piece.ref}
                  mayReveal={props.mayReveal}
                  number={shown.number}
                  onChoose={() => {
                    if (index === at) return
                    setByKey(false)
                    props.onPiece(piece.ref)
                  }}
                  piece={piece}
                />
              ))}
            </div>
          ),
        },
        {
          value: 'history',
          label: t.tabs.history,
          panel: (
            <ol className="grid gap-3 p-4">
              {shown.history.length === 0 && <li className="text-muted">{t.history.none}</li>}
              {shown.history.map((line) => (
                <li className="grid grid-cols-[9.5rem_5rem_1fr] gap-3" key={`${line.at} ${line.words}`}>
                  <time className="text-muted" dateTime={new Date(line.at).toISOString()}>
                    {t.dateTime(line.at)}
                  </time>
                  <span className="font-semibold">{t.told.by(line.by)}</span>
                  <span>{lineIn(t, line)}</span>
                </li>
              ))}
            </ol>
          ),
        },
        { value: 'notes', label: t.tabs.notes(shown.notes.length), panel: <Notes shown={shown} wanted={noteWanted} /> },
        { value: 'account', label: t.tabs.account, panel: <Account shown={shown} /> },
      ]}
      value={tab}
    />
  )
}

function Account({ shown }: { shown: CaseJson }) {
  const t = useMessages()
  const { account } = shown
  const rows: [string, string][] = [
    [t.account.strikes, String(account.strikes)],
    [t.account.openCases, String(account.openCases)],
    ...account.facts.map((fact) => factIn(t, fact)),
  ]
  return (
    <dl className="grid grid-cols-[max-content_1fr] gap-x-6 gap-y-2 p-4">
      {rows.map(([name, value]) => (
        <div className="contents" key={name}>
          <dt className="text-muted">{name}</dt>
          <dd>
            <EvidenceText marks={[]} text={value} />
          </dd>
        </div>
      ))}
    </dl>
  )
}
