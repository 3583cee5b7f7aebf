import type { Json, Schema } from '@lamplighter/rules'
import type { NewRecord, StoredRecord } from '../storage/index.ts'
import { type Accepted, acceptEvent } from './event.ts'

/** Seals stream bodies under the key of the hour, which is destroyed when the hour has been followed (platform.md §14). */
export interface StreamSeal {
  sealStream(at: number, bytes: Uint8Array): Promise<Uint8Array>
  unsealStream(sealed: Uint8Array): Promise<Uint8Array>
  /** What stands for an account, an item or a room in the stream: equal for equal ones, and telling nothing of which. */
  nameOf(key: string): string
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
export async function recordOf(accepted: Accepted, seal: StreamSeal, gated?: Gated): Promise<NewRecord> {
  const body: Body = {
    connection: accepted.connection,
    receivedAt: accepted.receivedAt,
    wire: accepted.wire,
    ...(gated !== undefined && { gated }),
  }
  return {
    key: seal.nameOf(accepted.streamKey),
    at: accepted.receivedAt,
    body: await seal.sealStream(accepted.receivedAt, new TextEncoder().encode(JSON.stringify(body))),
    ...(gated !== undefined && { gate: 'done' as const }),
  }
}

/** An event as it comes out of the stream; undefined when this version's schema no longer takes it. */
export async function eventOf(
  record: StoredRecord,
  schema: Schema,
  seal: StreamSeal,
): Promise<{ readonly accepted: Accepted; readonly gated: Gated | null } | undefined> {
  const body = JSON.parse(new TextDecoder().decode(await seal.unsealStream(record.body))) as Body
  const edge = acceptEvent(body.wire, schema, { connection: body.connection, now: body.receivedAt })
  return 'accepted' in edge ? { accepted: edge.accepted, gated: body.gated ?? null } : undefined
}
