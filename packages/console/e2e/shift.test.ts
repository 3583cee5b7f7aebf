import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, inject, test, vi } from 'vitest'
import { noBrowser, openBrowser, signIn, type Watched } from './support/browser.ts'
import { decideByKey, note, noted, readyToDecide, startLane, tabTo, takeCase, title } from './support/desk.ts'
import { copyHouse, type House } from './support/house.ts'
import { unknownRequests } from './support/network.ts'

describe.skipIf(noBrowser)('a shift', () => {
  let house: House
  let browser: Watched
  beforeAll(async () => {
    house = await copyHouse(inject('seed'))
    browser = await openBrowser()
  })
  afterAll(async () => {
    await browser?.close()
    await house?.close()
  })

  test('console 10, 11: undone within ten seconds nothing is sent; after that it can only be reversed', async () => {
    const { page, context } = await browser.another()
    await signIn(page, await house.invite('lead', 'child-safety'))
    const harbour = async () => (await (await fetch(`${house.url}/demo`)).text()).split('<tr>').length
    const leaves = () =>
      page.evaluate(async () => {
        const { items } = await (await fetch('/v1/log')).json()
        const log = items.find((one: { log: string }) => one.log === 'actions')
        return log.size + log.pending
      })
    await takeCase(page, house.url, 1011)
    // What the seeding asked of Harbour may still be on its way.
    let sentBefore = -1
    await vi.waitFor(
      async () => {
        const before = sentBefore
        sentBefore = await harbour()
        expect(sentBefore).toBe(before)
      },
      { timeout: 20_000, interval: 1_000 },
    )
    const leavesBefore = await leaves()
    await page.keyboard.press('r')
    await decideByKey(page)
    await page.getByRole('region', { name: 'Last decision' }).getByRole('button', { name: /^Undo/ }).waitFor()
    const leavesDecided = await leaves()
    house.later(8_500)
    await page.keyboard.press('z')
    await expect.poll(() => title(page).innerText()).toBe('C-1011')
    await readyToDecide(page)
    house.later(60_000)
    await new Promise((resolve) => setTimeout(resolve, 2_500))
    expect(await harbour()).toBe(sentBefore)
    expect(leavesDecided).toBeGreaterThan(leavesBefore)
    // Between the end of a batch and its signature its leaves are neither waiting nor in the log.
    await expect.poll(leaves).toBeGreaterThan(leavesDecided)

    await page.keyboard.press('r')
    await decideByKey(page)
    await page.getByRole('region', { name: 'Last decision' }).getByRole('button', { name: /^Undo/ }).waitFor()
    house.later(11_000)
    await page.keyboard.press('z')
    const reverse = page.getByRole('region', { name: 'Last decision' }).getByRole('link', { name: 'Reverse' })
    await reverse.waitFor()
    await reverse.press('Enter')
    await page.getByRole('textbox', { name: 'Why reverse it' }).fill('The address was a mistake.')
    await page.getByRole('button', { name: 'Reverse' }).press('Enter')
    await expect.poll(harbour, { timeout: 20_000 }).toBeGreaterThan(sentBefore)
    await context.close()
  })

  test('console 35, 36, 42, 43: a shift by keyboard alone is spoken once, and leaves no names behind', async () => {
    const { page, context } = await browser.another()
    await note(page)
    await page.goto(house.demo.link)
    await tabTo(page, 'button', 'Sign in')
    await page.keyboard.press('Enter')
    await title(page).waitFor()

    const decided: number[] = []
    const decide = async (...keys: string[]) => {
      const number = await readyToDecide(page)
      for (const key of keys) await page.keyboard.press(key)
      await decideByKey(page)
      decided.push(number)
      return number
    }
    await startLane(page, 'Life at risk')
    await decide('r')
    await startLane(page, 'Child abuse, verified')
    const referral = page.getByRole('region', { name: 'Referral' })
    expect(await referral.innerText()).toMatch(/NCMEC[\s\S]*nothing was sent/)
    await page.keyboard.press('Space')
    await page.getByRole('img', { name: 'Coarse view' }).waitFor()
    await page.keyboard.press('Escape')
    await decide('r')
    // Its account has a strike now, by this very person: that is no change to be warned of.
    await readyToDecide(page)
    expect(await page.getByRole('region', { name: 'Changes to this case' }).count()).toBe(0)
    await startLane(page, 'Terrorism')
    await decide('1', 'r')
    await decide('a')
    await startLane(page, 'Media that could not be checked')
    await decide('a')
    await startLane(page, 'Contact with children')
    await decide('w')
    const undone = await decide('r')
    await page.keyboard.press('z')
    await expect.poll(() => title(page).innerText()).toBe(`C-${undone}`)
    await decide('r')
    await startLane(page, 'Reports')
    await decide('1', 'w')
    const skipped = await readyToDecide(page)
    await page.keyboard.press('s')
    await page.keyboard.press('2')
    await page.keyboard.press('Enter')
    await expect.poll(() => title(page).innerText()).not.toBe(`C-${skipped}`)
    const handed = await readyToDecide(page)
    await page.keyboard.press('o')
    await page.keyboard.type('I know the street')
    await page.keyboard.press('Control+Enter')
    await expect.poll(() => title(page).innerText()).not.toBe(`C-${handed}`)
    await decide('1', 'l')

    await expect.poll(async () => (await noted(page)).spoken.at(-1)).toMatch(/^C-\d+ decided: Limit/)
    const { spoken, mouse } = await noted(page)
    expect(decided.length).toBeGreaterThanOrEqual(10)
    expect(mouse).toBe(0)
    for (const number of decided) {
      const times = decided.filter((one) => one === number).length
      expect(
        spoken.filter((words) => words.startsWith(`C-${number} decided`)),
        `C-${number}`,
      ).toHaveLength(times)
    }
    expect(spoken).toContain(`C-${skipped} skipped.`)
    expect(spoken).toContain(`C-${handed} handed on.`)

    await tabTo(page, 'button', 'R-1')
    await page.keyboard.press('Enter')
    await page.getByRole('menuitem', { name: 'Sign out' }).waitFor()
    await page.keyboard.press('End')
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { name: 'You are signed out' }).waitFor()

    const stored = await page.evaluate(() => [...Object.keys(localStorage), ...Object.keys(sessionStorage)])
    const databases = await page.evaluate(
      async () => (await indexedDB.databases()).length + (await caches.keys()).length,
    )
    expect(stored.filter((name) => !/^lamplighter\.(theme|keys|language)$/.test(name))).toEqual([])
    expect(databases).toBe(0)
    const visited = await visitedIn(page)
    const names = [
      'kestrel',
      'plover',
      'dunlin',
      'avocet',
      'curlew',
      'boathouse',
      'hurt',
      'choir',
      '@',
      't-1',
      'I know the street',
    ]
    for (const name of names) {
      expect(
        visited.filter((url) => decodeURIComponent(url).includes(name)),
        `history: ${name}`,
      ).toEqual([])
      expect(
        house.log.filter((line) => line.includes(name)),
        `log: ${name}`,
      ).toEqual([])
    }
    // SHA-256 and PDQ are 64 of these, an MD5 is 32.
    expect(
      [...visited, ...house.log].filter((line) => /(?<![0-9a-f])([0-9a-f]{64}|[0-9a-f]{32})(?![0-9a-f])/i.test(line)),
    ).toEqual([])
    expect(house.log.length).toBeGreaterThan(10)
    expect(visited.length).toBeGreaterThan(10)
    await context.close()
  })

  test('console 13: a severe action is never chosen for anybody, whatever the case and the policy', async () => {
    const { page, context } = await browser.another()
    await signIn(page, await house.invite('lead', 'child-safety'))
    const chosen = await page.evaluate(async () => {
      const found: string[] = []
      for (let number = 1001; number <= 1024; number += 1) {
        const { card } = await (await fetch(`/v1/cases/${number}`)).json()
        found.push(
          card.preselected?.choice,
          ...card.policies.map((one: { suggested: { choice: string } }) => one.suggested.choice),
        )
      }
      return found
    })
    expect(chosen.length).toBeGreaterThan(24 * 5)
    expect(chosen).not.toContain('suspend')
    await takeCase(page, house.url, 1001)
    const suspend = page.getByRole('radio', { name: /Suspend/ })
    for (const digit of '12345678') {
      await page.keyboard.press(digit)
      expect(await suspend.isChecked(), digit).toBe(false)
    }
    await context.close()
  })

  test('console 15: a gap in the statement stops the decision and takes the focus', async () => {
    const { page, context } = await browser.another()
    await signIn(page, await house.invite('lead', 'child-safety'))
    await takeCase(page, house.url, 1007)
    await page.keyboard.press('r')
    await page.keyboard.press('Enter')
    await page.getByText('Fill the gap in the text first.').waitFor()
    const statement = page.getByRole('textbox', { name: 'Statement of reasons' })
    const chosen = await statement.evaluate((area: HTMLTextAreaElement) => [
      area === document.activeElement,
      area.value.slice(area.selectionStart, area.selectionEnd),
    ])
    expect(chosen).toEqual([true, '{{how}}'])
    expect(await title(page).innerText()).toBe('C-1007')
    const refused = await page.evaluate(async () => {
      const seen = await (await fetch('/v1/cases/1007')).json()
      const {
        id,
        statement: texts,
        reasonCodes,
      } = seen.card.policies.find((one: { slug: string }) => one.slug === 'harassment')
      const answer = await fetch('/v1/cases/1007/decisions', {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          'idempotency-key': crypto.randomUUID(),
          'if-match': `"${seen.revision}"`,
        },
        body: JSON.stringify({
          policy: id,
          choice: 'remove',
          reasonCode: reasonCodes[0].code,
          statement: { language: 'en', text: texts.en },
        }),
      })
      return [answer.status, (await answer.json()).code]
    })
    expect(refused).toEqual([422, 'placeholder_left'])
    await context.close()
  })

  test('console 16: 100 decisions by key, and how soon the next case is there (p95 < 100 ms with LAMPLIGHTER_DEEP=1)', async () => {
    const count = 100
    const key = await house.key('reports')
    for (let no = 0; no < count + 5; no += 1) {
      await house.asPlatform(key, '/v1/reports', {
        kind: 'report',
        id: `many-${no}`,
        occurred_at: new Date().toISOString(),
        actor: { id: `reporter${no}`, kind: 'person', age: 86_400_000 * 90, age_band: 'adult', age_source: 'declared' },
        target: { id: `writer${no}`, kind: 'person', age: 86_400_000 * 90, age_band: 'adult', age_source: 'declared' },
        item: { id: `written-${no}`, text: `A made-up sentence, number ${no}.` },
        report: { id: `many-${no}`, harm: 'spam' },
      })
    }
    const { page, context } = await browser.another()
    await note(page)
    await signIn(page, await house.invite('reviewer'))
    await startLane(page, 'Reports')
    await page.evaluate(() => {
      window.noted = { spoken: [], mouse: 0, nextMs: [] }
    })
    const seen: number[] = []
    for (let done = 0; done < count; done += 1) {
      seen.push(await readyToDecide(page))
      await page.keyboard.press('a')
      await decideByKey(page)
      // No person decides ten cases a second, and nobody may ask for as much as that takes: on the server's clock each takes a second.
      house.later(1_000)
    }
    const { mouse, nextMs } = await noted(page)
    const sorted = nextMs.toSorted((a, b) => a - b)
    const p95 = sorted[Math.ceil(sorted.length * 0.95) - 1] ?? Number.NaN
    console.log(
      `console 16: ${count} decisions by key, next case visible: p50 ${sorted[Math.floor(sorted.length / 2)]?.toFixed(0)} ms, p95 ${p95.toFixed(0)} ms`,
    )
    expect(new Set(seen).size).toBe(count)
    expect(mouse).toBe(0)
    expect(nextMs).toHaveLength(count)
    // Other work on the machine must not fail a test; whoever measures on a quiet one says so.
    if (process.env.LAMPLIGHTER_DEEP === '1') expect(p95).toBeLessThan(100)
    await context.close()
  }, 180_000)

  test('console 1, 45: every request was to this server and is in its contract', async () => {
    expect(await unknownRequests(browser.asked, house.url)).toEqual([])
  })
})

/** The addresses in this tab's history, by the browser's own word. */
async function visitedIn(page: Page): Promise<string[]> {
  const session = await page.context().newCDPSession(page)
  const { entries } = await session.send('Page.getNavigationHistory')
  return entries.map(({ url }) => url)
}
