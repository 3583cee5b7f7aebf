import { useMessages } from '../../messages/index.ts'
import { Chip } from '../../ui/Chip.tsx'
import type { Version } from './useRunning.ts'

/** What happened to a version, and who agreed to it. */
export function History({ version }: { version: Version }) {
  const t = useMessages()
  const { history } = t.rulebook
  return (
    <div className="grid gap-4 p-4">
      {version.history.length === 0 ? (
        <p className="text-muted">{history.none}</p>
      ) : (
        <ol className="grid gap-2">
          {version.history.toReversed().map((one) => (
            <li className="grid gap-0.5" key={`${one.at} ${one.op}`}>
              <p className="flex flex-wrap items-center gap-2">
                <span className="text-muted">{t.dateTime(one.at)}</span>
                <span className="font-semibold">{history.op[one.op]}</span>
                <span>{one.by}</span>
                {one.solo && <Chip look="strong">{history.solo}</Chip>}
              </p>
              {one.reason !== null && one.reason !== '' && <p className="wrap-anywhere">{one.reason}</p>}
            </li>
          ))}
        </ol>
      )}
      <p className="text-fine text-muted wrap-anywhere">
        {t.rulebook.hash} <code className="font-mono">{version.hash}</code>
      </p>
    </div>
  )
}
