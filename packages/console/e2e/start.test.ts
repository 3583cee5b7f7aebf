import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { describe, expect, inject, test } from 'vitest'
import { noBrowser, openBrowser, signIn } from './support/browser.ts'
import { title } from './support/desk.ts'

const main = fileURLToPath(new URL('../../server/src/main.ts', import.meta.url))

describe.skipIf(noBrowser)('the demo from the command line', () => {
  test('console 2: it starts, signs in by the printed link once, and stops when asked', async () => {
    const { folder, port } = inject('seed')
    const data = mkdtempSync(join(tmpdir(), 'lamplighter-start-'))
    cpSync(folder, data, { recursive: true })
    const env = {
      PATH: process.env.PATH ?? '',
      LAMPLIGHTER_DATA: data,
      LAMPLIGHTER_URL: `http://localhost:${port}`,
      LAMPLIGHTER_LISTEN: `127.0.0.1:${port}`,
    }
    const child = spawn(process.execPath, ['--no-warnings', main, 'demo', '--json'], {
      env,
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    const browser = await openBrowser()
    try {
      const [line] = (await once(createInterface({ input: child.stdout }), 'line')) as [string]
      const { link, readyMs } = JSON.parse(line) as { link: string; readyMs: number }
      console.log(`console 2: the second start was ready in ${readyMs} ms`)
      const { page } = await browser.another()
      await signIn(page, link)
      expect(await title(page).innerText()).toBe('Review')
      const again = await browser.another()
      await again.page.goto(link)
      await again.page.getByRole('button', { name: 'Sign in' }).click()
      await again.page.getByRole('heading', { name: 'Nothing here' }).waitFor()
      await page.goto(`http://localhost:${port}/nowhere`)
      await page.getByRole('heading', { name: 'Nothing here' }).waitFor()
    } finally {
      await browser.close()
      child.kill('SIGTERM')
    }
    expect(await once(child, 'exit')).toEqual([0, null])
    rmSync(data, { recursive: true, force: true })
  })

  test('console 5: it refuses to listen to others than this machine', async () => {
    const child = spawn(process.execPath, ['--no-warnings', main, 'demo', '--host', '0.0.0.0'], {
      stdio: ['ignore', 'ignore', 'pipe'],
    })
    let said = ''
    child.stderr.on('data', (part: Buffer) => {
      said += part.toString()
    })
    expect(await once(child, 'exit')).toEqual([2, null])
    expect(said).toContain('loopback only')
  })
})
