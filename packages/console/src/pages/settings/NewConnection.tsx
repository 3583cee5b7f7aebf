import { type Do, dos, newConnection } from '@lamplighter/api'
import { useState } from 'react'
import { useMessages } from '../../messages/index.ts'
import { Button } from '../../ui/Button.tsx'
import { Checks } from '../../ui/Checks.tsx'
import { Failure } from '../../ui/Failure.tsx'
import { Select, TextField } from '../../ui/Field.tsx'
import { Once } from '../../ui/Once.tsx'
import { useAct } from './useAct.ts'

/** Adds an endpoint. What the platform cannot do is left out, and reviewers see it as not supported. */
export function NewConnection() {
  const t = useMessages()
  const [name, setName] = useState('')
  const [kind, setKind] = useState<'webhook' | 'poll'>('webhook')
  const [url, setUrl] = useState('')
  const [does, setDoes] = useState<Do[]>(['remove', 'restore', 'warn', 'limit', 'unlimit'])
  const make = useAct(newConnection, ['connections'], t.connections.made)
  if (make.data?.secret)
    return (
      <Once
        onClose={() => {
          make.reset()
          setName('')
          setUrl('')
        }}
        title={t.connections.secretOnce}
        value={make.data.secret}
      />
    )
  return (
    <details className="rounded-xl border border-line bg-surface p-4">
      <summary className="min-h-6 rounded font-semibold">{t.connections.add}</summary>
      <form
        aria-label={t.connections.add}
        className="mt-3 grid gap-3"
        onSubmit={(event) => {
          event.preventDefault()
          make.mutate({ body: { name: name.trim(), kind, does, ...(kind === 'webhook' && { url: url.trim() }) } })
        }}
      >
        <TextField
          label={t.people.name}
          maxLength={100}
          onChange={(event) => setName(event.target.value)}
          value={name}
        />
        <Select
          label={t.connections.way}
          onChange={(event) => setKind(event.target.value === 'poll' ? 'poll' : 'webhook')}
          value={kind}
        >
          <option value="webhook">{t.connections.webhook}</option>
          <option value="poll">{t.connections.polled}</option>
        </Select>
        {kind === 'webhook' && (
          <TextField
            label={t.connections.address}
            onChange={(event) => setUrl(event.target.value)}
            placeholder="https://"
            type="url"
            value={url}
          />
        )}
        <Checks all={dos} chosen={does} label={t.connections.does} onChange={setDoes} words={(one) => t.do[one]} />
        {make.error !== null && <Failure error={make.error} />}
        <div>
          <Button
            disabled={
              name.trim() === '' || does.length === 0 || (kind === 'webhook' && !URL.canParse(url)) || make.isPending
            }
            look="lamp"
            type="submit"
          >
            {t.connections.add}
          </Button>
        </div>
      </form>
    </details>
  )
}
