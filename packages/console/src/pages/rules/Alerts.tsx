import { useMessages } from '../../messages/index.ts'
import { Icon } from '../../ui/Icon.tsx'
import type { Ruleset } from './useRunning.ts'

/** What the holders of some roles must hear of. Nothing is shown where there is nothing. */
export function Alerts({ alerts }: Pick<Ruleset, 'alerts'>) {
  const t = useMessages()
  if (alerts.length === 0) return null
  return (
    <section aria-labelledby="alerts" className="grid gap-2 rounded-xl border border-accent bg-glow p-4">
      <h2 className="flex items-center gap-2 font-semibold" id="alerts">
        <Icon name="alert" />
        {t.rulebook.alerts}
      </h2>
      <ul className="grid gap-1">
        {alerts.map(({ at, kind, rule, version, words, roles }) => (
          <li key={`${at} ${kind} ${rule} ${version}`}>
            <span className="text-muted">{t.dateTime(at)}</span> · {t.rulebook.alert[kind](rule, words)}{' '}
            <span className="text-fine text-muted">({roles.map((role) => t.role[role]).join(', ')})</span>
          </li>
        ))}
      </ul>
    </section>
  )
}
