import { isOfNothing, kindOfDigest, parseDigest, parsePdq } from '@lamplighter/matching'
import { z } from 'zod'
import { readJson } from '../../http/json.ts'
import type { OutgoingAnswer } from '../../http/outgoing.ts'
import type { OthersOpinion } from '../lists/changes.ts'
import { OF_NOTHING } from '../lists/parse.ts'
import { ExchangeError, type Json, type Page, type SourceChange } from './source.ts'

/*
 * What the exchanges that speak JSON have in common: an answer is read whole or not at all, a row is taken, counted or kept as bad.
 */

/** Raw bad rows are kept for a person to look at; more of one says nothing more. */
const RAW_BYTES = 16_384
/** Kinds are words of the other side: so many are counted by name, the rest as `other`. */
const MOST_KINDS = 40
const KIND = /^[\w.+: -]{1,60}$/

/** @throws ExchangeError `unreadable`: an answer that cannot be read is never one without entries */
export function jsonOf(answer: OutgoingAnswer): unknown {
  try {
    return readJson(answer.body).value
  } catch {
    throw new ExchangeError('unreadable', 'the answer is not JSON, or writes a key twice')
  }
}

/**
 * The answer's JSON in the shape that the exchange promises.
 *
 * @throws ExchangeError `unreadable`, naming the place but never the value: it may be a hash of a sealed list
 */
export function shaped<T>(answer: OutgoingAnswer, schema: z.ZodType<T>): T {
  const read = schema.safeParse(jsonOf(answer))
  if (read.success) return read.data
  throw new ExchangeError('unreadable', `the answer is not as promised: ${issueOf(read.error)}`)
}

/** Where the first fault is, and of what sort. Names that the other side chose are left out: they may be case numbers. */
export function issueOf(error: z.ZodError): string {
  const [issue] = error.issues
  if (issue === undefined) return 'unknown fault'
  const path = issue.path.map((part) =>
    typeof part === 'number' || /^[a-z_]{1,30}$/i.test(String(part)) ? String(part) : '…',
  )
  return `${issue.code} at /${path.join('/')}`
}

/** The place of a page as the source keeps it. @throws ExchangeError `window_over` where another version kept it in another form */
export function placeOf<T>(at: Json, schema: z.ZodType<T>): T {
  const read = schema.safeParse(at)
  if (read.success) return read.data
  throw new ExchangeError('window_over', 'the place of the page was kept in another form')
}

/** What leads on to the next page. @throws ExchangeError `unreadable` where it leads nowhere, or back */
export function nextOf(given: string | null | undefined, before: string | null, named: string): string {
  const next = given ?? ''
  if (next !== '' && next !== before) return next
  throw new ExchangeError('unreadable', `the page says that more follow, and gives no new ${named} for them`)
}

/** What one row says. */
export type RowRead =
  | SourceChange
  | { readonly op: 'bad'; readonly why: string }
  | { readonly op: 'unmatched'; readonly kind: string }

/** Reads the rows of a page, each for itself: one corrupt row is counted and kept, and spoils no other. */
export function readRows(
  rows: readonly unknown[],
  read: (row: unknown) => RowRead,
): Pick<Page, 'changes' | 'bad' | 'unmatched'> {
  const changes: SourceChange[] = []
  const bad: { raw: Uint8Array; why: string }[] = []
  const unmatched = new Map<string, number>()
  for (const row of rows) {
    const said = read(row)
    if (said.op === 'bad') bad.push({ raw: rawOf(row), why: said.why })
    else if (said.op === 'unmatched') {
      const kind =
        KIND.test(said.kind) && (unmatched.has(said.kind) || unmatched.size < MOST_KINDS) ? said.kind : 'other'
      unmatched.set(kind, (unmatched.get(kind) ?? 0) + 1)
    } else changes.push(said)
  }
  return { changes, bad, unmatched: Object.fromEntries(unmatched) }
}

function rawOf(row: unknown): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(row)).subarray(0, RAW_BYTES)
}

/** Kinds of hashes that something here matches. */
export type MatchedKind = 'pdq' | 'md5' | 'sha1' | 'sha256'

/** A hash that is listed, or why its row is bad. The reason never names the hash. */
export function listed(row: {
  readonly sourceId: string
  readonly stamp: number
  readonly kind: MatchedKind
  /** What the exchange calls the kind. */
  readonly named: string
  readonly value: string
  readonly class?: string
  readonly tags?: readonly string[]
  readonly opinions?: readonly OthersOpinion[] | undefined
}): RowRead {
  const { sourceId, stamp, kind, named } = row
  const said = row.opinions !== undefined && { opinions: row.opinions }
  const about = {
    sourceId,
    ...(row.class !== undefined && row.class !== '' && { class: row.class }),
    ...(row.tags !== undefined && row.tags.length > 0 && { tags: row.tags }),
  }
  if (kind === 'pdq') {
    const value = parsePdq(row.value)
    if (value !== undefined) return { op: 'put', sourceId, stamp, kind: 'pdq', entry: { value, ...about }, ...said }
    // A right hash of a picture without features: no row is broken, and yet it would match by chance (matching.md §6.3).
    if (/^[0-9a-f]{64}$/i.test(row.value)) return { op: 'unmatched', kind: `${named} without features` }
    return { op: 'bad', why: 'expected a PDQ of 64 hex digits' }
  }
  const value = parseDigest(row.value)
  if (value === undefined || kindOfDigest(value) !== kind) return { op: 'bad', why: `expected ${kind} in hex` }
  if (isOfNothing(value)) return { op: 'bad', why: OF_NOTHING }
  return { op: 'put', sourceId, stamp, kind: 'digest', entry: { value, ...about }, ...said }
}

/** The answer without words that must not be shown or logged: some services repeat keys and hashes in what they refuse. */
export function hiding(answer: OutgoingAnswer, words: readonly (string | undefined)[]): OutgoingAnswer {
  if (answer.status >= 200 && answer.status < 300) return answer
  let text = new TextDecoder().decode(answer.body)
  for (const word of words) {
    if (word === undefined || word === '') continue
    const forms = [word, word.toUpperCase(), encodeURIComponent(word.toWellFormed()), JSON.stringify(word).slice(1, -1)]
    for (const form of forms) text = text.replaceAll(form, '…')
  }
  return { ...answer, body: Buffer.from(text) }
}

/** Address of an interface: absolute, without user, query or fragment. */
export const interfaceAddress = z.url({ protocol: /^https?$/ }).refine((text) => {
  const url = URL.parse(text)
  return url !== null && url.username === '' && url.password === '' && url.search === '' && url.hash === ''
}, 'expected an address without a user name, ? and #')

/** An address below that of the interface, whether or not that one ends with a slash. */
export function below(
  address: string,
  path: string,
  query: Readonly<Record<string, string | number | undefined>> = {},
): string {
  const url = new URL(path, address.endsWith('/') ? address : `${address}/`)
  for (const [name, value] of Object.entries(query)) if (value !== undefined) url.searchParams.set(name, String(value))
  return url.href
}
