import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core'

const program = process.env.LAMPLIGHTER_CHROMIUM ?? '/usr/bin/chromium'
const root = join(import.meta.dirname, '../../..')
const axe = () => readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

/** Why the end-to-end tests cannot run here, or null. Where they are required, that is an error. */
export function hindrance(): string | null {
  const missing = [
    ...(existsSync(program) ? [] : [`no browser at ${program}`]),
    ...(existsSync(join(root, 'packages/console/dist/index.html')) ? [] : ['the console is not built']),
  ]
  if (missing.length === 0) return null
  const words = `end-to-end tests of the console: ${missing.join(', ')}`
  if (process.env.LAMPLIGHTER_E2E === 'required') throw new Error(words)
  console.log(`skipped: ${words}`)
  return words
}

/** The real server in demo mode, as a process of its own with a data folder of its own, and a browser beside it. */
export interface Town {
  readonly url: string
  readonly browser: Browser
  /** A context of its own, signed in by a fresh link. Only the first call has one; later ones look as another role. */
  signIn(): Promise<{ page: Page; context: BrowserContext; requests: string[] }>
  close(): Promise<void>
}

const freePort = (): Promise<number> =>
  new Promise((resolve, reject) => {
    const probe = createServer()
    probe.on('error', reject)
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address()
      probe.close(() =>
        typeof address === 'object' && address !== null ? resolve(address.port) : reject(new Error('no port')),
      )
    })
  })

const ready = (server: ChildProcess): Promise<string> =>
  new Promise((resolve, reject) => {
    let said = ''
    const hear = (part: Buffer) => {
      said += part.toString()
      const link = /http:\/\/\S+\/hello\/\S+/.exec(said)?.[0]
      if (link !== undefined && said.includes('ready in')) resolve(link)
    }
    server.stdout?.on('data', hear)
    server.stderr?.on('data', hear)
    server.on('exit', (code) => reject(new Error(`the demo ended with ${code}\n${said}`)))
  })

export async function openTown(): Promise<Town> {
  const port = await freePort()
  const data = mkdtempSync(join(tmpdir(), 'lamplighter-e2e-'))
  const url = `http://localhost:${port}`
  const server = spawn(process.execPath, [join(root, 'packages/server/bin/lamplighter.mjs'), 'demo'], {
    cwd: data,
    env: {
      PATH: process.env.PATH,
      LAMPLIGHTER_DATA: join(data, 'data'),
      LAMPLIGHTER_URL: url,
      LAMPLIGHTER_LISTEN: `127.0.0.1:${port}`,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const link = await ready(server)
  const browser = await chromium.launch({
    executablePath: program,
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
  return {
    url,
    browser,
    async signIn() {
      const context = await browser.newContext({ viewport: { width: 1280, height: 720 }, locale: 'en-GB' })
      const page = await context.newPage()
      const requests: string[] = []
      page.on('request', (request) => requests.push(`${request.method()} ${request.url()}`))
      await page.goto(link)
      await page.getByRole('button').first().click()
      await page.getByRole('navigation', { name: 'Main' }).waitFor()
      return { page, context, requests }
    },
    async close() {
      await browser.close()
      const ended = new Promise((resolve) => server.once('exit', resolve))
      server.kill('SIGTERM')
      await ended
      rmSync(data, { recursive: true, force: true })
    },
  }
}

/** What axe finds on the page, in words. The tool is put in by the debugger; the page's own policy stays in force. */
export async function barriersOn(page: Page): Promise<string[]> {
  await page.evaluate(axe())
  return page.evaluate(async () => {
    const { axe: tool } = globalThis as unknown as {
      axe: { run: () => Promise<{ violations: { id: string; nodes: { html: string }[] }[] }> }
    }
    const { violations } = await tool.run()
    return violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html.slice(0, 200)}`)
  })
}
