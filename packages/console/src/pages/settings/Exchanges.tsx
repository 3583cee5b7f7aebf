import { approveExchange, checkExchange, type ExchangeJson, pullExchange } from '@lamplighter/api'
import { useQuery } from '@tanstack/react-query'
import { exchangesQuery, meQuery } from '../../api/queries.ts'
import { type Messages, useMessages } from '../../messages/index.ts'
import { Button } from '../../ui/Button.tsx'
import { Chip } from '../../ui/Chip.tsx'
import { Failure } from '../../ui/Failure.tsx'
import { Loaded } from '../../ui/Loaded.tsx'
import { Terms } from '../../ui/Terms.tsx'
import { coverageIn, worthIn } from './lists/measured.ts'
import { useAct } from './useAct.ts'
import { useMay } from './useMay.ts'

/** Where hashes are pulled from: how each exchange is set up, how far its pull is, and why one stopped (matching.md §10). */
export function Exchanges() {
  const t = useMessages()
  const exchanges = useQuery(exchangesQuery)
  return (
    <>
      <p className="max-w-prose text-muted">{t.exchanges.words}</p>
      <Loaded query={exchanges}>
        {({ items }) => (
          <>
            {items.length === 0 && <p className="text-muted">{t.exchanges.none}</p>}
            <ul className="grid grid-cols-1 gap-4">
              {items.map((one) => (
                <li key={one.id}>
                  <One one={one} />
                </li>
              ))}
            </ul>
          </>
        )}
      </Loaded>
    </>
  )
}

function One({ one }: { one: ExchangeJson }) {
  const t = useMessages()
  const words = t.exchanges
  const me = useQuery(meQuery)
  const mayApprove = useMay('exchanges.approve')
  const mayPull = useMay('exchanges.pull')
  const approve = useAct(approveExchange, ['exchanges'], words.approveSpoken)
  const pull = useAct(pullExchange, ['exchanges'], words.nowSpoken)
  const check = useAct(checkExchange, [], words.checkSpoken)
  const params = { id: one.id }
  const error = approve.error ?? pull.error ?? check.error
  return (
    <section
      aria-labelledby={`exchange-${one.id}`}
      className="grid grid-cols-1 gap-3 rounded-xl border border-line bg-surface p-4 wrap-anywhere"
    >
      <header className="flex flex-wrap items-center gap-2">
        <h2 className="text-title font-semibold" id={`exchange-${one.id}`}>
          {one.id}
        </h2>
        <Chip look={one.state === 'on' ? 'plain' : 'strong'}>{words.states[one.state]}</Chip>
      </header>
      {me.data?.demo === true && isOwn(addressOf(one)) && <p>{words.demo}</p>}
      {one.pulledAt === null && <p>{words.neverPulled}</p>}
      {one.trouble !== null && <Trouble trouble={one.trouble} />}
      <Terms rows={factsOf(one, t)} />
      {error !== null && <Failure error={error} />}
      {check.data !== undefined && (
        <p role="status">
          {check.data.ok
            ? words.checked(t.count(check.data.rows), t.count(check.data.bad))
            : `${words.checkFailed}: ${words.trouble[check.data.code] ?? check.data.words}. ${words.details(check.data.words)}`}
        </p>
      )}
      <div className="flex flex-wrap gap-2">
        {mayApprove && one.state === 'unapproved' && (
          <Button
            aria-label={`${words.approve}: ${one.id}`}
            disabled={approve.isPending}
            look="lamp"
            onClick={() => approve.mutate({ params, body: { revision: one.revision } })}
          >
            {words.approve}
          </Button>
        )}
        {mayPull && one.state !== 'unapproved' && one.state !== 'off' && (
          <Button
            aria-label={`${words.now}: ${one.id}`}
            disabled={pull.isPending || one.pull?.state === 'running'}
            onClick={() => pull.mutate({ params, body: {} })}
          >
            {words.now}
          </Button>
        )}
        {mayPull && (
          <Button
            aria-label={`${words.check}: ${one.id}`}
            disabled={check.isPending}
            onClick={() => check.mutate({ params, body: {} })}
          >
            {words.check}
          </Button>
        )}
      </div>
    </section>
  )
}

/** Why it stopped, what to do about it, and what the other side said in its own words. */
function Trouble({ trouble: { code, words: said } }: { trouble: NonNullable<ExchangeJson['trouble']> }) {
  const words = useMessages().exchanges
  return (
    <div className="grid gap-1 rounded-md border border-edge bg-sunken p-3">
      <p className="font-semibold">
        {words.stopped}: {words.trouble[code] ?? said}
      </p>
      {words.remedy[code] !== undefined && <p>{words.remedy[code]}</p>}
      {words.trouble[code] !== undefined && <p className="text-fine text-muted">{words.details(said)}</p>}
    </div>
  )
}

/** What is called, where an admin said it; the sources know the addresses of their own. */
function addressOf({ settings: { url, address, root } }: ExchangeJson): string | undefined {
  return [url, address, root].find((one): one is string => typeof one === 'string')
}

/** Whether the demo serves it itself. */
const isOwn = (address: string | undefined): boolean => address?.startsWith(`${location.origin}/demo/`) === true

function factsOf(one: ExchangeJson, t: Messages): [string, string][] {
  const words = t.exchanges
  const { credentials, approvedBy, approvedUntil, pull } = one
  const fed = Object.entries(one.lists).flatMap(([kind, list]) => (list === undefined ? [] : [`${list} (${kind})`]))
  const address = addressOf(one)
  const rows: [string, string][] = [
    [words.source, one.source],
    ...(address === undefined ? [] : [[words.address, address] as [string, string]]),
    [words.lists, fed.join(', ')],
    [words.every, t.length(one.everyMs)],
    [words.setBy, one.setBy],
    [
      words.approved,
      approvedBy === null || approvedUntil === null
        ? words.notApproved
        : words.approvedBy(approvedBy, t.date(approvedUntil)),
    ],
    [
      words.credentials,
      credentials === null ? words.noCredentials : words.ending(credentials.last4, t.date(credentials.setAt)),
    ],
  ]
  if (one.pulledAt !== null) rows.push([words.pulled, t.dateTime(one.pulledAt)])
  if (one.nextAt !== null) rows.push([words.next, t.dateTime(one.nextAt)])
  if (one.pulledAt !== null) rows.push([t.lists.measures.coverage, coverageIn(t, one.coverage)])
  rows.push([t.lists.measures.wrong, worthIn(t, one.worth)])
  if (pull !== null) rows.push([words.pull, pullWords(pull, t)])
  return rows
}

function pullWords(pull: NonNullable<ExchangeJson['pull']>, t: Messages): string {
  const words = t.exchanges
  const kinds = Object.entries(pull.unmatched).map(([kind, count]) => `${kind} ${t.count(count)}`)
  return [
    words.pulls[pull.state],
    words.counts(t.count(pull.pages), t.count(pull.rows)),
    ...(pull.bad > 0 ? [words.bad(t.count(pull.bad))] : []),
    ...(kinds.length > 0 ? [words.unmatched(kinds.join(', '))] : []),
    ...(pull.why === null || pull.state === 'failed' ? [] : [words.details(pull.why)]),
  ].join(' · ')
}
