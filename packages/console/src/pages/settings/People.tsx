import { invitePerson, type Role, revokePerson, roles } from '@lamplighter/api'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { meQuery, peopleQuery } from '../../api/queries.ts'
import { useMessages } from '../../messages/index.ts'
import { Button } from '../../ui/Button.tsx'
import { Checks } from '../../ui/Checks.tsx'
import { Chip } from '../../ui/Chip.tsx'
import { Failure } from '../../ui/Failure.tsx'
import { TextField } from '../../ui/Field.tsx'
import { Loaded } from '../../ui/Loaded.tsx'
import { Once } from '../../ui/Once.tsx'
import { Reasoned } from '../../ui/Reasoned.tsx'
import { Table } from '../../ui/Table.tsx'
import { useAct } from './useAct.ts'
import { useMay } from './useMay.ts'

/** Staff: who may do what, how to invite, how to end an access. */
export function People() {
  const t = useMessages()
  const people = useQuery(peopleQuery)
  const { data: me } = useQuery(meQuery)
  const manage = useMay('people.manage')
  const revoke = useAct(revokePerson, ['people'], t.people.revoked)
  return (
    <>
      {manage && <Invite />}
      {revoke.error !== null && <Failure error={revoke.error} />}
      <Loaded query={people}>
        {({ items }) => (
          <Table
            columns={[
              { title: t.people.staff, cell: ({ staff }) => <span className="whitespace-nowrap">{staff}</span> },
              { title: t.people.name, cell: ({ name }) => name },
              {
                title: t.people.roles,
                cell: (person) => (
                  <span className="flex flex-wrap gap-1">
                    {person.roles.map((role) => (
                      <Chip key={role}>{t.role[role]}</Chip>
                    ))}
                  </span>
                ),
              },
              { title: t.people.state, cell: ({ state }) => t.people.states[state] },
              { title: t.people.lastSeen, cell: ({ lastSeenDay }) => (lastSeenDay ? t.day(lastSeenDay) : t.never) },
              ...(manage
                ? [
                    {
                      title: t.settings.change,
                      end: true,
                      cell: (person: { id: string; staff: string; state: string }) =>
                        person.state !== 'revoked' &&
                        person.id !== me?.id && (
                          <Reasoned
                            busy={revoke.isPending}
                            label={t.people.revoke}
                            name={t.people.revokeOne(person.staff)}
                            onReason={(reason) => revoke.mutate({ params: { id: person.id }, body: { reason } })}
                          />
                        ),
                    },
                  ]
                : []),
            ]}
            empty={t.people.none}
            keyOf={({ id }) => id}
            label={t.settings.page.people}
            rows={items}
          />
        )}
      </Loaded>
    </>
  )
}

function Invite() {
  const t = useMessages()
  const [name, setName] = useState('')
  const [chosen, setChosen] = useState<Role[]>([])
  const invite = useAct(invitePerson, ['people'], t.people.invited)
  if (invite.data !== undefined)
    return (
      <Once
        onClose={() => {
          invite.reset()
          setName('')
          setChosen([])
        }}
        title={t.people.link(invite.data.staff, t.dateTime(invite.data.until))}
        value={invite.data.link}
      />
    )
  return (
    <form
      aria-label={t.people.invite}
      className="grid gap-3 rounded-xl border border-line bg-surface p-4"
      onSubmit={(event) => {
        event.preventDefault()
        invite.mutate({ body: { name: name.trim(), roles: chosen } })
      }}
    >
      <TextField label={t.people.name} maxLength={100} onChange={(event) => setName(event.target.value)} value={name} />
      <Checks all={roles} chosen={chosen} label={t.people.roles} onChange={setChosen} words={(role) => t.role[role]} />
      {invite.error !== null && <Failure error={invite.error} />}
      <div>
        <Button disabled={name.trim() === '' || chosen.length === 0 || invite.isPending} look="lamp" type="submit">
          {t.people.invite}
        </Button>
      </div>
    </form>
  )
}
