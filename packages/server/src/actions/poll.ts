import type { ActionRow } from '@lamplighter/api'
import type { z } from 'zod'
import { withData } from './letters.ts'
import { bodyPlace } from './places.ts'
import { accountOfMessage, acknowledge, type Offered, offerActions } from './poll.store.ts'
import type { ActionsServices } from './routes.ts'
import { type ColumnKey, openText } from './sealing.ts'
import type { Outcome } from './settle.store.ts'

type Row = z.output<typeof ActionRow>

/** Waking hints may be lost, so the outbox is asked again at least so often. */
const lookEveryMs = 1_000

/** What the platform is to carry out now; waits for something to do up to `waitMs`. */
export async function pollActions(
  services: ActionsServices,
  wish: { connection: string; after: number; waitMs: number; signal: AbortSignal },
): Promise<{ items: Row[]; next: string }> {
  const { connection, after } = wish
  const until = services.now() + wish.waitMs
  const means = await services.meansFor([])
  for (;;) {
    const now = services.now()
    const ask = { connection, after, now, chance: services.chance(), means }
    const { items, next } = await services.store.tx(offerActions, ask)
    const left = until - now
    if (items.length > 0 || left <= 0 || wish.signal.aborted) {
      return { items: items.map((row) => rowOf(row, means.columns)), next: String(next) }
    }
    await services.wakeup.wait('outbox', Math.min(left, lookEveryMs), wish.signal)
  }
}

function rowOf(offered: Offered, columns: ColumnKey): Row {
  const frozen = openText(columns, bodyPlace(offered.id), offered.body)
  const body = offered.overtakes.length === 0 ? frozen : withData(frozen, { overtakes: offered.overtakes })
  return { id: offered.webhookId, ...JSON.parse(body) }
}

/** Takes the platform's word on one action. */
export async function ackOf(
  services: ActionsServices,
  wish: { connection: string; webhookId: string; said: { ok: true } | { ok: false; code: string; text: string } },
): Promise<'delivered' | 'waiting' | 'cancelled'> {
  const { connection, webhookId, said } = wish
  const [account] = await services.store.read(accountOfMessage, webhookId)
  const means = await services.meansFor(account === undefined ? [] : [{ kind: 'account', id: account }])
  const outcome: Outcome = said.ok ? { type: 'acknowledged' } : { type: 'failed', retryAfterMs: null }
  const answer = said.ok ? '' : `${said.code}: ${said.text}`.slice(0, 200)
  const word = { connection, webhookId, outcome, answer, now: services.now(), chance: services.chance(), means }
  return services.store.tx(acknowledge, word)
}
