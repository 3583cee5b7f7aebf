import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import { axe } from './support/axe.ts'
import { noBrowser, openBrowser, signIn, type Watched } from './support/browser.ts'
import { takeCase } from './support/desk.ts'
import { copyHouse, type House } from './support/house.ts'
import { adult } from './support/person.ts'

// 21 people send what one entry hits: the lanes, the case and the list's page say so, in both widths and colour schemes without a barrier.

const PEOPLE = 21
/** Where pictures of the pages are put, if anywhere. */
const SHOTS = process.env.LAMPLIGHTER_SHOTS

describe.skipIf(noBrowser)('a hot entry of a list', () => {
  let house: House
  let browser: Watched
  let page: Page
  let number: number
  beforeAll(async () => {
    house = await copyHouse(inject('seed'))
    browser = await openBrowser()
    const key = await house.key('screen')
    for (let person = 0; person < PEOPLE; person += 1) await send(key, person)
    ;({ page } = await browser.another())
    await signIn(page, await house.invite('lead'))
    number = newest()
    await takeCase(page, house.url, number)
  })
  afterAll(async () => {
    await browser?.close()
    await house?.close()
  })

  const send = (key: string, person: number) =>
    house.asPlatform(key, '/v1/screen', {
      kind: 'message',
      id: `hot-${person}`,
      occurred_at: new Date().toISOString(),
      actor: adult(`hot-sender-${person}`),
      target: adult('hot-target'),
      room: { id: 'square', type: 'forum', audience: 'public' },
      item: { id: `hot-item-${person}`, text: 'send me 50 or else' },
    })
  /** The case that was opened last. */
  const newest = (): number => {
    using db = new DatabaseSync(join(house.folder, 'lamplighter.db'), { readOnly: true })
    return Number(db.prepare('select max(number) as newest from cases').get()?.newest)
  }

  /** Without a barrier, and with nothing beyond the edge, in both widths and colour schemes. */
  const looksRight = async (name: string) => {
    for (const width of [1280, 390]) {
      await page.setViewportSize({ width, height: 900 })
      for (const colorScheme of ['light', 'dark'] as const) {
        await page.emulateMedia({ colorScheme })
        await page.waitForTimeout(250)
        if (SHOTS !== undefined)
          await page.screenshot({ path: join(SHOTS, `${name}.${width}.${colorScheme}.png`), fullPage: true })
        expect([width, colorScheme, await axe(page)]).toEqual([width, colorScheme, []])
      }
      const beyond = await page.evaluate(
        () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
      )
      expect([width, beyond]).toEqual([width, 0])
    }
    await page.setViewportSize({ width: 1280, height: 900 })
  }

  test('is counted at its lane', async () => {
    await page.goto(`${house.url}/review`)
    await page
      .getByText(/^\d+ of a hot entry$/)
      .first()
      .waitFor()
    await page
      .getByRole('link', { name: new RegExp(`C-${number}`) })
      .getByText('hot entry')
      .waitFor()
    await looksRight('home')
  })

  test('is named on a case that it brought, with what it may mean', async () => {
    await page.goto(`${house.url}/review/C-${number}`)
    await page.getByText(/This entry hits things of more than 20 people within a day/).waitFor()
    await looksRight('case')
  })

  test('is told in Settings: on the table, and first among the entries of its list', async () => {
    await page.goto(`${house.url}/settings/lists`)
    const row = page.getByRole('row').filter({ hasText: 'blackmail_terms' })
    await row.getByText('1 hot').waitFor()
    await row.getByText('100%').first().waitFor()
    await looksRight('lists')
    await row.getByRole('link').click()
    await page.getByText('Can be matched here').waitFor()
    const first = page.getByRole('table', { name: 'Hits by entry' }).getByRole('row').nth(1)
    await first.getByText('hot', { exact: true }).waitFor()
    // The demo's own traffic may have hit it before.
    expect(Number((await first.innerText()).split('\t')[1])).toBeGreaterThanOrEqual(PEOPLE)
    await looksRight('list')
  })
})
