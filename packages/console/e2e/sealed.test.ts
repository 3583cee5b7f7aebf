import { parsePdq } from '@lamplighter/matching'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import { hashes, turned } from '../../server/src/signals/pictures/testing/hashes.ts'
import { drawSynthetic } from '../../server/src/signals/sample-pictures.ts'
import { encodePng } from '../../server/src/signals/sample-png.ts'
import { pdqOf } from '../../server/src/testing/house.ts'
import { Needles } from '../../server/src/whole/testing/needles.ts'
import { noBrowser, openBrowser, signIn, type Watched } from './support/browser.ts'
import { takeCase } from './support/desk.ts'
import { copyHouse, type House } from './support/house.ts'
import { putPicture, screenUpload } from './support/upload.ts'

const BOAT = ['boat', 21] as const
const own = parsePdq(pdqOf(BOAT))
/** Near the picture that is handed in, and not its own hash. */
const NEAR = own === undefined ? '' : turned(own, 7)
const MD5 = '5ea1ed01'.repeat(4)
const MORE = hashes(20, 77)
const [OPEN = ''] = hashes(1, 78)

describe.skipIf(noBrowser)('matching 29: a sealed list in the browsers of those who work with it', () => {
  let house: House
  let browser: Watched
  const pages: Page[] = []
  const heard: string[] = []
  const shown: string[] = []
  const needles = new Needles([NEAR, MD5, ...MORE])
  beforeAll(async () => {
    house = await copyHouse(inject('seed'))
    browser = await openBrowser()
    for (const [id, kind, sealed, values] of [
      ['csam_media', 'pdq', true, [NEAR, ...MORE]],
      ['sealed_files', 'digest', true, [MD5]],
      ['open_media', 'pdq', false, [OPEN]],
    ] as const)
      await house.demo.context.library.import({
        facts: { id, kind, harm: 'csea', sealed, context: false, source: 'made', staleAfterMs: null },
        ...{ text: values.join('\n'), contentType: 'text/plain', by: 'operator', live: true },
      })
  })
  afterAll(async () => {
    await browser?.close()
    await house?.close()
  })

  const person = async (...roles: Parameters<House['invite']>): Promise<Page> => {
    const { page } = await browser.another()
    page.on('response', (response) => {
      response.body().then(
        (body) => void heard.push(`${response.url()} ${JSON.stringify(response.headers())} ${body.toString('latin1')}`),
        () => undefined,
      )
    })
    pages.push(page)
    await signIn(page, await house.invite(...roles))
    return page
  }
  const look = async (page: Page, path: string): Promise<void> => {
    await page.goto(house.url + path)
    await page.waitForLoadState('networkidle')
    shown.push(await page.content())
  }

  test('no value of it is shown, answered, or kept by the browser', async () => {
    const key = await house.key('screen')
    await putPicture(house, key, {
      id: 'boat',
      type: 'image/png',
      bytes: Buffer.from(encodePng(drawSynthetic(...BOAT, 512))),
    })
    const { verdict, number } = await screenUpload(house, key, 'boat')
    expect(verdict).toBe('block')

    const guard = await person('child-safety', 'reviewer')
    await takeCase(guard, house.url, number)
    await guard.getByText('csam_media').first().waitFor()
    shown.push(await guard.content())
    for (const page of [guard, await person('lead'), await person('admin'), await person('auditor')])
      for (const path of [
        '/',
        '/review',
        `/review/C-${number}`,
        '/settings/lists',
        '/settings/lists?list=csam_media',
        '/settings/lists?list=sealed_files',
        '/settings/lists?list=open_media',
        '/settings/exchanges',
        '/settings/system',
      ])
        await look(page, path)
    const kept: string[] = []
    for (const page of pages) kept.push(await page.evaluate(storesOf))

    expect(shown.length).toBeGreaterThan(30)
    expect(kept.length).toBe(pages.length)
    expect(heard.join('\n')).toContain('csam_media')
    // What is not sealed is shown and answered: so the search is one.
    const control = new Needles([OPEN])
    expect([control.in(shown.join('\n')).length > 0, control.in(heard.join('\n')).length > 0]).toEqual([true, true])
    for (const text of [...shown, ...heard, ...kept]) expect(needles.in(text)).toEqual([])
    expect(needles.in(house.log.join('\n'))).toEqual([])
    expect(browser.asked.flatMap(({ url }) => needles.in(url))).toEqual([])
  }, 300_000)
})

/** Runs in the page: all that a browser keeps for it, as one text. */
async function storesOf(): Promise<string> {
  const said: string[] = [JSON.stringify({ ...localStorage }), JSON.stringify({ ...sessionStorage }), document.cookie]
  for (const { name } of await indexedDB.databases()) {
    if (name === undefined) continue
    const database = await new Promise<IDBDatabase>((resolve, reject) => {
      const asked = indexedDB.open(name)
      asked.onsuccess = () => resolve(asked.result)
      asked.onerror = () => reject(asked.error)
    })
    for (const store of database.objectStoreNames) {
      const all = await new Promise((resolve, reject) => {
        const asked = database.transaction(store).objectStore(store).getAll()
        asked.onsuccess = () => resolve(asked.result)
        asked.onerror = () => reject(asked.error)
      })
      said.push(`${name}/${store} ${JSON.stringify(all)}`)
    }
  }
  if ('caches' in globalThis)
    for (const name of await caches.keys()) {
      const cache = await caches.open(name)
      for (const request of await cache.keys())
        said.push(`${request.url} ${await (await cache.match(request))?.text()}`)
    }
  return said.join('\n')
}
