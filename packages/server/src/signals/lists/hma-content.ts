import type { ListKind } from './parse.ts'

/*
 * HMA has no call that exports a bank. What it tells of one content, in answer to `GET /c/bank/{name}/content/{id}?include_signals=true` and to what adds
 * one, is read here: one such answer a line (matching.md §9.8).
 */

/** Names of the signal types, as HMA has them, by the kinds of lists that hold them. */
const SIGNAL: Partial<Readonly<Record<ListKind, string>>> = { pdq: 'pdq', digest: 'video_md5' }
const NAMES = ['id', 'signals', 'disable_until_ts', 'collab_metadata', 'original_media_uri', 'bank']
/** 0 and 1 are no times: HMA writes both of contents that are asked. */
const NO_TIME = 1

/** Whether an object of a JSON Lines file is a content of HMA, and no row of ours. */
export const isHmaContent = (row: object): row is { readonly signals: unknown } => 'signals' in row && !('value' in row)

/** As the columns of a list file. */
type HmaFields = { readonly value: string; readonly source_id: string }

/**
 * The fields of a row for a content: its hash of the list's kind, and its id as the source's. What else it says is not kept.
 *
 * @returns why it cannot be used where it is put aside, has no hash of this kind, or holds what HMA does not write
 */
export function hmaFields(row: { readonly signals: unknown }, kind: ListKind): HmaFields | { readonly why: string } {
  const { id, signals, disable_until_ts: until = NO_TIME } = { id: undefined, disable_until_ts: undefined, ...row }
  const unknown = Object.keys(row).find((name) => !NAMES.includes(name))
  if (unknown !== undefined) return { why: `"${unknown.slice(0, 40)}" is nothing that HMA says of a content` }
  if (!isWhole(id)) return { why: 'expected the "id" of HMA’s content as a whole number' }
  if (!isWhole(until)) return { why: 'expected "disable_until_ts" as seconds since 1970' }
  if (until > NO_TIME)
    return { why: 'this content is put aside in HMA; take the line out, or set "disable_until_ts" to 1' }
  if (typeof signals !== 'object' || signals === null) return { why: 'expected "signals" with the hashes of a content' }
  const name = SIGNAL[kind]
  if (name === undefined) return { why: `contents of HMA hold nothing for a list of kind ${kind}` }
  const value: unknown = Object.hasOwn(signals, name) ? Reflect.get(signals, name) : undefined
  if (typeof value !== 'string')
    return { why: `this content has no ${name}; take out lines of other signal types, for lists of their own` }
  // A digest of another length would be a hash of another kind.
  if (name === 'video_md5' && value.trim().length !== 32) return { why: 'expected "video_md5" as 32 hex digits' }
  return { value, source_id: String(id) }
}

const isWhole = (value: unknown): value is number => Number.isSafeInteger(value) && Number(value) >= 0
