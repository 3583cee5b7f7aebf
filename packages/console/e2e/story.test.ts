import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { verifyTarget } from '@lamplighter/ledger/verifier'
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import { noBrowser, openBrowser, signIn, type Watched } from './support/browser.ts'
import { decideByKey, note, noted, readyToDecide, startLane, takeCase, title } from './support/desk.ts'
import { copyHouse, type House } from './support/house.ts'
import { unknownRequests } from './support/network.ts'
import { adult, callerFor } from './support/person.ts'
import { openReceiver, type Receiver } from './support/platform.ts'

describe.skipIf(noBrowser)('the whole story', () => {
  let house: House
  let browser: Watched
  let platform: Receiver
  beforeAll(async () => {
    platform = await openReceiver()
    house = await copyHouse(inject('seed'), 'webhook:story=127.0.0.0/8')
    browser = await openBrowser()
  })
  afterAll(async () => {
    await browser?.close()
    await house?.close()
    await platform?.close()
  })

  test('a message is judged, decided, told, appealed, given back, and all of it can be checked', async () => {
    const admin = await browser.another()
    await signIn(admin.page, await house.invite('admin'))
    await admin.page.goto(`${house.url}/settings/connections`)
    await admin.page.getByText('Add a connection').first().click()
    const form = admin.page.getByRole('form', { name: 'Add a connection' })
    await form.getByRole('textbox', { name: 'Name' }).fill('story')
    await form.getByRole('textbox', { name: 'Address' }).fill(platform.url)
    await form.getByRole('button', { name: 'Add a connection' }).click()
    const shown = admin.page.getByRole('region', { name: /signing secret/ })
    platform.trust(await shown.getByText(/^whsec_/).innerText())
    await admin.context.close()

    const key = await house.key('screen', 'events')
    const judged = await house.asPlatform(key, '/v1/screen', {
      kind: 'message',
      id: 'story-1',
      occurred_at: new Date().toISOString(),
      actor: adult('storyteller'),
      target: adult('listener'),
      tie: { connected: true, first_contact: false },
      room: { id: 'quay', type: 'channel', audience: 'public' },
      item: { id: 'story-1', text: 'Pay me or I show your drawings to the whole choir' },
    })
    expect(judged.verdict).toBe('hold')

    const first = await browser.another()
    await note(first.page)
    await signIn(first.page, await house.invite('lead'))
    await takeCase(first.page, house.url, 1026)
    await first.page.evaluate(() => {
      window.noted.mouse = 0
    })
    await first.page.keyboard.press('r')
    await decideByKey(first.page)
    expect((await noted(first.page)).mouse).toBe(0)
    await first.page.getByRole('region', { name: 'Last decision' }).getByRole('button', { name: /^Undo/ }).waitFor()
    expect(platform.got.filter(({ type }) => type === 'action.requested')).toEqual([])
    house.later(10_500)
    const ofStory = (type: string) =>
      platform.got.filter((one) => one.type === type && one.data.account === 'storyteller')
    await expect.poll(() => ofStory('action.requested').length).toBe(1)
    const [asked] = ofStory('action.requested')
    if (asked === undefined) throw new Error('the request is missing')
    expect(asked.data).toMatchObject({ do: 'remove', item: { id: 'story-1' }, by: 'person' })
    // The notice goes to the oldest connection alone, so that nobody is told twice: Harbour tells this person.
    const noticePage = async () =>
      (await fetch(`${house.url}/demo/notice`, { redirect: 'manual' })).headers.get('location')
    await expect.poll(noticePage).toMatch(/^\/n\//)

    const person = await browser.another({ javaScriptEnabled: false })
    await person.page.goto(`${house.url}${await noticePage()}`)
    await person.page.getByRole('heading', { level: 1 }).waitFor()
    await person.page.getByText('What you sent was removed.').waitFor()
    await person.page.getByText('A person decided this.').waitFor()
    await person.page.getByRole('link', { name: 'Appeal' }).click()
    await person.page.getByRole('textbox').fill('It was a line from our play; the choir laughed.')
    await person.page.getByRole('button', { name: 'Send appeal' }).click()
    await person.page.getByText('It waits for somebody').waitFor()

    const second = await browser.another()
    await note(second.page)
    await signIn(second.page, await house.invite('lead'))
    await second.page.getByRole('button', { name: /^Start ?Appeals/ }).waitFor()
    // For whoever decided first nothing waits in the lane of appeals, while it does for others.
    await first.page.goto(`${house.url}/review`)
    await first.page.getByText(/Nothing waits in: .*Appeals/).waitFor()
    expect(await first.page.getByRole('button', { name: /^Start ?Appeals/ }).count()).toBe(0)
    await startLane(second.page, 'Appeals')
    await second.page.getByText('It was a line from our play').waitFor()
    await second.page
      .getByRole('article', { name: /storyteller/ })
      .getByText('Pay me or I show your drawings')
      .waitFor()
    expect(await second.page.locator('body').innerText()).not.toMatch(/Decided by|by R-\d+/)
    expect(await second.page.getByRole('radio', { checked: true }).count()).toBe(0)
    await second.page.keyboard.press('3')
    await second.page.keyboard.press('Enter')
    await second.page.keyboard.type('You are right: it is a line of the play. We put it back.')
    const number = await readyToDecide(second.page)
    await second.page.keyboard.press('Control+Enter')
    await expect.poll(async () => (await noted(second.page)).spoken).toContain(`C-${number} decided: Reversed.`)
    expect(await title(second.page).innerText()).toBe('Review')
    house.later(10_500)
    await expect.poll(() => ofStory('action.withdrawn').length).toBe(1)
    const [withdrawn] = ofStory('action.withdrawn')
    if (withdrawn === undefined) throw new Error('the withdrawal is missing')
    await person.page.reload()
    await person.page.getByText('The decision was reversed.').waitFor()
    await person.page.getByText('You are right: it is a line of the play.').waitFor()
    expect(platform.refused).toEqual([])
    expect(ofStory('action.requested')).toHaveLength(1)

    const policy = join(house.folder, 'policy')
    writeFileSync(policy, await (await fetch(`${house.url}/log/policy`)).text())
    const auditor = await callerFor(house, await house.invite('auditor'))
    for (const [name, letter] of [
      ['decision', asked],
      ['appeal', withdrawn],
    ] as const) {
      const { record } = letter.data.recorded as { record: string }
      const receipt = () => auditor.call('GET', `/v1/receipts/${record}`)
      await expect.poll(async () => (await receipt()).status, { timeout: 40_000, interval: 500 }).toBe(200)
      writeFileSync(join(house.folder, name), await (await receipt()).text())
      expect(await verifyTarget(join(house.folder, name), { policy, offline: true }), name).toMatchObject({ exit: 0 })
    }
    expect(await verifyTarget(house.url, { policy })).toMatchObject({ exit: 0 })
    const flipped = flipOneByte(join(house.folder, 'blobs'))
    expect(await verifyTarget(house.url, { policy }), flipped).toMatchObject({ exit: 1 })
    await Promise.all([first, second, person].map(({ context }) => context.close()))
  }, 120_000)

  test('console 1, 45: every request was to this server and is in its contract', async () => {
    expect(await unknownRequests(browser.asked, house.url)).toEqual([])
  })
})

/** Turns one bit in the newest file of the log's entries; gives its path. */
function flipOneByte(folder: string): string {
  const entries = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((path) =>
    path.includes('_tile_entries_'),
  )
  const size = (path: string) => Number(/_(\d+)$/.exec(path)?.[1] ?? 0)
  const newest = entries.toSorted((a, b) => size(b) - size(a))[0]
  if (newest === undefined) throw new Error('the log has no entries on disk')
  const bytes = readFileSync(join(folder, newest))
  bytes.writeUInt8(bytes.readUInt8(40) ^ 1, 40)
  writeFileSync(join(folder, newest), bytes)
  return newest
}
