import { zstdCompressSync, zstdDecompressSync } from 'node:zlib'
import type { Event } from '@lamplighter/rules'

/** What one chunk's lines refer to by their place in it. */
export interface Head {
  readonly v: 1
  /** Hashes of rule sets. */
  readonly by: readonly string[]
  /** Keys of kept questions, in the order in which a line answers them. */
  readonly sets: readonly (readonly string[])[]
  /** Events that came meanwhile and have no line, of `encrypted` kinds, that could not be judged, or of a person who was erased: how many, by kind. */
  readonly unlogged: Readonly<Record<string, number>>
}

/** The kind of an event that nobody could read. No schema has it. */
export const UNREAD = '?'

/** What a signal said: a value, `null` for none, `?` for unknown, `off` where a switch kept it from being measured; the event names it. */
export type Told = boolean | number | null | '?' | 'off'

/** Where an event came from: the connection, and type and id of its item, the id under the segment's key. */
export type Origin = readonly [connection: string] | readonly [connection: string, type: string, id: string]

/** One past event, content-free (rules.md §8.4). The names are short: there are many lines. */
export interface Line {
  /** The event's facts, ids under the segment's key. */
  readonly e: Event
  /** Its connection, and the item that a case of it is about; absent in lines of before this was kept, and where nobody opens a case. */
  readonly o?: Origin
  /** Signals, by `signalKey`. */
  readonly s: Readonly<Record<string, Told>>
  /** Versions of the lists that were asked. */
  readonly l: Readonly<Record<string, number>>
  /** The set of its kept questions, and their answers: `t`, `f` or `u` each. */
  readonly a: readonly [set: number, answers: string]
  /** What the acting version decided; absent where two versions had a part in it. */
  readonly d?: readonly [by: number, fired: readonly string[], unknown: readonly string[]]
  /** A counter that it read had no sure number then: it was warming, late or away. */
  readonly u?: 1
}

/** One signal, whatever it is called: what it measures of what, in which time. */
export const signalKey = (spec: {
  readonly provider: string
  readonly inputs: readonly string[]
  readonly within: number
}): string => `${spec.provider}(${spec.inputs.join(',')}) ${spec.within}`

/** A chunk as it is stored. @param lines as JSON, in the order of arrival */
export function packChunk(head: Head, lines: readonly string[]): Uint8Array {
  return new Uint8Array(zstdCompressSync([JSON.stringify(head), ...lines].join('\n')))
}

/** What `packChunk` made. @throws SyntaxError for bytes that it did not make */
export function unpackChunk(body: Uint8Array): { readonly head: Head; readonly lines: readonly string[] } {
  const [head = '', ...lines] = zstdDecompressSync(body).toString('utf8').split('\n')
  return { head: JSON.parse(head) as Head, lines }
}
