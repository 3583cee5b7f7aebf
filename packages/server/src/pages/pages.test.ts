import { randomBytes } from 'node:crypto'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { schema } from '../actions/tables.ts'
import { answerAppeal, said, takeAppeal, withdrawStatement } from '../actions/testing/acts.store.ts'
import { TestOutbox } from '../actions/testing/outbox.ts'
import { type App, createApp } from '../http/app.ts'
import { AppError } from '../http/errors.ts'
import { createLimits, type Limits, Slots } from '../http/limits.ts'
import { formNumber } from './form-number.ts'
import { languages, secondsText } from './messages/index.ts'
import { pagesOf } from './routes.ts'

let box: TestOutbox
let app: App
let limits: Limits | undefined
let slots: Slots
let isAway: boolean
const formKey = new Uint8Array(randomBytes(32))
const receipts = new Map<string, string>()
beforeEach(async () => {
  box = await TestOutbox.open()
  receipts.clear()
  limits = undefined
  slots = new Slots(400)
  isAway = false
  const pages = pagesOf({
    store: box.store,
    meansFor: box.meansFor.bind(box),
    receiveAppeal: takeAppeal,
    formKey: async () => formKey,
    receipt: async (record) => {
      const file = receipts.get(record)
      return file === undefined ? { state: 'pending', promise: 'a promise' } : { state: 'ready', file }
    },
    keptTables: () => Object.entries(schema.tables).map(([table, { kept }]) => ({ subject: 'actions', table, kept })),
    // Most tests visit more than one address may; the limits have a test of their own.
    limits: { spendAt: (...given) => limits?.spendAt(...given) },
    platform: async () => {
      if (isAway) throw new AppError('storage_unavailable', 'x', { retryAfterS: 5 })
      return { name: 'Harbour', contact: 'privacy@harbour.example', leaveTo: 'https://weather.example/' }
    },
  })
  const nobody = async () => ({ kind: 'nobody' }) as const
  app = createApp({
    urls: ['https://safety.example'],
    demo: false,
    identity: { session: nobody, key: nobody },
    routes: [],
    pages,
    slots,
    now: () => box.now(),
    onFailure: (thrown) => console.error(thrown),
  })
})
afterEach(() => box.close())

async function get(path: string, headers: Record<string, string> = {}) {
  const answer = await app.fetch(new Request(`https://safety.example${path}`, { headers }))
  return { status: answer.status, headers: answer.headers, text: await answer.text() }
}
async function send(path: string, form: Record<string, string>, headers: Record<string, string> = {}) {
  const answer = await app.fetch(
    new Request(`https://safety.example${path}`, {
      method: 'POST',
      body: new URLSearchParams(form),
      headers,
      redirect: 'manual',
    }),
  )
  return { status: answer.status, headers: answer.headers, text: await answer.text() }
}
const numberIn = (page: string) => /name="number" value="([^"]+)"/.exec(page)?.[1] ?? ''
const day = 86_400

/** What a text browser shows: words only. */
const wordsOf = (page: string) =>
  page
    .replace(/<[^>]*>/g, ' ')
    .replace(/\s+/g, ' ')
    .replace(/&#(\d+);/g, (_all, code) => String.fromCharCode(code))

describe('the page of a notice', () => {
  test('says what, why, by whom, where, how long, and what can be done', async () => {
    const { token } = await box.notify({
      until: box.now() + 7 * day * 1000,
      foundBy: 'report',
      rule: 'threat_reported',
    })
    const page = await get(`/n/${token}`)
    expect(page.status).toBe(200)
    const { notice } = languages.en
    for (const words of [
      ...['1 message was removed', 'Two people reported the message.', 'Threats', 'THREAT-1', 'threat_reported'],
      ...['The message threatens somebody.', 'It applies on Harbour.', 'It ends on November 28, 2026.'],
      ...[notice.byPerson, notice.foundBy.report, notice.outOfCourt, notice.court, 'You can appeal until May 23, 2027'],
    ]) {
      expect(wordsOf(page.text)).toContain(words)
    }
  })

  test('names the receipt and gives it, or the promise while it is not there yet', async () => {
    const { token } = await box.notify()
    const [notice] = (await box.store.read(said, null)).notices
    expect((await get(`/n/${token}`)).text).toContain(notice?.commitment.slice(0, 12))
    expect(await get(`/n/${token}/receipt`)).toMatchObject({ status: 202, text: 'a promise' })
    receipts.set(notice?.record ?? '', 'a receipt')
    const file = await get(`/n/${token}/receipt`)
    expect(file).toMatchObject({ status: 200, text: 'a receipt' })
    expect(file.headers.get('content-disposition')).toBe('attachment; filename="receipt.txt"')
  })

  test('says of a withdrawn decision that it does not apply any more, and takes no appeal', async () => {
    const { token } = await box.notify()
    await box.store.tx(withdrawStatement, 'dec_1')
    expect((await get(`/n/${token}`)).text).toContain(languages.en.notice.withdrawn)
    expect((await get(`/n/${token}/appeal`)).status).toBe(410)
  })

  test('says in the reader’s language that the reason is there in another one only, and marks it as such', async () => {
    const { token } = await box.notify({ statement: { language: 'en', text: 'The message threatens somebody.' } })
    const page = await get(`/n/${token}?lang=ar`)
    expect(page.text).toContain('<html lang="ar" dir="rtl">')
    expect(page.text).toMatch(
      /<p class="quiet">الكلمات التالية متاحة بهذه اللغة فقط: الإنجليزية\.<\/p>\s*<blockquote lang="en" dir="auto">The message/,
    )
    expect(page.text).toMatch(/<bdi lang="en">[^<]+<\/bdi>/)
    const only = Object.values(languages).map(({ onlyIn }) => onlyIn('').slice(0, 20))
    const own = await get(`/n/${token}?lang=en`)
    expect(only.filter((words) => own.text.includes(words))).toEqual([])
    const translated = await box.notify({
      statement: { language: 'en', text: 'A threat.', translations: { de: 'Eine Drohung.' } },
    })
    const german = (await get(`/n/${translated.token}?lang=de`)).text
    expect(german).toContain('<blockquote lang="de" dir="auto">Eine Drohung.')
    expect(only.filter((words) => german.includes(words))).toEqual([])
  })

  test('says of a machine that it was one', async () => {
    const { token } = await box.notify({ automated: true })
    expect((await get(`/n/${token}`)).text).toContain(languages.en.notice.byMachine)
  })
})

describe('console 46: every users’ page', () => {
  test('has no script, is small, and is not kept', async () => {
    const { token } = await box.notify({ statement: { language: 'ar', text: 'ن'.repeat(4_000) } })
    for (const path of [`/n/${token}`, `/n/${token}/appeal`, '/privacy?lang=ar', '/n/nothing'])
      await isPlainAndSmall(path)
  })

  async function isPlainAndSmall(path: string): Promise<void> {
    const page = await get(path)
    const csp = page.headers.get('content-security-policy') ?? ''
    expect(csp).toContain("default-src 'none'")
    expect(csp).not.toContain('script-src')
    expect(page.text).not.toMatch(/<script|javascript:|\son\w+=|<style|style=/i)
    expect(page.headers.get('cache-control')).toBe('no-store')
    const sheet = await get('/users.css')
    expect(Buffer.byteLength(page.text) + Buffer.byteLength(sheet.text)).toBeLessThan(30_000)
  }

  test('offers a way out first, and the five languages', async () => {
    const { token } = await box.notify()
    for (const path of [`/n/${token}`, `/n/${token}/appeal`, '/privacy', '/n/nothing']) {
      const { text } = await get(path)
      expect(text.indexOf('href="https://weather.example/"')).toBeLessThan(text.indexOf('<h1>'))
      expect([...text.matchAll(/hreflang="(\w+)"/g)].map((found) => found[1])).toEqual(['en', 'de', 'es', 'fr', 'ar'])
    }
  })

  test('speaks each language when asked, in its direction', async () => {
    const { token } = await box.notify()
    for (const words of Object.values(languages)) {
      const { text, headers } = await get(`/n/${token}?lang=${words.language}`)
      expect(text).toContain(`<html lang="${words.language}" dir="${words.direction}">`)
      expect(wordsOf(text)).toContain(words.notice.court)
      expect(headers.get('content-language')).toBe(words.language)
      expect(wordsOf((await get(`/privacy?lang=${words.language}`)).text)).toContain(words.privacy.encrypted)
    }
  })

  test('speaks the language of the statement before that of the browser', async () => {
    const { token } = await box.notify({ statement: { language: 'fr', text: 'Ce message menace.' } })
    expect((await get(`/n/${token}`, { 'accept-language': 'de' })).text).toContain('lang="fr"')
    expect((await get('/privacy', { 'accept-language': 'pt, de;q=0.8' })).text).toContain('<html lang="de"')
  })

  test('has a style sheet that fits a screen of 320 px: no fixed width, no picture, no font', async () => {
    const { text } = await get('/users.css')
    expect(text).not.toMatch(/url\(|@import|@font-face|(?<!max-)width:\s*\d+px/)
    expect(text).toContain('@media print')
    expect(text).toContain('prefers-color-scheme: dark')
  })
})

describe('console 39: a whole appeal in a text browser', () => {
  test('from the notice by links and one form to the answer, with no name of the staff', async () => {
    const { notice, token } = await box.notify()
    const start = await get(`/n/${token}`)
    const link = /href="(\/n\/[^"]*\/appeal\?lang=en)"/.exec(start.text)?.[1] ?? ''
    const form = await get(link)
    expect(form.text).toContain('<label for="text">')
    const sent = await send(link, { number: numberIn(form.text), text: 'It was a <b>joke</b>.' })
    expect(sent.status).toBe(303)
    const state = await get(sent.headers.get('location') ?? '')
    expect(wordsOf(state.text)).toContain('It was a <b>joke</b>.')
    expect(wordsOf(state.text)).toContain(languages.en.appeal.waiting)
    expect(state.text).not.toContain('<form')

    const [appeal] = (await box.store.read(said, null)).appeals
    const reasons = { language: 'en', text: 'It was quoted from a play.' }
    const decided = { appeal: appeal?.id ?? '', outcome: 'reversed' as const, reasons, by: 'R-7', notBefore: box.now() }
    const means = await box.meansFor([{ kind: 'account', id: 'u17' }])
    await box.store.tx(answerAppeal, { decided, means })
    await box.deliver()
    const told = String(box.receiver.calls.at(-1)?.data.page)
    for (const path of [`/n/${token}/appeal`, `${new URL(told).pathname}/appeal`]) {
      const answer = await get(path)
      expect(wordsOf(answer.text)).toContain('It was quoted from a play.')
      expect(wordsOf(answer.text)).toContain(languages.en.appeal.outcome.reversed)
      expect(answer.text).not.toContain('R-7')
    }
    expect(appeal?.notice).toBe(notice)
  })

  test('an empty or endless text comes back with what was typed, and nothing is written', async () => {
    const { token } = await box.notify()
    const number = numberIn((await get(`/n/${token}/appeal`)).text)
    expect(await send(`/n/${token}/appeal`, { number, text: '  ' })).toMatchObject({ status: 422 })
    const long = await send(`/n/${token}/appeal`, { number, text: 'x'.repeat(8_001) })
    expect(long.status).toBe(422)
    expect(long.text).toContain(`${'x'.repeat(8_000)}</textarea>`)
    expect((await box.store.read(said, null)).appeals).toEqual([])
    expect((await send(`/n/${token}/appeal`, { number, text: 'Now.' })).status).toBe(303)
  })
})

describe('security S-19: a form', () => {
  const text = 'It was a joke.'

  test('without its number, or with one that was altered, ended, or made for another, changes nothing', async () => {
    const { notice, token } = await box.notify()
    const number = numberIn((await get(`/n/${token}/appeal`)).text)
    const wrong = [
      '',
      number.replace(/^./, (first) => (first === 'a' ? 'b' : 'a')),
      formNumber(formKey, 'ntc_other', box.now()),
      formNumber(formKey, notice, box.now() - day * 1000),
      formNumber(new Uint8Array(32), notice, box.now()),
    ]
    for (const one of wrong) {
      const sent = await send(`/n/${token}/appeal`, { number: one, text })
      expect(sent.status).toBe(403)
      expect(sent.text).toContain(text)
    }
    expect((await box.store.read(said, null)).appeals).toEqual([])
  })

  test('sent twice with one number has one effect, also at the same time', async () => {
    const { token } = await box.notify()
    const number = numberIn((await get(`/n/${token}/appeal`)).text)
    const answers = await Promise.all([1, 2, 3].map(() => send(`/n/${token}/appeal`, { number, text })))
    expect(answers.map((one) => one.status).sort()).toEqual([303, 403, 403])
    expect(await box.store.read(said, null)).toMatchObject({ appeals: [{}], numbers: [{}] })
  })

  test('from another site is refused', async () => {
    const { token } = await box.notify()
    const number = numberIn((await get(`/n/${token}/appeal`)).text)
    for (const site of ['cross-site', 'same-site', 'none']) {
      expect((await send(`/n/${token}/appeal`, { number, text }, { 'sec-fetch-site': site })).status).toBe(403)
    }
    expect((await box.store.read(said, null)).appeals).toEqual([])
  })
})

describe('console 47 and security S-66: a link that opens nothing', () => {
  test('unknown, altered, too short, too long and ended ones give the same bytes, on every page', async () => {
    const { token } = await box.notify()
    const altered = token.replace(/^./, (first) => (first === 'a' ? 'b' : 'a'))
    const tokens = [
      altered,
      'x',
      'A'.repeat(22),
      '../privacy',
      `${token}x`,
      token.toLowerCase() === token ? 'q' : token.toLowerCase(),
    ]
    const pages = await Promise.all(tokens.map((one) => get(`/n/${encodeURIComponent(one)}`)))
    await box.pass(184 * day, 184 * day)
    pages.push(await get(`/n/${token}`), await get(`/n/${token}/appeal`), await get(`/n/${token}/receipt`))
    pages.push(await send(`/n/${token}/appeal`, { number: 'x', text: 'y' }))
    for (const page of pages) {
      expect(page.status).toBe(404)
      expect(page.text).toBe(pages[0]?.text)
      const own = (headers: Headers) => [...headers].filter(([name]) => name !== 'request-id' && name !== 'date')
      expect(own(page.headers)).toEqual(own(pages[0]?.headers ?? new Headers()))
    }
  })

  test('an ended one takes as long as an unknown one', async () => {
    const { token } = await box.notify()
    await box.pass(184 * day, 184 * day)
    const taken = { ended: [] as number[], unknown: [] as number[] }
    for (let n = 0; n < 60; n++) {
      for (const kind of ['ended', 'unknown'] as const) {
        const path = kind === 'ended' ? token : randomBytes(16).toString('base64url')
        const began = performance.now()
        await get(`/n/${path}`, { 'x-forwarded-for': String(n) })
        taken[kind].push(performance.now() - began)
      }
    }
    const median = (list: number[]) => list.sort((a, b) => a - b)[list.length / 2] ?? 0
    const ratio = median(taken.ended) / median(taken.unknown)
    expect(ratio).toBeGreaterThan(0.5)
    expect(ratio).toBeLessThan(2)
  })
})

test('security S-53: one address may open, guess and send only so often', async () => {
  limits = createLimits()
  const { token } = await box.notify()
  const wrong = []
  for (let n = 0; n < 6; n += 1) wrong.push((await get(`/n/guess-${n}`)).status)
  expect(wrong).toEqual([404, 404, 404, 404, 404, 429])
  expect((await get(`/n/${token}`)).status).toBe(200)
  const sent = []
  for (let n = 0; n < 6; n += 1) sent.push((await send(`/n/${token}/appeal`, { number: 'x', text: 'y' })).status)
  expect(sent).toEqual([403, 403, 403, 403, 403, 429])
  let last = 200
  for (let n = 0; n < 60 && last === 200; n += 1) last = (await get(`/n/${token}`)).status
  expect(last).toBe(429)
})

test('somebody over a limit reads in their language how long to wait', async () => {
  limits = createLimits()
  for (let n = 0; n < 5; n += 1) await get(`/n/guess-${n}`)
  for (const [language, { direction, wait }] of Object.entries(languages)) {
    const page = await get('/n/guess', { 'accept-language': language })
    expect([page.status, page.headers.get('content-type')]).toEqual([429, 'text/html; charset=utf-8'])
    const seconds = Number(page.headers.get('retry-after'))
    expect(seconds).toBeGreaterThan(0)
    const words = languages[language as keyof typeof languages]
    expect(page.text).toContain(`<html lang="${language}" dir="${direction}">`)
    expect(page.text).toContain(`<p>${wait.tooOften(secondsText(words, seconds))}</p>`)
    expect(page.text).toContain('https://weather.example/')
  }
  expect((await get('/n/guess?lang=de')).text).toContain(languages.de.wait.title)
})

test('where too many come at once, or the database is away, a page in their language says how long to wait', async () => {
  const { token } = await box.notify()
  const paths = [`/n/${token}`, `/n/${token}/appeal`, '/privacy']
  const expectPages = async (leaveTo: string) => {
    for (const [language, { direction, wait }] of Object.entries(languages)) {
      const words = languages[language as keyof typeof languages]
      for (const path of paths) {
        const page = await get(path, { 'accept-language': language })
        expect([path, page.status, page.headers.get('content-type')]).toEqual([path, 503, 'text/html; charset=utf-8'])
        const seconds = Number(page.headers.get('retry-after'))
        expect(seconds).toBeGreaterThan(0)
        expect(page.text).toContain(`<html lang="${language}" dir="${direction}">`)
        expect(page.text).toContain(`<p>${wait.busy(secondsText(words, seconds))}</p>`)
        expect(page.text).toContain(leaveTo)
      }
    }
    const sent = await send(`/n/${token}/appeal?lang=de`, { number: 'x', text: 'y' })
    expect([sent.status, sent.text.includes(languages.de.wait.title)]).toEqual([503, true])
  }
  const held = Array.from({ length: 100 }, () => slots.enter('people'))
  await expectPages('https://weather.example/')
  for (const leave of held) leave()
  expect((await get(`/n/${token}`)).status).toBe(200)
  isAway = true
  await expectPages('https://www.wikipedia.org/')
})

test('security S-21: hostile words stay words on the page', async () => {
  const hostile = '"><script>alert(1)</script>\u202e{{x}}'
  const { token } = await box.notify({
    effects: [hostile],
    facts: hostile,
    statement: { language: '"><b>', text: hostile },
    policy: { id: hostile, name: hostile },
    rule: hostile,
  })
  const page = await get(`/n/${token}`)
  expect(page.status).toBe(200)
  expect(page.text).not.toContain('<script')
  expect(page.text).not.toContain('\u202e')
})

describe('/privacy', () => {
  test('is made from the declarations: a changed number changes the page', async () => {
    const before = wordsOf((await get('/privacy')).text)
    expect(before).toContain('Notices and appeals')
    expect(before).toContain('730 days, then deleted')
    expect(before).toContain('90 days, then deleted')
    expect(before).toContain('privacy@harbour.example')
  })
})

test('no message is left empty and none is the same in two languages by mistake', () => {
  const flat = (value: unknown): string[] =>
    typeof value === 'string'
      ? [value]
      : typeof value === 'function'
        ? [String(value('X'))]
        : Object.values(value as object).flatMap(flat)
  const english = flat(languages.en)
  for (const words of Object.values(languages)) {
    const own = flat(words)
    expect(own).toHaveLength(english.length)
    expect(own.filter((text) => text.trim() === '')).toEqual([])
    if (words.language === 'en') continue
    const same = own.filter((text, n) => text === english[n] && text !== words.direction)
    expect(same).toEqual([])
  }
})
