import { createHash } from 'node:crypto'
import { type FakeAnswer, type FakeCall, type FakeServer, startFake } from './fake-server.ts'

const NAMESPACE = 'https://hashsharing.ncmec.org/hashsharing/v2'
const XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
/** Names of fingerprints as feedback knows them, and the elements of entries that carry them. */
const FINGERPRINTS: Readonly<Record<string, string>> = {
  MD5: 'md5',
  SHA1: 'sha1',
  PDQ: 'pdq',
  PDNA: 'pdna',
  NETCLEAN: 'netclean',
  VIDENTIFIER: 'videntifier',
  TMK_PDQF: 'tmk-pdqf',
  SSVH_PDNA: 'ssvh-pdna',
  SSVH_SAFER_HASH: 'ssvh-safer-hash',
}
/** Too large for an entry: the entry holds an address instead. */
const LARGE = new Set(['videntifier', 'tmk-pdqf', 'ssvh-pdna', 'ssvh-safer-hash'])

export interface NcmecEntry {
  readonly member: number
  readonly id: string
  readonly type: 'image' | 'video'
  /** When it was made or changed last, on the exchange's clock; milliseconds. */
  readonly at: number
  readonly classification?: string
  /** By element, such as `md5`. */
  readonly fingerprints: Readonly<Record<string, string>>
  readonly deleted?: true
  /** What members say of its fingerprints; what was told through `feedback` stands in entries by itself. */
  readonly said?: readonly NcmecSaid[]
}

export interface NcmecSaid {
  readonly member: number
  readonly says: 'affirmative' | 'negative'
  /** Element of the fingerprint, such as `md5`. */
  readonly of: string
}

/** Whoever signs in. */
export const NCMEC_MEMBER = 7

export interface NcmecFake extends FakeServer {
  /** Root of the application, as a data set has one. */
  readonly root: string
  /** Puts an entry, or another row of the same one: both are served then, as they were put. */
  put(...entries: readonly NcmecEntry[]): void
  /** Takes an entry back; from then on it is served as `deletedImage` or `deletedVideo`. */
  retract(member: number, id: string, at: number): void
  /** Feedback that was taken, by `member/id/fingerprint`. */
  readonly feedback: ReadonlyMap<
    string,
    { readonly says: 'affirmative' | 'negative'; readonly reasons: readonly string[] }
  >
}

/** Ids of the reasons that a negative feedback may name. */
export const NCMEC_REASONS = ['01234567-abcd-0123-4567-012345678900', '01234567-abcd-0123-4567-012345678901']

export const NCMEC_SIGN_IN = { username: 'harbour', password: 'pass:with:colons' }

/**
 * NCMEC's hash sharing, version 2, as its public documentation and Meta's client describe it: Basic, XML, a window of time in whole seconds, pages by
 * `next`. It is strict where the public shape is not sure: what nobody said to be allowed is refused.
 *
 * - Entries do not come in order of time, and a page may hold none though more follow (`emptyPages`).
 * - `next` holds the window. A `next` that was not given out, such as one with another window, is refused.
 * - Both ends of a window are left out, so whoever begins where the last window ended loses what happened in that very second.
 * - A window that ends after the exchange's own clock is refused.
 */
export async function startNcmecFake(
  options: { pageSize?: number; emptyPages?: boolean; now?: () => number; root?: string } = {},
): Promise<NcmecFake> {
  const { pageSize = 3, emptyPages = true, now = Date.now, root = '/npo' } = options
  const rows: NcmecEntry[] = []
  const given = new Map<string, readonly NcmecEntry[]>()
  const feedback = new Map<string, { says: 'affirmative' | 'negative'; reasons: string[] }>()

  const answer = (call: FakeCall): FakeAnswer => {
    if (!isSignedIn(call)) return refusal(401, 'Unauthorized')
    if (!call.path.startsWith(`${root}/v2/`)) return refusal(404, 'no such resource')
    const [what = '', ...rest] = call.path.slice(`${root}/v2/`.length).split('/').map(decodeURIComponent)
    if (what === 'entries' && rest.length === 4 && rest[3] === 'feedback') return takeFeedback(call, rest)
    if (call.method !== 'GET') return refusal(405, 'only GET')
    if (call.body !== '') return refusal(400, 'a query has no body')
    if (what === 'feedback' && rest.length === 2 && rest[1] === 'reasons') return reasonsFor(rest[0] ?? '')
    if (rest.length > 0) return refusal(404, 'no such resource')
    if (what === 'status') return status()
    return what === 'entries' ? entries(call) : refusal(404, 'no such resource')
  }

  const entries = (call: FakeCall): FakeAnswer => {
    const path = `/v2/entries${call.query.size > 0 ? `?${call.query}` : ''}`
    const known = given.get(path)
    if (call.query.has('start'))
      return known === undefined ? refusal(400, 'this next was never given') : page(path, known)
    const names = [...call.query.keys()].toSorted().join(' ')
    if (names !== 'from to') return refusal(400, `expected from and to, found ${names}`)
    const [from, to] = [instantOf(call.query.get('from')), instantOf(call.query.get('to'))]
    if (from === undefined || to === undefined) return refusal(400, 'expected yyyy-MM-ddTHH:mm:ssZ')
    if (from >= to) return refusal(400, 'from must be before to')
    if (to > now()) return refusal(400, 'to must not be in the future')
    const found = rows.filter(({ at }) => at > from && at < to).toSorted((a, b) => compare(scrambled(a), scrambled(b)))
    return page(path, found)
  }

  const page = (path: string, found: readonly NcmecEntry[]): FakeAnswer => {
    const query = new URLSearchParams(path.split('?')[1])
    const start = Number(query.get('start') ?? 1)
    const isGap = emptyPages && start === pageSize + 1 && query.get('gap') === null
    const end = isGap ? start : start + pageSize
    const shown = found.slice(start - 1, end - 1)
    let next = ''
    if (isGap || end <= found.length) {
      const more = new URLSearchParams({
        from: query.get('from') ?? '',
        to: query.get('to') ?? '',
        start: String(end),
        size: String(pageSize),
        max: String(found.length),
        ...(isGap && { gap: '1' }),
      })
      next = `/v2/entries?${more}`
      given.set(next, found)
    }
    return xml(queryResult(shown.map(withOurs), next))
  }

  const withOurs = (entry: NcmecEntry): NcmecEntry => {
    const ours = Object.entries(FINGERPRINTS).flatMap(([name, element]): NcmecSaid[] => {
      const told = feedback.get(`${entry.member}/${entry.id}/${name}`)
      return told === undefined ? [] : [{ member: NCMEC_MEMBER, says: told.says, of: element }]
    })
    return { ...entry, said: [...(entry.said ?? []), ...ours] }
  }
  const takeFeedback = (call: FakeCall, [member = '', id = '', name = '']: readonly string[]): FakeAnswer => {
    if (call.method !== 'PUT') return refusal(405, 'only PUT')
    if (!/^application\/xml\b/.test(call.headers['content-type'] ?? '')) return refusal(415, 'expected application/xml')
    const element = FINGERPRINTS[name]
    const isThere = rows.some((one) => {
      const isIt = one.member === Number(member) && one.id === id && one.deleted === undefined
      return isIt && element !== undefined && one.fingerprints[element] !== undefined
    })
    if (!isThere) return refusal(404, 'there is no such fingerprint')
    const said = feedbackOf(call.body)
    if (said === undefined) return refusal(400, 'not a feedbackSubmission')
    if (!said.reasons.every((reason) => NCMEC_REASONS.includes(reason))) return refusal(400, 'no such reason')
    feedback.set(`${member}/${id}/${name}`, said)
    return xml(`<submissionResult xmlns="${NAMESPACE}"/>`)
  }

  const server = await startFake(answer)
  return Object.assign(server, {
    root: `${server.origin}${root}`,
    feedback,
    put: (...entries: readonly NcmecEntry[]) => void rows.push(...entries),
    retract(member: number, id: string, at: number) {
      const was = rows.find((row) => row.member === member && row.id === id)
      if (was === undefined) throw new Error(`there is no entry ${member}/${id}`)
      for (let n = rows.length; n-- > 0; ) if (rows[n]?.member === member && rows[n]?.id === id) rows.splice(n, 1)
      rows.push({ ...was, at, deleted: true })
    },
  })
}

function isSignedIn({ headers }: FakeCall): boolean {
  const { username, password } = NCMEC_SIGN_IN
  return headers.authorization === `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`
}

const refusal = (status: number, words: string): FakeAnswer => ({
  status,
  headers: { 'content-type': 'text/plain' },
  body: words,
})
const xml = (body: string): FakeAnswer => ({
  status: 200,
  headers: { 'content-type': 'application/xml;charset=UTF-8' },
  body: XML + body,
})
const status = (): FakeAnswer =>
  xml(
    `<status xmlns="${NAMESPACE}"><ipAddress>127.0.0.1</ipAddress><username>${NCMEC_SIGN_IN.username}</username><member id="${NCMEC_MEMBER}">Harbour &amp; Co</member></status>`,
  )

function reasonsFor(name: string): FakeAnswer {
  if (FINGERPRINTS[name] === undefined) return refusal(404, 'no such fingerprint type')
  const reasons = NCMEC_REASONS.map(
    (guid, n) => `<reason guid="${guid}" name="Example reason ${n + 1}" type="${name}"/>`,
  )
  return xml(`<availableFeedbackReasons xmlns="${NAMESPACE}">${reasons.join('')}</availableFeedbackReasons>`)
}

/** Whole seconds, UTC; milliseconds may be written. */
function instantOf(text: string | null): number | undefined {
  return text !== null && /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{3})?Z$/.test(text) ? Date.parse(text) : undefined
}
const secondOf = (at: number): string => `${new Date(at).toISOString().slice(0, 19)}Z`

const scrambled = ({ member, id, at }: NcmecEntry): string =>
  createHash('sha256').update(`${member} ${id} ${at}`).digest('hex')
const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)

function queryResult(shown: readonly NcmecEntry[], next: string): string {
  const parts = (['image', 'video'] as const).flatMap((type) => {
    const own = shown.filter((entry) => entry.type === type)
    if (own.length === 0) return []
    const latest = secondOf(Math.max(...own.map(({ at }) => at)))
    return [`<${type}s count="${own.length}" maxTimestamp="${latest}">${own.map(element).join('')}</${type}s>`]
  })
  const paging = next === '' ? '' : `<paging><next>${escaped(next)}</next></paging>`
  return `<queryResult xmlns="${NAMESPACE}">${parts.join('')}${paging}</queryResult>`
}

function element(entry: NcmecEntry): string {
  const member = `<member id="${entry.member}">Member ${entry.member}</member>`
  const at = `<timestamp>${secondOf(entry.at)}</timestamp>`
  const id = `<id>${escaped(entry.id)}</id>`
  if (entry.deleted) {
    const name = entry.type === 'image' ? 'deletedImage' : 'deletedVideo'
    return `<${name}>${member}${id}${at}</${name}>`
  }
  const fingerprints = Object.entries(entry.fingerprints).map(([name, value]) =>
    LARGE.has(name) ? `<${name} rel="self" href="${escaped(value)}"/>` : `<${name}>${escaped(value)}</${name}>`,
  )
  const classification =
    entry.classification === undefined ? '' : `<classification>${escaped(entry.classification)}</classification>`
  return `<${entry.type}>${member}${at}${id}${classification}<fingerprints>${fingerprints.join('')}</fingerprints>${feedbackElement(entry.said ?? [])}</${entry.type}>`
}

/** One element for each fingerprint and opinion; members who say no stand within the reasons that they gave. */
function feedbackElement(said: readonly NcmecSaid[]): string {
  const time = '2023-06-01T12:48:14Z'
  const parts = [...new Set(said.map(({ of }) => of))].flatMap((of) =>
    (['affirmative', 'negative'] as const).flatMap((says) => {
      const members = said.filter((one) => one.of === of && one.says === says)
      if (members.length === 0) return []
      const kind = `${of.slice(0, 1).toUpperCase()}${of.slice(1)}`
      const named = members.map(({ member }) => `<member id="${member}">Member ${member}</member>`).join('')
      const list = `<members timestamp="${time}">${named}</members>`
      const reason = `<reason guid="${NCMEC_REASONS[0]}" name="Example reason 1" type="${kind}"/>`
      const inside = says === 'affirmative' ? list : `<reasons>${reason}${list}</reasons>`
      return [`<${says}Feedback type="${kind}" lastUpdateTimestamp="${time}">${inside}</${says}Feedback>`]
    }),
  )
  return `<feedback lastUpdateTimestamp="${time}">${parts.join('')}</feedback>`
}

const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;')

/** Written down to the space: the two forms of the documentation, and nothing beside them. */
function feedbackOf(body: string): { says: 'affirmative' | 'negative'; reasons: string[] } | undefined {
  const tight = body
    .replace(/^<\?xml[^>]*\?>/, '')
    .replaceAll(/>\s+</g, '><')
    .trim()
  const inside = new RegExp(`^<feedbackSubmission xmlns="${NAMESPACE}">(.*)</feedbackSubmission>$`, 's').exec(
    tight,
  )?.[1]
  if (inside === undefined) return undefined
  if (inside === '<affirmative/>' || inside === '<affirmative></affirmative>')
    return { says: 'affirmative', reasons: [] }
  const reasons = /^<negative><reasonIds>((?:<guid>[0-9a-f-]{36}<\/guid>)+)<\/reasonIds><\/negative>$/.exec(inside)?.[1]
  if (reasons === undefined) return undefined
  return { says: 'negative', reasons: [...reasons.matchAll(/<guid>([^<]*)<\/guid>/g)].map(([, guid = '']) => guid) }
}
