import { useMessages } from '../messages/index.ts'
import { useNow } from '../time.ts'
import { Button } from '../ui/Button.tsx'
import type { HeldCase } from './useHeldCase.ts'

/** "Changed by R-7, 12 s ago": what is different, and a button to take it over. What was typed stays. */
export function StaleBanner({ held, onAdopt }: { held: HeldCase; onAdopt: () => void }) {
  const t = useMessages()
  const now = useNow(1_000)
  return (
    <section
      aria-label={t.stale.label}
      className="flex shrink-0 flex-wrap items-center gap-x-4 gap-y-1 border-b border-accent bg-glow px-4 py-2"
    >
      <p className="font-semibold">
        {held.changed === null ? t.stale.changed : t.stale.changedBy(held.changed.by, now - held.changed.at)}
      </p>
      <ul className="flex flex-wrap gap-x-3">
        {held.changes.map((change) => (
          <li key={change.what}>{t.stale.change(change)}</li>
        ))}
      </ul>
      <span className="ms-auto flex items-center gap-3">
        <span className="text-fine text-muted">{t.stale.kept}</span>
        <Button
          onClick={() => {
            held.adopt()
            onAdopt()
          }}
        >
          {t.stale.adopt}
        </Button>
      </span>
    </section>
  )
}
