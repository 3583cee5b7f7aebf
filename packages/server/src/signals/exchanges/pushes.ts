import { sha256Hex } from '../../http/crypto.ts'
import { AppError } from '../../http/errors.ts'
import { OutgoingError } from '../../http/outgoing.ts'
import type { Ending, Handler } from '../../jobs/index.ts'
import { type CaseMatches, matchesOf } from '../../review/index.ts'
import { newId, type Storage } from '../../storage/index.ts'
import type { Affected, RecordKeys } from '../../transparency/index.ts'
import type { Codec } from '../lists/codec.ts'
import { type Connecting, connect, troubleOf } from './connect.ts'
import { waitMs } from './engine.ts'
import { ExchangeError, type Hears, type Opinion, type Push, type PushedEntry, type PushReason } from './source.ts'
import {
  caseKey,
  intendPush,
  oneExchange,
  onePush,
  overtakenPushes,
  settlePush,
  type TellWish,
  tellable,
  writePush,
} from './store.ts'
import type { ExchangePushesTable, ExchangesTable, PushState } from './tables.ts'

export interface PushParts extends Connecting {
  readonly storage: Storage
  readonly codec: Codec
  keysFor(affected: readonly Affected[]): Promise<RecordKeys>
  readonly now: () => number
  readonly chance: () => number
}

export interface Teller {
  readonly by: string
  /** `R-7`. */
  readonly number: string | null
  /** Roles: nobody tells of a case that they could not open. */
  readonly roles: readonly string[]
}

/**
 * Tells the exchange that an entry came from what was decided of a match (matching.md §9.4): as a row that is sent by a job, once for a decision.
 *
 * @throws AppError `not_found` · `conflict` · `invalid` a rejection without a reason, where the exchange wants one
 */
export async function tell(
  parts: PushParts,
  wish: TellWish & { readonly reasonId?: string | undefined },
  who: Teller,
): Promise<{ id: string; state: PushState }> {
  assertMatched(wish, await matchesOf(parts, { of: wish, roles: who.roles }))
  return say(parts, wish, who)
}

/** Tells the exchange that a case about a match of its entry waits for a person. @throws AppError `not_found` · `conflict` */
export async function tellWaiting(
  parts: PushParts,
  wish: Omit<TellWish, 'decision'> & { readonly number: number },
  who: Teller,
): Promise<{ id: string; state: PushState }> {
  const { number, ...about } = wish
  const whole = { ...about, decision: caseKey(number) }
  assertMatched(whole, await matchesOf(parts, { of: { number }, roles: who.roles }))
  const { hears } = await kindOf(parts, wish.exchange)
  if (hears?.waiting !== true)
    throw new AppError('conflict', 'This exchange hears of a match when it is decided, not before.')
  return say(parts, whole, who)
}

/** What is told of an entry is what was decided of a match with it. @throws AppError `conflict` */
function assertMatched({ list, n }: Pick<TellWish, 'list' | 'n'>, { matches }: CaseMatches): void {
  if (!matches.some((one) => one.list === list && one.entry === n))
    throw new AppError('conflict', 'The case is not about a match with this entry.')
}

async function say(
  parts: PushParts,
  wish: TellWish & { readonly reasonId?: string | undefined },
  who: Teller,
): Promise<{ id: string; state: PushState }> {
  const { entry, says } = await parts.storage.store.read(tellable, wish)
  const { pushes } = await sourceOf(parts, wish.exchange)
  if (pushes === undefined) throw new AppError('conflict', 'This exchange takes no feedback.')
  if (says === 'rejected' && pushes.reasons !== undefined && wish.reasonId === undefined)
    throw new AppError('invalid', 'A rejection names one of the reasons of this exchange; see its reasons.', {
      pointer: '/reasonId',
    })
  const about = await aboutOf(parts, wish, entry)
  const push: Push = { act: 'say', says, about, ...(wish.reasonId !== undefined && { reasonId: wish.reasonId }) }
  return write(parts, wish, push, { by: who.by, number: who.number, says })
}

/** Reasons that a rejection of this entry may name. @throws AppError `not_found` · `conflict` */
export async function reasonsFor(
  parts: PushParts,
  wish: TellWish,
  roles: readonly string[],
): Promise<readonly PushReason[]> {
  assertMatched(wish, await matchesOf(parts, { of: wish, roles }))
  const { entry } = await parts.storage.store.read(tellable, wish)
  const { pushes, ask } = await sourceOf(parts, wish.exchange)
  if (pushes?.reasons === undefined) return []
  try {
    return await pushes.reasons(await aboutOf(parts, wish, entry), ask)
  } catch (error) {
    if (!(error instanceof ExchangeError || error instanceof OutgoingError)) throw error
    throw new AppError('conflict', `The exchange does not say its reasons now (${error.code}); try again later.`)
  }
}

async function sourceOf(parts: PushParts, exchange: string) {
  const { source, ask } = await connect(parts, await rowOf(parts, exchange))
  return { pushes: source.pushes, ask }
}

async function kindOf(parts: PushParts, exchange: string): Promise<{ readonly hears?: Hears | undefined }> {
  return { hears: parts.kinds.get((await rowOf(parts, exchange)).source)?.hears }
}

async function rowOf({ storage }: PushParts, exchange: string): Promise<ExchangesTable> {
  const row = await storage.store.read(oneExchange, exchange)
  if (row === undefined) throw new AppError('not_found', 'There is no exchange of this name; see GET /v1/exchanges.')
  return row
}

async function aboutOf(
  { codec }: PushParts,
  { list }: TellWish,
  row: Parameters<Codec['entry']>[1],
): Promise<PushedEntry> {
  const { value, sourceId } = await codec.entry(list, row)
  if (sourceId === undefined) throw new AppError('conflict', 'This entry did not come from an exchange.')
  return { value, sourceId }
}

async function write(
  parts: PushParts,
  { exchange, list, n, decision }: TellWish,
  push: Extract<Push, { act: 'say' | 'unsay' }>,
  { by, number, says }: { readonly by: string; readonly number: string | null; readonly says?: Opinion },
): Promise<{ id: string; state: PushState }> {
  const id = newId('push', parts.now())
  const body = await parts.sealer.seal('exchange_pushes', 'body', id, push)
  return parts.storage.store.tx(writePush, {
    ...{ id, exchange, list, n, decision, act: push.act, body, digest: sha256Hex(JSON.stringify(push)) },
    ...{ by, number, keys: await parts.keysFor([]) },
    ...(says !== undefined && { says }),
  })
}

/** What the job of a push does. */
export function pushHandler(parts: PushParts): Handler {
  return async ({ payload }) => {
    const id = typeof payload === 'object' && payload !== null && 'id' in payload ? String(payload.id) : ''
    const row = await parts.storage.store.read(onePush, id)
    return row === undefined ? 'done' : sendOne(parts, row)
  }
}

async function sendOne(parts: PushParts, row: ExchangePushesTable): Promise<Ending> {
  const { store } = parts.storage
  const settle = async (state: PushState, why: string | null = null): Promise<{ fails: number }> =>
    store.tx(settlePush, { id: row.id, state, why })
  if (row.state !== 'waiting' && row.state !== 'sending') return 'done'
  const push = await parts.sealer.open<Push>('exchange_pushes', 'body', row.id, row.body)
  try {
    const { pushes, ask } = await sourceOf(parts, row.exchange)
    if (pushes === undefined) throw new ExchangeError('refused', 'the exchange takes no feedback')
    // It left, nobody knows whether it came, and a second one would be another one: a person looks (DESIGN §5).
    if (row.state === 'sending' && !pushes.isRepeatable(push)) {
      await settle('unclear', 'no answer came; look at the exchange')
      return 'done'
    }
    if (!(await store.tx(intendPush, row.id))) return 'done'
    const { state } = await pushes.send(push, ask)
    await settle(
      state === 'done' ? 'delivered' : 'unclear',
      state === 'done' ? null : 'no answer came; look at the exchange',
    )
    return 'done'
  } catch (error) {
    const trouble = troubleOf(error)
    if (trouble.code !== 'wait') {
      await settle('parked', trouble.message)
      return 'done'
    }
    const { fails } = await settle('waiting', trouble.message)
    return { retryAt: parts.now() + waitMs(fails, trouble.afterMs, parts.chance()), why: 'waits' }
  }
}

/** Takes back what rests on a decision that holds no more: what was never sent is cancelled, what may have come is unsaid. @returns how many */
export async function recallPushes(parts: PushParts): Promise<number> {
  const rows = await parts.storage.store.read(overtakenPushes, undefined)
  for (const row of rows) {
    if (row.state !== 'delivered' && row.intent_at === null) {
      await parts.storage.store.tx(settlePush, { id: row.id, state: 'cancelled', why: 'the decision was reversed' })
      continue
    }
    const said = await parts.sealer.open<Extract<Push, { act: 'say' }>>('exchange_pushes', 'body', row.id, row.body)
    const { says, ...rest } = said
    await write(parts, row, { ...rest, act: 'unsay', said: says }, { by: row.by, number: null })
  }
  return rows.length
}
