import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import { axe } from './support/axe.ts'
import { noBrowser, openBrowser, signIn, type Watched } from './support/browser.ts'
import { copyHouse, type House } from './support/house.ts'

const UK = 'United Kingdom'
const day = (days: number): string => new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10)

describe.skipIf(noBrowser)('switches', () => {
  let house: House
  let browser: Watched
  let legal: Page
  let lead: Page
  beforeAll(async () => {
    house = await copyHouse(inject('seed'))
    browser = await openBrowser()
    const person = async (...roles: Parameters<House['invite']>) => {
      const { page } = await browser.another()
      await signIn(page, await house.invite(...roles))
      return page
    }
    legal = await person('legal')
    lead = await person('lead', 'child-safety')
  })
  afterAll(async () => {
    await browser?.close()
    await house?.close()
  })

  const open = (page: Page) => page.goto(`${house.url}/settings/switches`)
  const uk = (page: Page) => page.getByRole('region', { name: UK })

  test('are off; whoever may not change one sees no form', async () => {
    await open(lead)
    await uk(lead).getByText('off', { exact: true }).waitFor()
    expect(await lead.getByText('Ask for a change').count()).toBe(0)
  })

  test('legal asks, nothing changes, and a lead agrees', async () => {
    await open(legal)
    await uk(legal).getByText('Ask for a change').first().click()
    const form = legal.getByRole('form', { name: `Ask for a change: ${UK}` })
    const submit = form.getByRole('button', { name: 'Ask for a change' })
    expect(await submit.isDisabled()).toBe(true)
    await form.getByRole('textbox', { name: 'Law' }).fill('a made-up Act, s. 1')
    await form.getByLabel('Review by').fill(day(90))
    await form.getByRole('textbox', { name: 'Reason' }).fill('the board decided')
    expect(await axe(legal)).toEqual([])
    await submit.click()
    await uk(legal).getByText('Somebody else has to agree.').waitFor()
    await uk(legal).getByText('off', { exact: true }).waitFor()
    expect(
      await uk(legal)
        .getByRole('button', { name: `Agree: ${UK}` })
        .count(),
    ).toBe(0)

    // The page of a colleague hears of it by itself.
    const agree = uk(lead).getByRole('button', { name: `Agree: ${UK}` })
    await agree.waitFor()
    expect(await axe(lead)).toEqual([])
    await agree.click()
    await uk(lead).locator('header').getByText('on', { exact: true }).waitFor()
    await uk(legal).locator('header').getByText('on', { exact: true }).waitFor()
    await uk(legal).getByText('a made-up Act, s. 1').waitFor()
  })

  test('what the server refuses is said beside the form', async () => {
    const us = legal.getByRole('region', { name: 'United States' })
    await us.getByText('Ask for a change').first().click()
    await us.getByRole('textbox', { name: 'Law' }).fill('a law')
    await us.getByLabel('Review by').fill(day(800))
    await us.getByRole('textbox', { name: 'Reason' }).fill('for long')
    await us.getByRole('button', { name: 'Ask for a change' }).click()
    await us.getByText('expected an instant within a year from now').first().waitFor()
  })

  test('speak German', async () => {
    await legal.evaluate(() => localStorage.setItem('lamplighter.language', 'de'))
    await legal.reload()
    const region = legal.getByRole('region', { name: 'Vereinigtes Königreich' })
    await region.locator('header').getByText('an', { exact: true }).waitFor()
    expect(await axe(legal)).toEqual([])
  })

  test('a case from private messages says that they were not scanned, and shows none of them', async () => {
    const database = new DatabaseSync(join(house.folder, 'lamplighter.db'), { readOnly: true })
    const row = database.prepare("select max(number) as number from cases where lane = 'csea-behaviour'").get()
    database.close()
    await lead.goto(`${house.url}/review/C-${row?.number}`)
    await lead.getByText('Not scanned: eu.private_scan is off.').first().waitFor()
    expect(await lead.getByText('see you at the regatta').count()).toBe(0)
    expect(await axe(lead)).toEqual([])
  })

  test('nothing broke', () => expect(browser.complaints.filter((one) => !one.includes('422'))).toEqual([]))
})
