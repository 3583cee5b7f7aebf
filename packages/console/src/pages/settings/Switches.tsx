import { approveSwitch, type SwitchJson, withdrawSwitch } from '@lamplighter/api'
import { useQuery } from '@tanstack/react-query'
import { switchesQuery } from '../../api/queries.ts'
import { type Messages, useMessages } from '../../messages/index.ts'
import { Button } from '../../ui/Button.tsx'
import { Chip } from '../../ui/Chip.tsx'
import { Failure } from '../../ui/Failure.tsx'
import { Loaded } from '../../ui/Loaded.tsx'
import { Reasoned } from '../../ui/Reasoned.tsx'
import { Terms } from '../../ui/Terms.tsx'
import { AskForSwitch } from './AskForSwitch.tsx'
import { useAct } from './useAct.ts'
import { useMay } from './useMay.ts'

/** What is permitted where: each switch with its law, its dates and the people who answer for it (referrals.md §15). */
export function Switches() {
  const t = useMessages()
  const switches = useQuery(switchesQuery)
  return (
    <>
      <p className="max-w-prose text-muted">{t.switches.words}</p>
      <Loaded query={switches}>
        {({ items }) => (
          <ul className="grid grid-cols-1 gap-4">
            {items.map((one) => (
              <li key={one.id}>
                <One one={one} />
              </li>
            ))}
          </ul>
        )}
      </Loaded>
    </>
  )
}

function One({ one }: { one: SwitchJson }) {
  const t = useMessages()
  const propose = useMay('switches.propose')
  const lapsed = one.state === 'ended' || one.state === 'review_due'
  return (
    <section
      aria-labelledby={one.id}
      className="grid grid-cols-1 gap-3 rounded-xl border border-line bg-surface p-4 wrap-anywhere"
    >
      <header className="flex flex-wrap items-center gap-2">
        <h2 className="text-title font-semibold" id={one.id}>
          {t.switches.names[one.id]}
        </h2>
        <Chip look={lapsed ? 'unknown' : one.state === 'on' ? 'strong' : 'plain'}>{t.switches.states[one.state]}</Chip>
      </header>
      <Terms
        rows={[
          ...termsOf(one, t),
          [t.switches.who, one.enabledBy.length === 0 ? '–' : one.enabledBy.join(', ')],
          [t.switches.changed, one.changedAt === null ? t.never : t.dateTime(one.changedAt)],
        ]}
      />
      {one.proposed !== null && <Proposed name={t.switches.names[one.id]} proposed={one.proposed} />}
      {one.proposed === null && propose && <AskForSwitch one={one} />}
    </section>
  )
}

/** What somebody asks for: another person agrees, or it is withdrawn. The server says who may. */
function Proposed({ name, proposed }: { name: string; proposed: NonNullable<SwitchJson['proposed']> }) {
  const t = useMessages()
  const mayApprove = useMay('switches.approve')
  const mayWithdraw = useMay('switches.propose')
  const approve = useAct(approveSwitch, ['switches'], t.switches.changed)
  const withdraw = useAct(withdrawSwitch, ['switches'], t.switches.changed)
  const params = { id: proposed.id }
  const error = approve.error ?? withdraw.error
  return (
    <div className="grid gap-3 rounded-lg border border-accent bg-glow p-3">
      <p className="font-semibold">
        {t.switches.proposed(proposed.by, proposed.on ? t.switches.states.on : t.switches.states.off)}
      </p>
      <Terms rows={termsOf(proposed, t)} />
      {proposed.own && <p>{t.switches.asked}</p>}
      {error !== null && <Failure error={error} />}
      <div className="flex flex-wrap items-end gap-2">
        {mayApprove && !proposed.own && (
          <Button
            aria-label={`${t.switches.approve}: ${name}`}
            disabled={approve.isPending}
            look="lamp"
            onClick={() => approve.mutate({ params, body: { hash: proposed.hash } })}
          >
            {t.switches.approve}
          </Button>
        )}
        {mayWithdraw && (
          <Reasoned
            busy={withdraw.isPending}
            label={t.switches.withdraw}
            name={`${t.switches.withdraw}: ${name}`}
            onReason={(reason) => withdraw.mutate({ params, body: { reason } })}
          />
        )}
      </div>
    </div>
  )
}

type Said = Pick<SwitchJson, 'on' | 'from' | 'until' | 'reviewBy' | 'law' | 'reason'>

function termsOf({ on, from, until, reviewBy, law, reason }: Said, t: Messages): [string, string][] {
  const rows: [string, string][] = on
    ? [
        [t.switches.from, from === null ? '–' : t.dateTime(from)],
        [t.switches.until, until === null ? '–' : t.dateTime(until)],
        [t.switches.review, reviewBy === null ? '–' : t.dateTime(reviewBy)],
      ]
    : []
  if (law !== null) rows.unshift([t.switches.law, law])
  if (reason !== null) rows.push([t.settings.reason, reason])
  return rows
}
