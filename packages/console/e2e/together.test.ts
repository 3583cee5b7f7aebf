import { acts } from '@lamplighter/api'
import { afterAll, beforeAll, describe, expect, inject, test, vi } from 'vitest'
import { makeTown } from '../../server/src/demo/harbour.ts'
import { pagesFor } from '../src/pages/settings/pages.ts'
import { axe } from './support/axe.ts'
import { noBrowser, openBrowser, signIn, type Watched } from './support/browser.ts'
import {
  decideButton,
  decideByKey,
  note,
  noted,
  readyToDecide,
  settled,
  startLane,
  takeCase,
  title,
  viewOf,
} from './support/desk.ts'
import { copyHouse, type House } from './support/house.ts'
import { unknownRequests } from './support/network.ts'
import { reportOf } from './support/person.ts'

describe.skipIf(noBrowser)('several people, and a server that goes away', () => {
  let house: House
  let browser: Watched
  beforeAll(async () => {
    house = await copyHouse(inject('seed'))
    browser = await openBrowser()
  })
  afterAll(async () => {
    await browser?.close()
    await house?.close()
  })

  async function lead(...more: Parameters<House['invite']>) {
    const { page, context } = await browser.another()
    await signIn(page, await house.invite('lead', 'child-safety', ...more))
    return { page, context }
  }

  test('console 48: of two who claim at once one gets the case; a lock that ends gives it back with the draft', async () => {
    const [a, b] = [await lead(), await lead()]
    for (const { page } of [a, b]) {
      await page.goto(`${house.url}/review/C-1013`)
      await page.getByRole('button', { name: 'Claim C-1013' }).waitFor()
    }
    await Promise.all([a, b].map(({ page }) => page.keyboard.press('Enter')))
    const mine = ({ page }: typeof a) => page.getByRole('button', { name: 'Skip' }).isVisible()
    await expect.poll(async () => [await mine(a), await mine(b)].toSorted()).toEqual([false, true])
    const [holder, other] = (await mine(a)) ? [a, b] : [b, a]
    await other.page
      .getByText(/R-\d+ has claimed this case/)
      .first()
      .waitFor()
    expect(await decideButton(other.page).isDisabled()).toBe(true)

    const note = holder.page.getByRole('textbox', { name: 'Note (staff only)' })
    await note.fill('Ask the choir first.')
    house.later(10 * 60_000 + 1_000)
    await other.page.reload()
    await other.page.getByRole('button', { name: 'Claim C-1013' }).waitFor()
    await other.page.keyboard.press('Enter')
    await readyToDecide(other.page)
    await holder.page
      .getByText(/R-\d+ has claimed this case/)
      .first()
      .waitFor()
    expect(await note.inputValue()).toBe('Ask the choir first.')
    expect(await decideButton(holder.page).isDisabled()).toBe(true)
    await Promise.all([a.context.close(), b.context.close()])
  })

  test('console 49: a case that changes while it is open shows the difference and keeps what was typed', async () => {
    const { page, context } = await lead()
    await takeCase(page, house.url, 1005)
    const note = page.getByRole('textbox', { name: 'Note (staff only)' })
    await note.fill('Looks harmless to me.')
    await note.blur()
    await page.keyboard.press('a')
    const before = await page.evaluate(async () => (await (await fetch('/v1/cases/1005')).json()).reports.count)
    const about = makeTown().complaints.find(
      (one) => one.about.text === 'Has anybody seen the lighthouse for once?',
    )?.about
    if (about === undefined) throw new Error('the town has changed')
    const report = reportOf('late-1', { id: about.id, by: about.actor.id, text: about.text }, 'fraud')
    await house.asPlatform(await house.key('reports'), '/v1/reports', report)
    const changes = page.getByRole('region', { name: 'Changes to this case' })
    await changes.getByText('1 more report').waitFor()
    await page.keyboard.press('Enter')
    await page.getByRole('alert').getByText('The case changed while you looked at it').waitFor()
    expect(await title(page).innerText()).toBe('C-1005')
    expect(await note.inputValue()).toBe('Looks harmless to me.')
    await changes.getByRole('button', { name: 'Show the new state' }).press('Enter')
    await page.getByRole('heading', { name: `${before + 1} reports` }).waitFor()
    expect(await note.inputValue()).toBe('Looks harmless to me.')
    await page.keyboard.press('a')
    await page.getByRole('main').focus()
    await decideByKey(page)
    await context.close()
  })

  test('console 50: while the server is away nothing can be decided; the page goes on without being loaded again', async () => {
    const { page, context } = await lead()
    await takeCase(page, house.url, 1019)
    await page.getByRole('textbox', { name: 'Note (staff only)' }).fill('kept')
    await page.evaluate(() => document.documentElement.setAttribute('data-same-birth', ''))
    await house.stop()
    await page.getByRole('alert').getByText('The server does not answer').first().waitFor({ timeout: 20_000 })
    expect(await decideButton(page).isDisabled()).toBe(true)
    await page.getByRole('main').focus()
    await page.keyboard.press('Enter')
    expect(await title(page).innerText()).toBe('C-1019')
    expect(await page.evaluate(() => Object.keys(localStorage).length + Object.keys(sessionStorage).length)).toBe(0)
    await house.start()
    await page.getByRole('alert').getByText('The server does not answer').waitFor({ state: 'hidden', timeout: 20_000 })
    await readyToDecide(page)
    expect(await page.getByRole('textbox', { name: 'Note (staff only)' }).inputValue()).toBe('kept')
    await page.keyboard.press('a')
    await decideByKey(page)
    expect(await page.evaluate(() => document.documentElement.hasAttribute('data-same-birth'))).toBe(true)
    await context.close()
  })

  test('console 40: the address of every page opens the same view for a colleague', async () => {
    const [a, b] = [await lead('admin'), await lead('admin')]
    await a.page.goto(`${house.url}/settings/connections`)
    await a.page.getByRole('link', { name: 'Show the last deliveries' }).click()
    await a.page.getByRole('combobox', { name: 'Deliveries' }).selectOption({ label: 'waiting' })
    const deliveries = a.page.url()
    // Nobody is offered to end their own access: the one thing in which two people of one role differ.
    const seenBy = async ({ page }: typeof a) => (await viewOf(page)).replaceAll('\tRevoke', '\t')
    expect(new URL(deliveries).search).toContain('connection=')
    for (const address of [
      `${house.url}/review`,
      ...['context', 'history', 'notes', 'account'].map((tab) => `${house.url}/review/C-1015?tab=${tab}`),
      `${house.url}/review/C-1011?e=E1`,
      `${house.url}/review/C-1011?e=nonsense&unknown=1`,
      `${house.url}/settings`,
      ...pagesFor(acts).map((name) => `${house.url}/settings/${name}`),
      deliveries,
    ]) {
      await a.page.goto(address)
      await settled(a.page)
      await b.page.goto(a.page.url())
      await settled(b.page)
      // The server goes on while both look: what moves of itself is soon the same on both.
      await vi.waitFor(async () => expect(await seenBy(b), address).toBe(await seenBy(a)), {
        timeout: 20_000,
        interval: 100,
      })
      expect(b.page.url(), address).toBe(a.page.url())
    }
    await Promise.all([a.context.close(), b.context.close()])
  })

  test('a notice that was withheld is sent by key, once its time is over', async () => {
    // C-1017 is held as propaganda: its rule withholds the notice for 14 days.
    const told = async () => (await fetch(`${house.url}/demo/notice`, { redirect: 'manual' })).headers.get('location')
    const before = await told()
    house.later(14 * 86_400_000)
    const { page, context } = await lead()
    await note(page)
    await page.goto(`${house.url}/review`)
    await expect
      .poll(() => page.getByRole('button', { name: /^Start ?Notices to send/ }).count(), { timeout: 20_000 })
      .toBe(1)
    await startLane(page, 'Notices to send')
    const card = page.getByRole('region', { name: 'A notice that was not sent' })
    await card.getByText('This is waiting for review under our policy on terrorism.').waitFor()
    await card.getByText('Telling now could prejudice a terrorism investigation').waitFor()
    expect(await page.getByRole('radio', { checked: true }).count()).toBe(0)
    expect(await axe(page)).toEqual([])
    const number = await readyToDecide(page)
    await page.keyboard.press('2')
    await page.keyboard.press('Enter')
    await page.getByText('Write the reasons first.').waitFor()
    await page.getByRole('main').focus()
    await page.keyboard.press('1')
    await page.keyboard.press('Control+Enter')
    await expect.poll(async () => (await noted(page)).spoken).toContain(`C-${number} decided: Send.`)
    await expect.poll(told, { timeout: 20_000 }).not.toBe(before)
    await page.goto(house.url + (await told()))
    await page.getByText('under our policy on terrorism').waitFor()
    await context.close()
  })

  test('console 1, 45: every request was to this server and is in its contract', async () => {
    expect(await unknownRequests(browser.asked, house.url)).toEqual([])
  })
})
