import { type ApiKey, newKey, revokeKey, type Scope, scopes } from '@lamplighter/api'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import type { z } from 'zod'
import { keysQuery } from '../../api/queries.ts'
import { useMessages } from '../../messages/index.ts'
import { Button } from '../../ui/Button.tsx'
import { Checks } from '../../ui/Checks.tsx'
import { Chip } from '../../ui/Chip.tsx'
import { Failure } from '../../ui/Failure.tsx'
import { TextField } from '../../ui/Field.tsx'
import { Loaded } from '../../ui/Loaded.tsx'
import { Once } from '../../ui/Once.tsx'
import { Table } from '../../ui/Table.tsx'
import { useAct } from './useAct.ts'
import { useMay } from './useMay.ts'

/** API keys of the platform: made once, shown once, ended at once. */
export function Keys() {
  const t = useMessages()
  const keys = useQuery(keysQuery)
  const manage = useMay('keys.manage')
  const revoke = useAct(revokeKey, ['keys'], t.apiKeys.revoked)
  return (
    <>
      {manage && <NewKey />}
      {revoke.error !== null && <Failure error={revoke.error} />}
      <Loaded query={keys}>
        {({ items }) => (
          <Table
            columns={[
              { title: t.people.name, cell: ({ name }) => name },
              {
                title: t.apiKeys.scopes,
                cell: (key) => (
                  <span className="flex flex-wrap gap-1">
                    {key.scopes.map((scope) => (
                      <Chip key={scope}>{scope}</Chip>
                    ))}
                  </span>
                ),
              },
              { title: t.people.state, cell: ({ state }) => t.apiKeys.states[state] },
              { title: t.apiKeys.expires, cell: ({ expiresAt }) => t.date(expiresAt) },
              { title: t.apiKeys.lastUsed, cell: ({ lastUsedDay }) => (lastUsedDay ? t.day(lastUsedDay) : t.never) },
              ...(manage
                ? [
                    {
                      title: t.settings.change,
                      end: true,
                      cell: (key: z.output<typeof ApiKey>) =>
                        key.state === 'active' && (
                          <Button
                            aria-label={t.apiKeys.revokeOne(key.name)}
                            disabled={revoke.isPending}
                            onClick={() => revoke.mutate({ params: { id: key.id } })}
                          >
                            {t.apiKeys.revoke}
                          </Button>
                        ),
                    },
                  ]
                : []),
            ]}
            empty={t.apiKeys.none}
            keyOf={({ id }) => id}
            label={t.settings.page.keys}
            rows={items}
          />
        )}
      </Loaded>
    </>
  )
}

function NewKey() {
  const t = useMessages()
  const [name, setName] = useState('')
  const [addresses, setAddresses] = useState('')
  const [chosen, setChosen] = useState<Scope[]>(['screen', 'events', 'reports'])
  const make = useAct(newKey, ['keys'], t.apiKeys.made)
  if (make.data !== undefined)
    return (
      <Once
        onClose={() => {
          make.reset()
          setName('')
          setAddresses('')
        }}
        title={t.apiKeys.shownOnce}
        value={make.data.key}
      />
    )
  return (
    <form
      aria-label={t.apiKeys.make}
      className="grid gap-3 rounded-xl border border-line bg-surface p-4"
      onSubmit={(event) => {
        event.preventDefault()
        const bound = addresses.split(/[\s,]+/).filter((one) => one !== '')
        make.mutate({ body: { name: name.trim(), scopes: chosen, ...(bound.length > 0 && { addresses: bound }) } })
      }}
    >
      <TextField label={t.people.name} maxLength={100} onChange={(event) => setName(event.target.value)} value={name} />
      <Checks all={scopes} chosen={chosen} label={t.apiKeys.scopes} onChange={setChosen} words={(scope) => scope} />
      <TextField
        help={t.apiKeys.addressesHint}
        label={t.apiKeys.addresses}
        maxLength={1000}
        onChange={(event) => setAddresses(event.target.value)}
        value={addresses}
      />
      {make.error !== null && <Failure error={make.error} />}
      <div>
        <Button disabled={name.trim() === '' || chosen.length === 0 || make.isPending} look="lamp" type="submit">
          {t.apiKeys.make}
        </Button>
      </div>
    </form>
  )
}
