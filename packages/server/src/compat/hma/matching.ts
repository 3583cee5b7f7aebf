import { distanceBits, parsePdq } from '@lamplighter/matching'
import { readBytes } from '../../http/body.ts'
import { AppError } from '../../http/errors.ts'
import { parseJson, textOf } from '../../http/json.ts'
import type { PageCall } from '../../http/route.ts'
import type { Exchanges } from '../../signals/exchanges/index.ts'
import type { Codec, EntryDesk, ListLibrary, MatchDesk } from '../../signals/index.ts'
import type { Storage } from '../../storage/index.ts'
import { type Bank, bankNamed, banksOf, coinOf } from './banks.ts'
import { askedSignal, type Found, lookedUp, signalType, subjectOfSignal } from './lookup.ts'
import {
  assertKnown,
  fetchedMedia,
  type Media,
  SIGNALS,
  type SignalType,
  sentMedia,
  signalOf,
  subjectFor,
} from './media.ts'

export interface HmaServices {
  readonly desk: MatchDesk
  readonly entryDesk: EntryDesk
  readonly codec: Codec
  readonly library: Pick<ListLibrary, 'declare'>
  readonly exchanges: Pick<Exchanges, 'all'>
  readonly storage: Storage
  /** Harms of the live rules' schema. */
  harms(): readonly string[]
  readonly chance: () => number
}

/** Within these many bits two PDQ hashes are the same, as HMA has it. */
const SAME_BITS = 31

/** `GET|POST /h/hash`: one hash for each signal type. */
export async function hash({ desk }: HmaServices, call: PageCall, how: 'sent' | 'fetched'): Promise<object> {
  const media = await (how === 'sent' ? sentMedia(desk, call) : fetchedMedia(desk, call))
  return Object.fromEntries(media.types.map((type) => [type, signalOf(media, type)]))
}

/** `GET /m/lookup?signal=`: matches by bank. `?url=` and `POST`: by signal type, then by bank. */
export async function lookup(services: HmaServices, call: PageCall): Promise<Response> {
  const { desk } = services
  const { query } = call
  if (call.raw.method === 'POST') return fileLookup(services, call, await sentMedia(desk, call))
  if ((query.get('url') ?? '') !== '') return fileLookup(services, call, await fetchedMedia(desk, call))
  const { type, subject } = askedSignal(query)
  const found = await lookedUp(desk, call, await banksFor(services, call, type, 'lookup'), subject)
  return answer(found.matches, [found])
}

async function fileLookup(services: HmaServices, call: PageCall, media: Media): Promise<Response> {
  const found = new Map<SignalType, Found>()
  for (const type of media.types) {
    const banks = await banksFor(services, call, type, 'lookup')
    found.set(type, await lookedUp(services.desk, call, banks, subjectFor(media, type)))
  }
  const isHit = [...found.values()].some(({ matches }) => Object.keys(matches).length > 0)
  // What matches counts, whatever else of the file could not be read; "no match" is said of a whole file only.
  if (!isHit && media.types.includes('pdq')) assertKnown(media.facts)
  const selected = call.query.get('signal_type')
  const body = Object.fromEntries([...found].map(([type, { matches }]) => [type, matches]))
  return answer(selected === null ? body : (body[signalType(selected)] ?? {}), [...found.values()])
}

/** `GET /m/raw_lookup`: ids alone, or with their distances; no bank is left out by its ratio. */
export async function rawLookup(services: HmaServices, call: PageCall): Promise<Response> {
  const { type, subject } = askedSignal(call.query)
  const found = await lookedUp(services.desk, call, await banksFor(services, call, type, 'raw'), subject)
  const all = Object.values(found.matches).flat()
  const isWith = /^(true|1)$/i.test(call.query.get('include_distance') ?? '')
  return answer({ matches: isWith ? all : all.map((match) => match.bank_content_id) }, [found])
}

/** `POST /m/compare {"pdq": [a, b]}`: whether both are the same, and how far apart they are. Asks no list. */
export async function compare(call: PageCall): Promise<object> {
  const asked = await jsonOf(call)
  return Object.fromEntries(
    Object.entries(asked).map(([name, pair]) => {
      const type = signalType(name)
      if (!Array.isArray(pair)) throw new AppError('invalid', `Comparison hashes for ${type} was not a list`)
      const [left, right, ...more] = pair.map((one) => (typeof one === 'string' ? one : ''))
      if (left === undefined || right === undefined || more.length > 0) {
        throw new AppError('invalid', 'Comparison hash list length must be exactly 2')
      }
      return [type, compared(type, left, right)]
    }),
  )
}

function compared(type: SignalType, left: string, right: string): readonly [boolean, { distance: number }] {
  for (const one of [left, right]) subjectOfSignal(type, one)
  const [a, b] = [parsePdq(left), parsePdq(right)]
  const isEqual = left.toLowerCase() === right.toLowerCase()
  const distance = a === undefined || b === undefined || type !== 'pdq' ? Number(!isEqual) : distanceBits(a, b)
  return [type === 'pdq' ? distance <= SAME_BITS : isEqual, { distance }]
}

/** `GET /m/index/status`. */
export async function indexStatus({ desk }: HmaServices, call: PageCall): Promise<object> {
  const lists = await desk.lists(call)
  const only = call.query.get('signal_type')
  const types = only === null ? (Object.keys(SIGNALS) as SignalType[]) : [signalType(only)]
  return Object.fromEntries(
    types.map((type) => {
      const own = lists.filter(({ kind }) => kind === KIND_OF[type])
      if (own.length === 0 || own.some(({ id }) => desk.book.get(id) === undefined)) {
        return [type, { present: false, built_to: -1, size: 0 }]
      }
      const newest = Math.max(...own.map((list) => list.updated_at ?? 0))
      const size = own.reduce((sum, list) => sum + Number(list.entries), 0)
      return [type, { present: true, built_to: Math.floor(newest / 1000), size }]
    }),
  )
}

const KIND_OF = { pdq: 'pdq', video_md5: 'digest' } as const

/** The banks that are asked: those of `?banks=`, or all; in a lookup without those that their ratio leaves out this time. */
async function banksFor(
  { desk, storage, chance }: HmaServices,
  call: PageCall,
  type: SignalType,
  how: 'lookup' | 'raw',
): Promise<readonly Bank[]> {
  const all = await banksOf(storage, await desk.lists(call))
  const banks = all.filter(({ list }) => list.kind === KIND_OF[type])
  const named = call.query.get('banks')?.split(',')
  // A name that is none would be told as a bank without a match.
  for (const name of named ?? []) bankNamed(all, name)
  const coin = how === 'raw' ? 0 : coinOf(call.query, chance)
  return banks.filter(({ name, ratio }) => (named?.includes(name) ?? true) && ratio >= coin)
}

function answer(body: object, found: readonly Found[]): Response {
  const unsure = [...new Set(found.flatMap((one) => one.unsure))]
  return Response.json(body, { headers: unsure.length === 0 ? {} : { 'lamplighter-unknown': unsure.join(', ') } })
}

/** A body that is a JSON object. @throws AppError `malformed`, `invalid`, `too_large` */
export async function jsonOf({ raw }: PageCall): Promise<Readonly<Record<string, unknown>>> {
  const json = parseJson(textOf(await readBytes(raw, 64 * 1024, 'screen')))
  if (typeof json === 'object' && json !== null && !Array.isArray(json)) return { ...json }
  throw new AppError('invalid', 'Request input was not a dict')
}
