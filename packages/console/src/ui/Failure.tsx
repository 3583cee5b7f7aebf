import { ApiError } from '../api/errors.ts'
import { useMessages } from '../messages/index.ts'
import { Button } from './Button.tsx'
import { Icon } from './Icon.tsx'

/** A part that failed: what happened, what to do, and the id an administrator can look up. The rest of the page works on. */
export function Failure(props: {
  error: unknown
  /** Words of this page for some codes, instead of the general ones. */
  words?: Readonly<Record<string, string>>
  onAgain?: () => void
}) {
  const { error, words, onAgain } = props
  const t = useMessages()
  const known = error instanceof ApiError ? error : null
  return (
    <div className="grid justify-items-start gap-1.5 rounded-md border border-edge bg-sunken p-3" role="alert">
      <p className="flex items-center gap-2 font-semibold">
        <Icon name="alert" />
        {words?.[known?.code ?? ''] ?? t.errors.of(known?.code ?? 'unreadable')}
      </p>
      {known !== null && known.status > 0 && known.code !== 'unreadable' && (
        <p className="text-muted" lang="en">
          {known.message}
        </p>
      )}
      {known?.requestId && (
        <p className="text-fine text-muted">
          {t.errors.request} <code className="font-mono">{known.requestId}</code>
        </p>
      )}
      {onAgain && (
        <Button onClick={onAgain}>
          <Icon name="refresh" />
          {t.again}
        </Button>
      )}
    </div>
  )
}
