import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { crc32 } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import { drawSynthetic } from '../../server/src/signals/sample-pictures.ts'
import { encodePng } from '../../server/src/signals/sample-png.ts'
import { noBrowser, openBrowser, signIn, type Watched } from './support/browser.ts'
import { takeCase, title } from './support/desk.ts'
import { copyHouse, type House } from './support/house.ts'
import { unknownRequests } from './support/network.ts'
import { adult, callerFor } from './support/person.ts'

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

  test('console 8: opening every list and pointing at everything asks for no picture', async () => {
    const { page, context } = await browser.another()
    await signIn(page, await house.invite('lead', 'child-safety', 'admin'))
    const from = browser.asked.length
    await takeCase(page, house.url, KNOWN)
    for (const path of [
      '/review',
      `/review/C-${KNOWN}`,
      ...['history', 'notes', 'account'].map((tab) => `/review/C-${KNOWN}?tab=${tab}`),
      ...['people', 'connections', 'keys', 'lists', 'rules', 'retention', 'log'].map((name) => `/settings/${name}`),
    ]) {
      await page.goto(house.url + path)
      await title(page).waitFor()
      const places = await page.evaluate(() =>
        [...document.querySelectorAll('main :is(a, button, article, tr, li, label, svg, [role="tab"], [role="img"])')]
          .map((one) => one.getBoundingClientRect())
          .filter(({ width, height }) => width > 0 && height > 0)
          .map(({ x, y, width, height }) => [x + width / 2, y + Math.min(height, 30) / 2] as const),
      )
      for (const [x, y] of places) await page.mouse.move(x, y)
    }
    await page.waitForTimeout(1_000)
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
    await fetch(`${house.url}/v1/media/marked?audience=public`, {
      method: 'PUT',
      headers: { authorization: `Bearer ${key}`, 'content-type': 'image/png', prefer: 'wait=10' },
      body: marked,
    })
    await house.asPlatform(key, '/v1/screen', {
      kind: 'upload',
      id: 'marked',
      occurred_at: new Date().toISOString(),
      actor: adult('somebody-new'),
      media: [{ id: 'marked', type: 'image/png' }],
    })
    const { page, context } = await browser.another()
    const renditions: Buffer[] = []
    await page.route('**/v1/renditions/*', async (route) => {
      const answer = await route.fetch()
      renditions.push(await answer.body())
      await route.fulfill({ response: answer })
    })
    await signIn(page, await house.invite('child-safety'))
    await takeCase(page, house.url, 1025)
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
    const evidence = page.getByRole('region', { name: 'Evidence' })
    await evidence
      .getByText(/unknown: \w+/)
      .first()
      .waitFor()
    const facts = page.getByRole('complementary', { name: 'Facts' })
    await facts.getByText('unknown', { exact: true }).first().waitFor()
    const words = `${await facts.innerText()} ${await evidence.innerText()}`
    expect(words).not.toMatch(/\b(clear|clean|safe|passed|on none of the lists)\b/i)
    for (const list of ['csam media', 'terror media']) {
      const row = facts.getByRole('listitem').filter({ hasText: list })
      expect(await row.innerText(), list).toMatch(/unknown[\s\S]*damaged/)
      expect(await row.innerText(), list).not.toContain('no match')
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
    await context.close()
  })

  test('console 1, 45: every request was to this server and is in its contract', async () => {
    expect(await unknownRequests(browser.asked, house.url)).toEqual([])
  })
})

function chunk(name: string, body: Buffer): Buffer {
  const whole = Buffer.alloc(body.length + 12)
  whole.writeUInt32BE(body.length, 0)
  whole.write(name, 4, 'latin1')
  whole.set(body, 8)
  whole.writeUInt32BE(crc32(whole.subarray(4, body.length + 8)), body.length + 8)
  return whole
}
