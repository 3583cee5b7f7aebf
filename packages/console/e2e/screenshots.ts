import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import type { Page } from 'playwright-core'
import { openBrowser, signIn } from './support/browser.ts'
import { settled, takeCase, title } from './support/desk.ts'
import { emptyHouse, openHouse } from './support/house.ts'
import { freePort } from './support/port.ts'
import { tellOf } from './support/tell.ts'

// Pictures of every page, light and dark, with data, empty and failed: `node screenshots.ts FOLDER [SEEDED-FOLDER]`.
const [out, seeded] = process.argv.slice(2)
if (out === undefined) throw new Error('usage: node screenshots.ts FOLDER [SEEDED-FOLDER]')
const folder = resolve(out)
mkdirSync(folder, { recursive: true })

const SETTINGS = ['people', 'connections', 'keys', 'lists', 'exchanges', 'switches', 'retention', 'log'] as const
const everything = ['lead', 'child-safety', 'admin', 'auditor', 'legal'] as const

const own = mkdtempSync(join(tmpdir(), 'lamplighter-shots-'))
if (seeded !== undefined) cpSync(seeded, own, { recursive: true })
const port = seeded === undefined ? await freePort() : Number(readFileSync(join(seeded, 'port'), 'utf8'))
const browser = await openBrowser()

async function shoot(page: Page, name: string): Promise<void> {
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme })
    await page.waitForTimeout(250)
    await page.screenshot({ path: join(folder, `${name}.${colorScheme}.png`) })
  }
  console.log(name)
}

const house = await openHouse({ folder: own, port })
const lead = await house.invite(...everything)
{
  const { page, context } = await browser.another()
  await page.goto(house.demo.link)
  await shoot(page, 'hello')
  await page.goto(`${house.url}/hello/XXXX-XXXX`)
  await page.getByRole('button', { name: 'Sign in' }).click()
  await shoot(page, 'hello-refused')
  await page.goto(`${house.url}/review`)
  await page.getByRole('heading', { name: 'You are signed out' }).waitFor()
  await shoot(page, 'signed-out')
  await signIn(page, lead)
  for (const [name, path] of [
    ['home', '/review'],
    ['case-text', '/review/C-1003'],
    ['case-picture', '/review/C-1022'],
    ['case-unknown', '/review/C-1018'],
    ['case-history', '/review/C-1011?tab=history'],
    ['case-notes', '/review/C-1011?tab=notes'],
    ['case-account', '/review/C-1011?tab=account'],
    ['case-missing', '/review/C-9999'],
    ['rules', '/rules?policy=CSEA-4'],
    ['rule', '/rules/bad_link'],
    ['rules-version', '/rules/core/1'],
    ['rules-new', '/rules/core/new'],
    ...SETTINGS.map((name) => [`settings-${name}`, `/settings/${name}`] as const),
  ] as const) {
    await page.goto(house.url + path)
    await settled(page)
    await shoot(page, name)
  }
  await takeCase(page, house.url, 1007)
  await page.keyboard.press('r')
  await page.keyboard.press('Enter')
  await shoot(page, 'case-gap')
  await page.getByRole('main').focus()
  await page.keyboard.press('s')
  await shoot(page, 'case-skip')
  await takeCase(page, house.url, 1022)
  await page.keyboard.press('Space')
  await page.getByRole('img', { name: 'Coarse view' }).waitFor()
  await shoot(page, 'case-coarse')
  await page.getByRole('button', { name: 'Show reduced' }).press('Enter')
  await page.getByRole('img', { name: 'Reduced view' }).waitFor()
  await shoot(page, 'case-reduced')
  await page.getByRole('button', { name: 'Show full for 5 s' }).press('Enter')
  await page.getByRole('img', { name: 'Full view' }).waitFor()
  await page.screenshot({ path: join(folder, 'case-full.light.png') })
  await page.keyboard.press('Escape')
  await page.keyboard.press('?')
  await page.getByRole('dialog').waitFor()
  await shoot(page, 'keys')
  await page.keyboard.press('Escape')
  await page.getByRole('dialog').waitFor({ state: 'hidden' })
  await page.keyboard.press('r')
  await page.keyboard.press('Control+Enter')
  await page.getByRole('region', { name: 'Last decision' }).getByRole('button', { name: /^Undo/ }).waitFor()
  await shoot(page, 'undo')
  await page.goto(`${house.url}/review/C-1022`)
  await settled(page)
  await shoot(page, 'case-decided')
  await page.goto(`${house.url}/settings/people`)
  await page.getByRole('button', { name: /^R-\d+/ }).click()
  await shoot(page, 'menu')
  await page.keyboard.press('Escape')
  await page.setViewportSize({ width: 390, height: 844 })
  await page.goto(`${house.url}/review/C-1003`)
  await settled(page)
  await shoot(page, 'narrow-case')
  await page.goto(`${house.url}/review`)
  await settled(page)
  await shoot(page, 'narrow-home')
  await page.setViewportSize({ width: 1280, height: 800 })
  for (const [name, path, calls] of [
    ['home', '/review', '**/v1/lanes'],
    ['case', '/review/C-1003', '**/v1/cases/1003'],
    ['people', '/settings/people', '**/v1/people'],
    ['log', '/settings/log', '**/v1/log'],
  ] as const) {
    await page.route(calls, (route) => route.abort('connectionreset'))
    await page.goto(house.url + path)
    await page.getByRole('alert').first().waitFor()
    await shoot(page, `error-${name}`)
    await page.unroute(calls)
  }
  await context.close()
}
{
  const { page, context } = await browser.another({ viewport: { width: 900, height: 1100 } })
  const notice = await tellOf(house, 1016)
  for (const lang of ['en', 'de', 'ar']) {
    await page.goto(`${notice}?lang=${lang}`)
    await shoot(page, `notice-${lang}`)
    await page.goto(`${notice}/appeal?lang=${lang}`)
    await shoot(page, `appeal-${lang}`)
    await page.goto(`${house.url}/privacy?lang=${lang}`)
    await shoot(page, `privacy-${lang}`)
    await page.goto(`${house.url}/n/nothing?lang=${lang}`)
    await shoot(page, `nothing-${lang}`)
  }
  await page.goto(`${notice}/appeal`)
  await page.getByRole('textbox').fill('The link was to my own shop.')
  await page.getByRole('button', { name: 'Send appeal' }).click()
  await shoot(page, 'appeal-state')
  await page.setViewportSize({ width: 320, height: 640 })
  await page.goto(notice)
  await shoot(page, 'notice-narrow')
  await page.goto(`${house.url}/privacy`)
  await shoot(page, 'privacy-narrow')
  await page.setViewportSize({ width: 900, height: 1100 })
  for (const [name, path] of [
    ['demo', '/demo'],
    ['log', '/log/'],
    ['not-found', '/nothing-here'],
  ] as const) {
    await page.goto(house.url + path)
    await shoot(page, name)
  }
  const second = await browser.another()
  await signIn(second.page, await house.invite('lead'))
  await second.page.goto(`${house.url}/review`)
  await settled(second.page)
  await second.page.getByRole('button', { name: /^Start ?Appeals/ }).click()
  await second.page.getByRole('radio', { name: /Reversed/ }).waitFor()
  await settled(second.page)
  await shoot(second.page, 'case-appeal')
  await second.context.close()
  await context.close()
}
await house.close()

const empty = await emptyHouse(port)
{
  const { page, context } = await browser.another()
  await signIn(page, await empty.invite(...everything))
  for (const [name, path] of [
    ['home', '/review'],
    ['rules', '/rules'],
    ...SETTINGS.map((one) => [one, `/settings/${one}`] as const),
  ] as const) {
    await page.goto(empty.url + path)
    await settled(page)
    await title(page).waitFor()
    await shoot(page, `empty-${name}`)
  }
  await context.close()
}
await empty.close()
await browser.close()
rmSync(own, { recursive: true, force: true })
