import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { crc32 } from 'node:zlib'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import { drawSynthetic } from '../../server/src/signals/sample-pictures.ts'
import { encodePng } from '../../server/src/signals/sample-png.ts'
import { noBrowser, openBrowser, signIn, type Watched } from './support/browser.ts'
import { takeCase, title } from './support/desk.ts'
import { copyHouse, type House } from './support/house.ts'
import { unknownRequests } from './support/network.ts'
import { callerFor } from './support/person.ts'
import { putPicture, screenUpload } from './support/upload.ts'

/** A case with a picture that is known, and one whose picture cannot be read. */
const KNOWN = 1022
const UNREADABLE = 1018

describe.skipIf(noBrowser)('looking at media', () => {
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

  test('console 8: opening every list and pointing at everything for a second asks for no picture', async () => {
    const { page, context } = await browser.another()
    // The page's own clock, so that every single thing is pointed at for a second without anybody waiting for it.
    await page.clock.install()
    await signIn(page, await house.invite('lead', 'child-safety', 'admin'))
    const from = browser.asked.length
    await takeCase(page, house.url, KNOWN)
    for (const path of [
      '/review',
      `/review/C-${KNOWN}`,
      ...['history', 'notes', 'account'].map((tab) => `/review/C-${KNOWN}?tab=${tab}`),
      '/rules',
      ...['people', 'connections', 'keys', 'lists', 'exchanges', 'switches', 'retention', 'log'].map(
        (name) => `/settings/${name}`,
      ),
    ]) {
      await page.goto(house.url + path)
      await title(page).waitFor()
      const places = await page.evaluate(() =>
        [...document.querySelectorAll('main :is(a, button, article, tr, li, label, svg, [role="tab"], [role="img"])')]
          .map((one) => one.getBoundingClientRect())
          .filter(({ width, height }) => width > 0 && height > 0)
          .map(({ x, y, width, height }) => [x + width / 2, y + Math.min(height, 30) / 2] as const),
      )
      for (const [x, y] of places) {
        await page.mouse.move(x, y)
        await page.clock.runFor(1_000)
      }
    }
    const asked = browser.asked.slice(from)
    expect(asked.length).toBeGreaterThan(30)
    expect(asked.filter(({ url }) => /renditions|reveals|\/media|blob:/.test(url))).toEqual([])
    await context.close()
  })

  test('console 7: an address works once, for that person, for a minute; without its log entry nothing is served', async () => {
    const first = await callerFor(house, await house.invite('child-safety'))
    const second = await callerFor(house, await house.invite('child-safety'))
    await first.call('POST', `/v1/cases/1023/claim`)
    const seen = (await (await first.call('GET', '/v1/cases/1023')).json()) as {
      evidence: { media: { exhibit: string } | null }[]
    }
    const exhibit = seen.evidence.find(({ media }) => media !== null)?.media?.exhibit
    const reveal = () => first.call('POST', '/v1/reveals', { case: 1023, exhibit, step: 'lowpass' })
    const address = async () => ((await (await reveal()).json()) as { url: string }).url

    const once = await address()
    expect((await first.call('GET', once)).status).toBe(200)
    expect((await first.call('GET', once)).status).toBe(403)
    expect((await second.call('GET', await address())).status).toBe(403)
    const late = await address()
    house.later(61_000)
    expect((await first.call('GET', late)).status).toBe(403)

    // Another program holds the database: the entry cannot be written.
    const other = new DatabaseSync(join(house.folder, 'lamplighter.db'))
    other.exec('begin immediate')
    const refused = await reveal().finally(() => {
      other.exec('rollback')
      other.close()
    })
    expect(refused.status).toBe(503)
    expect(await refused.text()).not.toContain('renditions')
    await expect.poll(async () => (await reveal()).status, { timeout: 10_000 }).toBe(201)
  })

  test('console 9: neither the camera’s notes nor what hangs behind a picture reach a browser', async () => {
    const key = await house.key('screen', 'events')
    const drawn = drawSynthetic('hatched', 1, 512)
    const png = Buffer.from(encodePng(drawn))
    const exif = Buffer.from('Exif-Secret-Place 48.1,11.5')
    const marked = Buffer.concat([
      png.subarray(0, 33),
      chunk('eXIf', exif),
      png.subarray(33),
      Buffer.from('TRAILING-PAYLOAD'),
    ])
    await putPicture(house, key, { id: 'marked', bytes: marked })
    const { number } = await screenUpload(house, key, 'marked')
    const { page, context } = await browser.another()
    const renditions: Buffer[] = []
    await page.route('**/v1/renditions/*', async (route) => {
      const answer = await route.fetch()
      renditions.push(await answer.body())
      await route.fulfill({ response: answer })
    })
    await signIn(page, await house.invite('child-safety'))
    await takeCase(page, house.url, number)
    await page.getByRole('button', { name: 'Show coarse' }).press('Enter')
    await page.getByRole('img', { name: 'Coarse view' }).waitFor()
    await page.getByRole('button', { name: 'Show reduced' }).press('Enter')
    await page.getByRole('img', { name: 'Reduced view' }).waitFor()
    await page.getByRole('button', { name: 'Show full for 5 s' }).press('Enter')
    await page.getByRole('img', { name: 'Full view' }).waitFor()
    await expect.poll(() => renditions.length).toBe(3)
    for (const bytes of renditions) {
      expect(bytes.subarray(0, 3).toString('hex')).toBe('ffd8ff')
      for (const trace of ['Exif', 'Secret', 'TRAILING', 'eXIf']) expect(bytes.includes(trace), trace).toBe(false)
    }
    await page.keyboard.press('Escape')
    await expect.poll(() => page.getByRole('img', { name: 'view' }).count()).toBe(0)
    await context.close()
  })

  test('console 12: what could not be checked is shown as unknown, with the reason, and never as clear', async () => {
    const { page, context } = await browser.another()
    await signIn(page, await house.invite('lead'))
    await page.goto(`${house.url}/review/C-${UNREADABLE}`)
    await page
      .getByRole('region', { name: 'Evidence' })
      .getByText(/unknown: \w+/)
      .first()
      .waitFor()
    await saysUnknown(page, { 'csam media': 'damaged', 'terror media': 'damaged' })
    await context.close()
  })

  test('console 12: with the hash service down a harmless picture is unknown too, and never clear', async () => {
    // As when the exchange no longer answers: the lists that came from it are older than they may be.
    await house.stop()
    const db = new DatabaseSync(join(house.folder, 'lamplighter.db'))
    db.exec("update lists set stale_after_ms = 1 where id in ('csam_media', 'csam_digests')")
    db.close()
    await house.start()
    const key = await house.key('screen')
    await putPicture(house, key, { id: 'harmless', bytes: Buffer.from(encodePng(drawSynthetic('boat', 9, 256))) })
    const { verdict, number } = await screenUpload(house, key, 'harmless')
    expect(verdict).toBe('hold')
    const { page, context } = await browser.another()
    await signIn(page, await house.invite('lead'))
    await page.goto(`${house.url}/review/C-${number}`)
    await saysUnknown(page, { 'csam media': 'the list is too old', 'csam digests': 'the list is too old' })
    await context.close()
  })

  test('console 1, 45: every request was to this server and is in its contract', async () => {
    expect(await unknownRequests(browser.asked, house.url)).toEqual([])
  })
})

/** No list that could not be asked says anything but *unknown*, with its reason; no word and no colour of the page says that all is well. */
async function saysUnknown(page: Page, lists: Record<string, string>): Promise<void> {
  const facts = page.getByRole('complementary', { name: 'Facts' })
  await facts.getByText('unknown', { exact: true }).first().waitFor()
  const words = `${await facts.innerText()} ${await page.getByRole('region', { name: 'Evidence' }).innerText()}`
  expect(words).not.toMatch(/\b(clear|clean|safe|passed|on none of the lists)\b/i)
  for (const [list, why] of Object.entries(lists)) {
    const row = await facts.getByRole('listitem').filter({ hasText: list }).innerText()
    expect(row, list).toMatch(new RegExp(`unknown[\\s\\S]*${why}`))
    expect(row, list).not.toContain('no match')
  }
  const green = await page.evaluate(
    () =>
      [...document.querySelectorAll('main *')].filter((one) => {
        const { color, backgroundColor, borderTopColor } = getComputedStyle(one)
        return [color, backgroundColor, borderTopColor].some((value) => {
          const [r = 0, g = 0, b = 0, a = 1] = (value.match(/[\d.]+/g) ?? []).map(Number)
          return value.startsWith('rgb') && a > 0 && g > r + 40 && g > b + 40
        })
      }).length,
  )
  expect(green).toBe(0)
}

function chunk(name: string, body: Buffer): Buffer {
  const whole = Buffer.alloc(body.length + 12)
  whole.writeUInt32BE(body.length, 0)
  whole.write(name, 4, 'latin1')
  whole.set(body, 8)
  whole.writeUInt32BE(crc32(whole.subarray(4, body.length + 8)), body.length + 8)
  return whole
}
