import { existsSync } from 'node:fs'
import { type Browser, type BrowserContext, type BrowserContextOptions, chromium, type Page } from 'playwright-core'

/** `LAMPLIGHTER_CHROMIUM` names another one than Debian's. */
export const chromiumPath = process.env.LAMPLIGHTER_CHROMIUM ?? '/usr/bin/chromium'
const found = existsSync(chromiumPath)
if (!found && process.env.LAMPLIGHTER_E2E === 'required') {
  throw new Error(`LAMPLIGHTER_E2E=required, but there is no browser at ${chromiumPath}`)
}
if (!found) console.warn(`e2e skipped: no browser at ${chromiumPath} (LAMPLIGHTER_CHROMIUM names another)`)

/** Whether the tests of a file are left out because there is no browser. */
export const noBrowser = !found

/** Nothing of the browser's own may reach out: a request that leaves is then ours. */
const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

export interface Asked {
  readonly method: string
  readonly url: string
}

/** One browser, and every request that any of its pages made. */
export interface Watched {
  readonly asked: readonly Asked[]
  /** What pages threw or complained of on their console. */
  readonly complaints: readonly string[]
  /** A browser of its own as far as cookies and storage go. */
  another(options?: BrowserContextOptions): Promise<{ context: BrowserContext; page: Page }>
  close(): Promise<void>
}

export async function openBrowser(): Promise<Watched> {
  const browser: Browser = await chromium.launch({ executablePath: chromiumPath, args: FLAGS, headless: true })
  const asked: Asked[] = []
  const complaints: string[] = []
  return {
    asked,
    complaints,
    async another(options = {}) {
      const context = await browser.newContext({
        viewport: { width: 1280, height: 800 },
        locale: 'en-GB',
        timezoneId: 'UTC',
        ...options,
      })
      context.setDefaultTimeout(10_000)
      context.on('request', (request) => void asked.push({ method: request.method(), url: request.url() }))
      context.on('weberror', (thrown) => void complaints.push(String(thrown.error())))
      context.on('console', (message) => {
        if (message.type() === 'error') complaints.push(message.text())
      })
      return { context, page: await context.newPage() }
    },
    close: () => browser.close(),
  }
}

/** Opens the link and presses the one button. */
export async function signIn(page: Page, link: string): Promise<void> {
  await page.goto(link)
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.getByRole('heading', { level: 1 }).waitFor()
}
