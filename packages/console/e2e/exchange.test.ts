import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import { ncmecAt } from '../../server/src/signals/exchanges/testing/fed.ts'
import { startNcmecFake } from '../../server/src/signals/exchanges/testing/ncmec-fake.ts'
import { operatorDoer } from '../../server/src/testing/server.ts'
import { axe } from './support/axe.ts'
import { noBrowser, openBrowser, signIn, type Watched } from './support/browser.ts'
import { copyHouse, type House } from './support/house.ts'

// The demo's own exchange: it pulls over loopback by itself, says whose it is, and pulls again when somebody asks for it.

describe.skipIf(noBrowser)('the exchange of the demo', () => {
  let house: House
  let browser: Watched
  let page: Page
  beforeAll(async () => {
    house = await copyHouse(inject('seed'), 'exchange:broken=127.0.0.0/8')
    browser = await openBrowser()
    ;({ page } = await browser.another())
    await signIn(page, await house.invite('lead'))
  })
  afterAll(async () => {
    await browser?.close()
    await house?.close()
  })

  const pulled = async () => {
    const [one] = await house.demo.context.exchanges.all()
    return one?.pull?.state === 'done' ? one.exchange.pulled_at : null
  }

  test('has pulled, says that it is made up, and pulls again', async () => {
    await expect.poll(pulled, { timeout: 100_000 }).not.toBe(null)
    const before = await pulled()
    await page.goto(`${house.url}/settings/exchanges`)
    const part = page.getByRole('region', { name: 'harbour_tiles' })
    await part.getByText('Part of the demo, and made up').waitFor()
    await part.getByText(`${house.url}/demo/hashes`).waitFor()
    await part.getByText('Last whole pull').waitFor()
    await part.getByText(/^done · \d+ pages, \d+ changes$/).waitFor()
    for (const width of [1280, 390]) {
      await page.setViewportSize({ width, height: 900 })
      expect([width, await axe(page)]).toEqual([width, []])
    }
    await part.getByRole('button', { name: 'Pull now: harbour_tiles' }).click()
    await expect.poll(pulled, { timeout: 100_000 }).toBeGreaterThan(before ?? 0)
    // One comes, one goes: two changes of one page, and a page that says that this was all.
    await part.getByText('done · 2 pages, 2 changes').waitFor()
    await part.getByRole('button', { name: 'Check: harbour_tiles' }).click()
    await part.getByText(/^It answers: \d+ changes on the first page, 0 unreadable/).waitFor()
  }, 300_000)

  test('one that stopped says why and what to do about it, in the language of the reader', async () => {
    const fake = await startNcmecFake({ now: () => Date.now() })
    const { exchanges } = house.demo.context
    const source = { ...ncmecAt(fake), credentials: { username: 'nobody', password: 'wrong' } }
    const wish = { ...source, lists: { digest: 'broken_files' }, everyMs: 3_600_000, on: true }
    const { revision } = await exchanges.set('broken', wish, operatorDoer)
    await exchanges.approve('broken', revision, operatorDoer)
    await exchanges.pull('broken', 'operator')
    const state = async () => (await exchanges.all()).find(({ exchange }) => exchange.id === 'broken')?.exchange.state
    await expect.poll(state, { timeout: 60_000 }).toBe('stopped')
    await fake.close()
    for (const [language, why, remedy] of [
      ['en', 'Stopped: It refuses our credentials', 'Set new credentials: lamplighter exchanges set'],
      ['de', 'Angehalten: Er weist unsere Zugangsdaten ab', 'Neue Zugangsdaten setzen: lamplighter exchanges set'],
    ] as const) {
      await page.evaluate((code) => localStorage.setItem('lamplighter.language', code), language)
      await page.goto(`${house.url}/settings/exchanges`)
      const part = page.getByRole('region', { name: 'broken' })
      await part.getByText(why).waitFor()
      await part.getByText(remedy).waitFor()
      await part.getByText('status 401').waitFor()
      expect(await axe(page)).toEqual([])
    }
  }, 120_000)
})
