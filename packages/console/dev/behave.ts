/**
 * Walks through the behaviour of the console on the made-up server: `node packages/console/dev/behave.ts`. A development
 * check; what counts are the end-to-end tests on the real server.
 */
import assert from 'node:assert/strict'
import { endpoints } from '@lamplighter/api'
import { type BrowserContext, chromium, type Page } from 'playwright-core'
import { harbour } from './server.ts'

const port = 4192
const base = `http://localhost:${port}`
const browser = await chromium.launch({
  executablePath: process.env.LAMPLIGHTER_CHROMIUM ?? '/usr/bin/chromium',
  args: [
    '--no-sandbox',
    '--disable-gpu',
    '--disable-quic',
    '--no-first-run',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
  ],
})
let town = harbour()
const open = () => new Promise<void>((resolve) => town.server.listen(port, '127.0.0.1', resolve))
const close = () => {
  town.server.closeAllConnections()
  return new Promise((resolve) => town.server.close(resolve))
}
const renditions = () => town.seen.filter((line) => line.includes('/renditions/')).length
const body = (page: Page) => page.locator('body')
const claim = async (page: Page, name: string) => {
  await page.goto(`${base}/review/${name}`)
  await page.getByRole('button', { name: `Claim ${name}` }).waitFor()
  await page.keyboard.press('Enter')
  await page.getByRole('button', { name: 'Give back' }).waitFor()
}
const statement = (page: Page) => page.getByRole('textbox', { name: /^Statement of reasons/ })

const walks: Record<string, (page: Page, context: BrowserContext) => Promise<void>> = {
  'a shift by keyboard: start, gap, fill, decide, undo, skip': async (page) => {
    await page.goto(`${base}/review`)
    await page.getByRole('table').waitFor()
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { name: 'C-1046' }).waitFor()
    await page.getByRole('button', { name: /^Decide: Remove/ }).waitFor()
    await page.waitForTimeout(200)
    await page.keyboard.press('Enter')
    await page.getByText('Fill the gap').waitFor()
    assert.equal(await statement(page).evaluate((node) => node === document.activeElement), true)
    await page.keyboard.type('He asked for money')
    assert.match(await statement(page).inputValue(), /What happened: He asked for money\n/)
    const started = Date.now()
    await page.keyboard.press('Control+Enter')
    await page.getByRole('heading', { name: 'C-1047' }).waitFor()
    console.log(`     next case after ${Date.now() - started} ms`)
    await page
      .getByRole('region', { name: 'Last decision' })
      .getByText(/Undo \(\d+ s\)/)
      .waitFor()
    assert.match((await page.getByRole('status').allTextContents()).join(), /C-1046 decided: Remove/)
    await page.keyboard.press('z')
    await page.getByRole('heading', { name: 'C-1046' }).waitFor()
    await page.getByRole('button', { name: /^Decide: Remove/ }).waitFor()
    assert.match(await statement(page).inputValue(), /He asked for money/)
    await page.keyboard.press('s')
    await page.keyboard.press('2')
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { name: 'C-1047' }).waitFor()
    await page.keyboard.press('g')
    await page.keyboard.press('r')
    await page.getByRole('heading', { name: 'Review' }).waitFor()
  },
  'console 16, in view: the next case after a key, p95 below 100 ms, no mouse': async (page) => {
    await claim(page, 'C-1200')
    const took: number[] = []
    for (let number = 1200; number < 1240; number += 1) {
      await page.keyboard.press('a')
      took.push(
        await page.evaluate(
          (next) => {
            const started = performance.now()
            return new Promise<number>((resolve) => {
              const look = () => {
                if (document.querySelector('h1')?.textContent === next) resolve(performance.now() - started)
                else requestAnimationFrame(look)
              }
              requestAnimationFrame(look)
              window.dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', bubbles: true }))
            })
          },
          `C-${number + 1}`,
        ),
      )
      await page.getByRole('button', { name: 'Give back' }).waitFor()
      await page.waitForTimeout(60)
    }
    took.sort((a, b) => a - b)
    console.log(
      `     p50 ${took[20]?.toFixed(0)} ms, p95 ${took[37]?.toFixed(0)} ms, most ${took.at(-1)?.toFixed(0)} ms`,
    )
    assert.ok((took[37] ?? Infinity) < 100)
  },
  'media: none by hovering, one per press, full only while Space is held, Esc hides': async (page) => {
    await page.addInitScript(() => {
      const made = new Set<string>()
      Object.assign(globalThis, { made })
      const { createObjectURL, revokeObjectURL } = URL
      URL.createObjectURL = (source: Blob) => {
        const url = createObjectURL(source)
        made.add(url)
        return url
      }
      URL.revokeObjectURL = (url) => {
        made.delete(url)
        revokeObjectURL(url)
      }
    })
    await claim(page, 'C-1100')
    const before = renditions()
    for (const piece of await page.getByRole('article').all()) await piece.hover()
    await page.waitForTimeout(300)
    assert.equal(renditions(), before)
    await page.keyboard.press('j')
    await page.keyboard.press('j')
    await page.keyboard.press(' ')
    await page.getByRole('img', { name: 'Coarse view' }).waitFor()
    await page.keyboard.press(' ')
    await page.getByRole('img', { name: 'Reduced view' }).waitFor()
    await page.keyboard.down(' ')
    await page.getByRole('img', { name: 'Full view' }).waitFor()
    await page.keyboard.press('c')
    await page.getByText('in colour').waitFor()
    await page.keyboard.up(' ')
    await page.getByRole('img', { name: 'Reduced view' }).waitFor()
    assert.equal(await page.getByRole('img', { name: 'Full view' }).count(), 0)
    await page.keyboard.press('Escape')
    assert.equal(await page.getByRole('img', { name: /view$/ }).count(), 0)
    const left = await page.evaluate(() => {
      const urls = globalThis as unknown as { made: Set<string> }
      return [...urls.made]
    })
    assert.deepEqual(left, [], 'an object URL is left after Esc')
    await page.getByRole('button', { name: 'Show coarse' }).click()
    await page.getByRole('button', { name: 'Show reduced' }).click()
    await page.getByRole('button', { name: /Show full for 5 s/ }).click()
    await page.getByRole('img', { name: 'Full view' }).waitFor()
    await page.waitForTimeout(5_200)
    assert.equal(await page.getByRole('img', { name: 'Full view' }).count(), 0)
    await page.getByRole('button', { name: /^Reduced view/ }).click()
    await page.waitForTimeout(300)
    assert.ok(town.seen.filter((line) => line === 'POST /v1/reveals').length === renditions())
  },
  'a case that changed: difference shown, typed text kept, 409 not lost': async (page) => {
    await claim(page, 'C-1110')
    await statement(page).fill('He asked for money.')
    town.change(1110)
    await page.getByText('Changed by R-12').waitFor()
    assert.equal(await statement(page).inputValue(), 'He asked for money.')
    await page.keyboard.press('Control+Enter')
    await page.getByRole('alert').getByText('The case changed while you looked at it').waitFor()
    await page.getByRole('heading', { name: 'C-1110' }).waitFor()
    assert.equal(await statement(page).inputValue(), 'He asked for money.')
    await page.getByRole('button', { name: 'Show the new state' }).click()
    await page.keyboard.press('Control+Enter')
    await page.getByRole('heading', { name: 'C-1111' }).waitFor()
  },
  'signed out on the spot: the draft is still there afterwards': async (page) => {
    await claim(page, 'C-1120')
    await statement(page).fill('He asked for money.')
    town.setMood('unauthenticated')
    await page.keyboard.press('Control+Enter')
    await page.waitForTimeout(100)
    await page.evaluate(() => window.dispatchEvent(new Event('focus')))
    town.setMood('unauthenticated')
    await page.getByRole('heading', { name: 'You are signed out' }).waitFor()
    town.setMood('data')
    await page.getByRole('heading', { name: 'You are signed out' }).waitFor({ state: 'detached' })
    assert.equal(await statement(page).inputValue(), 'He asked for money.')
  },
  'console 50, in view: server stopped → banner, deciding disabled, resumes without reload': async (page) => {
    await claim(page, 'C-1130')
    await statement(page).fill('He asked for money.')
    await close()
    await page.getByText('The server does not answer. Deciding waits').waitFor()
    assert.equal(await page.getByRole('button', { name: /^Decide/ }).isDisabled(), true)
    const before = town
    town = harbour()
    await open()
    await page.getByText('The server does not answer. Deciding waits').waitFor({ state: 'detached' })
    assert.notEqual(before, town)
    await page.getByRole('button', { name: /^Claim/ }).click()
    await page.getByRole('button', { name: 'Give back' }).waitFor()
    assert.equal(await statement(page).inputValue(), 'He asked for money.')
    assert.equal(await page.getByRole('button', { name: /^Decide/ }).isEnabled(), true)
  },
  'shortcuts off: single keys do nothing; storage holds preferences only': async (page) => {
    await claim(page, 'C-1140')
    await page.getByRole('button', { name: 'R-7' }).click()
    await page.getByRole('menuitemradio', { name: 'Off' }).click()
    await page.getByRole('menu').waitFor({ state: 'detached' })
    await body(page).click({ position: { x: 640, y: 700 } })
    await page.keyboard.press('w')
    await page.keyboard.press('s')
    assert.equal(await page.getByRole('radio', { name: 'Remove' }).isChecked(), true)
    const kept = await page.evaluate(() => [Object.keys(localStorage), Object.keys(sessionStorage)])
    assert.deepEqual(kept, [['lamplighter.keys'], []])
    await page.evaluate(() => localStorage.clear())
  },
  'German, at once and after a reload': async (page) => {
    await page.goto(`${base}/review`)
    await page.getByRole('button', { name: 'R-7' }).click()
    await page.getByRole('menuitemradio', { name: 'German' }).click()
    await page.getByRole('heading', { name: 'Prüfen' }).waitFor()
    await page.reload()
    await page.getByRole('heading', { name: 'Prüfen' }).waitFor()
    assert.equal(await page.evaluate(() => document.documentElement.lang), 'de')
    await page.evaluate(() => localStorage.clear())
  },
  'look as: a reviewer sees Review only, and is told so elsewhere': async (page) => {
    town.setRole('reviewer')
    await page.goto(`${base}/settings/people`)
    await page.getByText('This page needs the role administrator').waitFor()
    assert.equal(await page.getByRole('link', { name: 'Settings' }).count(), 0)
    await page.getByRole('button', { name: /Looking as reviewer/ }).click()
    await page.getByRole('menuitemradio', { name: 'administrator' }).click()
    await page.getByRole('link', { name: 'Settings' }).waitFor()
    town.setRole('all')
  },
  'the address is the state: unknown dropped, bad falls back, tab kept': async (page) => {
    await page.goto(`${base}/review/C-1046?tab=nothing&who=kestrel&e=E3`)
    await page.getByRole('tab', { name: /^Context/, selected: true }).waitFor()
    assert.equal(new URL(page.url()).search, '?e=E3')
    await page.getByRole('tab', { name: 'History' }).click()
    await page.waitForURL(/tab=history/)
    await page.reload()
    await page.getByRole('tab', { name: 'History', selected: true }).waitFor()
  },
  'at 400 % zoom (320 px) nothing scrolls sideways and the decision is reachable': async (page) => {
    await page.setViewportSize({ width: 320, height: 640 })
    await claim(page, 'C-1150')
    const wide = await page.evaluate(() => document.documentElement.scrollWidth)
    assert.ok(wide <= 320, `${wide} px wide`)
    await page.getByRole('button', { name: /^Decide/ }).scrollIntoViewIfNeeded()
    await page.goto(`${base}/settings/people`)
    await page.getByRole('table').waitFor()
    assert.ok((await page.evaluate(() => document.documentElement.scrollWidth)) <= 320)
  },
}

let failed = 0
const only = process.argv[2]
for (const [name, walk] of Object.entries(walks).filter(([one]) => only === undefined || one.includes(only))) {
  town = harbour()
  await open()
  const context = await browser.newContext({ viewport: { width: 1280, height: 720 }, locale: 'en-GB' })
  const page = await context.newPage()
  page.setDefaultTimeout(6_000)
  const foreign: string[] = []
  page.on('request', (request) => {
    if (!request.url().startsWith(base) && !request.url().startsWith('blob:')) foreign.push(request.url())
  })
  const heard: string[] = []
  page.on(
    'console',
    (message) => /Content Security Policy|Warning|Uncaught/.test(message.text()) && heard.push(message.text()),
  )
  page.on('pageerror', (error) => heard.push(String(error)))
  try {
    await walk(page, context)
    assert.deepEqual(foreign, [])
    assert.deepEqual(heard, [])
    const known = endpoints.map(
      ({ method, path }) => new RegExp(`^${method.toUpperCase()} ${path.replaceAll(/\{\w+\}/g, '[^/]+')}$`),
    )
    for (const line of town.seen.filter((one) => one.includes(' /v1/')))
      assert.ok(
        known.some((pattern) => pattern.test(line)),
        `${line} is not in the contract`,
      )
    assert.doesNotMatch(await body(page).innerText(), /[0-9a-f]{8}-[0-9a-f]{4}-/)
    console.log(`ok   ${name}`)
  } catch (error) {
    failed += 1
    console.log(`FAIL ${name}\n     ${String(error).slice(0, 700)}\n     ${heard.join('\n     ')}`)
    await page.screenshot({ path: `/tmp/behave-${failed}.png` })
  }
  await context.close()
  await close()
}
await browser.close()
process.exitCode = failed === 0 ? 0 : 1
