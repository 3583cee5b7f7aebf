import { type House, messageOf, type Person, picture, reportOf, TERROR, uploadOf } from '../../testing/house.ts'
import { verifyLog, walkThinPath } from '../../testing/thin-path.ts'

export const DAY = 86_400_000
/** The account that is erased. */
export const WHO = 'account-4f1e'
const said = {
  id: 'item-93ac',
  account: WHO,
  text: 'words-77a0, send me 50',
  statement: 'statement-e05b',
  appeal: 'appeal-b46d',
  note: 'note-19c8',
}
/** Words of and about them. */
export const WORDS = [said.id, 'words-77a0', said.statement, said.appeal, said.note]

const me = { id: WHO, age: DAY * 400, age_band: 'adult', age_source: 'declared', kind: 'person' }

/** A life of the account: screened, decided about, told, appealed; reported, and a reporter; with a file; written to. */
export async function liveAs(house: House, { first, second }: { first: Person; second: Person }): Promise<void> {
  await walkThinPath(house, { first, second }, said)
  await house.report(reportOf('item-of-mine', { target: { id: WHO }, item: { id: 'item-of-mine', text: WORDS[1] } }))
  await decideNewest(house, first, 'warn')
  await house.report(reportOf('item-of-theirs', { actor: me, target: { id: 'plover' } }))
  await decideNewest(house, first, 'warn')
  await house.putPicture('file-of-mine', picture(TERROR))
  await house.screen({ ...uploadOf('file-of-mine'), actor: me })
  await decideNewest(house, first, 'remove')
  // So many links that a rule limits them, and makes no case of it.
  for (let n = 0; n < 6; n += 1)
    await house.screen(messageOf(`see https://shop.example/${n}`, { actor: { ...me, age: DAY } }))
  await house.screen(messageOf('pay or else', { target: { id: WHO, kind: 'person' } }))
  await decideNewest(house, first, 'warn')
  await hello(house)
  await house.pass(11_000)
  await house.pass(1_000)
  await verifyLog(house)
}

/** Harmless words of theirs and to them: they move counters and leave lines in the replay log. */
export async function hello(house: House): Promise<void> {
  const occurred_at = new Date(house.clock.now).toISOString()
  const minor = { id: 'young', age_band: 'minor', kind: 'person' }
  await house.screen(messageOf('hello', { occurred_at, actor: me, target: minor }))
  await house.screen(messageOf('hello', { occurred_at, target: { id: WHO, kind: 'person' } }))
  await house.follow()
}

/** Words of theirs and to them in an archive that waits for a backtest. */
export async function handIn(house: House, lead: Person): Promise<void> {
  await lead.signIn()
  const { name, version } = house.context.registry.live()
  const path = `/v1/rulesets/${name}/versions/${version}/backtests`
  const { body: run } = await lead.call('POST', path, { body: { source: 'upload', from: 0 } })
  const events = [messageOf(WORDS[1] ?? '', { actor: me }), messageOf('hello', { target: me }), messageOf('hello')]
  const answer = await lead.call('POST', `/v1/backtests/${run.id}/events?after=0`, {
    body: events.map((event) => `${JSON.stringify(event)}\n`).join(''),
    headers: { 'content-type': 'application/x-ndjson' },
  })
  if (answer.status !== 202) throw new Error(`handing in was answered ${answer.status} ${answer.text}`)
}

/** The notice that a rule held back is told, and no file must be kept any more. */
export async function settleAll(house: House, lead: Person): Promise<void> {
  await house.pass(15 * DAY)
  await lead.signIn()
  const { number } = await house.newestCase()
  const { revision } = await lead.take(Number(number))
  const answer = await lead.call('POST', `/v1/cases/${number}/notice`, {
    body: { do: 'send' },
    headers: { 'if-match': `"${revision}"` },
  })
  if (answer.status !== 201) throw new Error(`telling was answered ${answer.status} ${answer.text}`)
  await house.pass(1_000)
  await house.pass(91 * DAY)
}

/** Takes the newest case and decides it. */
export async function decideNewest(house: House, by: Person, choice: string): Promise<void> {
  await house.follow()
  const { number } = await house.newestCase()
  const answer = await by.decide(await by.take(Number(number)), choice)
  if (answer.status !== 201) throw new Error(`deciding was answered ${answer.status} ${answer.text}`)
}
