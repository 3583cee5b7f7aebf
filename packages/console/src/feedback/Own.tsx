import { approveShare, type OwnEntryJson, shareEntry, withdrawShare } from '@lamplighter/api'
import { useQuery } from '@tanstack/react-query'
import { call } from '../api/client.ts'
import { meQuery } from '../api/queries.ts'
import { useMessages } from '../messages/index.ts'
import { Button } from '../ui/Button.tsx'
import { Failure } from '../ui/Failure.tsx'
import { useTelling } from './useTelling.ts'

/** Entries of our own that rest on the case's decision: which exchange may have their hashes, and how far that is (matching.md §10.1.7). */
export function Own({ own, isUpheld }: { own: readonly OwnEntryJson[]; isUpheld: boolean }) {
  const t = useMessages()
  const words = t.feedback.own
  return (
    <section
      aria-label={words.title}
      className="grid shrink-0 content-start gap-2 border-t border-line p-3 wrap-anywhere"
    >
      <h2 className="font-semibold">{words.title}</h2>
      <p className="text-fine text-muted">{words.words}</p>
      {own.map((entry) => (
        <div className="grid gap-1.5 border-t border-line pt-2" key={`${entry.list} ${entry.entry}`}>
          <p className="text-fine font-semibold text-muted">{words.of(entry.list)}</p>
          {entry.why !== null && <p className="text-muted">{words.why[entry.why]}</p>}
          {entry.exchanges.map((one) => (
            <Exchange entry={entry} isUpheld={isUpheld} key={one.exchange} one={one} />
          ))}
        </div>
      ))}
    </section>
  )
}

function Exchange(props: { entry: OwnEntryJson; one: OwnEntryJson['exchanges'][number]; isUpheld: boolean }) {
  const { entry, one, isUpheld } = props
  const { exchange, shared, unshared, mine } = one
  const t = useMessages()
  const words = t.feedback.own
  const mayShare = useQuery(meQuery).data?.acts.includes('exchanges.share') ?? false
  const share = useTelling(() =>
    call(shareEntry, { params: { id: exchange }, body: { list: entry.list, entry: entry.entry } }),
  )
  const id = shared?.id ?? ''
  const approve = useTelling(() => call(approveShare, { params: { id }, body: {} }))
  const withdraw = useTelling(() => call(withdrawShare, { params: { id }, body: {} }))
  const error = share.error ?? approve.error ?? withdraw.error
  const isOpen = shared === null || shared.state === 'parked' || shared.state === 'cancelled'
  return (
    <>
      {shared !== null && <p>{words.shared(exchange, t.feedback.states[shared.state])}</p>}
      {shared?.state === 'parked' && shared.why !== null && <p>{shared.why}</p>}
      {unshared !== null && <p>{words.recall(exchange, t.feedback.recalls[unshared.state])}</p>}
      {error !== null && <Failure error={error} />}
      {mayShare && isUpheld && (
        <div className="flex flex-wrap gap-2">
          {isOpen && entry.why === null && (
            <Button disabled={share.isPending} onClick={() => share.mutate()}>
              {words.share(exchange)}
            </Button>
          )}
          {shared?.state === 'asked' && !mine && (
            <Button disabled={approve.isPending} look="lamp" onClick={() => approve.mutate()}>
              {words.approve(exchange)}
            </Button>
          )}
          {shared?.state === 'asked' && (
            <Button disabled={withdraw.isPending} onClick={() => withdraw.mutate()}>
              {words.withdraw}
            </Button>
          )}
        </div>
      )}
    </>
  )
}
