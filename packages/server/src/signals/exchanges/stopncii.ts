import { z } from 'zod'
import type { OutgoingAnswer } from '../../http/outgoing.ts'
import type { OthersOpinion } from '../lists/changes.ts'
import { accepted, retryAfterMs } from './answers.ts'
import {
  below,
  hiding,
  interfaceAddress,
  issueOf,
  listed,
  type MatchedKind,
  nextOf,
  placeOf,
  type RowRead,
  readRows,
  shaped,
} from './json-pages.ts'
import { opinionsFrom } from './opinions.ts'
import {
  type Ask,
  ExchangeError,
  type Json,
  type Opinion,
  type Page,
  type Push,
  type Source,
  type SourceKind,
} from './source.ts'

/*
 * StopNCII.org, interface v1: hashes that people made of their own intimate images. Its documents go to partners only; the facts here are those of
 * the public client in facebook/ThreatExchange (python-threatexchange, exchanges/clients/stopncii, with its tests) and of Azure API Management,
 * behind which it stands. No closed schema is promised (`hashRegions` came without a word), so fields that are not needed are not read.
 */

/** Kinds of `signalType`, and what of them is matched here: `Unknown`, `VideoTMK`, `Text` and `URL` are counted only. */
const KINDS: Readonly<Record<string, MatchedKind>> = { ImagePDQ: 'pdq', VideoMD5: 'md5' }
const STATUSES = ['Unknown', 'Received', 'Active', 'Withdrawn', 'Deleted'] as const
/** The person took it back, or the service did: it must be gone from here, too (referrals.md §14). */
const GONE: ReadonlySet<string> = new Set(['Withdrawn', 'Deleted'])

/** A full pull begins here: the public client does, and nothing says that 0 is taken. */
const BEGINNING = 10
const PAGE_ROWS = 800
const MOST_TOKEN_CHARS = 8_192
const MOST_HASH_CHARS = 200
/** One hash may stand in many cases; so many are named in its class, of which an entry holds 500 characters. */
const MOST_CASES = 13

export interface StopNciiSettings {
  readonly address: string
  /** What it calls this platform where it tells who said something. Without it ours could be taken for another's, so opinions are not read. */
  readonly ownName?: string | undefined
}

/** One key for the subscription, and one for each call that the contract covers. */
export interface StopNciiCredentials {
  readonly subscriptionKey: string
  readonly fetchKey: string
  readonly feedbackKey?: string | undefined
  readonly submitKey?: string | undefined
}

type Call = 'FetchHashes' | 'SubmitFeedback' | 'SubmitHashes'

/** A header holds no more than this. */
const key = z.string().regex(/^[\x21-\x7e]{1,500}$/)

export const stopNcii: SourceKind<StopNciiSettings, StopNciiCredentials> = {
  id: 'stopncii',
  settings: z.strictObject({
    address: interfaceAddress.default('https://api.stopncii.org/v1'),
    ownName: z.string().trim().min(1).max(200).optional(),
  }),
  credentials: z.strictObject({
    subscriptionKey: key,
    fetchKey: key,
    feedbackKey: key.optional(),
    submitKey: key.optional(),
  }),
  startsAs: { harm: 'intimate_images', terms: 'StopNCII.org', feedback: 'expected', purgeWithinH: 1 },
  hears: { waiting: true, hashes: { pdq: 'any', md5: 'video' } },
  origin: ({ address }) => new URL(address).origin,
  open: (settings, credentials) => new StopNcii(settings, credentials),
}

const place = z.strictObject({ start: z.int().min(1), begunAt: z.int(), token: z.string().nullable() })
const cursors = z.strictObject({ start: z.int().min(1) })

const pageOf = z.object({
  count: z.int().min(0),
  hasMoreRecords: z.boolean(),
  nextPageToken: z.string().max(MOST_TOKEN_CHARS).nullish(),
  nextSetTimestamp: z.int().min(0),
  hashRecords: z.array(z.unknown()),
})

const record = z.object({
  signalType: z.string().min(1).max(40),
  // Kinds that are counted only may be long: a TMK of a video has a quarter of a million bytes.
  hashValue: z.string().min(1),
  hashStatus: z.enum(STATUSES),
  lastModtimestamp: z.int().min(0),
  // An empty map arrives as an empty list.
  caseNumbers: z.union([z.record(z.string().max(100), z.string().max(40)), z.array(z.never())]),
  CSPFeedbacks: z.array(z.unknown()).optional().catch(undefined),
})
const feedback = z.object({ source: z.string().max(400), feedbackValue: z.string() })

class StopNcii implements Source {
  readonly #settings: StopNciiSettings
  readonly #credentials: StopNciiCredentials
  readonly pushes = {
    // It keeps one feedback for each partner and hash, and one record for each hash.
    isRepeatable: () => true,
    send: async (push: Push, ask: Ask) => {
      await this.#send(push, ask)
      return { state: 'done' as const }
    },
  }

  constructor(settings: StopNciiSettings, credentials: StopNciiCredentials) {
    this.#settings = settings
    this.#credentials = credentials
  }

  begin(cursor: Json | undefined, now: number) {
    const known = cursors.safeParse(cursor)
    const start = known.success ? known.data.start : BEGINNING
    return { at: { start, begunAt: now, token: null }, full: !known.success }
  }

  async page(at: Json, ask: Ask): Promise<Page> {
    const { start, begunAt, token } = placeOf(at, place)
    const query = { startTimestamp: start, pageSize: PAGE_ROWS, nextPageToken: token ?? undefined }
    const answer = await this.#call({ call: 'FetchHashes', method: 'GET', query, hidden: [] }, ask)
    // A token lives for a short while only; what is refused with one may be taken from the beginning of the window.
    if (token !== null && [400, 404, 410].includes(answer.status)) {
      throw new ExchangeError('window_over', `status ${answer.status}: the page token is no longer taken`)
    }
    const page = shaped(accepted(answer), pageOf)
    if (page.count !== page.hashRecords.length) {
      throw new ExchangeError(
        'unreadable',
        `the page promises ${page.count} records and holds ${page.hashRecords.length}`,
      )
    }
    const rows = readRows(page.hashRecords, (row) => rowOf(row, this.#settings.ownName))
    if (!page.hasMoreRecords)
      return { ...rows, next: { cursor: { start: cursorOf(page.nextSetTimestamp, { start, begunAt }) } } }
    return { ...rows, next: { at: { start, begunAt, token: nextOf(page.nextPageToken, token, 'token') } } }
  }

  async #send(push: Push, ask: Ask): Promise<void> {
    const { call, body, value } = messageOf(push)
    const answer = await this.#call({ call, method: 'POST', body, hidden: [value] }, ask)
    accepted(answer)
  }

  async #call(
    wish: {
      readonly call: Call
      readonly method: 'GET' | 'POST'
      readonly query?: Readonly<Record<string, string | number | undefined>>
      readonly body?: Json
      readonly hidden: readonly string[]
    },
    ask: Ask,
  ): Promise<OutgoingAnswer> {
    const functionKey = this.#keyOf(wish.call)
    const answer = await ask({
      method: wish.method,
      url: below(this.#settings.address, wish.call, wish.query),
      headers: {
        'ocp-apim-subscription-key': this.#credentials.subscriptionKey,
        'x-functions-key': functionKey,
        ...(wish.body !== undefined && { 'content-type': 'application/json' }),
      },
      ...(wish.body !== undefined && { body: JSON.stringify(wish.body) }),
    })
    // Azure answers 403 when a quota is used up, and then says until when; without that it is the keys.
    const wait = retryAfterMs(answer.headers)
    if (answer.status === 403 && wait !== undefined)
      throw new ExchangeError('wait', 'the quota of calls is used up', wait)
    return hiding(answer, [this.#credentials.subscriptionKey, functionKey, ...wish.hidden])
  }

  #keyOf(call: Call): string {
    const { fetchKey, feedbackKey, submitKey } = this.#credentials
    const found = { FetchHashes: fetchKey, SubmitFeedback: feedbackKey, SubmitHashes: submitKey }[call]
    if (found !== undefined) return found
    throw new ExchangeError(
      'refused',
      `there is no function key for ${call}; ask StopNCII for one and add it to the credentials`,
    )
  }
}

/**
 * Where the next pull begins: where they say, but never before the window that was just read whole, and never after this pull began. What changed
 * while it was read is so read again, and one wrong number cannot hide everything that follows.
 */
function cursorOf(next: number, { start, begunAt }: { readonly start: number; readonly begunAt: number }): number {
  return Math.max(start, Math.min(next, Math.floor(begunAt / 1_000)))
}

function rowOf(row: unknown, ownName: string | undefined): RowRead {
  const read = record.safeParse(row)
  if (!read.success) return { op: 'bad', why: issueOf(read.error) }
  const { signalType, hashStatus, caseNumbers, lastModtimestamp } = read.data
  const kind = KINDS[signalType]
  if (kind === undefined) return { op: 'unmatched', kind: signalType }
  // The hash is the id: feedback is given under it. That a hash is gone must not depend on its form.
  const sourceId = read.data.hashValue.toLowerCase()
  if (sourceId.length > MOST_HASH_CHARS) return { op: 'bad', why: 'expected a hash' }
  const stamp = lastModtimestamp * 1_000
  if (GONE.has(hashStatus)) return { op: 'drop', sourceId, stamp }
  const cases = Object.keys(caseNumbers).toSorted().slice(0, MOST_CASES).join(' ').slice(0, 500)
  const opinions = opinionsIn(read.data.CSPFeedbacks, ownName)
  return listed({ sourceId, stamp, kind, named: signalType, value: sourceId, class: cases, opinions })
}

/** What a feedback says of the entry. All others (`PendingReview`, `None`, `QualityUnknown`, …) say nothing of it, or not yet. */
const SAYS: ReadonlyMap<string, OthersOpinion['says']> = new Map([
  ['Blocked', 'affirm'],
  ['NotBlocked', 'deny'],
])

function opinionsIn(
  feedbacks: readonly unknown[] | undefined,
  ownName: string | undefined,
): readonly OthersOpinion[] | undefined {
  if (feedbacks === undefined || ownName === undefined) return undefined
  const words = feedbacks.flatMap((one) => {
    const read = feedback.safeParse(one)
    const says = read.success ? SAYS.get(read.data.feedbackValue) : undefined
    if (!read.success || says === undefined || isSameName(read.data.source, ownName)) return []
    return [{ who: read.data.source, says }]
  })
  return opinionsFrom(words)
}

const isSameName = (a: string, b: string): boolean => a.trim().toLowerCase() === b.trim().toLowerCase()

/** `PendingReview` there was a match, `Blocked` it was upheld, `NotBlocked` it was not, `None` nothing is said any more. */
const FEEDBACK: Readonly<Record<Opinion, string>> = {
  upheld: 'Blocked',
  rejected: 'NotBlocked',
  waiting: 'PendingReview',
}

function messageOf(push: Push): { readonly call: Call; readonly body: Json; readonly value: string } {
  switch (push.act) {
    case 'say':
      return feedbackOn(push.about.value, FEEDBACK[push.says])
    case 'unsay':
      return feedbackOn(push.about.value, 'None')
    case 'unshare':
      return feedbackOn(push.hash.value, 'Withdrawn')
    case 'share': {
      const { value } = push.hash
      const signalType = { pdq: 'ImagePDQ', md5: 'VideoMD5', sha1: undefined, sha256: undefined }[push.hash.kind]
      if (signalType === undefined) {
        throw new ExchangeError('refused', `StopNCII takes PDQ of pictures and MD5 of videos, not ${push.hash.kind}`)
      }
      const about = { tags: push.tags, feedbackValue: 'Blocked' }
      const lastModtimestamp = Math.floor(push.at / 1_000)
      const hashRecords = [{ lastModtimestamp, signalType, hashValue: value, CSPFeedbacks: [about] }]
      return { call: 'SubmitHashes', body: { count: 1, hashRecords }, value }
    }
  }
}

function feedbackOn(value: string, feedbackValue: string): ReturnType<typeof messageOf> {
  const body = { count: 1, hashFeedbacks: [{ hashValue: value, feedbackValue, tags: [] }] }
  return { call: 'SubmitFeedback', body, value }
}
