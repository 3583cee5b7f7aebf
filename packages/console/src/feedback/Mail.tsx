import type { MatchFeedbackJson } from '@lamplighter/api'
import { useState } from 'react'
import { useMessages } from '../messages/index.ts'
import { Button } from '../ui/Button.tsx'

/** The text of a mail to a source that has no call for feedback: read it, copy it, send it as you like. */
export function Mail(props: { match: MatchFeedbackJson; says: 'upheld' | 'rejected'; decidedAt: number }) {
  const { match, says, decidedAt } = props
  const t = useMessages()
  const [copied, setCopied] = useState(false)
  const text = t.feedback.mailText[says](match.reference ?? '', match.source, t.date(decidedAt))
  return (
    <>
      <p>{t.feedback.mail}</p>
      <blockquote className="border-s-2 border-line ps-2 select-all">{text}</blockquote>
      <Button
        className="justify-self-start"
        onClick={() =>
          void navigator.clipboard.writeText(text).then(
            () => setCopied(true),
            () => setCopied(false),
          )
        }
      >
        {copied ? t.copied : t.copy}
      </Button>
    </>
  )
}
