import type { ActionsServices } from '../actions/index.ts'
import { ActionsError, isErasedLink, type NoticeView, noticeOfLink } from '../actions/index.ts'
import { html } from '../http/html.ts'
import type { Limits } from '../http/limits.ts'
import { stylePath } from '../http/page.ts'
import { type Page, type PageCall, page, type Wait } from '../http/route.ts'
import { LEAVE_TO } from '../settings/index.ts'
import { appealForm, appealState, type FormProblem, longestAppeal } from './appeal-page.ts'
import { formNumber, formNumberHash } from './form-number.ts'
import { erasedPage, nothingPage, usersPage, waitPage } from './layout.ts'
import { dateText, type Messages, messagesFor } from './messages/index.ts'
import { noticeMain } from './notice-page.ts'
import { type KeptTable, privacyMain } from './privacy-page.ts'
import { style } from './style.ts'

/** What the public log says of a record, as far as its receipt goes. */
export type ReceiptFile =
  | { readonly state: 'ready'; readonly file: string }
  | { readonly state: 'pending'; readonly promise: string | null }
  | { readonly state: 'none' }

/** What users read of the platform. */
export interface PlatformWords {
  readonly name: string
  /** How to reach whoever answers for the data there: an e-mail address or a page. */
  readonly contact: string
  /** Where *leave quickly* leads. */
  readonly leaveTo: string
}

export interface PagesServices extends Pick<ActionsServices, 'store' | 'meansFor' | 'receiveAppeal'> {
  /** 32 bytes for the one-time numbers of forms. */
  formKey(): Promise<Uint8Array>
  receipt(record: string): Promise<ReceiptFile>
  /** The tables' declarations and what Settings made of them. */
  keptTables(): readonly KeptTable[]
  /** Refuses an address that opens too many links, guesses them, or sends too many forms (security.md §11). */
  readonly limits: Pick<Limits, 'spendAt'>
  /** As Settings has it now. */
  platform(): Promise<PlatformWords>
}

export function pagesOf(services: PagesServices): Page[] {
  const users = {
    act: 'public',
    kind: 'users',
    wait: async (call: Pick<PageCall, 'query' | 'raw'>, wait: Wait) => {
      // Where the database is away nobody knows what was set, and the person still has to get out.
      const { leaveTo } = await services.platform().catch(() => ({ leaveTo: LEAVE_TO }))
      return waitPage({ words: wordsOf(call), leaveTo, ...wait })
    },
  } as const
  return [
    page({ ...users, method: 'get', path: stylePath, handle: async () => styleSheet() }),
    page({ ...users, method: 'get', path: '/privacy', handle: async (call) => privacy(services, call) }),
    page({ ...users, method: 'get', path: '/n/{token}', handle: opened(services, notice) }),
    page({ ...users, method: 'get', path: '/n/{token}/receipt', handle: opened(services, receipt) }),
    page({ ...users, method: 'get', path: '/n/{token}/appeal', handle: opened(services, showAppeal) }),
    page({ ...users, method: 'post', path: '/n/{token}/appeal', handle: opened(services, sendAppeal) }),
  ]
}

/** One visit to the page of a notice that its link opened. */
interface Visit {
  readonly services: PagesServices
  readonly call: PageCall
  readonly token: string
  readonly words: Messages
  readonly view: NoticeView
  readonly platform: PlatformWords
}

// Every token goes the same way to the same page, whatever is wrong with it: one hash, one look-up by key.
function opened(services: PagesServices, show: (visit: Visit) => Promise<Response>) {
  return async (call: PageCall): Promise<Response> => {
    services.limits.spendAt('links', call.address, call.now)
    const token = call.params.token ?? ''
    const view = await noticeOfLink(linkParts(services), token, call.now)
    const words = wordsOf(call, view?.content.statement.language)
    const platform = await services.platform()
    if (view === undefined && (await services.store.read(isErasedLink, { token, now: call.now }))) {
      return erasedPage({ words, leaveTo: platform.leaveTo })
    }
    if (view === undefined) services.limits.spendAt('wrongLinks', call.address, call.now)
    if (view === undefined) return nothingPage({ words, leaveTo: platform.leaveTo })
    return show({ services, call, token, words, view, platform })
  }
}

function linkParts({ store, meansFor }: PagesServices) {
  return { store, columns: async () => (await meansFor([])).columns }
}

function wordsOf(call: Pick<PageCall, 'query' | 'raw'>, otherwise?: string): Messages {
  return messagesFor(call.query.get('lang'), call.raw.headers.get('accept-language'), otherwise)
}

async function notice({ platform, call, token, words, view }: Visit): Promise<Response> {
  const main = noticeMain({ words, view, token, platform: platform.name, now: call.now })
  return usersPage({ words, title: words.notice.title, main, leaveTo: platform.leaveTo })
}

async function receipt({ services, view }: Visit): Promise<Response> {
  const found = await services.receipt(view.record)
  const text = found.state === 'ready' ? found.file : found.state === 'pending' ? (found.promise ?? '') : ''
  if (text === '') return new Response('no receipt yet\n', { status: 404, headers: textFile('receipt.txt') })
  const name = found.state === 'ready' ? 'receipt.txt' : 'promise.txt'
  return new Response(text, { status: found.state === 'ready' ? 200 : 202, headers: textFile(name) })
}

const textFile = (name: string) => ({
  'content-type': 'text/plain; charset=utf-8',
  'content-disposition': `attachment; filename="${name}"`,
})

async function showAppeal(visit: Visit): Promise<Response> {
  return visit.view.appeal === null ? formPage(visit, { text: '', problem: null }) : statePage(visit, visit.view.appeal)
}

async function sendAppeal(visit: Visit): Promise<Response> {
  const { services, call, token, view } = visit
  if (!isOwnForm(call.raw)) return formPage(visit, { text: '', problem: 'again', status: 403 })
  services.limits.spendAt('linkForms', call.address, call.now)
  const form = await call.form()
  const text = (form.get('text') ?? '').trim()
  const number = formNumberHash(await services.formKey(), view.id, form.get('number') ?? '', call.now)
  if (number === undefined) return formPage(visit, { text, problem: 'again', status: 403 })
  if (view.appeal !== null) return statePage(visit, view.appeal, 403)
  if (text === '') return formPage(visit, { text, problem: 'empty', status: 422 })
  if (text.length > longestAppeal) return formPage(visit, { text, problem: 'tooLong', status: 422 })
  const means = await services.meansFor([{ kind: 'account', id: view.account }])
  try {
    await services.store.tx(services.receiveAppeal, { appeal: { notice: view.id, text, formNumber: number }, means })
  } catch (error) {
    if (error instanceof ActionsError) return refusedAppeal(visit, text, error)
    throw error
  }
  // A page that is loaded again asks for the state and does not send the form anew.
  return new Response(null, { status: 303, headers: { location: `/n/${token}/appeal?lang=${visit.words.language}` } })
}

async function refusedAppeal(visit: Visit, text: string, error: ActionsError): Promise<Response> {
  if (error.code === 'conflict') return formPage(visit, { text, problem: 'again', status: 403 })
  const now = await noticeOfLink(linkParts(visit.services), visit.token, visit.call.now)
  if (now?.appeal != null) return statePage(visit, now.appeal, 403)
  return over(visit)
}

async function formPage(
  visit: Visit,
  shown: { text: string; problem: FormProblem | null; status?: number },
): Promise<Response> {
  const { services, call, token, words, view } = visit
  if (view.isWithdrawn || view.appealUntil < call.now) return over(visit)
  const number = formNumber(await services.formKey(), view.id, call.now)
  const { text, problem } = shown
  const main = appealForm({ words, token, number, text: text.slice(0, longestAppeal), problem })
  return appealPage(visit, main, shown.status)
}

const statePage = (visit: Visit, appeal: NonNullable<NoticeView['appeal']>, status?: number): Response =>
  appealPage(visit, appealState({ words: visit.words, token: visit.token, appeal }), status)

function over(visit: Visit): Response {
  const { words, view } = visit
  const why = view.isWithdrawn ? words.notice.withdrawn : words.notice.appealOver(dateText(words, view.appealUntil))
  return appealPage(visit, html`<p>${why}</p>`, 410)
}

function appealPage({ platform, words }: Visit, main: ReturnType<typeof html>, status = 200): Response {
  return usersPage({ words, title: words.appeal.title, main, leaveTo: platform.leaveTo, status })
}

/** Browsers say where a form comes from; those that do not are known by the number in the form (security.md §5). */
function isOwnForm(request: Request): boolean {
  const site = request.headers.get('sec-fetch-site')
  return site === null || site === 'same-origin'
}

async function privacy(services: PagesServices, call: PageCall): Promise<Response> {
  const words = wordsOf(call)
  const { name, contact, leaveTo } = await services.platform()
  const main = privacyMain({ words, platform: name, contact, tables: services.keptTables() })
  return usersPage({ words, title: words.privacy.title, main, leaveTo })
}

function styleSheet(): Response {
  return new Response(style, {
    headers: { 'content-type': 'text/css; charset=utf-8', 'cache-control': 'public, max-age=3600' },
  })
}
