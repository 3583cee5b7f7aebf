import type { EvidenceJson } from '@lamplighter/api'
import { matchWords } from '../case/match-words.ts'
import { useMessages } from '../messages/index.ts'
import { Chip } from '../ui/Chip.tsx'
import { Icon } from '../ui/Icon.tsx'

type Media = NonNullable<EvidenceJson['media']>

/** Step 0: what is known of a file without looking at it. Unknown parts are said, never left out. */
export function MediaFacts({ media }: { media: Media }) {
  const t = useMessages()
  const size = media.width !== null && media.height !== null ? `${media.width} × ${media.height}` : t.reveal.noSize
  return (
    <div className="grid gap-1.5">
      <p className="flex flex-wrap items-center gap-x-3 gap-y-1">
        <span className="inline-flex items-center gap-1.5">
          <Icon name="picture" />
          {media.type}
        </span>
        <span>{size}</span>
        <span>{t.bytes(media.size)}</span>
        {media.claimedType !== null && media.claimedType !== media.type && (
          <Chip look="strong">{t.reveal.claimed(media.claimedType)}</Chip>
        )}
        {media.flags.map((flag) => (
          <Chip key={flag} look="strong">
            {t.named('flag', flag)}
          </Chip>
        ))}
      </p>
      <ul className="grid gap-1">
        {media.hits.map((hit) => (
          <li className="flex flex-wrap items-center gap-1.5" key={hit.list}>
            <Chip look={hit.weak ? 'unknown' : 'strong'}>{t.reveal.hit(hit.list, numberOf(hit.version))}</Chip>
            <span className="text-fine text-muted">
              {[
                ...matchWords(t, hit),
                ...(hit.others > 0 ? [t.match.others(hit.others)] : []),
                ...(hit.sealed ? [t.signals.sealed] : []),
              ].join(' · ')}
            </span>
          </li>
        ))}
        {media.silenced.map(({ list, version, entry, exception }) => (
          <li className="flex flex-wrap items-center gap-1.5" key={exception}>
            <Chip>{t.reveal.hit(list, numberOf(version))}</Chip>
            <span className="text-fine text-muted">{t.reveal.silenced(entry)}</span>
          </li>
        ))}
        {media.unknown.map(({ part, why }) => (
          <li key={part}>
            <Chip look="unknown">{t.signals.unknown(t.named('part', part), t.named('why', why))}</Chip>
          </li>
        ))}
        {media.hits.length === 0 && media.unknown.length === 0 && (
          <li className="text-fine text-muted">{t.reveal.noHits}</li>
        )}
        {media.decidedBefore > 0 && (
          <li className="text-fine text-muted">{t.reveal.decidedBefore(media.decidedBefore)}</li>
        )}
      </ul>
    </div>
  )
}

/** `v1` is version 1. */
const numberOf = (version: string): string => version.replace(/^v/, '')
