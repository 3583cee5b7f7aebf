import type { Answered, House, Person } from './house.ts'

const DAY_MS = 86_400_000

/** A legal person asks for a change of a switch; `body` is over what is needed to switch it on for a month. */
export function propose(
  house: House,
  legal: Person,
  id: string,
  body: Record<string, unknown> = {},
): Promise<Answered> {
  const { now } = house.clock
  return legal.call('POST', `/v1/switches/${id}/changes`, {
    body: { on: true, reviewBy: now + 30 * DAY_MS, law: 'a made-up Act, s. 1', reason: 'the board decided', ...body },
  })
}

export const agree = (by: Person, { id, hash }: { id: string; hash: string }): Promise<Answered> =>
  by.call('POST', `/v1/switch-changes/${id}/approvals`, { body: { hash } })

/** Two people switch something on. @throws Error when one of them was refused */
export async function switchOn(
  house: House,
  [asks, agrees]: readonly [Person, Person],
  id: string,
  body: Record<string, unknown> = {},
): Promise<void> {
  const asked = await propose(house, asks, id, body)
  const agreed = await agree(agrees, asked.body)
  if (agreed.status !== 200) throw new Error(`switching ${id} was answered ${asked.text} ${agreed.text}`)
}
