import type { CaseFeedbackJson } from '@lamplighter/api'
import { AppError } from '../../http/errors.ts'
import type { Handler, ScheduledTask } from '../../jobs/index.ts'
import { type Doer, oneStaff, staffLabel } from '../../people/index.ts'
import type { OnceKey } from '../../storage/index.ts'
import { type Connecting, connect, sealCredentials, troubleOf } from './connect.ts'
import { type EngineParts, pullHandler } from './engine.ts'
import { http } from './http.ts'
import { ncmec } from './ncmec.ts'
import { offersOf } from './offers.ts'
import { type PushParts, pushHandler, reasonsFor, recallPushes, type Teller, tell, tellWaiting } from './pushes.ts'
import type { PushReason, SourceKind } from './source.ts'
import { stopNcii } from './stopncii.ts'
import {
  allExchanges,
  approveExchange,
  beginPull,
  dueExchanges,
  type ExchangeWish,
  oneExchange,
  pushCounts,
  setExchange,
  strayPulls,
  sweepStaged,
  type TellWish,
} from './store.ts'
import type { ExchangesTable, PullsTable, PushState } from './tables.ts'
import { tcap } from './tcap.ts'
import { threatExchange } from './threatexchange.ts'

/** Every kind of source that this version knows. */
export const sourceKinds: ReadonlyMap<string, SourceKind> = new Map(
  ([ncmec, stopNcii, tcap, threatExchange, http] as readonly SourceKind[]).map((kind) => [kind.id, kind]),
)

export interface ExchangeBody extends Pick<ExchangeWish, 'source' | 'lists' | 'everyMs' | 'on'> {
  readonly settings: unknown
  readonly credentials?: unknown
}

export type Checked =
  | { readonly ok: true; readonly rows: number; readonly bad: number; readonly unmatched: Record<string, number> }
  | { readonly ok: false; readonly code: string; readonly words: string }

/** Exchanges of this platform (matching.md §10). */
export interface Exchanges {
  all(): Promise<readonly { readonly exchange: ExchangesTable; readonly pull: PullsTable | undefined }[]>
  /** @throws AppError `invalid` · `conflict` */
  set(id: string, body: ExchangeBody, doer: Doer): Promise<{ state: ExchangesTable['state']; revision: number }>
  /** @throws AppError `not_found` · `stale_revision` · `second_person_required` */
  approve(id: string, revision: number, doer: Doer, once?: OnceOf): Promise<{ until: number }>
  /** @throws AppError `not_found` · `pull_running` · `conflict` */
  pull(id: string, by: string, once?: OnceOf): Promise<{ pull: string }>
  /** Reads the first page of the next pull and keeps nothing of it. @throws AppError `not_found` */
  check(id: string): Promise<Checked>
  /** Tells the exchange what was decided of one of its entries. @throws AppError as `tell` */
  tell(
    wish: TellWish & { readonly reasonId?: string | undefined },
    doer: Doer,
  ): Promise<{ id: string; state: PushState }>
  /** Tells the exchange that a case about a match waits. @throws AppError as `tellWaiting` */
  tellWaiting(
    wish: Omit<TellWish, 'decision'> & { readonly number: number },
    doer: Doer,
  ): Promise<{ id: string; state: PushState }>
  /** What may be told of the matches of a case, and what was. @throws AppError `not_found` */
  offers(number: number, doer: Doer): Promise<CaseFeedbackJson>
  /** Reasons that a rejection of an entry may name. @throws AppError as `reasonsFor` */
  reasons(wish: TellWish, doer: Doer): Promise<readonly PushReason[]>
  /** How many pushes stand where, but for those that are over. */
  pushes(): Promise<readonly { readonly exchange: string; readonly state: PushState; readonly count: number }[]>
  /** For the queue of pushes. */
  readonly pushHandler: Handler
  /** Exchanges of which this process has heard: values of a metric's label. */
  names(): readonly string[]
  /** For the queue of pulls. */
  readonly handler: Handler
  /** Begins what is due, and clears away what pulls have left. */
  readonly task: ScheduledTask
}
type OnceOf = { readonly once?: OnceKey }

const SWEEP = 5_000

export function makeExchanges(given: Omit<EngineParts, 'kinds'> & Omit<PushParts, 'kinds'>): Exchanges {
  const names = new Set<string>()
  const told: EngineParts['tell'] = (event) => {
    names.add(event.exchange)
    given.tell(event)
  }
  const parts = { ...given, kinds: sourceKinds, tell: told }
  const { store } = parts.storage
  const tellerOf = async (doer: Doer): Promise<Teller> => {
    const person = doer.staff === null ? undefined : await store.read(oneStaff, { id: doer.staff })
    const number = person === undefined ? null : staffLabel(person.number)
    return { by: doer.name, number, roles: person?.roles ?? [] }
  }
  const rowOf = async (id: string): Promise<ExchangesTable> => {
    const row = await store.read(oneExchange, id)
    if (row === undefined) throw new AppError('not_found', 'There is no exchange of this name; see GET /v1/exchanges.')
    return row
  }
  return {
    all: () => store.read(allExchanges, undefined),
    async set(id, body, doer) {
      const wish = await wishOf(parts, id, body, await store.read(oneExchange, id))
      return store.tx(setExchange, { wish, doer, keys: await parts.keysFor([]) })
    },
    async approve(id, revision, doer, once = {}) {
      return store.tx(approveExchange, { id, revision, doer, keys: await parts.keysFor([]) }, once)
    },
    pull: (exchange, by, once = {}) => store.tx(beginPull, { exchange, by }, once),
    tell: async (wish, doer) => tell(parts, wish, await tellerOf(doer)),
    tellWaiting: async (wish, doer) => tellWaiting(parts, wish, await tellerOf(doer)),
    offers: async (number, doer) => offersOf(parts, { number, roles: (await tellerOf(doer)).roles }),
    reasons: async (wish, doer) => reasonsFor(parts, wish, (await tellerOf(doer)).roles),
    pushes: () => store.read(pushCounts, undefined),
    pushHandler: pushHandler(parts),
    names: () => [...names],
    check: async (id) => checked(parts, await rowOf(id)),
    handler: pullHandler(parts),
    task: {
      name: 'exchange-pulls',
      when: { every: 60_000 },
      missed: 'latest',
      async run() {
        const failed = await store.tx(strayPulls, undefined)
        const due = await store.read(dueExchanges, undefined)
        for (const exchange of due) await store.tx(beginPull, { exchange, by: 'schedule' })
        for (let swept = -1; swept !== 0; ) swept = await store.tx(sweepStaged, SWEEP)
        const recalled = await recallPushes(parts)
        return `${due.length} begun, ${failed} failed, ${recalled} recalled`
      },
    },
  }
}

/** What is asked for, checked by the source's own shapes, with its credentials sealed. @throws AppError `invalid` */
async function wishOf(
  { kinds, sealer }: Connecting,
  id: string,
  body: ExchangeBody,
  before: ExchangesTable | undefined,
): Promise<ExchangeWish> {
  const kind = kinds.get(body.source)
  if (kind === undefined) {
    const known = [...kinds.keys()].join(', ')
    throw new AppError('invalid', `There is no source of this name; expected one of ${known}.`, { pointer: '/source' })
  }
  const settings = kind.settings.safeParse(body.settings)
  if (!settings.success) throw refusalOf('settings', settings.error.issues)
  const credentials = body.credentials === undefined ? undefined : kind.credentials.safeParse(body.credentials)
  if (credentials?.success === false) throw refusalOf('credentials', credentials.error.issues)
  const { source, lists, everyMs, on } = body
  return {
    ...{ id, source, lists, everyMs, on },
    settings: { ...(settings.data as object) },
    origin: kind.origin(settings.data),
    originBefore: before === undefined ? undefined : originOf(kinds, before),
    credentials:
      credentials === undefined
        ? undefined
        : { sealed: await sealCredentials(sealer, id, credentials.data), last4: lastOf(credentials.data) },
  }
}

type Issue = { readonly path: readonly PropertyKey[]; readonly message: string }

/** Says which field is wrong, never what was written there: it may be a secret in the wrong place. */
function refusalOf(part: 'settings' | 'credentials', issues: readonly Issue[]): AppError {
  const errors = issues.map(({ path, message }) => ({
    code: 'invalid',
    pointer: `/${[part, ...path.map(String)].join('/')}`,
    detail: message,
  }))
  return new AppError('invalid', `The ${part} are not those that this source needs; see docs/exchanges.md.`, { errors })
}

function originOf(kinds: Connecting['kinds'], row: ExchangesTable): string | undefined {
  const kind = kinds.get(row.source)
  const settings = kind?.settings.safeParse(JSON.parse(row.settings))
  return settings?.success === true ? kind?.origin(settings.data) : undefined
}

/** The last four characters of the last secret, where it is long enough that they tell nothing. */
function lastOf(credentials: unknown): string {
  const values = Object.values({ ...(credentials as object) }).filter((value) => typeof value === 'string')
  const secret = values.at(-1) ?? ''
  return secret.length >= 12 ? secret.slice(-4) : ''
}

async function checked(parts: Connecting & { readonly now: () => number }, row: ExchangesTable): Promise<Checked> {
  try {
    const { source, ask } = await connect(parts, row)
    const cursor = row.cursor === null ? undefined : JSON.parse(row.cursor)
    await source.check?.(ask)
    const page = await source.page(source.begin(cursor, parts.now()).at, ask)
    const contents = new Set(page.changes.map(({ sourceId }) => sourceId))
    return { ok: true, rows: contents.size + page.bad.length, bad: page.bad.length, unmatched: { ...page.unmatched } }
  } catch (error) {
    const { code, message } = troubleOf(error)
    return { ok: false, code, words: message }
  }
}
