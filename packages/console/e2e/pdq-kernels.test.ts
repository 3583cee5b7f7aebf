import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type * as Matching from '@lamplighter/matching'
import type { HashedVariants, KernelName, Pixels, Profile } from '@lamplighter/matching'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { twinOf } from '../../matching/src/pdq/twin/hash.ts'
import { drawn, pdqWasm } from '../../matching/test/kernel.ts'
import { headerOf, isPicture } from '../../server/src/evidence/decoder/picture.ts'
import { sniff } from '../../server/src/evidence/decoder/sniff.ts'
import { wasm } from '../../server/src/evidence/decoder/wasm.ts'
import { noBrowser, openBrowser, type Watched } from './support/browser.ts'
import { bundled } from './support/bundle.ts'

const ORIGIN = 'http://kernels.test'
const matching = new URL('../../matching/', import.meta.url)
const folder = join(process.env.LAMPLIGHTER_CONFORMANCE ?? '../shared/data', 'matching')
const present = existsSync(folder)
if (!present && process.env.CI === 'true') throw new Error(`conformance data is missing: ${folder}`)
if (!present) console.warn(`SKIPPED matching 33 on the reference pictures: no conformance data in ${folder}`)

const KERNELS: readonly KernelName[] = ['exact', 'fast']
const PROFILES: readonly Profile[] = ['full', 'n512']

interface Image {
  readonly file: string
  readonly n512: { readonly pdq: string; readonly quality?: number }
  readonly full?: { readonly pdq: string; readonly quality?: number }
  readonly max_distance?: number
}

/** Runs in the page: fetches pixels and hashes them there. */
async function hashesThere(
  { PdqKernel, hashWithVariants }: typeof Matching,
  {
    width,
    height,
    channels,
    names,
    profiles,
  }: Pick<Pixels, 'width' | 'height' | 'channels'> & {
    names: readonly KernelName[]
    profiles: readonly Profile[]
  },
): Promise<HashedVariants[]> {
  const kernel = new PdqKernel(await WebAssembly.compileStreaming(fetch('/pdq.wasm')))
  const data = new Uint8Array(await (await fetch('/pixels')).arrayBuffer())
  const pixels = { width, height, channels, data }
  return names.flatMap((name) => profiles.map((profile) => hashWithVariants(kernel, pixels, { profile, kernel: name })))
}

describe.skipIf(noBrowser)('matching 33: the kernels of PDQ in a browser', () => {
  let browser: Watched
  let page: Page
  let served: Pixels
  beforeAll(async () => {
    browser = await openBrowser()
    const script = await bundled(matching, 'matching')
    page = (await browser.another()).page
    await page.route(`${ORIGIN}/**`, async (route) => {
      const { pathname } = new URL(route.request().url())
      if (pathname === '/pdq.wasm') await route.fulfill({ body: pdqWasm, contentType: 'application/wasm' })
      else if (pathname === '/pixels') await route.fulfill({ body: Buffer.from(served.data) })
      else await route.fulfill({ body: '<!doctype html>', contentType: 'text/html' })
    })
    await page.goto(ORIGIN)
    await page.addScriptTag({
      content: `${script} globalThis.hashesThere = ${hashesThere}`,
    })
  })
  afterAll(() => browser.close())

  const hashed = (pixels: Pixels): Promise<HashedVariants[]> => {
    served = pixels
    const { width, height, channels } = pixels
    return page.evaluate((how) => Reflect.get(globalThis, 'hashesThere')(Reflect.get(globalThis, 'matching'), how), {
      width,
      height,
      channels,
      names: KERNELS,
      profiles: PROFILES,
    })
  }

  test('pictures of any shape have the hash that plain arithmetic gives in Node', async () => {
    for (const [n, [width, height]] of [
      [5, 5],
      [64, 64],
      [129, 700],
      [513, 40],
      [701, 333],
    ].entries()) {
      const pixels = drawn(width ?? 0, height ?? 0, n, n % 3 === 0 ? 4 : n % 3 === 1 ? 3 : 1)
      const twin = PROFILES.map((profile) => twinOf(pixels, profile))
      expect(await hashed(pixels)).toMatchObject([
        ...twin,
        ...twin.map((one) => ({ ...one, quality: expect.any(Number) })),
      ])
    }
  })

  test.skipIf(!present)(
    'C-1, C-2: the reference pictures have the reference hashes and quality',
    async () => {
      const { images }: { images: readonly Image[] } = JSON.parse(readFileSync(join(folder, 'expected.json'), 'utf8'))
      expect(images.length).toBeGreaterThan(20)
      for (const { file, full, n512, max_distance } of images) {
        // What has only been printed somewhere is near, not equal; Node's test counts its bits.
        if (max_distance !== undefined) continue
        const bytes = readFileSync(join(folder, file))
        const type = sniff(bytes)
        if (!isPicture(type)) throw new Error(`expected a still picture, found ${type}`)
        const { pixels } = await wasm.still({ type: type, bytes: bytes, header: headerOf(type, bytes) })
        expect(await hashed(pixels), file).toMatchObject(KERNELS.flatMap(() => [full ?? {}, n512]))
      }
    },
    300_000,
  )
})
