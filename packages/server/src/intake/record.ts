import type { KeyObject } from 'node:crypto'
import type { Json, Schema } from '@lamplighter/rules'
import { hmacHex } from '../http/crypto.ts'
import type { NewRecord, StoredRecord } from '../storage/index.ts'
import { type Accepted, acceptEvent } from './event.ts'

/** What stands for an account, an item or a room in the stream: equal for equal ones, and telling nothing of which. */
export type StreamName = (key: string) => string

const NAMES = 32_768

/**
 * Keyed names of accounts, items and rooms. The same ones act again and again, so the latest are remembered, twice `NAMES` at most.
 *
 * @param key HMAC-SHA-256
 */
export function streamNames(key: KeyObject): StreamName {
  let young = new Map<string, string>()
  let old = young
  return (plain) => {
    const known = young.get(plain) ?? old.get(plain)
    const name = known ?? hmacHex(key, `stream ${plain}`)
    if (young.size >= NAMES) {
      old = young
      young = new Map()
    }
    young.set(plain, name)
    return name
  }
}

interface Body {
  readonly connection: string
  readonly receivedAt: number
  readonly wire: Json
  readonly gated?: Gated
}

/** What the gate said of an event that goes on. */
export interface Gated {
  /** Its verdict, when that holds the item until signals are in: follow ends the hold, or lets it stand. */
  readonly hold: string | null
  /** Gate rules that were undecided, as `ruleset/rule`: follow asks them again. */
  readonly undecided: readonly string[]
}

/** An event as it goes into the stream. */
export function recordOf(accepted: Accepted, nameOf: StreamName, gated?: Gated): NewRecord {
  const { connection, receivedAt, streamKey, wireBytes } = accepted
  const around: Omit<Body, 'wire'> = { connection, receivedAt, ...(gated !== undefined && { gated }) }
  // The event's own bytes, which need not be written anew.
  const head = Buffer.from(`${JSON.stringify(around).slice(0, -1)},"wire":`)
  return {
    key: nameOf(streamKey),
    at: receivedAt,
    body: Buffer.concat([head, wireBytes, END]),
    ...(gated !== undefined && { gate: 'done' as const }),
  }
}

const END = Buffer.from('}')

/** An event as it comes out of the stream; undefined when it cannot be opened, or this version's schema no longer takes it. */
export function eventOf(
  record: StoredRecord,
  schema: Schema,
): { readonly accepted: Accepted; readonly gated: Gated | null } | undefined {
  if (record.body === null) return undefined
  const body = JSON.parse(new TextDecoder().decode(record.body)) as Body
  const edge = acceptEvent(body.wire, schema, { connection: body.connection, now: body.receivedAt })
  return 'accepted' in edge ? { accepted: edge.accepted, gated: body.gated ?? null } : undefined
}
