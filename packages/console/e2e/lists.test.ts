import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import type { ListFacts } from '../../server/src/signals/lists/declaration.ts'
import { axe } from './support/axe.ts'
import { noBrowser, openBrowser, signIn, type Watched } from './support/browser.ts'
import { copyHouse, type House } from './support/house.ts'

const words = {
  id: 'harbour_words',
  kind: 'text',
  harm: 'spam',
  sealed: false,
  context: false,
  source: 'made by hand',
} as const
const digests = { ...words, id: 'sealed_files', kind: 'digest', harm: 'csea', sealed: true } as const

describe.skipIf(noBrowser)('lists in Settings', () => {
  let house: House
  let browser: Watched
  let lead: Page
  let guard: Page
  beforeAll(async () => {
    house = await copyHouse(inject('seed'))
    browser = await openBrowser()
    lead = await person('lead')
    guard = await person('child-safety')
    await bring(words, 'marina prize\nfree berth\n', true)
    await bring(words, 'marina prize\nfree berth\nwin a boat\n', false)
    await bring(digests, `${'a1'.repeat(16)}\n${'b2'.repeat(32)}\n`, false)
  })
  afterAll(async () => {
    await browser?.close()
    await house?.close()
  })

  const person = async (...roles: Parameters<House['invite']>) => {
    const { page } = await browser.another()
    await signIn(page, await house.invite(...roles))
    return page
  }
  const bring = (facts: Omit<ListFacts, 'staleAfterMs'>, text: string, live: boolean) =>
    house.demo.context.library.import({
      facts: { ...facts, staleAfterMs: null },
      text,
      contentType: 'text/plain',
      by: 'operator',
      live,
    })
  const open = (page: Page, list: string) => page.goto(`${house.url}/settings/lists?list=${list}`)
  const waiting = (page: Page, version: number) =>
    page.getByRole('region', { name: `Version ${version} waits for a person` })
  const give = async (page: Page, version: number, step: string, reason: string) => {
    const card = waiting(page, version)
    await card.getByRole('button', { name: `${step}: Version ${version}` }).click()
    await card.getByRole('textbox', { name: 'Reason' }).fill(reason)
    await card.getByRole('button', { name: `${step}: Version ${version}` }).click()
  }

  test('a list opens from the table, with what is said of it', async () => {
    await lead.goto(`${house.url}/settings/lists`)
    const row = lead.getByRole('row').filter({ hasText: words.id })
    await row.getByText('version 2 waits').waitFor()
    await lead.getByRole('row').filter({ hasText: digests.id }).getByText('not live yet').waitFor()
    await row.getByText('terms · spam · made by hand').waitFor()
    await row.getByRole('link', { name: words.id }).click()
    await lead.getByRole('heading', { name: words.id }).waitFor()
    await lead.getByText('made by hand').first().waitFor()
    await lead.getByText('no export, no sharing, no use on devices').waitFor()
    expect(await axe(lead)).toEqual([])
  })

  test('a version that was handed in waits, and says why; put live it is the one that runs', async () => {
    const card = waiting(lead, 2)
    await card.getByText('1 new, 0 gone').waitFor()
    await card.getByText(/handed in as a file/).waitFor()
    await give(lead, 2, 'Put live', 'looked at')
    const live = lead.getByRole('table', { name: 'Versions' }).getByRole('row').filter({ hasText: 'live' })
    await live.getByRole('rowheader', { name: /^2/ }).waitFor()
    await waiting(lead, 2).waitFor({ state: 'detached' })
  })

  test('its entries are shown, put aside with a reason, and spoken of', async () => {
    const entries = lead.getByRole('table', { name: 'Entries' })
    await entries.getByText('win a boat').waitFor()
    await entries.getByRole('button', { name: 'Put aside: free berth' }).click()
    await entries.getByRole('textbox', { name: 'Reason' }).fill('people say it in earnest')
    await entries.getByRole('button', { name: 'Put aside: free berth' }).click()
    const row = entries.getByRole('row').filter({ hasText: 'free berth' })
    await row.getByText('aside', { exact: true }).waitFor()
    await entries.getByRole('button', { name: 'Your opinion: doubtful: win a boat' }).click()
    await entries.getByRole('row').filter({ hasText: 'win a boat' }).getByText('disputed', { exact: true }).waitFor()
    const said = entries.getByRole('button', { name: 'Your opinion: doubtful: win a boat', pressed: true })
    const unsaid = entries.getByRole('button', { name: 'Your opinion: right: win a boat', pressed: false })
    const weights = [said, unsaid].map((button) => button.evaluate((one) => getComputedStyle(one).fontWeight))
    expect(await Promise.all(weights)).toEqual(['600', '400'])
    // What a colleague said is shown to others, and is not theirs.
    await open(guard, words.id)
    const theirs = guard.getByRole('row').filter({ hasText: 'win a boat' })
    await theirs.getByText(/^R-\d+: doubtful$/).waitFor()
    await theirs.getByRole('button', { name: 'Your opinion: doubtful: win a boat', pressed: false }).waitFor()
    expect(await axe(lead)).toEqual([])
  })

  test('a version of a sealed list goes live by two people after a trial, and nobody sees an entry', async () => {
    await open(guard, digests.id)
    await give(guard, 1, 'Put live', 'at once')
    await waiting(guard, 1).getByRole('alert').getByText(/trial/).first().waitFor()
    await give(guard, 1, 'Begin the trial', 'look first')
    await waiting(guard, 1).getByText('trial', { exact: true }).waitFor()
    await give(guard, 1, 'Agree', 'seen')
    // A day of trial is longer than anybody stays signed in.
    for (const page of [lead, guard]) await page.close()
    house.later(25 * 3_600_000)
    lead = await person('lead')
    guard = await person('child-safety')
    await open(lead, digests.id)
    await give(lead, 1, 'Put live', 'agreed')
    await lead.getByText('No live rule asks it.').waitFor()
    await lead.getByText('The list is sealed: nobody sees its entries.').waitFor()
    expect(await lead.content()).not.toMatch(/a1a1a1|b2b2b2/)
    expect(await axe(lead)).toEqual([])
  })

  test('a list is retired with a reason, and gone back to', async () => {
    await open(lead, words.id)
    const versions = lead.getByRole('table', { name: 'Versions' })
    await versions.getByRole('button', { name: 'Retire: Version 2' }).click()
    await versions.getByRole('textbox', { name: 'Reason' }).fill('no longer needed')
    await versions.getByRole('button', { name: 'Retire: Version 2' }).click()
    await lead.getByText('It is retired. No live rule asks it.').waitFor()
    await versions.getByRole('button', { name: 'Go back to it: Version 2' }).click()
    await versions.getByRole('textbox', { name: 'Reason' }).fill('needed after all')
    await versions.getByRole('button', { name: 'Go back to it: Version 2' }).click()
    await lead.getByText('No live rule asks it.').waitFor()
  })

  test('a list says which live rules ask it', async () => {
    await open(lead, 'blackmail_terms')
    await lead.getByText('One live rule asks it: blackmail.').waitFor()
  })

  test('an import shows its bar while it runs, and none afterwards', async () => {
    const rows = Array.from({ length: 40_000 }, (_, n) => n.toString(16).padStart(64, '0')).join('\n')
    const begun = Promise.withResolvers<void>()
    const done = house.demo.context.library.import({
      ...{ facts: { ...digests, id: 'many_files', sealed: false, staleAfterMs: null }, text: rows, live: true },
      ...{ contentType: 'text/plain', by: 'operator', onProgress: () => begun.resolve() },
    })
    await begun.promise
    await guard.goto(`${house.url}/settings/lists`)
    const bar = guard.getByRole('progressbar', { name: 'Being imported: many_files' })
    await bar.waitFor()
    expect(Number(await bar.getAttribute('aria-valuenow'))).toBeLessThanOrEqual(100)
    await done
    await bar.waitFor({ state: 'detached' })
  }, 120_000)

  test('how much a sealed list holds is told to child safety, and to a lead without that role not', async () => {
    for (const [page, entries, change] of [
      [guard, '1', '1 new, 0 gone'],
      [lead, 'sealed', 'sealed'],
    ] as const) {
      await page.goto(`${house.url}/settings/lists`)
      const row = page.getByRole('row').filter({ hasText: 'csam_media' })
      expect([await row.waitFor(), (await row.innerText()).split('\t')[3]]).toEqual([undefined, entries])
      await open(page, 'csam_media')
      const versions = page.getByRole('table', { name: 'Versions' }).getByRole('row').filter({ hasText: 'live' })
      await versions.waitFor()
      expect((await versions.innerText()).split('\t').slice(1, 3)).toEqual([entries, change])
    }
  })

  test('speak German', async () => {
    await lead.evaluate(() => localStorage.setItem('lamplighter.language', 'de'))
    await open(lead, words.id)
    await lead.getByRole('heading', { name: 'Versionen' }).waitFor()
    await lead.getByText('Keine laufende Regel fragt danach.').waitFor()
    await lead.getByText('sie wächst um 50 %, mehr als 5 %; sie wurde als Datei vorgelegt').waitFor()
    expect(await axe(lead)).toEqual([])
  })

  test('nothing broke', () => expect(browser.complaints.filter((one) => !one.includes('409'))).toEqual([]))
})
