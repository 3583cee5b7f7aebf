import { checkRules } from '@lamplighter/api'
import { useMutation, useQuery } from '@tanstack/react-query'
import { useRef, useState } from 'react'
import { announce } from '../../announce.ts'
import { call } from '../../api/client.ts'
import { rulesetsQuery } from '../../api/queries.ts'
import { useMessages } from '../../messages/index.ts'
import { Button } from '../../ui/Button.tsx'
import { Failure } from '../../ui/Failure.tsx'
import { TextArea } from '../../ui/Field.tsx'
import { Loaded } from '../../ui/Loaded.tsx'
import { Table } from '../../ui/Table.tsx'
import { useMay } from './useMay.ts'

/** Which rule set runs, and a place to check a rule file. */
export function Rules() {
  const t = useMessages()
  const rulesets = useQuery(rulesetsQuery)
  const check = useMay('rules.check')
  return (
    <>
      <Loaded query={rulesets}>
        {({ items }) => (
          <Table
            columns={[
              { title: t.rules.name, cell: ({ name }) => name },
              { title: t.lists.version, end: true, cell: ({ version }) => version },
              { title: t.people.state, cell: ({ state }) => t.rules.states[state] },
              { title: t.rules.rules, end: true, cell: ({ rules }) => rules },
              { title: t.rules.since, cell: ({ liveAt }) => (liveAt === null ? '–' : t.dateTime(liveAt)) },
              {
                title: t.rules.hash,
                cell: ({ hash }) => <code className="font-mono text-fine">{hash.slice(0, 16)}</code>,
              },
            ]}
            empty={t.rules.none}
            keyOf={({ name, version }) => `${name} ${version}`}
            label={t.settings.page.rules}
            rows={items}
          />
        )}
      </Loaded>
      {check && <Checker />}
    </>
  )
}

/** Offset of a place given by line and column, both counted from 1. */
export function offsetOf(text: string, line: number, column: number): number {
  const before = text.split('\n').slice(0, line - 1)
  return Math.min(text.length, before.reduce((sum, one) => sum + one.length + 1, 0) + column - 1)
}

function Checker() {
  const t = useMessages()
  const [text, setText] = useState('')
  const area = useRef<HTMLTextAreaElement>(null)
  const check = useMutation({
    mutationFn: () => call(checkRules, { body: { text } }),
    onSuccess: ({ diagnostics }) => announce(t.rules.found(diagnostics.length)),
  })
  const found = check.data?.diagnostics
  const show = (line: number, column: number, length: number) => {
    const from = offsetOf(text, line, column)
    area.current?.focus()
    area.current?.setSelectionRange(from, from + Math.max(1, length))
  }
  return (
    <form
      aria-label={t.rules.check}
      className="grid gap-3"
      onSubmit={(event) => {
        event.preventDefault()
        check.mutate()
      }}
    >
      <h2 className="text-title font-semibold">{t.rules.check}</h2>
      <TextArea
        className="min-h-40 font-mono text-fine"
        help={t.rules.checkWords}
        label={t.rules.file}
        onChange={(event) => {
          setText(event.target.value)
          check.reset()
        }}
        ref={area}
        rows={10}
        spellCheck={false}
        value={text}
      />
      <div>
        <Button disabled={text.trim() === '' || check.isPending} look="lamp" type="submit">
          {t.rules.check}
        </Button>
      </div>
      {check.error !== null && <Failure error={check.error} />}
      {found !== undefined && <p>{t.rules.found(found.length)}</p>}
      {found !== undefined && found.length > 0 && (
        <ol className="grid gap-2">
          {found.map((one) => (
            <li key={`${one.line}:${one.column} ${one.code}`}>
              <button
                className="grid w-full gap-0.5 rounded-lg border border-line bg-surface px-3 py-2 text-start hover:border-accent"
                onClick={() => show(one.line, one.column, one.length)}
                type="button"
              >
                <span className="text-fine text-muted">
                  {t.rules.severity[one.severity]} · {one.code} · {t.rules.place(one.line, one.column)}
                </span>
                <span>{one.message}</span>
                {one.fix !== undefined && <span className="text-muted">{one.fix}</span>}
              </button>
            </li>
          ))}
        </ol>
      )}
    </form>
  )
}
