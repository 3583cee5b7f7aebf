import { type FakeAnswer, type FakeCall, type FakeServer, startFake, type Trap } from './fake-server.ts'

/*
 * A strict stand-in for StopNCII.org v1, written from what is public of its interface (see `stopncii.ts`), not from our client: what is unsure it
 * refuses. Its page tokens end, early pages name a time that only the last page may name, and records move while they are read.
 */

export interface FakeRecord {
  readonly signalType: string
  readonly hashValue: string
  readonly hashStatus: string
  readonly caseNumbers: Readonly<Record<string, string>>
  readonly lastModtimestamp: number
  readonly said: readonly FakeSaid[]
}

/** What a partner said of a record; of ours it keeps what was told last. */
export interface FakeSaid {
  readonly source: string
  readonly feedbackValue: string
}

/** What it calls whoever signs in. */
export const stopNciiName = 'Harbour'

export interface FakeFeedback {
  readonly hashValue: string
  readonly feedbackValue: string
  readonly tags: readonly string[]
}

export interface FakeStopNcii extends FakeServer {
  /** Its clock, in seconds: may be off, and stand still over many records. */
  clockS: number
  /** Rows of the pages to come; an empty page is not the last one. All on one page where none is left. */
  readonly pageRows: number[]
  /** Records come in this order within a window; by key where absent. */
  order: (keys: readonly string[]) => readonly string[]
  put(
    record: Pick<FakeRecord, 'signalType' | 'hashValue'> & {
      readonly hashStatus?: string
      readonly cases?: readonly string[]
      readonly said?: readonly FakeSaid[]
    },
  ): void
  /** Shows the record once more, as it was a minute earlier, after it came as it is. */
  twice(hashValue: string, earlierCases: readonly string[]): void
  records(): readonly FakeRecord[]
  readonly feedbacks: FakeFeedback[]
  /** Tokens that were given so far are no longer taken. */
  endTokens(): void
}

const keys = {
  subscription: 'sub-key',
  FetchHashes: 'fetch-key',
  SubmitFeedback: 'feedback-key',
  SubmitHashes: 'submit-key',
}
export const stopNciiKeys = {
  subscriptionKey: 'sub-key',
  fetchKey: 'fetch-key',
  feedbackKey: 'feedback-key',
  submitKey: 'submit-key',
}

const feedbackValues = [
  'Unknown',
  'None',
  'QualityUnknown',
  'PendingReview',
  'Blocked',
  'NotBlocked',
  'Withdrawn',
  'Deleted',
]

interface Window {
  readonly start: number
  readonly left: readonly string[]
  readonly openedAt: number
}

export async function fakeStopNcii(): Promise<FakeStopNcii> {
  const records = new Map<string, FakeRecord>()
  const earlier = new Map<string, readonly string[]>()
  const feedbacks: FakeFeedback[] = []
  const pageRows: number[] = []
  let tokens = new Map<string, Window>()
  let tokensGiven = 0

  const fetchHashes = ({ query }: FakeCall): FakeAnswer => {
    for (const name of query.keys()) {
      if (!['startTimestamp', 'pageSize', 'nextPageToken'].includes(name)) return refused(`unknown parameter ${name}`)
      if (query.getAll(name).length > 1) return refused(`${name} twice`)
    }
    const start = wholeNumber(query.get('startTimestamp'))
    const size = wholeNumber(query.get('pageSize'))
    if (start === undefined || start < 1) return refused('startTimestamp')
    if (size === undefined || size < 1 || size > 1_000) return refused('pageSize')
    const token = query.get('nextPageToken')
    const window = token === null ? opened(start) : tokens.get(token)
    if (window === undefined) return refused('The continuation token is not valid')
    if (window.start !== start) return refused('The continuation token belongs to another query')
    const count = Math.min(size, pageRows.shift() ?? window.left.length)
    const shown = window.left.slice(0, count)
    const left = window.left.slice(count)
    const more = left.length > 0
    return json(200, {
      count: shown.length,
      hasMoreRecords: more,
      nextPageToken: more ? tokenFor({ ...window, left }) : null,
      // Right on the last page only: who keeps an earlier one loses what is changed before it.
      nextSetTimestamp: more ? window.openedAt + 900 : window.openedAt,
      hashRecords: shown.flatMap(shownOf),
    })
  }

  const opened = (start: number): Window => {
    const changed = [...records].filter(([, { lastModtimestamp }]) => lastModtimestamp >= start).map(([key]) => key)
    const twice = changed.filter((key) => earlier.has(key)).map((key) => `${key} earlier`)
    return { start, left: [...fake.order(changed), ...twice], openedAt: fake.clockS }
  }
  const tokenFor = (window: Window): string => {
    tokensGiven += 1
    const token = Buffer.from(`{"compositeToken":"~${tokensGiven}#RT:1#TRC:2"}`).toString('base64')
    tokens.set(token, window)
    return token
  }
  const shownOf = (key: string): object[] => {
    const [name = ''] = key.split(' earlier')
    const record = records.get(name)
    if (record === undefined) return []
    const cases = key === name ? record.caseNumbers : asCases(earlier.get(name) ?? [])
    const { said, ...shown } = record
    const told = feedbacks.filter(({ hashValue }) => hashValue === record.hashValue).at(-1)
    const ours = told === undefined ? [] : [{ source: stopNciiName, feedbackValue: told.feedbackValue }]
    return [
      {
        ...shown,
        ...(key !== name && { lastModtimestamp: record.lastModtimestamp - 60 }),
        caseNumbers: Object.keys(cases).length === 0 ? [] : cases,
        hashRegions: ['UK'],
        CSPFeedbacks: [...said, ...ours].map((one) => ({ ...one, tags: ['Nude'] })),
      },
    ]
  }

  const submitFeedback = (call: FakeCall): FakeAnswer => {
    const sent = closedList(call, 'hashFeedbacks', ['hashValue', 'feedbackValue', 'tags'])
    if (sent === undefined) return refused('the body')
    const known = new Set([...records.values()].map(({ hashValue }) => hashValue))
    const taken: FakeFeedback[] = []
    for (const { hashValue, feedbackValue, tags } of sent) {
      if (typeof hashValue !== 'string' || !known.has(hashValue)) return refused(`unknown hash ${hashValue}`)
      if (typeof feedbackValue !== 'string' || !feedbackValues.includes(feedbackValue)) return refused('feedbackValue')
      if (!isWords(tags)) return refused('tags')
      taken.push({ hashValue, feedbackValue, tags })
    }
    feedbacks.push(...taken)
    return json(200, {})
  }

  const submitHashes = (call: FakeCall): FakeAnswer => {
    const sent = closedList(call, 'hashRecords', ['lastModtimestamp', 'signalType', 'hashValue', 'CSPFeedbacks'])
    if (sent === undefined) return refused('the body')
    for (const { lastModtimestamp, signalType, hashValue, CSPFeedbacks } of sent) {
      const form = { ImagePDQ: /^[0-9a-f]{64}$/, VideoMD5: /^[0-9a-f]{32}$/ }[String(signalType)]
      if (form === undefined || typeof hashValue !== 'string' || !form.test(hashValue)) return refused('the hash')
      if (!Number.isInteger(lastModtimestamp) || Number(lastModtimestamp) > 99_999_999_999) return refused('seconds')
      if (!Array.isArray(CSPFeedbacks) || CSPFeedbacks.length !== 1) return refused('CSPFeedbacks')
      if (Object.keys(CSPFeedbacks[0]).toSorted().join() !== 'feedbackValue,tags') return refused('CSPFeedbacks')
      fake.put({ signalType: String(signalType), hashValue })
    }
    return json(200, {})
  }

  const calls: Record<string, { readonly method: string; readonly answer: (call: FakeCall) => FakeAnswer }> = {
    FetchHashes: { method: 'GET', answer: fetchHashes },
    SubmitFeedback: { method: 'POST', answer: submitFeedback },
    SubmitHashes: { method: 'POST', answer: submitHashes },
  }
  const server = await startFake((call) => {
    const name = /^\/v1\/(FetchHashes|SubmitFeedback|SubmitHashes)$/.exec(call.path)?.[1] as
      | keyof typeof keys
      | undefined
    const wanted = name === undefined ? undefined : calls[name]
    if (name === undefined || wanted === undefined) return json(404, { statusCode: 404, message: 'Resource not found' })
    if (call.headers['ocp-apim-subscription-key'] !== keys.subscription) {
      return json(401, { statusCode: 401, message: 'Access denied due to missing or invalid subscription key.' })
    }
    if (call.headers['x-functions-key'] !== keys[name]) return { status: 401 }
    if (call.method !== wanted.method) return { status: 405 }
    return wanted.answer(call)
  })

  const fake: FakeStopNcii = Object.assign(server, {
    clockS: 1_700_000_000,
    pageRows,
    order: (all: readonly string[]) => all,
    put(record: Parameters<FakeStopNcii['put']>[0]) {
      records.set(`${record.signalType} ${record.hashValue}`, {
        signalType: record.signalType,
        hashValue: record.hashValue,
        hashStatus: record.hashStatus ?? 'Active',
        caseNumbers: asCases(record.cases ?? []),
        said: record.said ?? [{ source: 'Another', feedbackValue: 'Undefined' }],
        lastModtimestamp: fake.clockS,
      })
    },
    twice(hashValue: string, cases: readonly string[]) {
      for (const [key, record] of records) if (record.hashValue === hashValue) earlier.set(key, cases)
    },
    records: () => [...records.values()],
    feedbacks,
    endTokens() {
      tokens = new Map()
    },
  })
  return fake
}

/** Ends all tokens before this call is looked at: what was asked with one is refused. */
export const stopNciiTokenEnds: Trap = (answer, call) =>
  call.query.has('nextPageToken') ? refused('The continuation token is not valid') : answer

/** Azure's answer when a quota is used up. */
export const quotaUsedUp: Trap = () => ({
  ...json(403, { statusCode: 403, message: 'Out of call volume quota. Quota will be replenished in 00:10:00.' }),
  headers: { 'retry-after': '600' },
})

const asCases = (names: readonly string[]) => Object.fromEntries(names.map((name) => [name, 'Active']))
const json = (status: number, body: unknown): FakeAnswer => ({
  status,
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify(body),
})
const refused = (what: string): FakeAnswer => json(400, { statusCode: 400, message: `Refused: ${what}` })
const wholeNumber = (text: string | null): number | undefined =>
  text !== null && /^\d{1,11}$/.test(text) ? Number(text) : undefined
const isWords = (value: unknown): value is string[] =>
  Array.isArray(value) && value.every((one) => typeof one === 'string')

/** `{count, [name]: [...]}` and nothing else, each row with exactly these fields. */
function closedList(call: FakeCall, name: string, fields: readonly string[]): Record<string, unknown>[] | undefined {
  if (!call.headers['content-type']?.startsWith('application/json')) return undefined
  const body: unknown = JSON.parse(call.body)
  if (
    typeof body !== 'object' ||
    body === null ||
    Object.keys(body).toSorted().join() !== ['count', name].toSorted().join()
  )
    return undefined
  const { count, [name]: rows } = body as Record<string, unknown>
  if (!Array.isArray(rows) || rows.length === 0 || count !== rows.length) return undefined
  const wanted = fields.toSorted().join()
  return rows.every((row) => Object.keys(row).toSorted().join() === wanted) ? rows : undefined
}
