import { endpoints } from '@lamplighter/api'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import { axe } from './support/axe.ts'
import { noBrowser, openBrowser, signIn, type Watched } from './support/browser.ts'
import { decideButton, readyToDecide, settled, tabTo, takeCase, title } from './support/desk.ts'
import { copyHouse, emptyHouse, type House } from './support/house.ts'
import { unknownRequests } from './support/network.ts'
import { callerFor } from './support/person.ts'
import { freePort } from './support/port.ts'

const SETTINGS = ['people', 'connections', 'keys', 'lists', 'exchanges', 'switches', 'retention', 'log'] as const
const RULES = ['/rules', '/rules/bad_link', '/rules/core/1', '/rules/core/new'] as const
const everything = ['lead', 'child-safety', 'admin', 'auditor', 'legal'] as const

/** Every screen with what the demo holds: text, picture, unknown, each tab, each page of Settings. */
const SCREENS = [
  '/review',
  '/review/C-1003',
  '/review/C-1022',
  '/review/C-1018?tab=history',
  '/review/C-1016?tab=notes',
  '/review/C-1016?tab=account',
  ...RULES,
  '/rules?policy=CSEA-4',
  ...['changes', 'shadow', 'history'].map((tab) => `/rules/core/1?tab=${tab}`),
  ...SETTINGS.map((name) => `/settings/${name}`),
]

describe.skipIf(noBrowser)('access', () => {
  let house: House
  let browser: Watched
  let elsewhere = 'none'
  beforeAll(async () => {
    house = await copyHouse(inject('seed'))
    browser = await openBrowser()
  })
  afterAll(async () => {
    await browser?.close()
    await house?.close()
  })

  async function person(...roles: Parameters<House['invite']>) {
    const { page, context } = await browser.another()
    await signIn(page, await house.invite(...roles))
    return { page, context }
  }

  /** Light and dark, one after the other, on the same page. */
  async function both(page: Page, where: string): Promise<string[]> {
    const found: string[] = []
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme })
      // Colours may take 150 ms to change.
      await page.waitForTimeout(200)
      found.push(...(await axe(page)).map((one) => `${where} (${colorScheme}) ${one}`))
    }
    return found
  }

  test('console 34, 41: every screen with data has no fault that axe knows, and shows no UUID', async () => {
    const { page, context } = await person(...everything)
    const found: string[] = []
    const ids: string[] = []
    for (const path of SCREENS) {
      await page.goto(house.url + path)
      await settled(page)
      found.push(...(await both(page, path)))
      const words = await page.locator('body').innerText()
      ids.push(
        ...(words.match(/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/gi) ?? []).map(
          (id) => `${path} ${id}`,
        ),
      )
      ids.push(...(words.match(/\b[a-z]{1,6}_[0-9a-z]{26}\b/g) ?? []).map((id) => `${path} ${id}`))
    }
    await page.keyboard.press('?')
    await page.getByRole('dialog', { name: 'Keys' }).waitFor()
    found.push(...(await both(page, 'keys')))
    await takeCase(page, house.url, 1008)
    found.push(...(await both(page, 'claimed')))
    await page.keyboard.press('s')
    await page.getByRole('form', { name: 'Skip' }).waitFor()
    found.push(...(await both(page, 'skip')))
    expect(found).toEqual([])
    expect(ids).toEqual([])
    await context.close()
  }, 240_000)

  test('console 34: every screen that failed has no fault that axe knows', async () => {
    const { page, context } = await person(...everything)
    const found: string[] = []
    for (const [path, calls] of [
      ['/review', '**/v1/lanes'],
      ['/review/C-1003', '**/v1/cases/1003'],
      ['/rules', '**/v1/{rulesets,policies}'],
      ['/rules/bad_link', '**/v1/rulesets/core'],
      ['/rules/core/1', '**/v1/rulesets/core/versions/1'],
      ['/rules/core/1?tab=shadow', '**/v1/rulesets/core/versions/1/shadow-report'],
      ['/rules/core/new', '**/v1/rulesets/core'],
      ...SETTINGS.map((name) => [`/settings/${name}`, `**/v1/{${name},settings/${name}}`] as const),
    ] as const) {
      // The network fails here, as a broken line does; no answer is made up.
      await page.route(calls, (route) => route.abort('connectionreset'))
      await page.goto(house.url + path)
      await page.getByRole('alert').first().waitFor()
      found.push(...(await both(page, path)))
      await page.unroute(calls)
    }
    await page.goto(`${house.url}/review/C-9999`)
    await page.getByRole('alert').getByText('Request').waitFor()
    found.push(...(await both(page, 'no such case')))
    await page.goto(`${house.url}/nothing-here`).catch(() => undefined)
    await context.clearCookies()
    await page.goto(`${house.url}/review`)
    await page.getByRole('heading', { name: 'You are signed out' }).waitFor()
    found.push(...(await both(page, 'signed out')))
    expect(found).toEqual([])
    await context.close()
  }, 240_000)

  test('console 34: every screen on which nothing has happened yet has no fault that axe knows', async () => {
    const empty = await emptyHouse(await freePort())
    elsewhere = empty.url
    try {
      const { page, context } = await browser.another()
      await signIn(page, await empty.invite(...everything))
      const found: string[] = []
      for (const path of ['/review', '/rules', ...SETTINGS.map((name) => `/settings/${name}`)]) {
        await page.goto(empty.url + path)
        await settled(page)
        found.push(...(await both(page, path)))
      }
      expect(found).toEqual([])
      await context.close()
    } finally {
      await empty.close()
    }
  }, 240_000)

  test('console 31: each role sees its own pages and is refused the others', async () => {
    const { page, context } = await person('lead')
    for (const role of ['reviewer', 'lead', 'child-safety', 'legal', 'auditor', 'admin'] as const) {
      const words = { 'child-safety': 'child safety', admin: 'administrator' }[role as string] ?? role
      await page.goto(`${house.url}/`)
      await page.getByRole('button', { name: /^Looking as/ }).click()
      await page.getByRole('menuitemradio', { name: words }).click()
      await page.getByRole('button', { name: `Looking as ${words}` }).waitFor()
      const acts = await page.evaluate(async () => (await (await fetch('/v1/me')).json()).acts as string[])
      const rail = page.getByRole('navigation', { name: 'Main' })
      await expect
        .poll(() => rail.getByRole('link', { name: 'Review' }).count(), { message: role })
        .toBe(acts.includes('lanes.read') ? 1 : 0)
      expect([role, await rail.getByRole('link', { name: 'Rules' }).count()]).toEqual([
        role,
        acts.includes('rules.read') ? 1 : 0,
      ])
    }
    await context.close()
    for (const role of ['reviewer', 'lead', 'child-safety', 'legal', 'auditor', 'admin'] as const) {
      const caller = await callerFor(house, await house.invite(role))
      const { acts } = (await (await caller.call('GET', '/v1/me')).json()) as { acts: string[] }
      for (const one of endpoints.filter(
        ({ method, path }) => method === 'get' && !path.includes('{') && path !== '/v1/live',
      )) {
        if (one.path === '/v1/actions' || one.path === '/v1/policies') continue
        const { status } = await caller.call('GET', one.path)
        expect([role, one.path, status], one.act).toEqual([role, one.path, acts.includes(one.act) ? 200 : 403])
      }
    }
  }, 120_000)

  test('console 36: at 400 % nothing is cut off; less motion means none; forced colours keep every control', async () => {
    const { page, context } = await person('lead', 'child-safety', 'admin')
    await takeCase(page, house.url, 1012)
    const controls = async () =>
      (await page.getByRole('button').all()).length + (await page.getByRole('radio').all()).length
    const before = await controls()
    await page.setViewportSize({ width: 320, height: 256 })
    for (const path of ['/review/C-1012', '/review', ...RULES, ...SETTINGS.map((name) => `/settings/${name}`)]) {
      await page.goto(house.url + path)
      await settled(page)
      const wider = await page.evaluate(() =>
        [document.documentElement, ...document.querySelectorAll('main, main section, main aside')]
          .filter((one) => one.scrollWidth > one.clientWidth + 1)
          .map((one) => `${one.tagName} ${one.scrollWidth} in ${one.clientWidth}`),
      )
      expect([path, wider]).toEqual([path, []])
      // Nobody has to move a table sideways to read it, or to reach what it offers.
      const beyond = await page.evaluate(() => {
        const tables = [...document.querySelectorAll('table')].flatMap(({ parentElement: one }) =>
          one !== null && one.scrollWidth > one.clientWidth + 1
            ? [`table ${one.scrollWidth} in ${one.clientWidth}`]
            : [],
        )
        const buttons = [...document.querySelectorAll('main button, main a')].filter((one) => {
          const { left, right, width } = one.getBoundingClientRect()
          return width > 1 && (left < -1 || right > innerWidth + 1)
        })
        return [...tables, ...buttons.map((one) => `${one.tagName} ${one.textContent}`)]
      })
      expect([path, beyond]).toEqual([path, []])
    }
    await page.goto(`${house.url}/review/C-1012`)
    await readyToDecide(page)
    expect(await controls()).toBe(before)
    await decideButton(page).scrollIntoViewIfNeeded()
    const box = await decideButton(page).boundingBox()
    expect(box && box.x >= 0 && box.x + box.width <= 320).toBe(true)
    await page.setViewportSize({ width: 1280, height: 720 })
    const scrolls = await page.evaluate(() => document.documentElement.scrollHeight > innerHeight)
    expect(scrolls, 'the page itself does not scroll at 1280 × 720').toBe(false)

    await page.emulateMedia({ reducedMotion: 'reduce' })
    const moving = await page.evaluate(
      () =>
        [...document.querySelectorAll('*')].filter((one) => {
          const { transitionDuration, animationDuration, animationName } = getComputedStyle(one)
          const long = (value: string) => value.split(',').some((part) => Number.parseFloat(part) > 0.001)
          return long(transitionDuration) || (animationName !== 'none' && long(animationDuration))
        }).length,
    )
    expect(moving).toBe(0)

    await page.emulateMedia({ forcedColors: 'active' })
    expect(await controls()).toBe(before)
    const lost = await page.evaluate(
      () =>
        [...document.querySelectorAll('main button:enabled')].filter((one) => {
          const style = getComputedStyle(one)
          const edged = ['Top', 'Bottom'].some(
            (side) =>
              style.getPropertyValue(`border-${side.toLowerCase()}-style`) !== 'none' &&
              Number.parseFloat(style.getPropertyValue(`border-${side.toLowerCase()}-width`)) > 0,
          )
          return style.color === style.backgroundColor || !(edged || style.textDecorationLine !== 'none')
        }).length,
    )
    expect(lost).toBe(0)
    await context.close()
  })

  test('console 38: with single keys off they do nothing, and everything can still be reached', async () => {
    const { page, context } = await person('lead', 'child-safety')
    await takeCase(page, house.url, 1004)
    await tabTo(page, 'button', /^R-\d+/)
    await page.keyboard.press('Enter')
    await page.getByRole('menuitemradio', { name: 'Off' }).press('Enter')
    await page.getByRole('menu').waitFor({ state: 'hidden' })
    expect(await page.evaluate(() => localStorage.getItem('lamplighter.keys'))).toBe('off')
    await page.getByRole('main').focus()
    for (const key of ['s', 'o', 'e', 'n', '1', 'r', 'w', 'z', '?', 'Enter', 'g', 'r', 'j'])
      await page.keyboard.press(key)
    expect(page.url()).toBe(`${house.url}/review/C-1004`)
    expect(await page.getByRole('form').count()).toBe(0)
    expect(await page.getByRole('dialog').count()).toBe(0)
    expect(await page.getByRole('radio', { checked: true }).count()).toBe(0)
    for (const name of ['Skip', 'Hand off', 'Escalate', 'Give back']) await tabTo(page, 'button', name)
    await tabTo(page, 'radio', /No action/)
    await page.keyboard.press('Space')
    expect(await page.getByRole('radio', { name: /No action/ }).isChecked()).toBe(true)
    await tabTo(page, 'button', /^Decide/)
    await page.keyboard.press('Enter')
    await expect.poll(() => title(page).innerText()).not.toBe('C-1004')
    await context.close()
  })

  test('console 37: the console speaks German where it is chosen', async () => {
    const { page, context } = await person('lead')
    await page.getByRole('button', { name: /^R-\d+/ }).press('Enter')
    await page.getByRole('menuitemradio', { name: 'German' }).press('Enter')
    await page
      .getByRole('link', { name: 'Prüfen' })
      .or(page.getByRole('navigation', { name: 'Haupt' }))
      .first()
      .waitFor()
    expect(await page.evaluate(() => document.documentElement.lang)).toBe('de')
    await page.goto(`${house.url}/review/C-1003`)
    await settled(page)
    expect(await page.locator('body').innerText()).not.toMatch(
      /\b(Statement of reasons|Signals|Skip to|due in|Claim C-)\b/,
    )
    expect(await axe(page)).toEqual([])
    await context.close()
  })

  test('console 1, 45: every request was to this server and is in its contract', async () => {
    // The empty house of one test is another server with its own address.
    const asked = browser.asked.filter(({ url }) => !url.endsWith('/nothing-here') && !url.startsWith(elsewhere))
    expect(await unknownRequests(asked, house.url)).toEqual([])
  })
})
