import type { RuleChange } from '@lamplighter/api'
import type { z } from 'zod'
import { type Messages, useMessages } from '../../messages/index.ts'
import type { Ruled } from '../../rules/questions.ts'
import { Chip } from '../../ui/Chip.tsx'
import type { Version } from './useRunning.ts'

type Told = Pick<z.output<typeof RuleChange>, 'kind' | 'rule' | 'from' | 'to' | 'approvals' | 'because'> & {
  readonly what: readonly string[]
}

const titleOf = (t: Messages, { kind, rule, from = 0, to = 0 }: Told): string => {
  const { change } = t.rulebook
  switch (kind) {
    case 'added':
      return change.added(rule, to)
    case 'removed':
      return change.removed(rule, from)
    case 'changed':
      return change.changed(rule, from, to)
    case 'texts':
      return change.texts(rule)
  }
}

/** What a text would change, as the checker in the page works it out while somebody writes. */
export function WrittenChanges({ ruled }: { ruled: Ruled }) {
  const t = useMessages()
  const rules = ruled.changes.filter((one) => one.kind !== 'reset')
  const resets = ruled.changes
    .filter((one) => one.kind === 'reset')
    .map(({ counter, what, warmAfter }) => t.rulebook.change.reset(counter, what.join(', '), t.length(warmAfter)))
  return <List approvals={Math.max(0, ...rules.map(({ approvals }) => approvals))} counters={resets} rules={rules} />
}

/** What a version that was handed in changes, as the server compares it with what is live. */
export function ServerChanges({ version }: { version: Version }) {
  const t = useMessages()
  const counters = version.counters.map(({ name, overMs }) => t.rulebook.change.begins(name, t.length(overMs)))
  return (
    <div className="p-4">
      <List approvals={version.approvalsNeeded} counters={counters} rules={version.changes} />
    </div>
  )
}

function List(props: { rules: readonly Told[]; counters: readonly string[]; approvals: number }) {
  const t = useMessages()
  const { rules, counters, approvals } = props
  if (rules.length === 0 && counters.length === 0) return <p className="text-muted">{t.rulebook.change.none}</p>
  return (
    <div className="grid grid-cols-1 gap-3">
      <p>{t.rulebook.change.approvals(approvals)}</p>
      <ul className="grid grid-cols-1 gap-3">
        {rules.map((change) => (
          <li className="grid grid-cols-1 gap-1" key={`${change.kind} ${change.rule}`}>
            <p className="flex flex-wrap items-center gap-2 font-semibold wrap-anywhere">
              {titleOf(t, change)}
              {change.because !== undefined && <Chip>{t.rulebook.change.because(change.because)}</Chip>}
            </p>
            {change.what.length > 0 && (
              <ul className="grid gap-0.5 font-mono text-fine wrap-anywhere">
                {change.what.map((what) => (
                  <li key={what}>{what}</li>
                ))}
              </ul>
            )}
          </li>
        ))}
        {counters.map((words) => (
          <li key={words}>{words}</li>
        ))}
      </ul>
    </div>
  )
}
