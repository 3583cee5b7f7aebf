import { visible } from '../http/html.ts'
import { type Outgoing, type OutgoingAnswer, OutgoingError } from '../http/outgoing.ts'
import type { Store, Wakeup } from '../storage/index.ts'
import type { Affected } from '../transparency/index.ts'
import type { ClaimedRow } from './claim.store.ts'
import { claimDeliveries, settleDelivery, type Target } from './deliveries.store.ts'
import { withData } from './letters.ts'
import { bodyPlace, secretPlace } from './places.ts'
import { retryAfterMs } from './retry.ts'
import { type ColumnKey, openText } from './sealing.ts'
import type { Attempt, Outcome } from './settle.store.ts'
import { signedHeaders } from './signature.ts'
import type { ActionMeans } from './wishes.ts'

export interface DeliveryServices {
  readonly store: Store
  readonly wakeup: Wakeup
  readonly outgoing: Outgoing
  /** Keys for the records and columns that acts on these persons write. */
  meansFor(affected: readonly Affected[]): Promise<ActionMeans>
  now(): number
  /** 0 to 1. */
  chance(): number
  /** Told of each attempt, for metrics; of a fault of our own with its cause. Must not throw. */
  tell?(event: {
    readonly type: Outcome['type'] | 'lost' | 'fault'
    readonly ms: number
    readonly cause?: unknown
  }): void
}

/** What is read of an answer, and what Settings shows of it. */
const answerBytes = 4_096
const shownCharacters = 200
/** How long the worker sleeps when nothing wakes it: retries come due without a hint. */
const idleMs = 1_000

/** Sends what is due and waits until all of it is settled. @returns how many attempts were made */
export async function deliverDue(services: DeliveryServices): Promise<number> {
  const attempts = await startDue(services)
  await Promise.all(attempts)
  return attempts.length
}

/** Delivers until `signal` aborts, then waits for the attempts under way. A slow endpoint holds up no other. */
export async function deliverAlways(services: DeliveryServices, signal: AbortSignal): Promise<void> {
  const running = new Set<Promise<void>>()
  while (!signal.aborted) {
    const started = await startDue(services).catch((cause: unknown) => {
      // The database is away or full: rows wait where they are, and the next turn asks again.
      services.tell?.({ type: 'fault', ms: 0, cause })
      return []
    })
    for (const attempt of started) running.add(attempt.finally(() => running.delete(attempt)))
    if (started.length === 0) await services.wakeup.wait('outbox', idleMs, signal)
  }
  await Promise.all(running)
}

async function startDue(services: DeliveryServices): Promise<readonly Promise<void>[]> {
  const batches = await services.store.tx(claimDeliveries, { now: services.now() })
  return batches.flatMap(({ target, rows }) => rows.map((row) => attempt(services, target, row)))
}

async function attempt(services: DeliveryServices, target: Target, row: ClaimedRow): Promise<void> {
  const began = performance.now()
  try {
    const means = await services.meansFor(row.account === null ? [] : [{ kind: 'account', id: row.account }])
    const made = await carryOver(services, { target, row, columns: means.columns })
    const settlement = {
      row: row.id,
      token: row.token,
      now: services.now(),
      outcome: made.outcome,
      attempt: { ...made.attempt, ms: performance.now() - began },
      chance: services.chance(),
    }
    const end = await services.store.tx(settleDelivery, { settlement, means })
    services.tell?.({ type: end === 'lost' ? 'lost' : made.outcome.type, ms: settlement.attempt.ms })
  } catch (cause) {
    // Nothing was written down: the claim runs out, and the row goes again under the same webhook-id.
    services.tell?.({ type: 'fault', ms: performance.now() - began, cause })
  }
}

interface Made {
  readonly outcome: Outcome
  readonly attempt: Omit<Attempt, 'ms'>
}

async function carryOver(
  services: DeliveryServices,
  what: { target: Target; row: ClaimedRow; columns: ColumnKey },
): Promise<Made> {
  const now = services.now()
  const built = build(what.target, what.row, { columns: what.columns, now })
  if ('why' in built) {
    return { outcome: { type: 'unbuilt', why: built.why }, attempt: { status: null, error: built.why, answer: '' } }
  }
  const { url } = built
  try {
    const answer = await services.outgoing.send(`webhook:${what.target.name}`, {
      method: 'POST',
      url: url.href,
      headers: built.headers,
      body: built.body,
      capBytes: answerBytes,
      ports: url.port === '' ? [] : [Number(url.port)],
    })
    return {
      outcome: outcomeOf(answer, now),
      attempt: { status: answer.status, error: null, answer: shown(answer.body) },
    }
  } catch (error) {
    if (!(error instanceof OutgoingError)) throw error
    const outcome = { type: 'failed', retryAfterMs: null } as const
    return { outcome, attempt: { status: null, error: `${error.code}: ${error.message}`, answer: '' } }
  }
}

function build(
  target: Target,
  row: ClaimedRow,
  by: { columns: ColumnKey; now: number },
): { url: URL; headers: Record<string, string>; body: string } | { why: string } {
  if (target.url === null || target.secret === null) return { why: 'the endpoint has no address or no secret' }
  try {
    const frozen = openText(by.columns, bodyPlace(row.id), row.body)
    const body = row.overtakes.length === 0 ? frozen : withData(frozen, { overtakes: row.overtakes })
    const isOldValid = target.oldSecret !== null && (target.oldUntil ?? 0) > by.now
    const secrets = [
      openText(by.columns, secretPlace(target.id, 'secret'), target.secret),
      ...(isOldValid && target.oldSecret !== null
        ? [openText(by.columns, secretPlace(target.id, 'old_secret'), target.oldSecret)]
        : []),
    ]
    const signed = signedHeaders(row.webhookId, by.now, body, secrets)
    return {
      url: new URL(target.url),
      headers: { 'content-type': 'application/json', 'user-agent': 'Lamplighter', ...signed },
      body,
    }
  } catch {
    return { why: 'the body or the secret could not be opened, or the call could not be signed' }
  }
}

function outcomeOf(answer: OutgoingAnswer, now: number): Outcome {
  if (answer.status >= 200 && answer.status < 300) return { type: 'acknowledged' }
  if (answer.status === 410) return { type: 'gone' }
  return { type: 'failed', retryAfterMs: retryAfterMs(answer.headers['retry-after'], now) }
}

function shown(body: Uint8Array): string {
  return visible(new TextDecoder().decode(body)).slice(0, shownCharacters)
}
