import type { AnswerOf, getRuleHits } from '@lamplighter/api'
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { ruleHitsQuery } from '../../api/queries.ts'
import { useMessages } from '../../messages/index.ts'
import { Chip } from '../../ui/Chip.tsx'
import { Table } from '../../ui/Table.tsx'
import { type CheckedRule, type RunningSet, standingOf } from './useRunning.ts'

/** The rules that run: volume, owner, last change and breaker of each. Only what the server counted. */
export function RuleRows({ running, policy }: { running: RunningSet; policy: string | undefined }) {
  const t = useMessages()
  const { live } = running
  const hits = useQuery(ruleHitsQuery(live.name))
  const known = live.checked.some((rule) => rule.policy === policy)
  const rows = policy === undefined ? live.checked : live.checked.filter((rule) => rule.policy === policy)
  return (
    <section aria-labelledby="rule-rows" className="grid grid-cols-1 gap-2">
      <h2 className="text-title font-semibold" id="rule-rows">
        {t.rulebook.rules}
        {known && <span className="font-normal text-muted"> · {policy}</span>}
      </h2>
      <Table
        columns={[
          {
            title: t.rulebook.column.rule,
            cell: (rule) => (
              <span className="grid">
                <Link
                  className="inline-flex min-h-6 items-center font-mono whitespace-nowrap text-accent underline underline-offset-2"
                  params={{ rule: rule.name }}
                  to="/rules/$rule"
                >
                  {rule.name}
                </Link>
                <span className="font-normal whitespace-nowrap text-muted">
                  {rule.policy} · {t.severity[rule.severity]}
                  {rule.grave && ` · ${t.rulebook.grave}`}
                </span>
              </span>
            ),
          },
          { title: t.rulebook.column.day, cell: (rule) => <Volume day={rule.day} /> },
          {
            title: t.rulebook.column.hits(hits.data && t.date(hits.data.since)),
            cell: (rule) => <Hits hits={hits.data} rule={rule.name} />,
          },
          {
            title: t.rulebook.column.ownerChanged,
            cell: (rule) => (
              <span className="grid">
                <span>{live.owner}</span>
                <span className="text-muted">
                  <Changed rule={rule} />
                </span>
              </span>
            ),
          },
          { title: t.rulebook.column.state, cell: (rule) => <State rule={rule} running={running} /> },
        ]}
        empty={t.rulebook.noRule}
        keyOf={({ name }) => name}
        label={t.rulebook.rules}
        rows={rows}
      />
      <p className="text-fine text-muted">
        {t.rulebook.dayMeans} {t.rulebook.hitsMeans}
      </p>
    </section>
  )
}

export function Volume({ day }: { day: CheckedRule['day'] }) {
  const t = useMessages()
  if (day === null) return <span className="text-muted">{t.rulebook.dayNone}</span>
  return <>{t.rulebook.day(t.count(day.asked), t.count(day.fired), t.count(day.undecided), t.count(day.people))}</>
}

/** What people made of what the rule found, and how much of it other rules found, too. Nothing while it is not known. */
function Hits({ hits, rule }: { hits: AnswerOf<typeof getRuleHits> | undefined; rule: string }) {
  const t = useMessages()
  if (hits === undefined) return null
  const found = hits.rules.find((one) => one.rule === rule)
  if (found === undefined) return <span className="text-muted">{t.rulebook.noHits}</span>
  const { events, reviewed, shared, most } = found
  const others = most?.events === shared ? t.rulebook.sharedOnly : t.rulebook.shared
  return (
    <span className="grid">
      <span>
        {reviewed === null
          ? t.rulebook.undecidedYet(t.count(events))
          : t.rulebook.upheld(
              t.count(reviewed.upheld),
              t.count(reviewed.upheld + reviewed.overturned),
              t.percent(reviewed.share.low),
              t.percent(reviewed.share.high),
            )}
      </span>
      <span className="text-muted">
        {most === null ? t.rulebook.alone : others(t.count(shared), t.count(events), most.rule)}
      </span>
    </span>
  )
}

export function Changed({ rule }: { rule: CheckedRule }) {
  const t = useMessages()
  const { changed } = rule
  if (changed === null) return <span className="text-muted">{t.rulebook.notKept}</span>
  return (
    <>
      {t.date(changed.at)} · {t.rulebook.changedBy(changed.version, changed.by)}
    </>
  )
}

function State({ rule, running }: { rule: CheckedRule; running: RunningSet }) {
  const t = useMessages()
  const { pause, breaker } = standingOf(running, rule.name)
  if (pause !== undefined) return <Chip look="strong">{t.rulebook.pausedShort}</Chip>
  if (breaker?.openSince != null) return <Chip look="strong">{t.rulebook.breakerShort}</Chip>
  return <Chip>{t.rulebook.acts}</Chip>
}
