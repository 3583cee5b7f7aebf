import { setTimeout as sleep } from 'node:timers/promises'
import type { House } from './house.ts'
import { callerFor } from './person.ts'

/** The path of the newest notice that Harbour was told of. */
export const newestNotice = async (house: House): Promise<string | null> =>
  (await fetch(`${house.url}/demo/notice`, { redirect: 'manual' })).headers.get('location')

/** Decides a case to remove what it is about, and gives the address of the page that its webhook told the platform. */
export async function tellOf(house: House, number: number): Promise<string> {
  const lead = await callerFor(house, await house.invite('lead', 'child-safety'))
  await lead.call('POST', `/v1/cases/${number}/claim`)
  const seen = (await (await lead.call('GET', `/v1/cases/${number}`)).json()) as {
    revision: number
    card: { policies: { id: string; reasonCodes: { code: string }[] }[] }
  }
  const [policy] = seen.card.policies
  const body = {
    policy: policy?.id,
    choice: 'remove',
    reasonCode: policy?.reasonCodes[0]?.code,
    statement: { language: 'en', text: 'The link in it leads to a harmful site.' },
  }
  const decided = await lead.call('POST', `/v1/cases/${number}/decisions`, body, { 'if-match': `"${seen.revision}"` })
  if (decided.status !== 201) throw new Error(`${decided.status} ${await decided.text()}`)
  const before = await newestNotice(house)
  house.later(10_500)
  for (let waits = 0; waits < 100; waits += 1) {
    const now = await newestNotice(house)
    if (now !== before && now !== null) return house.url + now
    await sleep(200)
  }
  throw new Error('no notice came within 20 s')
}
