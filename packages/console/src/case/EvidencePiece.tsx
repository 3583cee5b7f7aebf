import type { EvidenceJson } from '@lamplighter/api'
import { useEffect, useRef } from 'react'
import { useMessages } from '../messages/index.ts'
import { Reveal } from '../reveal/Reveal.tsx'
import { Chip } from '../ui/Chip.tsx'
import { Icon } from '../ui/Icon.tsx'
import { EvidenceText } from './EvidenceText.tsx'

/** One piece of evidence in its conversation. Links are words; media are facts until asked for. */
export function EvidencePiece(props: {
  number: number
  piece: EvidenceJson
  current: boolean
  /** Focus moves here when the piece was chosen by key. */
  follow: boolean
  mayReveal: string | null
  onChoose: () => void
}) {
  const { piece, current, follow } = props
  const t = useMessages()
  const frame = useRef<HTMLElement>(null)
  useEffect(() => {
    if (!current || !follow) return
    frame.current?.focus({ preventScroll: true })
    frame.current?.scrollIntoView({ block: 'nearest' })
  }, [current, follow])
  return (
    <article
      aria-current={current ? 'true' : undefined}
      aria-label={t.evidence.label(piece.ref, piece.author.words)}
      className={`grid gap-1.5 rounded-lg border bg-surface px-3.5 py-2.5 ${current ? 'border-accent' : 'border-line'} ${piece.reported ? 'border-s-4 border-s-lamp' : ''}`}
      data-state-line={piece.reported ? '' : undefined}
      onFocus={props.onChoose}
      ref={frame}
      tabIndex={-1}
    >
      <header className="flex flex-wrap items-center gap-x-2 gap-y-1 text-fine text-muted">
        <span className="font-mono">{piece.ref}</span>
        <span className="font-semibold text-ink">
          <bdi>{t.said(piece.author.words)}</bdi>
        </span>
        <span>{t.evidence.role[piece.author.role]}</span>
        <time dateTime={new Date(piece.at).toISOString()}>{t.dateTime(piece.at)}</time>
        <span className="ms-auto flex flex-wrap items-center gap-1">
          {piece.reported && <Chip look="strong">{t.evidence.reported}</Chip>}
          <Chip>{t.provenance[piece.provenance]}</Chip>
          {piece.state !== null && <Chip>{t.named('itemState', piece.state)}</Chip>}
        </span>
      </header>
      {piece.text !== null && (
        <div className="text-reading">
          <EvidenceText marks={piece.marks} text={piece.text} />
        </div>
      )}
      {piece.off !== null && <p className="text-muted">{t.evidence.off(piece.off)}</p>}
      {piece.marks.length > 0 && (
        <p className="text-fine text-muted">
          {t.evidence.matched} {[...new Set(piece.marks.map(({ why }) => t.said(why)))].join(' · ')}
        </p>
      )}
      {piece.links.length > 0 && (
        <ul className="grid gap-0.5">
          {piece.links.map((link) => (
            <li className="flex items-start gap-1.5 font-mono text-fine text-muted" key={link}>
              <Icon name="link" size={14} />
              <EvidenceText marks={[]} text={link} />
            </li>
          ))}
        </ul>
      )}
      {piece.media !== null && (
        <Reveal
          current={current}
          key={piece.media.exhibit}
          mayReveal={props.mayReveal}
          media={piece.media}
          number={props.number}
        />
      )}
    </article>
  )
}
