import { AppError } from '../../http/errors.ts'
import { nameOf } from '../../http/principal.ts'
import type { PageCall } from '../../http/route.ts'
import type { Doer } from '../../people/index.ts'
import { type ListKind, mayExport, pageOf, parseEntry } from '../../signals/index.ts'
import { type Bank, contentId, entryOf } from './banks.ts'
import { bankOf, shownBank } from './curation.ts'
import { signalType, subjectOfSignal } from './lookup.ts'
import { type HmaServices, jsonOf } from './matching.ts'
import { fetchedMedia, type Media, type SignalType, sentMedia, signalOf } from './media.ts'

/** Values of `disable_until_ts` that are no time. */
const DISABLED = 0
const ENABLED = 1
/** Nothing is silent for longer without somebody who says so again (matching.md §9.2); a day is left for slow clocks. */
const LONGEST_MS = 365 * 86_400_000
const KINDS: Readonly<Record<SignalType, ListKind>> = { pdq: 'pdq', video_md5: 'digest' }

/** `POST /c/bank/{name}/content`: hashes a file, by `?url=` or as a form, and adds the hash. */
export async function addContent(services: HmaServices, call: PageCall): Promise<object> {
  const bank = await writableBank(services, call)
  const isUrl = (call.query.get('url') ?? '') !== ''
  const media = await (isUrl ? fetchedMedia : sentMedia)(services.desk, call)
  const type = media.types.find((one) => KINDS[one] === bank.list.kind)
  if (type === undefined) throw wrongKind(bank)
  return added(services, call, { bank, type, signal: signalOf(media, type), quality: qualityOf(media, type) })
}

/** `POST /c/bank/{name}/signal` `{"pdq": "…"}`: adds a hash. */
export async function addSignal(services: HmaServices, call: PageCall): Promise<object> {
  const bank = await writableBank(services, call)
  const [first, ...others] = Object.entries(await jsonOf(call))
  if (first === undefined) throw new AppError('invalid', 'No signals given')
  if (others.length > 0) throw new AppError('invalid', 'Expected one signal: a bank holds hashes of one kind here')
  const type = signalType(first[0])
  const signal = typeof first[1] === 'string' ? first[1] : ''
  subjectOfSignal(type, signal)
  if (KINDS[type] !== bank.list.kind) throw wrongKind(bank)
  return added(services, call, { bank, type, signal: signal.toLowerCase(), quality: undefined })
}

/** `GET /c/bank/{name}/content/{id}`, with `?include_signals=true` where the list's terms let its values out. */
export async function showContent(services: HmaServices, call: PageCall): Promise<object> {
  const bank = await bankOf(services, call)
  return contentOf(services, bank, { entry: wanted(bank, call), now: call.now, query: call.query })
}

/** `PUT …/content/{id}` `{disable_until_ts}`: 0 puts the entry aside, a time until then, 1 or a past time makes it count again. */
export async function changeContent(services: HmaServices, call: PageCall): Promise<object> {
  const bank = await writableBank(services, call)
  const entry = wanted(bank, call)
  const { disable_until_ts: asked } = await jsonOf(call)
  const before = await contentOf(services, bank, { entry, now: call.now, query: call.query })
  if (asked === undefined) return before
  const seconds = typeof asked === 'number' || typeof asked === 'string' ? Number(asked) : Number.NaN
  if (!Number.isSafeInteger(seconds) || seconds < 0 || String(asked).trim() === '') {
    throw new AppError('invalid', 'disable_until_ts must be a non-negative integer')
  }
  const until = seconds === DISABLED ? call.now + LONGEST_MS : seconds * 1000
  if (until > call.now + LONGEST_MS) {
    throw new AppError('invalid', 'disable_until_ts must be less than a year in the future; then it is asked again')
  }
  const isAside = before.disable_until_ts !== ENABLED
  const reason = 'HMA: disable_until_ts'
  const of = { list: bank.list.id, n: entry, reason } as const
  // Aside until another time is two acts: what is aside counts again first.
  if (isAside) await services.entryDesk.act({ op: 'restore', ...of }, doerOf(call))
  if (until > call.now) await services.entryDesk.act({ op: 'aside', ...of, until }, doerOf(call))
  return contentOf(services, bank, { entry, now: call.now, query: call.query })
}

/** `DELETE …/content/{id}`. */
export async function dropContent(services: HmaServices, call: PageCall): Promise<object> {
  const bank = await writableBank(services, call)
  const n = entryOf(bank, Number(call.params.id))
  if (n === undefined) return { deleted: 0 }
  try {
    await services.entryDesk.act({ op: 'drop', list: bank.list.id, n, reason: 'HMA: content deleted' }, doerOf(call))
  } catch (error) {
    if (error instanceof AppError && error.code === 'not_found') return { deleted: 0 }
    throw error
  }
  return { deleted: 1 }
}

/** Sealed lists change by two people who look at each other's acts; a key is none of them (matching.md §9.2). @throws AppError `sealed` */
async function writableBank(services: HmaServices, call: PageCall): Promise<Bank> {
  const bank = await bankOf(services, call)
  if (bank.list.sealed === 0) return bank
  throw new AppError('sealed', 'A sealed list is changed by two people in the console, never by a key.')
}

async function added(
  { entryDesk }: HmaServices,
  call: PageCall,
  { bank, type, signal, quality }: { bank: Bank; type: SignalType; signal: string; quality: number | undefined },
): Promise<object> {
  const entry = parseEntry(
    { value: signal, quality: String(quality ?? ''), added: new Date(call.now).toISOString() },
    bank.list.kind,
  )
  if ('why' in entry) throw new AppError('invalid', `Invalid ${type} signal: ${entry.why}`)
  const act = {
    op: 'add',
    list: bank.list.id,
    kind: bank.list.kind,
    entry,
    decision: null,
    reason: 'HMA: content added',
  } as const
  const { listed } = await entryDesk.act(act, doerOf(call))
  if (listed?.entry === null || listed === null) {
    throw new AppError(
      'not_ready',
      'The bank took it in, and nothing is matched by it yet: a version of its list waits for a person.',
    )
  }
  return { id: contentId(bank, listed.entry), signals: { [type]: signal } }
}

interface Content {
  readonly id: number
  readonly disable_until_ts: number
}

async function contentOf(
  { storage, codec }: HmaServices,
  bank: Bank,
  { entry, now, query }: { readonly entry: number; readonly now: number; readonly query: URLSearchParams },
): Promise<Content> {
  const { items } = await pageOf({ store: storage.store, codec }, { list: bank.list.id, after: entry - 1, now })
  const found = items.find(({ n }) => n === entry)
  if (found === undefined) throw new AppError('not_found', 'content not found')
  const isShown = query.get('include_signals')?.toLowerCase() === 'true'
  if (isShown && !mayExport(bank.list, now)) {
    throw new AppError('forbidden', 'The terms of this list keep its values here; leave include_signals out.')
  }
  const isOff = found.state !== 'active' && found.state !== 'disputed'
  return {
    id: contentId(bank, entry),
    disable_until_ts: isOff ? (found.until === null ? DISABLED : Math.ceil(found.until / 1000)) : ENABLED,
    ...{ collab_metadata: {}, original_media_uri: null, bank: shownBank(bank) },
    ...(isShown && { signals: { [bank.list.kind === 'pdq' ? 'pdq' : 'video_md5']: found.value } }),
  }
}

/** @throws AppError `not_found` an id of another bank */
function wanted(bank: Bank, { params }: PageCall): number {
  const entry = entryOf(bank, Number(params.id))
  if (entry === undefined) throw new AppError('not_found', 'content not found')
  return entry
}

function qualityOf({ facts }: Media, type: SignalType): number | undefined {
  if (type !== 'pdq') return undefined
  return facts.readings.find(({ pdq }) => pdq === signalOf({ facts, types: [type] }, type))?.quality
}

const wrongKind = (bank: Bank): AppError =>
  new AppError('invalid', `This bank holds ${bank.list.kind === 'pdq' ? 'pictures (pdq)' : 'files (video_md5)'}`)

/** The key did it, and the log says so. */
const doerOf = ({ who, requestId }: PageCall): Doer => ({
  name: nameOf(who),
  staff: null,
  touch: null,
  request: requestId,
})
