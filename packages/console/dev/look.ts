/**
 * Looks at every screen in Chromium: `node packages/console/dev/look.ts <folder for pictures>`. Takes a picture of each, runs
 * axe on it, and reports what the content security policy refused. Ends with 1 when anything was found.
 */
import { mkdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { chromium, type Page } from 'playwright-core'
import { harbour } from './server.ts'

const out = process.argv[2]
if (out === undefined) throw new Error('say where the pictures go')
mkdirSync(out, { recursive: true })
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
const port = 4191
const base = `http://localhost:${port}`
let town = harbour()
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
let findings = 0
const only = process.argv[3]

interface Screen {
  name: string
  path: string
  mood?: 'data' | 'empty' | 'internal' | 'unauthenticated'
  act?: (page: Page) => Promise<void>
}

const claimed = async (page: Page) => {
  await page.getByRole('button', { name: /^Claim/ }).click()
  await page.getByRole('button', { name: 'Give back' }).waitFor()
}
const pages = ['people', 'connections', 'keys', 'lists', 'rules', 'retention', 'log']
const screens: Screen[] = [
  { name: 'home', path: '/review' },
  { name: 'home-empty', path: '/review', mood: 'empty' },
  { name: 'home-error', path: '/review', mood: 'internal' },
  { name: 'case-unclaimed', path: '/review/C-1060' },
  { name: 'case', path: '/review/C-1046', act: claimed },
  {
    name: 'case-reveal',
    path: '/review/C-1048',
    act: async (page) => {
      await claimed(page)
      await page.keyboard.press('j')
      await page.keyboard.press('j')
      await page.keyboard.press(' ')
      await page.getByRole('img', { name: 'Coarse view' }).waitFor()
      await page.keyboard.press(' ')
      await page.getByRole('img', { name: 'Reduced view' }).waitFor()
    },
  },
  {
    name: 'case-gap',
    path: '/review/C-1070',
    act: async (page) => {
      await claimed(page)
      await page.getByRole('heading', { name: 'C-1070' }).click()
      await page.keyboard.press('Enter')
      await page.getByText('Fill the gap').waitFor()
    },
  },
  {
    name: 'case-skip',
    path: '/review/C-1072',
    act: async (page) => {
      await claimed(page)
      await page.keyboard.press('s')
      await page.getByRole('form', { name: 'Skip' }).waitFor()
    },
  },
  {
    name: 'case-undo',
    path: '/review/C-1080',
    act: async (page) => {
      await claimed(page)
      await page.getByRole('heading', { name: 'C-1080' }).click()
      await page.keyboard.press('a')
      await page.keyboard.press('Enter')
      await page.getByRole('heading', { name: 'C-1081' }).waitFor()
      await page.getByRole('region', { name: 'Last decision' }).waitFor()
    },
  },
  {
    name: 'case-stale',
    path: '/review/C-1090',
    act: async (page) => {
      await claimed(page)
      town.change(1090)
      await page.getByText('Changed by R-12').waitFor()
    },
  },
  { name: 'case-appeal', path: '/review/C-1050', act: claimed },
  { name: 'case-empty', path: '/review/C-1061', mood: 'empty' },
  { name: 'case-error', path: '/review/C-1062', mood: 'internal' },
  { name: 'case-history', path: '/review/C-1046?tab=history' },
  { name: 'case-notes', path: '/review/C-1046?tab=notes' },
  { name: 'case-account', path: '/review/C-1046?tab=account&unknown=1' },
  {
    name: 'keys',
    path: '/review',
    act: async (page) => {
      await page.getByRole('table').waitFor()
      await page.keyboard.press('?')
      await page.getByRole('dialog').waitFor()
    },
  },
  {
    name: 'menu',
    path: '/review',
    act: async (page) => {
      await page.getByRole('button', { name: 'R-7' }).click()
      await page.getByRole('menu').waitFor()
    },
  },
  { name: 'signed-out', path: '/review', mood: 'unauthenticated' },
  { name: 'not-found', path: '/nowhere' },
  ...pages.map((name) => ({ name: `settings-${name}`, path: `/settings/${name}` })),
  ...pages.map((name): Screen => ({ name: `settings-${name}-empty`, path: `/settings/${name}`, mood: 'empty' })),
  { name: 'settings-people-error', path: '/settings/people', mood: 'internal' },
  {
    name: 'settings-deliveries',
    path: '/settings/connections?connection=con_00000000000000000000000002',
  },
  {
    name: 'settings-rules-checked',
    path: '/settings/rules',
    act: async (page) => {
      await page.getByRole('textbox', { name: 'Rule file' }).fill('rule "x"\n  when score_threat >= high')
      await page.getByRole('button', { name: 'Check a rule file' }).click()
      await page.getByRole('form').getByText('1 finding').waitFor()
    },
  },
]

for (const scheme of ['light', 'dark'] as const) {
  // The tester is put in by the debugger, past the policy of the page; the policy itself stays in force.
  town = harbour()
  await new Promise<void>((resolve) => town.server.listen(port, '127.0.0.1', resolve))
  const context = await browser.newContext({
    colorScheme: scheme,
    viewport: { width: 1280, height: 720 },
    locale: 'en-GB',
  })
  for (const screen of screens.filter(({ name }) => only === undefined || name.includes(only))) {
    town.setMood(screen.mood ?? 'data')
    const page = await context.newPage()
    page.setDefaultTimeout(4_000)
    const heard: string[] = []
    page.on('console', (message) => ['error', 'warning'].includes(message.type()) && heard.push(message.text()))
    page.on('pageerror', (error) => heard.push(String(error)))
    try {
      await page.goto(base + screen.path)
      await page.waitForLoadState('domcontentloaded')
      await page.waitForTimeout(500)
      await screen.act?.(page)
    } catch (error) {
      heard.push(String(error).slice(0, 600))
    }
    await page.screenshot({ path: join(out, `${screen.name}-${scheme}.png`) })
    await page.evaluate(axe)
    const violations = await page.evaluate(async () => {
      const tool = (
        globalThis as unknown as {
          axe: {
            run: (
              context: object,
            ) => Promise<{ violations: { id: string; nodes: { html: string; any: { message: string }[] }[] }[] }>
          }
        }
      ).axe
      const found = await tool.run({ exclude: [['[data-base-ui-focus-guard]'], ['[role=menu]']] })
      return found.violations.map(
        ({ id, nodes }) =>
          `${id}: ${nodes
            .map(({ html, any }) => `${html.slice(0, 160)} ${any[0]?.message ?? ''}`)
            .slice(0, 3)
            .join('\n      ')}`,
      )
    })
    const scrolls = await page.evaluate(() => document.documentElement.scrollHeight > window.innerHeight)
    const wanted = heard.filter((text) => !/status of (401|404|500)/.test(text))
    const all = [...violations, ...wanted, ...(scrolls ? ['the page scrolls'] : [])]
    findings += all.length
    console.log(
      `${all.length === 0 ? 'ok  ' : 'FIND'} ${screen.name} ${scheme}${all.map((text) => `\n    ${text}`).join('')}`,
    )
    await page.close()
  }
  await context.close()
  town.server.closeAllConnections()
  await new Promise((resolve) => town.server.close(resolve))
}
await browser.close()
process.exitCode = findings === 0 ? 0 : 1
