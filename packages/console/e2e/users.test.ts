import { execFile, spawnSync } from 'node:child_process'
import { request } from 'node:http'
import { promisify } from 'node:util'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import { axe } from './support/axe.ts'
import { noBrowser, openBrowser, type Watched } from './support/browser.ts'
import { copyHouse, type House } from './support/house.ts'
import { unknownRequests } from './support/network.ts'
import { tellOf } from './support/tell.ts'

const noTextBrowser = spawnSync('w3m', ['-version']).status !== 0
if (noTextBrowser) console.warn('console 39 in a text browser is skipped: w3m is not installed (apt-get install w3m)')

describe.skipIf(noBrowser)('the pages of the people concerned', () => {
  let house: House
  let browser: Watched
  /** Pages of two notices: one that is appealed here, one that is only read. */
  let notice: string
  let other: string
  beforeAll(async () => {
    house = await copyHouse(inject('seed'))
    browser = await openBrowser()
    notice = await tellOf(house, 1016)
    other = await tellOf(house, 1011)
  })
  afterAll(async () => {
    await browser?.close()
    await house?.close()
  })

  const pages = () => [notice, `${notice}/appeal`, `${house.url}/privacy`, `${house.url}/n/not-a-token`]

  test('console 46: no script is allowed, and every page is small', async () => {
    for (const address of [...pages(), `${house.url}/demo`, `${house.url}/hello/AAAA-BBBB`]) {
      const answer = await fetch(address)
      const policy = answer.headers.get('content-security-policy') ?? ''
      expect(policy, address).toContain("default-src 'none'")
      expect(policy, address).not.toMatch(/script-src(?! 'none')/)
      const text = await answer.text()
      expect(text, address).not.toMatch(/<script|javascript:|\son\w+=/i)
      expect(Buffer.byteLength(text), address).toBeLessThan(30_000)
    }
    expect((await (await fetch(`${house.url}/users.css`)).arrayBuffer()).byteLength).toBeLessThan(30_000)
  })

  test('console 39: a small screen without script is enough to read the notice and to appeal', async () => {
    const { page, context } = await browser.another({ javaScriptEnabled: false, viewport: { width: 320, height: 600 } })
    for (const address of pages()) {
      await page.goto(address)
      await fits(page, address)
    }
    await page.goto(notice)
    await page.getByRole('heading', { name: 'Why' }).waitFor()
    await page.getByRole('link', { name: 'Appeal' }).click()
    await page.getByRole('button', { name: 'Send appeal' }).click()
    await page.getByRole('textbox', { name: 'Tell us why the decision is wrong' }).fill('The link was to my own shop.')
    await page.getByRole('button', { name: 'Send appeal' }).click()
    await page.getByText('It waits for somebody who took no part').waitFor()
    await page.getByText('The link was to my own shop.').waitFor()
    await fits(page, 'the appeal’s state')
    await page.goto(notice)
    await page.getByText('We received your appeal').waitFor()
    await context.close()
  })

  test.skipIf(noTextBrowser)(
    'console 39: a text browser shows the whole notice and the form (may be skipped without w3m)',
    async () => {
      const read = async (address: string) =>
        (await promisify(execFile)('w3m', ['-dump', '-cols', '78', address])).stdout
      const words = await read(other)
      for (const part of [
        'A decision that concerns you',
        'Why',
        'Who decided',
        'If you disagree',
        'Appeal',
        'Leave quickly',
        'Deutsch',
      ]) {
        expect(words).toContain(part)
      }
      const form = await read(`${other}/appeal`)
      expect(form).toContain('Tell us why the decision is wrong')
      expect(form).toMatch(/\[?Send appeal\]?/)
    },
  )

  test('console 37: Arabic runs from right to left with its own dates, and longer words are not cut off', async () => {
    const { page, context } = await browser.another({ viewport: { width: 360, height: 640 } })
    for (const address of [other, `${other}/appeal`, `${house.url}/privacy`]) {
      await page.goto(`${address}?lang=ar`)
      expect(
        await page.evaluate(() => [document.documentElement.lang, getComputedStyle(document.body).direction]),
      ).toEqual(['ar', 'rtl'])
      await fits(page, `${address} in Arabic`)
      for (const lang of ['en', 'de', 'es', 'fr']) {
        await page.goto(`${address}?lang=${lang}`)
        await lengthen(page)
        await fits(page, `${address} longer than ${lang}`)
      }
    }
    await page.goto(`${other}?lang=ar`)
    expect(await page.locator('main').innerText()).toMatch(
      /[٠-٩]+|نوفمبر|تشرين|ديسمبر|يناير|فبراير|مارس|أبريل|مايو|يونيو|يوليو|أغسطس|سبتمبر|أكتوبر/,
    )
    await page.goto(`${other}?lang=de`)
    expect(await page.locator('main').innerText()).toMatch(
      /\d{1,2}\. (Januar|Februar|März|April|Mai|Juni|Juli|August|September|Oktober|November|Dezember) \d{4}/,
    )
    await context.close()
  })

  test('console 34: the pages have no fault that axe knows, in light and dark', async () => {
    const { page, context } = await browser.another()
    const found: string[] = []
    for (const address of [...pages(), `${notice}?lang=ar`, `${house.url}/demo`, `${house.url}/hello/AAAA-BBBB`]) {
      await page.goto(address)
      for (const colorScheme of ['light', 'dark'] as const) {
        await page.emulateMedia({ colorScheme })
        found.push(...(await axe(page)).map((one) => `${new URL(address).pathname} (${colorScheme}) ${one}`))
      }
    }
    expect(found).toEqual([])
    await context.close()
  })

  test('console 47: a link that opens nothing says the same whatever the reason', async () => {
    const token = new URL(other).pathname.split('/')[2] ?? ''
    const altered = `${token.slice(0, -1)}${token.endsWith('A') ? 'B' : 'A'}`
    // Foreign: a link of another purpose, which is valid where it belongs.
    const foreign = new URL(await house.invite('reviewer')).pathname.split('/').at(-1) ?? ''
    const wrong = [altered, token.slice(1), 'x', `${token}${token}`, 'e'.repeat(token.length), foreign]
    const answers = await Promise.all(wrong.map((one) => visit(house.url, `/n/${one}`)))
    const [strange, unknown] = await Promise.all([token, 'AAAA-BBBB'].map((one) => post(house.url, `/hello/${one}`)))
    expect([strange?.status, strange?.text]).toEqual([404, unknown?.text])
    expect(new Set(answers.map(({ status }) => status)).size).toBe(1)
    const [first = '', ...rest] = answers.map(({ text }) => text)
    for (const text of rest) expect(text).toBe(first)
    expect(first).not.toContain('harmful')

    // The same class of time: what is opened and what is not take alike, to within what one can measure here.
    const median = async (one: string) => {
      const times: number[] = []
      for (let no = 0; no < 15; no += 1) {
        const from = performance.now()
        await visit(house.url, `/n/${one}`)
        times.push(performance.now() - from)
      }
      return times.toSorted((a, b) => a - b)[7] ?? 0
    }
    const [a, b] = [await median(altered), await median('x')]
    expect(Math.max(a, b)).toBeLessThan(4 * Math.min(a, b) + 5)

    house.later(86_400_000 * 800)
    expect(await visit(house.url, `/n/${token}`)).toEqual({ status: answers[0]?.status, text: first })
  })

  test('console 1, 45: every request was to this server and is in its contract', async () => {
    expect(await unknownRequests(browser.asked, house.url)).toEqual([])
  })
})

/** Presses the button of a sign-in page. */
async function post(url: string, path: string): Promise<{ status: number; text: string }> {
  const answer = await fetch(url + path, { method: 'POST', redirect: 'manual' })
  return { status: answer.status, text: await answer.text() }
}

let visits = 0

/** A visit from an address that nobody came from before: one address may open five wrong links in a quarter of an hour. */
function visit(url: string, path: string): Promise<{ status: number | undefined; text: string }> {
  visits += 1
  const { host, port } = new URL(url)
  return new Promise((resolve, reject) => {
    const from = { localAddress: `127.0.7.${visits}`, headers: { host } }
    request({ ...from, host: '127.0.0.1', port, path, agent: false }, (answer) => {
      answer.setEncoding('utf8')
      let text = ''
      answer.on('data', (part: string) => {
        text += part
      })
      answer.on('end', () => resolve({ status: answer.statusCode, text }))
    })
      .on('error', reject)
      .end()
  })
}

/** Nothing sticks out of the page, and no box cuts its own words off. */
async function fits(page: Page, where: string): Promise<void> {
  const session = await page.context().newCDPSession(page)
  const { result } = await session.send('Runtime.evaluate', {
    returnByValue: true,
    expression: `[document.documentElement.scrollWidth - innerWidth, [...document.querySelectorAll('main *')].filter((one) =>
      getComputedStyle(one).overflowX !== 'visible' && one.scrollWidth > one.clientWidth + 1).map((one) => one.tagName).join()]`,
  })
  await session.detach()
  expect([where, ...(result.value as [number, string])]).toEqual([where, 0, ''])
}

/** The pseudo-locale: every text two fifths longer, in brackets. */
const lengthen = (page: Page) =>
  page.evaluate(() => {
    const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
    for (let node = walk.nextNode(); node !== null; node = walk.nextNode()) {
      const text = node.nodeValue?.trim() ?? ''
      if (text !== '') node.nodeValue = `[${text} ${text.slice(0, Math.ceil(text.length * 0.4))}]`
    }
  })
