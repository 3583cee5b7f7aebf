import type { Locator, Page } from 'playwright-core'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import { drawSynthetic } from '../../server/src/signals/sample-pictures.ts'
import { encodePng } from '../../server/src/signals/sample-png.ts'
import { axe } from './support/axe.ts'
import { noBrowser, openBrowser, signIn, type Watched } from './support/browser.ts'
import { takeCase } from './support/desk.ts'
import { copyHouse, type House } from './support/house.ts'
import { putPicture, screenUpload } from './support/upload.ts'

// The demo lists a hatched tile. Whatever is done to it, the case says that it is the listed one, how near, and how it lies.

const tile = encodePng(drawSynthetic('hatched', 1, 512))
const smaller = () => sharp(tile).rotate(90).resize(300, 340, { fit: 'fill' })
type Made = readonly [form: string, type: string, make: () => Promise<Buffer>]
const FORMS: readonly Made[] = [
  ['PNG', 'image/png', () => smaller().png().toBuffer()],
  ['JPEG', 'image/jpeg', () => smaller().jpeg({ quality: 70 }).toBuffer()],
  ['WebP', 'image/webp', () => smaller().webp({ quality: 60 }).toBuffer()],
  ['GIF', 'image/gif', () => smaller().gif().toBuffer()],
  ['AVIF', 'image/avif', () => smaller().avif({ effort: 0, quality: 50 }).toBuffer()],
]

describe.skipIf(noBrowser)('the demo’s hatched tile, turned by 90°, resized and encoded anew', () => {
  let house: House
  let browser: Watched
  let page: Page
  let key: string
  beforeAll(async () => {
    house = await copyHouse(inject('seed'))
    browser = await openBrowser()
    key = await house.key('screen')
    // Each decoder has started once, so that nothing is late.
    for (const [form, type, make] of FORMS)
      await putPicture(house, key, { id: `warm-${form}`, type, bytes: await make() })
    ;({ page } = await browser.another())
    await signIn(page, await house.invite('child-safety', 'reviewer'))
  })
  afterAll(async () => {
    await browser?.close()
    await house?.close()
  })

  test.each(FORMS)(
    'as %s is found, and its case says list, version, distance and orientation',
    async (form, type, make) => {
      await putPicture(house, key, { id: `tile-${form}`, type, bytes: await make() })
      const { verdict, number } = await screenUpload(house, key, `tile-${form}`)
      expect(verdict).toBe('block')
      await takeCase(page, house.url, number)
      for (const place of [row(page), evidence(page)]) {
        const words = await place.innerText()
        expect(words).toMatch(/csam_media, version v?1/)
        expect(words).toMatch(/PDQ, (same|\d{1,2} bits apart)/)
        expect(words).toContain('turned 90° clockwise · as stored in the file')
        expect(words).toContain('sealed')
      }
    },
  )

  test('as viewers show it, by the camera’s note; and in German', async () => {
    // The pixels lie upright, the note turns them: stored is the listed one, shown is turned.
    const noted = await sharp(tile).resize(400).withMetadata({ orientation: 6 }).jpeg().toBuffer()
    await putPicture(house, key, { id: 'noted', type: 'image/jpeg', bytes: noted })
    const { number } = await screenUpload(house, key, 'noted')
    await takeCase(page, house.url, number)
    expect(await row(page).innerText()).toContain('lies like the listed one · as stored in the file')

    await page.evaluate(() => localStorage.setItem('lamplighter.language', 'de'))
    await page.reload()
    await page.getByText('liegt wie das gelistete · wie in der Datei gespeichert').first().waitFor()
    const card = page.getByRole('main')
    // Its title, why the rule fired, the policy, what a choice does and the reason: whatever Lamplighter itself has worded.
    await card.getByText('Upload: bekanntes Missbrauchsmaterial', { exact: true }).first().waitFor()
    await card.getByText('noted von somebody-new steht auf einer Liste bekannten Missbrauchsmaterials').waitFor()
    await card.getByRole('radio', { name: /^Missbrauchsdarstellungen/ }).waitFor()
    await card.getByText('1 Beitrag wird entfernt · @somebody-new erfährt, warum').waitFor()
    await card.getByText('bekanntes Material, von einer Liste erkannt').waitFor({ state: 'attached' })
    await page.getByRole('tab', { name: 'Verlauf' }).click()
    await card.getByText('Eröffnet: Upload: bekanntes Missbrauchsmaterial').waitFor()
    expect(await axe(page)).toEqual([])
    await page.evaluate(() => localStorage.setItem('lamplighter.language', 'en'))
  })

  test('as a frame of an animation says which', async () => {
    const frames = [encodePng(drawSynthetic('boat', 4, 512)), tile]
    const gif = await sharp(frames, { join: { animated: true } })
      .gif({ delay: 100 })
      .toBuffer()
    await putPicture(house, key, { id: 'moving', type: 'image/gif', bytes: gif })
    const { number } = await screenUpload(house, key, 'moving')
    await page.goto(`${house.url}/review/C-${number}`)
    await row(page).getByText('picture 2 of the file').waitFor()
    await evidence(page).getByText('on list csam_media, version 1', { exact: true }).waitFor()
  })
})

const row = (page: Page): Locator =>
  page.getByRole('complementary').getByRole('listitem').filter({ hasText: 'csam media' })
const evidence = (page: Page): Locator =>
  page.getByRole('article').getByRole('listitem').filter({ hasText: 'csam_media' })
