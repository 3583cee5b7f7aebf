import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import { axe } from './support/axe.ts'
import { noBrowser, openBrowser, signIn, type Watched } from './support/browser.ts'
import { copyHouse, type House } from './support/house.ts'

// The demo's own exchange: it pulls over loopback by itself, says whose it is, and pulls again when somebody asks for it.

describe.skipIf(noBrowser)('the exchange of the demo', () => {
  let house: House
  let browser: Watched
  let page: Page
  beforeAll(async () => {
    house = await copyHouse(inject('seed'))
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
})
