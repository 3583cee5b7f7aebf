import { type Connection, pauseConnection, resumeConnection, testConnection } from '@lamplighter/api'
import { useQuery } from '@tanstack/react-query'
import { getRouteApi, Link } from '@tanstack/react-router'
import { connectionsQuery } from '../../api/queries.ts'
import { useMessages } from '../../messages/index.ts'
import { useNow } from '../../time.ts'
import { Button } from '../../ui/Button.tsx'
import { Chip } from '../../ui/Chip.tsx'
import { Failure } from '../../ui/Failure.tsx'
import { Loaded } from '../../ui/Loaded.tsx'
import { Reasoned } from '../../ui/Reasoned.tsx'
import { Deliveries } from './Deliveries.tsx'
import { NewConnection } from './NewConnection.tsx'
import { useAct } from './useAct.ts'
import { useMay } from './useMay.ts'

const route = getRouteApi('/settings/$page')

/** Where actions go: each endpoint with its state, and the deliveries of the one that is open. */
export function Connections() {
  const t = useMessages()
  const connections = useQuery(connectionsQuery)
  const manage = useMay('connections.manage')
  const search = route.useSearch()
  return (
    <>
      <Loaded query={connections}>
        {({ items }) => (
          <>
            {items.length === 0 && <p className="text-muted">{t.connections.none}</p>}
            <ul className="grid grid-cols-1 gap-4">
              {items.map((connection) => (
                <li key={connection.id}>
                  <One connection={connection} manage={manage} open={search.connection === connection.id} />
                </li>
              ))}
            </ul>
          </>
        )}
      </Loaded>
      {manage && <NewConnection />}
    </>
  )
}

function One({ connection, manage, open }: { connection: Connection; manage: boolean; open: boolean }) {
  const t = useMessages()
  const now = useNow(15_000)
  const changed = ['connections', 'deliveries']
  const pause = useAct(pauseConnection, changed, t.connections.pausedSpoken)
  const resume = useAct(resumeConnection, changed, t.connections.resumedSpoken)
  const test = useAct(testConnection, changed, t.connections.testSent)
  const params = { id: connection.id }
  const error = pause.error ?? resume.error ?? test.error
  return (
    <section
      aria-label={connection.name}
      className="grid grid-cols-1 gap-3 rounded-xl border border-line bg-surface p-4"
    >
      <header className="flex flex-wrap items-center gap-2">
        <h2 className="text-title font-semibold">{connection.name}</h2>
        <Chip look={connection.state === 'paused' ? 'strong' : 'plain'}>{t.connections.states[connection.state]}</Chip>
        {connection.parked > 0 && <Chip look="strong">{t.connections.parked(connection.parked)}</Chip>}
        <span className="ms-auto flex flex-wrap items-end gap-2">
          {manage && connection.kind === 'webhook' && (
            <Button disabled={test.isPending} onClick={() => test.mutate({ params })}>
              {t.connections.test}
            </Button>
          )}
          {manage &&
            (connection.state === 'paused' ? (
              <Button disabled={resume.isPending} onClick={() => resume.mutate({ params })}>
                {t.connections.resume}
              </Button>
            ) : (
              <Reasoned
                busy={pause.isPending}
                label={t.connections.pause}
                name={t.connections.pauseOne(connection.name)}
                onReason={(reason) => pause.mutate({ params, body: { reason } })}
              />
            ))}
        </span>
      </header>
      {connection.pausedWhy !== null && <p>{connection.pausedWhy}</p>}
      {error !== null && <Failure error={error} />}
      <dl className="grid grid-cols-[max-content_minmax(0,1fr)] gap-x-6 gap-y-1 wrap-anywhere">
        <dt className="text-muted">{connection.kind === 'webhook' ? t.connections.address : t.connections.way}</dt>
        <dd className={connection.url === null ? '' : 'font-mono text-fine'}>
          {connection.url ?? t.connections.polled}
        </dd>
        <dt className="text-muted">{t.connections.does}</dt>
        <dd>{connection.does.map((one) => t.do[one]).join(' · ')}</dd>
        {connection.secretLast4 !== null && (
          <>
            <dt className="text-muted">{t.connections.secret}</dt>
            <dd>
              …{connection.secretLast4}
              {connection.secretSetAt !== null && ` · ${t.date(connection.secretSetAt)}`}
            </dd>
          </>
        )}
        <dt className="text-muted">{t.home.waiting}</dt>
        <dd>
          {t.count(connection.waiting)}
          {connection.oldestAt !== null && ` · ${t.home.age(now - connection.oldestAt)}`}
        </dd>
      </dl>
      {open ? (
        <Deliveries id={connection.id} manage={manage} />
      ) : (
        <Link
          className="inline-flex min-h-6 items-center justify-self-start text-accent underline underline-offset-2"
          params={{ page: 'connections' }}
          search={{ connection: connection.id }}
          to="/settings/$page"
        >
          {t.connections.showDeliveries}
        </Link>
      )}
    </section>
  )
}
