import type { Json, Schema } from '@lamplighter/rules'
import type { NewRecord, StoredRecord } from '../storage/index.ts'
import { type Accepted, acceptEvent } from './event.ts'
import type { KeyedName } from './names.ts'

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
  /** Hash of the rules that judged, and those that fired: for the replay log, where one is kept. */
  readonly by?: string
  readonly fired?: readonly string[]
}

/** An event as it goes into the stream. */
export function recordOf(accepted: Accepted, nameOf: KeyedName, gated?: Gated): NewRecord {
  const { connection, receivedAt, streamKey, wireBytes } = accepted
  // Between them the event's own bytes, which need not be written anew.
  const body = [headOf(connection, receivedAt, gated), wireBytes, CLOSING]
  return { key: nameOf(streamKey), at: receivedAt, body, ...(gated !== undefined && { gate: 'done' as const }) }
}

const CLOSING = Buffer.from('}')

let latest: { connection: string; receivedAt: number; head: Uint8Array } = {
  connection: '',
  receivedAt: Number.NaN,
  head: new Uint8Array(),
}

/** What stands before the event. The events of a batch come by one connection at one time. */
function headOf(connection: string, receivedAt: number, gated: Gated | undefined): Uint8Array {
  if (gated === undefined && latest.connection === connection && latest.receivedAt === receivedAt) return latest.head
  const around: Omit<Body, 'wire'> = { connection, receivedAt, ...(gated !== undefined && { gated }) }
  const head = Buffer.from(`${JSON.stringify(around).slice(0, -1)},"wire":`)
  if (gated === undefined) latest = { connection, receivedAt, head }
  return head
}

/** An event as it comes out of the stream; undefined when it cannot be opened, or this version's schema no longer takes it. */
export function eventOf(
  record: StoredRecord,
  schema: Schema,
  nameOf: KeyedName,
): { readonly accepted: Accepted; readonly gated: Gated | null } | undefined {
  if (record.body === null) return undefined
  const body = JSON.parse(new TextDecoder().decode(record.body)) as Body
  const edge = acceptEvent(body.wire, schema, { connection: body.connection, now: body.receivedAt, nameOf })
  return 'accepted' in edge ? { accepted: edge.accepted, gated: body.gated ?? null } : undefined
}
