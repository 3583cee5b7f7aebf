import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { barriersOn, hindrance, openTown, type Town } from '../e2e/town.ts'

const hindered = hindrance()
const MINUTE = 60_000

const title = (page: Page): Promise<string> => page.getByRole('heading', { level: 1 }).innerText()
const giveBack = (page: Page) => page.getByRole('button', { name: 'Give back' })

/** Presses a key and waits until another case is on screen and in hand. */
async function onward(page: Page, ...keys: string[]): Promise<void> {
  const before = await title(page)
  for (const key of keys) await page.keyboard.press(key)
  await expect.poll(() => title(page), { timeout: 10_000 }).not.toBe(before)
  if (/^C-/.test(await title(page))) await giveBack(page).waitFor()
}

describe.skipIf(hindered !== null)(`the console on the real server${hindered === null ? '' : ` (${hindered})`}`, () => {
  let town: Town
  let page: Page
  let requests: string[]
  const complaints: string[] = []

  beforeAll(async () => {
    town = await openTown()
    const signedIn = await town.signIn()
    page = signedIn.page
    requests = signedIn.requests
    page.setDefaultTimeout(10_000)
    page.on('pageerror', (error) => complaints.push(String(error)))
    page.on('console', (message) => {
      if (/Content Security Policy|TrustedHTML|Warning:/.test(message.text())) complaints.push(message.text())
    })
  }, 2 * MINUTE)
  afterAll(() => town?.close(), MINUTE)

  test('console 35: a shift by keyboard: start, decide, undo, skip, hand off', { timeout: MINUTE }, async () => {
    await page.getByRole('table').waitFor()
    // The lane of reports has the most cases in the demo.
    await page.getByRole('button', { name: 'Start Reports' }).focus()
    await onward(page, 'Enter')
    const first = await title(page)
    expect(first).toMatch(/^C-\d+$/)

    await page.getByRole('heading', { level: 1 }).click()
    await onward(page, 'a', 'Enter')
    await page.getByRole('region', { name: 'Last decision' }).getByText(/^Undo/).waitFor()
    expect(await page.getByRole('status').allInnerTexts()).toContain(`${first} decided: No action.`)

    await onward(page, 'z')
    expect(await title(page)).toBe(first)
    await onward(page, 's', '2', 'Enter')
    expect(await title(page)).not.toBe(first)

    await page.keyboard.press('o')
    await page.keyboard.type('somebody who knows boats')
    await onward(page, 'Control+Enter')
  })

  test('console 34, 41: no barrier and no machine’s id on Review home, Review and the log', {
    timeout: MINUTE,
  }, async () => {
    for (const path of ['/review', new URL(page.url()).pathname, '/settings/log']) {
      await page.goto(town.url + path)
      await page.getByRole('heading', { level: 1 }).waitFor()
      expect(await barriersOn(page), path).toEqual([])
      expect(await page.getByRole('main').innerText()).not.toMatch(/[0-9a-f]{8}-[0-9a-f]{4}-/)
    }
  })

  test('console 8: hovering asks for no rendition, a press does, Esc hides it', { timeout: MINUTE }, async () => {
    const renditions = () => requests.filter((request) => request.includes('/v1/renditions/')).length
    const main = page.getByRole('main')
    await page.goto(`${town.url}/review`)
    await main.getByRole('table').waitFor()
    for (const row of await main.getByRole('row').all()) await row.hover()
    await main.getByRole('button', { name: /^Start Media/ }).click()
    await giveBack(page).waitFor()
    for (const part of await main.getByRole('article').all()) await part.hover()
    for (const button of await main.getByRole('button').all()) await button.hover()
    expect(renditions()).toBe(0)

    await page.getByRole('heading', { level: 1 }).click()
    await page.keyboard.press('Space')
    await page.getByRole('img', { name: 'Coarse view' }).waitFor()
    expect(renditions()).toBe(1)
    await page.keyboard.press('Escape')
    await page.getByRole('img', { name: 'Coarse view' }).waitFor({ state: 'detached' })
  })

  test('looking as an administrator opens Settings, and Review is not on screen', { timeout: MINUTE }, async () => {
    await page.getByRole('button', { name: /^Looking as/ }).click()
    await page.getByRole('menuitemradio', { name: 'administrator' }).click()
    await page.getByRole('heading', { level: 1, name: 'People' }).waitFor()
    expect(await page.getByRole('link', { name: 'Review' }).count()).toBe(0)
    for (const name of ['Connections', 'API keys', 'Retention', 'Log']) {
      await page.getByRole('link', { name, exact: true }).click()
      await page.getByRole('heading', { level: 1, name }).waitFor()
      await expect.poll(() => page.getByRole('status', { name: 'Loading' }).count()).toBe(0)
      expect(await page.getByRole('alert').count(), name).toBe(0)
    }
  })

  test('console 43: after the shift the browser keeps preferences only', async () => {
    const kept = await page.evaluate(() => [...Object.keys(localStorage), ...Object.keys(sessionStorage)])
    expect(kept.filter((name) => !/^lamplighter\.(theme|keys|language)$/.test(name))).toEqual([])
  })

  test('console 1, 45: every request was to this origin, and every call is in the document of the interface', async () => {
    const answer = await fetch(`${town.url}/openapi.json`)
    const { paths } = (await answer.json()) as { paths: Record<string, Record<string, unknown>> }
    const known = Object.entries(paths).flatMap(([path, methods]) =>
      Object.keys(methods).map(
        (method) => new RegExp(`^${method.toUpperCase()} ${path.replaceAll(/\{\w+\}/g, '[^/]+')}$`),
      ),
    )
    const calls = requests.map((request) => request.replace(/\?.*$/, ''))
    expect(calls.filter((call) => !call.includes(` ${town.url}/`) && !call.includes(' blob:'))).toEqual([])
    const strange = calls
      .map((call) => call.replace(town.url, ''))
      .filter((call) => call.includes(' /v1/') && !known.some((pattern) => pattern.test(call)))
    expect(strange).toEqual([])
  })

  test('signing out leaves the page that says how to come back', { timeout: MINUTE }, async () => {
    await page
      .getByRole('banner')
      .getByRole('button', { name: /^R-\d+/ })
      .click()
    await page.getByRole('menuitem', { name: 'Sign out' }).click()
    await page.getByRole('heading', { level: 1, name: 'You are signed out' }).waitFor()
    expect(complaints).toEqual([])
  })
})
