import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { DatabaseSync } from 'node:sqlite'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { describe, expect, inject, test } from 'vitest'
import { noBrowser, openBrowser, signIn } from './support/browser.ts'
import { title } from './support/desk.ts'

const command = promisify(execFile)
const main = fileURLToPath(new URL('../../server/src/main.ts', import.meta.url))

describe.skipIf(noBrowser)('the demo from the command line', () => {
  test('console 2: it starts, signs in by the printed link once, and stops when asked', async () => {
    const { folder, port } = inject('seed')
    const data = mkdtempSync(join(tmpdir(), 'lamplighter-start-'))
    cpSync(folder, data, { recursive: true })
    const env = {
      PATH: process.env.PATH ?? '',
      LAMPLIGHTER_DATA: data,
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
      // Another terminal knows the folder and not the port.
      const { stdout } = await command(process.execPath, ['--no-warnings', main, 'demo', 'say', 'send me 50 or else'], {
        env: { PATH: env.PATH, LAMPLIGHTER_DATA: data },
      })
      expect(stdout).toMatch(new RegExp(`^verdict \\w+, case C-\\d+: http://localhost:${port}/review/C-\\d+\n`))
      await page.goto(`http://localhost:${port}/nowhere`)
      await page.getByRole('heading', { name: 'Nothing here' }).waitFor()
    } finally {
      await browser.close()
      child.kill('SIGTERM')
    }
    expect(await once(child, 'exit')).toEqual([0, null])
    rmSync(data, { recursive: true, force: true })
  })

  test('console 6: the seeded cases have the same numbers on every machine', () => {
    const db = new DatabaseSync(join(inject('seed').folder, 'lamplighter.db'), { readOnly: true })
    const cases = db.prepare('select number, subject_key as key, words from cases order by number').all()
    db.close()
    expect(`\n${cases.map(({ number, key, words }) => `${number} ${key} ${words}\n`).join('')}`).toBe(CASES)
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

/** As another machine seeded them. */
const CASES = `
1001 message:harbour:h-103 report: other
1002 message:harbour:h-106 report: hate
1003 message:harbour:t-8 message: blackmail
1004 message:harbour:h-108 report: fraud
1005 message:harbour:h-102 report: fraud
1006 message:harbour:h-105 report: spam
1007 message:harbour:h-104 report: harassment
1008 message:harbour:t-3 message: adult asks minor to meet
1009 message:harbour:h-101 report: self harm
1010 message:harbour:h-107 report: self harm
1011 post:harbour:t-10 post: bad link
1012 post:harbour:t-12 post: proscribed propaganda
1013 message:harbour:t-7 report: spam
1014 message:harbour:t-2 message: adult asks minor to meet
1015 media:harbour:u-3 upload: proscribed propaganda
1016 message:harbour:t-9 message: bad link
1017 post:harbour:t-11 post: proscribed propaganda
1018 media:harbour:u-4 upload, not checked: known csam
1019 message:harbour:t-6 message: blackmail
1020 message:harbour:t-1 message: adult asks minor to meet
1021 post:harbour:t-5 post: credible threat to life
1022 media:harbour:u-1 upload: known csam
1023 media:harbour:u-2 upload: known csam
1024 message:harbour:t-4 message: credible threat to life
1025 message:harbour:t-22 message: adult contacting many minors
`
