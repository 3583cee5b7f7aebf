import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Report, verifyTarget } from '@lamplighter/ledger/verifier'
import { leaseName } from '../transparency/schedule.ts'
import { closeBatch } from '../transparency/sequencer.ts'
import { type House, LISTED, messageOf, type Person } from './house.ts'

/** What a walk of the thin path left behind. */
export interface Walked {
  readonly screened: { readonly verdict: string; readonly decision: string }
  readonly caseNumber: number
  /** Words of what the platform heard, in order. */
  readonly heard: readonly string[]
  readonly noticePage: { readonly status: number; readonly text: string }
  readonly appealCase: { readonly kind: string; readonly decidedBy: string }
  readonly outcome: number
}

/** Words of people that a walk puts where such words go. */
export interface Said {
  readonly id: string
  readonly account: string
  readonly text: string
  readonly statement: string
  readonly appeal: string
  readonly note: string
}

/**
 * One item's way through the whole house: screened and held, a case, a decision, webhooks, the notice's page, an appeal, and somebody
 * else who reverses it.
 *
 * @param said defaults to harmless words
 */
export async function walkThinPath(
  house: House,
  people: { readonly first: Person; readonly second: Person },
  said: Said = {
    id: 'walk-1',
    account: 'kestrel',
    text: 'send me 50',
    statement: 'It asks for money with a threat.',
    appeal: 'It was a quotation from a play.',
    note: 'reads like blackmail',
  },
): Promise<Walked> {
  const event = messageOf(`${said.text} ${LISTED.blackmail_terms}`, { id: said.id })
  const actor = { ...(event.actor as object), id: said.account }
  const screened = await house.screen({ ...event, actor })
  if (screened.status !== 200) throw new Error(`screening was answered ${screened.status} ${screened.text}`)
  await house.follow()
  await house.pass(0)
  const row = (await house.rows('cases')).find((one) => String(one.subject_key).endsWith(`:${said.id}`))
  const caseNumber = Number(row?.number)
  const opened = await people.first.take(caseNumber)
  const decided = await people.first.decide(opened, 'remove', {
    statement: { language: 'en', text: said.statement },
    note: said.note,
  })
  if (decided.status !== 201) throw new Error(`deciding was answered ${decided.status} ${decided.text}`)
  await house.pass(11_000)
  const told = house.receiver.calls.findLast(({ type }) => type === 'notice.created')
  const page = await house.visit('GET', new URL(String(told?.data.page)).pathname)
  const appealed = await house.platform('POST', '/v1/appeals', {
    body: { notice: told?.data.notice, text: said.appeal },
    headers: { 'idempotency-key': `appeal-${said.id}` },
  })
  if (appealed.status !== 201) throw new Error(`appealing was answered ${appealed.status} ${appealed.text}`)
  const appeal = await people.second.next('appeals')
  const outcome = await people.second.call('POST', `/v1/appeals/${appealed.body.id}/decide`, {
    body: { outcome: 'reversed', reasons: 'It is a quotation.', note: said.note },
    headers: { 'if-match': `"${appeal.revision}"` },
  })
  await house.pass(11_000)
  await house.pass(1_000)
  return {
    screened: screened.body,
    caseNumber,
    heard: house.receiver.words(),
    noticePage: page,
    appealCase: { kind: appeal.kind, decidedBy: people.second.label },
    outcome: outcome.status,
  }
}

/** Closes both logs' batches and has the published verifier check the public one through a real socket. */
export async function verifyLog(house: House): Promise<Report> {
  const { transparency, storage } = house.context
  for (const log of ['sealed', 'actions'] as const) {
    const lease = await storage.leases.acquire(leaseName(log), 60_000)
    if (lease === undefined) throw new Error(`the lease of the log ${log} is taken`)
    await closeBatch(transparency.parts, { log, lease, now: house.clock.now })
    await storage.leases.release(lease)
  }
  const server = createServer((request, answer) => {
    house.visit('GET', request.url ?? '/').then(
      ({ status, headers, bytes }) => answer.writeHead(status, Object.fromEntries(headers)).end(bytes),
      () => answer.destroy(),
    )
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const folder = mkdtempSync(join(tmpdir(), 'lamplighter-policy-'))
  try {
    const policy = join(folder, 'policy')
    writeFileSync(policy, (await house.visit('GET', '/log/policy')).text)
    return await verifyTarget(`http://127.0.0.1:${(server.address() as AddressInfo).port}`, { policy })
  } finally {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
    rmSync(folder, { recursive: true, force: true })
  }
}
