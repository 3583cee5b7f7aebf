import { cancelDelivery, type Delivery, replayDelivery } from '@lamplighter/api'
import { useQuery } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { deliveriesQuery } from '../../api/queries.ts'
import { useMessages } from '../../messages/index.ts'
import { Button } from '../../ui/Button.tsx'
import { Chip } from '../../ui/Chip.tsx'
import { Failure } from '../../ui/Failure.tsx'
import { Select } from '../../ui/Field.tsx'
import { Loaded } from '../../ui/Loaded.tsx'
import { Reasoned } from '../../ui/Reasoned.tsx'
import { useAct } from './useAct.ts'

const route = getRouteApi('/settings/$page')
const filters = ['parked', 'unclear', 'waiting', 'delivered', 'cancelled'] as const

/** The last twenty deliveries of one endpoint; parked rows can be sent again or given up. */
export function Deliveries({ id, manage }: { id: string; manage: boolean }) {
  const t = useMessages()
  const { state } = route.useSearch()
  const navigate = route.useNavigate()
  const deliveries = useQuery(deliveriesQuery(id, state))
  return (
    <div className="grid gap-3 border-t border-line pt-3">
      <div className="max-w-52">
        <Select
          label={t.connections.filter}
          onChange={(event) => {
            const chosen = filters.find((one) => one === event.target.value)
            void navigate({ search: { connection: id, ...(chosen && { state: chosen }) }, replace: true })
          }}
          value={state ?? ''}
        >
          <option value="">{t.connections.all}</option>
          {filters.map((one) => (
            <option key={one} value={one}>
              {t.connections.delivery[one]}
            </option>
          ))}
        </Select>
      </div>
      <Loaded query={deliveries}>
        {({ items }) =>
          items.length === 0 ? (
            <p className="text-muted">{t.connections.noDeliveries}</p>
          ) : (
            <ul className="grid gap-px overflow-hidden rounded-lg border border-line bg-line">
              {items.map((delivery) => (
                <li className="bg-surface px-3 py-2" key={delivery.id}>
                  <Row delivery={delivery} manage={manage} />
                </li>
              ))}
            </ul>
          )
        }
      </Loaded>
    </div>
  )
}

function Row({ delivery, manage }: { delivery: Delivery; manage: boolean }) {
  const t = useMessages()
  const changed = ['connections', 'deliveries']
  const replay = useAct(replayDelivery, changed, t.connections.replayed)
  const cancel = useAct(cancelDelivery, changed, t.connections.cancelled)
  const params = { id: delivery.id }
  const failed = ['parked', 'unclear'].includes(delivery.state)
  const error = replay.error ?? cancel.error
  return (
    <div className="grid gap-1.5">
      <div className="flex flex-wrap items-center gap-2">
        <Chip look={failed ? 'strong' : 'plain'}>{t.connections.delivery[delivery.state]}</Chip>
        <span className="min-w-0 flex-1">{delivery.words}</span>
        <time className="text-fine text-muted" dateTime={new Date(delivery.createdAt).toISOString()}>
          {t.dateTime(delivery.createdAt)}
        </time>
        {manage && delivery.state !== 'sending' && delivery.state !== 'cancelled' && (
          <Button
            aria-label={t.connections.replayOne(delivery.words)}
            disabled={replay.isPending}
            onClick={() => replay.mutate({ params })}
          >
            {t.connections.replay}
          </Button>
        )}
        {manage && (failed || delivery.state === 'waiting') && (
          <Reasoned
            busy={cancel.isPending}
            label={t.connections.cancel}
            name={t.connections.cancelOne(delivery.words)}
            onReason={(reason) => cancel.mutate({ params, body: { reason } })}
          />
        )}
      </div>
      {error !== null && <Failure error={error} />}
      <details>
        <summary className="min-h-6 rounded text-fine text-muted">
          {t.connections.attempts(delivery.attempts.length)} · <span className="font-mono">{delivery.type}</span>
        </summary>
        <ol className="mt-1 grid gap-1 text-fine">
          {delivery.attempts.map((attempt) => (
            <li className="grid grid-cols-[9rem_6rem_1fr] gap-3" key={attempt.at}>
              <span className="text-muted">{t.dateTime(attempt.at)}</span>
              <span>
                {attempt.status ?? attempt.error ?? t.connections.noAnswer} · {attempt.ms} ms
              </span>
              <code className="font-mono text-muted">{attempt.answer.slice(0, 300)}</code>
            </li>
          ))}
        </ol>
      </details>
    </div>
  )
}
