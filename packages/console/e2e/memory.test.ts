import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, onTestFinished, test } from 'vitest'
import { operatorCall } from '../../server/src/cli/operator.ts'
import { makeTown } from '../../server/src/demo/harbour.ts'
import { eventOf } from '../../server/src/demo/seed.ts'
import { noBrowser, openBrowser, signIn } from './support/browser.ts'
import { type Caller, callerFor, callerWith, reportOf } from './support/person.ts'
import { freePort } from './support/port.ts'
import { type DemoProcess, residentMiB, startDemo } from './support/process.ts'

const DEEP = process.env.LAMPLIGHTER_DEEP === '1'
const LIMIT_MIB = 512
const DECISIONS = 50
/** What the demo's own traffic sends in ten minutes. */
const EVENTS = 1_200
const SHORT_MS = 20_000

/**
 * Ten minutes of the demo with a console open and fifty decisions. The short form sends the events of ten minutes within twenty seconds, and
 * holds open the stream of changes that a console holds; `LAMPLIGHTER_DEEP=1` takes the ten minutes, with a real browser.
 */
describe('the demo at work', () => {
  test.skipIf(DEEP && noBrowser)(
    `console 4: ${DEEP ? 'ten minutes of' : 'as many events as in ten minutes of'} traffic and ${DECISIONS} decisions take less than ${LIMIT_MIB} MiB`,
    async () => {
      const folder = mkdtempSync(join(tmpdir(), 'lamplighter-memory-'))
      onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
      const demo = await startDemo({ folder, port: await freePort() })
      const key = await keyOf(folder)
      const lead = await (DEEP ? openConsole(demo) : openStream(demo))
      let peak = 0
      const watch = setInterval(() => {
        peak = Math.max(peak, residentMiB(demo.family()))
      }, 200)
      onTestFinished(() => clearInterval(watch))

      const [sent, decided] = await Promise.all([
        DEEP ? sleep(600_000, EVENTS) : sendEvents(demo, key),
        decideCases(demo, key, lead),
      ])
      const last = residentMiB(demo.family())
      clearInterval(watch)
      expect(await demo.stop()).toBe(0)
      console.log(`console 4: at most ${peak.toFixed(0)} MiB resident, ${last.toFixed(0)} MiB at the end`)
      expect([sent, decided]).toEqual([EVENTS, DECISIONS])
      expect(last).toBeGreaterThan(50)
      expect(peak).toBeLessThan(LIMIT_MIB)
    },
    900_000,
  )
})

/** A key of the platform, made by the operator on the machine itself. */
async function keyOf(folder: string): Promise<string> {
  const body = { name: 'memory', connection: 'harbour', scopes: ['screen', 'reports'] }
  const made = await operatorCall(join(folder, 'data'), { method: 'POST', path: '/v1/keys', body })
  return String(made.body.key)
}

/** Signs the lead in and holds open the stream by which a console hears what changed. */
async function openStream(demo: DemoProcess): Promise<Caller> {
  const lead = await callerFor(demo, demo.link)
  const stream = await lead.call('GET', '/v1/live')
  if (stream.status !== 200) throw new Error(`the stream was answered ${stream.status}`)
  void stream.text().catch(() => undefined)
  return lead
}

/** Signs the lead in with a browser, which stays at Review home; the decisions are made in the same session. */
async function openConsole(demo: DemoProcess): Promise<Caller> {
  const browser = await openBrowser()
  onTestFinished(() => browser.close())
  const { context, page } = await browser.another()
  await signIn(page, demo.link)
  await page.getByRole('table').waitFor()
  const [session] = await context.cookies()
  if (session === undefined) throw new Error('the browser has no session')
  return callerWith(demo, `${session.name}=${session.value}`)
}

async function sendEvents(demo: DemoProcess, key: string): Promise<number> {
  const { chatter, trouble } = makeTown()
  const began = performance.now()
  let sent = 0
  while (sent < EVENTS) {
    const due = Math.min(EVENTS, Math.ceil(((performance.now() - began) / SHORT_MS) * EVENTS))
    const part = Array.from({ length: Math.min(10, due - sent) }, (_, place) => {
      const no = sent + place
      // One in a hundred is one of those that rules look for, as in the demo's own traffic.
      const said = no % 100 === 0 ? trouble[(no / 100) % trouble.length] : chatter[no % chatter.length]
      if (said === undefined) throw new Error('the town is empty')
      return post(demo, key, '/v1/screen', eventOf({ ...said, id: `fast-${no}` }, Date.now()))
    })
    await Promise.all(part)
    sent += part.length
    if (part.length === 0) await sleep(50)
  }
  return sent
}

/** Reports made-up items and decides about each: every other one is removed, which tells the platform and the person. */
async function decideCases(demo: DemoProcess, key: string, lead: Caller): Promise<number> {
  for (let no = 0; no < DECISIONS; no += 1) {
    const about = { id: `about-${no}`, by: `writer${no}`, text: `A made-up sentence, number ${no}.` }
    await post(demo, key, '/v1/reports', reportOf(`memory-${no}`, about, 'spam'))
  }
  let next: number | null = null
  for (let decided = 0; decided < DECISIONS; decided += 1) {
    next ??= ((await answered(lead.call('POST', '/v1/lanes/reports/next'), 200)) as { number: number }).number
    const seen = (await answered(lead.call('GET', `/v1/cases/${next}`), 200)) as Seen
    const policy = seen.card.policies[0]
    const choice = decided % 2 === 0 ? 'none' : 'remove'
    const body = {
      choice,
      policy: policy?.id,
      reasonCode: policy?.reasonCodes[0]?.code,
      statement: choice === 'none' ? null : { language: 'en', text: 'This is not allowed here.' },
    }
    const sent = lead.call('POST', `/v1/cases/${next}/decisions`, body, { 'if-match': `"${seen.revision}"` })
    next = ((await answered(sent, 201)) as { next: number | null }).next
    await sleep(DEEP ? 10_000 : 100)
  }
  return DECISIONS
}

interface Seen {
  readonly revision: number
  readonly card: { readonly policies: { readonly id: string; readonly reasonCodes: { readonly code: string }[] }[] }
}

async function answered(call: Promise<Response>, status: number): Promise<unknown> {
  const answer = await call
  if (answer.status !== status) throw new Error(`${answer.url} was answered ${answer.status} ${await answer.text()}`)
  return answer.json()
}

/** As a platform does, it sends again what was answered 429 or 503. */
async function post(demo: DemoProcess, key: string, path: string, body: unknown): Promise<void> {
  for (;;) {
    const answer = await fetch(demo.url + path, {
      method: 'POST',
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    })
    await answer.arrayBuffer()
    if (answer.ok) return
    if (answer.status !== 429 && answer.status !== 503) throw new Error(`${path} was answered ${answer.status}`)
    await sleep(500)
  }
}
