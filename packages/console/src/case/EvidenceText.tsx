import { useMessages } from '../messages/index.ts'
import { segmentsOf, type TextMark } from './text.ts'

/** A text of somebody else's: isolated from our own direction, matches underlined, what cannot be seen made visible. */
export function EvidenceText({ text, marks }: { text: string; marks: readonly TextMark[] }) {
  const t = useMessages()
  let at = 0
  return (
    <bdi className="block whitespace-pre-wrap wrap-anywhere" dir="auto">
      {segmentsOf(text, marks).map(({ source, kind, label, whys }) => {
        const key = at
        at += source.length
        const body =
          kind === 'unseen' ? (
            <span className="unseen" key={key} title={t.evidence.unseen(label)}>
              {label}
            </span>
          ) : (
            source
          )
        if (whys.length === 0) return <span key={key}>{body}</span>
        return (
          <mark className="hit" key={key} title={whys.map(t.said).join(' · ')}>
            {body}
          </mark>
        )
      })}
    </bdi>
  )
}
