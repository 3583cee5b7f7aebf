import type { LogState } from '@lamplighter/api'
import { useQuery } from '@tanstack/react-query'
import type { z } from 'zod'
import { logQuery } from '../../api/queries.ts'
import { useMessages } from '../../messages/index.ts'
import { useNow } from '../../time.ts'
import { Chip } from '../../ui/Chip.tsx'
import { Loaded } from '../../ui/Loaded.tsx'

/** How the transparency log stands, and the command with which anybody checks it. */
export function Log() {
  const t = useMessages()
  const log = useQuery(logQuery)
  return (
    <Loaded query={log}>
      {({ items, verifyCommand }) => (
        <>
          {items.length === 0 && <p className="text-muted">{t.log.none}</p>}
          <div className="grid gap-4 dense:grid-cols-2">
            {items.map((state) => (
              <State key={state.log} state={state} />
            ))}
          </div>
          <section aria-labelledby="verify" className="grid gap-2">
            <h2 className="text-title font-semibold" id="verify">
              {t.log.verify}
            </h2>
            <p className="max-w-prose text-muted">{t.log.verifyWords}</p>
            <code className="block rounded-md border border-line bg-surface px-3 py-2 font-mono select-all">
              {verifyCommand}
            </code>
          </section>
        </>
      )}
    </Loaded>
  )
}

function State({ state }: { state: z.output<typeof LogState> }) {
  const t = useMessages()
  const now = useNow(5_000)
  const rows: [string, string][] = [
    [t.log.size, t.count(state.size)],
    [t.log.checkpoint, state.checkpointAt === null ? t.never : t.ago(now - state.checkpointAt)],
    [t.log.every, t.length(state.everyMs)],
    [
      t.log.pending,
      state.oldestPendingAt === null
        ? t.count(state.pending)
        : `${t.count(state.pending)} · ${t.home.age(now - state.oldestPendingAt)}`,
    ],
    [t.log.witnessed, state.witnessed ? t.yes : t.log.notWitnessed],
  ]
  return (
    <section
      aria-label={t.log.name[state.log]}
      className="grid content-start gap-3 rounded-xl border border-line bg-surface p-4"
    >
      <h2 className="flex flex-wrap items-center gap-2 text-title font-semibold">
        {t.log.name[state.log]}
        {state.halt !== null && <Chip look="unknown">{t.log.halted}</Chip>}
      </h2>
      {state.halt !== null && <p>{state.halt}</p>}
      <p className="text-muted">{state.origin}</p>
      <dl className="grid grid-cols-[max-content_1fr] gap-x-6 gap-y-1">
        {rows.map(([name, value]) => (
          <div className="contents" key={name}>
            <dt className="text-muted">{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      <div>
        <p className="text-fine text-muted">{t.log.root}</p>
        <code className="font-mono text-fine break-all">{state.root}</code>
      </div>
    </section>
  )
}
