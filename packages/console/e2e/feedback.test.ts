import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, inject, test, vi } from 'vitest'
import { fakeStopNcii, stopNciiKeys } from '../../server/src/signals/exchanges/testing/fake-stopncii.ts'
import { feed, ncmecAt } from '../../server/src/signals/exchanges/testing/fed.ts'
import { NCMEC_REASONS, type NcmecFake, startNcmecFake } from '../../server/src/signals/exchanges/testing/ncmec-fake.ts'
import { type ListFacts, unknownTerms } from '../../server/src/signals/lists/declaration.ts'
import { drawSynthetic } from '../../server/src/signals/sample-pictures.ts'
import { encodePng } from '../../server/src/signals/sample-png.ts'
import { pdqOf } from '../../server/src/testing/listed.ts'
import { operatorDoer } from '../../server/src/testing/server.ts'
import { axe } from './support/axe.ts'
import { noBrowser, openBrowser, signIn, type Watched } from './support/browser.ts'
import { decideByKey, takeCase } from './support/desk.ts'
import { copyHouse, type House } from './support/house.ts'
import { putPicture, screenUpload } from './support/upload.ts'

// The demo's lists of pictures are fed by stand-ins of NCMEC and StopNCII on loopback; their entries are the demo's drawn tiles.

const CSAM = ['hatched', 1] as const
const TERROR = ['pattern', 7] as const

describe.skipIf(noBrowser)('feedback to the source of a match', () => {
  let house: House
  let browser: Watched
  let page: Page
  let key: string
  let ncmec: NcmecFake
  let stopNcii: Awaited<ReturnType<typeof fakeStopNcii>>
  // Ahead of ours, as somebody else's clock may be.
  const now = () => Date.now() + 3_600_000
  beforeAll(async () => {
    const names = ['ncmec', 'stopncii'].map((name) => `exchange:${name}=127.0.0.0/8`)
    house = await copyHouse(inject('seed'), names.join(';'))
    browser = await openBrowser()
    key = await house.key('screen')
    ncmec = await startNcmecFake({ now })
    ncmec.put({ member: 42, id: 'tile', type: 'image', at: now() - 86_400_000, fingerprints: { pdq: pdqOf(CSAM) } })
    await fed('ncmec', ncmecAt(ncmec), { id: 'csam_media', harm: 'csea' })
    stopNcii = await fakeStopNcii()
    stopNcii.clockS = Math.floor(Date.now() / 1_000) - 60
    stopNcii.put({ signalType: 'ImagePDQ', hashValue: pdqOf(TERROR) })
    const settings = { address: `${stopNcii.origin}/v1` }
    const source = { source: 'stopncii', settings, credentials: stopNciiKeys }
    await fed('stopncii', source, { id: 'terror_media', harm: 'terrorism' })
    ;({ page } = await browser.another())
    await signIn(page, await house.invite('child-safety', 'reviewer', 'lead'))
  })
  afterAll(async () => {
    await browser?.close()
    await house?.close()
    for (const fake of [ncmec, stopNcii]) await fake?.close()
  })

  type Source = Parameters<typeof feed>[2]
  /** Feeds a list of the demo from an exchange, and waits for its first pull. */
  const fed = async (exchange: string, source: Source, list: Pick<ListFacts, 'id' | 'harm'>): Promise<void> => {
    const { context } = house.demo
    const terms = { ...unknownTerms([list.harm]), name: 'made up', feedback: 'expected' } as const
    const facts = { harm: list.harm, sealed: true, terms }
    await feed({ context } as Parameters<typeof feed>[0], exchange, source, { lists: { pdq: list.id }, facts })
    await context.exchanges.pull(exchange, 'operator')
    const pulled = async () => (await context.exchanges.all()).find((one) => one.exchange.id === exchange)?.pull?.state
    await vi.waitFor(async () => expect(await pulled()).toBe('done'), { timeout: 30_000, interval: 100 })
  }
  let uploads = 0
  const matched = async ([kind, seed]: typeof CSAM | typeof TERROR): Promise<number> => {
    uploads += 1
    const id = `told-${uploads}`
    await putPicture(house, key, { id, bytes: encodePng(drawSynthetic(kind, seed, 512)) })
    return (await screenUpload(house, key, id)).number
  }
  /** Decides by key, and comes back to the case. */
  const decide = async (number: number, choice: 'w' | 'a'): Promise<void> => {
    await takeCase(page, house.url, number)
    await page.keyboard.press(choice)
    await decideByKey(page)
    await page.goto(`${house.url}/review/C-${number}`)
  }
  const part = () => page.getByRole('region', { name: 'Tell the source of the list' })

  test('matching 28: an upheld match is told by one act once it is final; the page says so until it is sent', async () => {
    const number = await matched(CSAM)
    await decide(number, 'w')
    await part().getByText('as soon as the decision can no longer be undone').waitFor()
    expect(await part().getByRole('button').count()).toBe(0)
    house.later(11_000)
    await part().getByRole('button', { name: 'Tell ncmec: the match is right' }).click()
    await part().getByText('What was decided: sent', { exact: true }).waitFor()
    expect([...ncmec.feedback]).toEqual([['42/tile/PDQ', { says: 'affirmative', reasons: [] }]])
    expect(await part().innerText()).not.toContain(pdqOf(CSAM).slice(0, 8))
    expect(await axe(page)).toEqual([])
  })

  test('matching 28: a rejection cannot be sent before one of the exchange’s own reasons is chosen', async () => {
    const number = await matched(CSAM)
    await decide(number, 'a')
    house.later(11_000)
    const button = part().getByRole('button', { name: 'Tell ncmec: the match is wrong' })
    await button.waitFor()
    expect(await button.isDisabled()).toBe(true)
    const reasons = part().getByRole('combobox', { name: 'Why it is wrong' })
    await reasons.selectOption(NCMEC_REASONS[1] ?? '')
    await shoot('rejected')
    await button.click()
    await part().getByText('What was decided: sent', { exact: true }).waitFor()
    expect(ncmec.feedback.get('42/tile/PDQ')).toEqual({ says: 'negative', reasons: [NCMEC_REASONS[1]] })
    expect(await axe(page)).toEqual([])
  })

  test('matching 28: reversed, what was told is taken back, or a person is told that no machine can', async () => {
    const number = await matched(CSAM)
    await decide(number, 'w')
    house.later(11_000)
    await part().getByRole('button', { name: 'Tell ncmec: the match is right' }).click()
    await part().getByText('What was decided: sent', { exact: true }).waitFor()
    await page.getByRole('textbox').fill('It is another picture.')
    await page.getByRole('button', { name: 'Reverse' }).click()
    await part().getByText('The decision was undone or reversed.').waitFor()
    await house.demo.context.exchanges.task.run(0, {
      signal: new AbortController().signal,
      claimed: () => expect.fail(),
    })
    await part().getByText('Recall: no machine can take it back: write to the exchange').waitFor()
  })

  test('StopNCII hears that a match waits, if a person asks for it, and then what was decided', async () => {
    const number = await matched(TERROR)
    await page.goto(`${house.url}/review/C-${number}`)
    await part().getByRole('button', { name: 'Tell stopncii that this match waits for a person' }).click()
    await part().getByText('That it waits: sent', { exact: true }).waitFor()
    await shoot('waiting')
    await decide(number, 'w')
    house.later(11_000)
    await part().getByRole('button', { name: 'Tell stopncii: the match is right' }).click()
    await part().getByText('What was decided: sent', { exact: true }).waitFor()
    expect(stopNcii.feedbacks.map(({ feedbackValue }) => feedbackValue)).toEqual(['PendingReview', 'Blocked'])
  })

  test('a list from a file: the text of a mail, in English and in German, with the source’s own name of the entry', async () => {
    const { context } = house.demo
    const { exchange } = (await context.exchanges.all()).find((one) => one.exchange.id === 'stopncii') ?? expect.fail()
    const body = { source: 'stopncii', settings: JSON.parse(exchange.settings), everyMs: 3_600_000, on: false }
    await context.exchanges.set('stopncii', { ...body, lists: {} }, operatorDoer)
    const terms = { ...unknownTerms(['terrorism']), name: 'made up', feedback: 'welcome' } as const
    const facts = { id: 'terror_media', kind: 'pdq', harm: 'terrorism', sealed: true, context: false } as const
    await context.library.import({
      facts: { ...facts, source: 'the makers of tiles', staleAfterMs: null, terms },
      ...{ text: `value,source_id\n${pdqOf(TERROR)},TT-9\n`, contentType: 'text/csv', by: 'operator', live: true },
    })
    const number = await matched(TERROR)
    await decide(number, 'a')
    house.later(11_000)
    const mail = part().getByRole('blockquote')
    await mail.waitFor()
    expect(await mail.innerText()).toMatch(
      /^About your entry TT-9 \(the makers of tiles\): on .* is not what your list holds/,
    )
    await part().getByRole('button', { name: 'Copy' }).waitFor()
    await shoot('mail')
    await page.evaluate(() => localStorage.setItem('lamplighter.language', 'de'))
    await page.reload()
    await page
      .getByRole('region', { name: 'Der Quelle der Liste sagen' })
      .getByText(/^Zu Ihrem Eintrag TT-9/)
      .waitFor()
    expect(await axe(page)).toEqual([])
    await page.evaluate(() => localStorage.setItem('lamplighter.language', 'en'))
    expect(await page.content()).not.toContain(pdqOf(TERROR).slice(0, 8))
  })

  /** Pictures to look at: `LAMPLIGHTER_SHOTS` names a folder. */
  const shoot = async (name: string): Promise<void> => {
    const folder = process.env.LAMPLIGHTER_SHOTS
    if (folder !== undefined) await page.screenshot({ path: `${folder}/feedback-${name}.png` })
  }
})
