import { fakeApp, fieldsOf, formOf, graphToken, json, problem, unknownIn } from './fake-graph.ts'
import { type FakeAnswer, type FakeCall, type FakeServer, startFake, type Trap } from './fake-server.ts'

/*
 * A strict stand-in for the part of Meta's Graph API that a privacy group of ThreatExchange is read and answered through, written from its documents
 * (see `threatexchange.ts`), not from our client. It sends only the fields that were asked for, repeats rows at the border of pages, puts the token into
 * `next`, lets indicators vanish without saying so, and takes no token from an address.
 */

export interface FakeDescriptor {
  readonly id: string
  readonly owner: string
  readonly status: string
  readonly tags: readonly string[]
  readonly reactions: Map<string, Set<string>>
}

export interface FakeIndicator {
  readonly id: string
  readonly indicator: string
  readonly type: string
  readonly lastUpdated: number
  /** `flag` says so, `silent` has no descriptors, `empty` an empty list of them. */
  readonly gone: 'no' | 'flag' | 'silent' | 'empty'
  readonly descriptors: readonly FakeDescriptor[]
}

export interface FakeThreatExchange extends FakeServer {
  clockS: number
  readonly pageRows: number[]
  /** Whether a row of the very second that is asked for comes, too. */
  isInclusive: boolean
  repeatsBorder: boolean
  /** The last row has a page behind it, without rows. */
  endsEmpty: boolean
  /** Tags as words, times in quotes. */
  isOtherForm: boolean
  isEnabled: boolean
  put(
    row: Pick<FakeIndicator, 'id' | 'indicator' | 'type'> & {
      readonly gone?: FakeIndicator['gone']
      readonly said?: readonly { readonly owner?: string; readonly status: string; readonly tags?: readonly string[] }[]
      /** Its clock is off by so many seconds for this row. */
      readonly skewS?: number
    },
  ): void
  rows(): readonly FakeIndicator[]
  endCursors(): void
}

export const fakeGroup = '303636684709969'

const updateFields = [
  'id',
  'indicator',
  'type',
  'creation_time',
  'last_updated',
  'should_delete',
  'tags',
  'status',
  'descriptors',
]
const descriptorFields = ['id', 'owner', 'status', 'tags', 'reactions', 'my_reactions']
const reactionNames = [
  'HELPFUL',
  'NOT_HELPFUL',
  'OUTDATED',
  'SAW_THIS_TOO',
  'WANT_MORE_INFO',
  'NON_MALICIOUS',
  'DISAGREE_WITH_TAGS',
  'IN_REVIEW',
  'REVIEWED',
  'INGESTED',
  'ALREADY_KNOWN',
]

export async function fakeThreatExchange(): Promise<FakeThreatExchange> {
  const rows = new Map<string, FakeIndicator>()
  const pageRows: number[] = []
  let cursors = new Map<string, { readonly at: number; readonly id: string; readonly query: string }>()
  let made = 0

  const updates = (call: FakeCall): FakeAnswer => {
    if (!fake.isEnabled)
      return { status: 500, body: JSON.stringify({ error: { message: 'An unknown error has occurred.', code: 1 } }) }
    const wrong = unknownIn(call.query, ['start_time', 'stop_time', 'types', 'fields', 'limit', 'after', 'pretty'])
    if (wrong !== undefined) return problem(100, `unknown parameter ${wrong}`)
    const asked = fieldsOf(call.query.get('fields') ?? 'id,indicator,type')
    if (asked === undefined || [...asked.keys()].some((name) => !updateFields.includes(name)))
      return problem(100, 'fields')
    if ((asked.get('descriptors') ?? []).some((name) => !descriptorFields.includes(name.replace(/\{id\}$/, ''))))
      return problem(100, 'fields')
    const limit = Number(call.query.get('limit') ?? 25)
    if (!Number.isInteger(limit) || limit < 1 || limit > 1_000) return problem(100, 'limit')
    const start = call.query.get('start_time')
    if (start !== null && !/^\d{1,11}$/.test(start)) return problem(100, 'start_time')
    const window = `${start} ${call.query.get('types')}`
    const after = call.query.get('after')
    const from = after === null ? undefined : cursors.get(after)
    if (after !== null && from === undefined) return problem(100, 'Invalid cursors values')
    if (from !== undefined && from.query !== window) return problem(100, 'the cursor belongs to another query')

    const all = [...rows.values()].toSorted(
      (a, b) => a.lastUpdated - b.lastUpdated || (BigInt(a.id) < BigInt(b.id) ? -1 : 1),
    )
    const isWanted = ({ lastUpdated }: FakeIndicator) =>
      start === null || lastUpdated > Number(start) || (fake.isInclusive && lastUpdated === Number(start))
    const isLeft = (row: FakeIndicator) =>
      from === undefined ||
      row.lastUpdated > from.at ||
      (row.lastUpdated === from.at && BigInt(row.id) > BigInt(from.id))
    const left = all.filter((row) => isWanted(row) && isLeft(row))
    // None, now and then: filters of privacy come after the page was cut.
    const count = Math.min(limit, pageRows.shift() ?? limit)
    const shown = left.slice(0, count)
    const border =
      fake.repeatsBorder && from !== undefined
        ? all.filter(({ id, lastUpdated }) => id === from.id && lastUpdated === from.at)
        : []
    const isLast = left.length === shown.length && (shown.length === 0 || !fake.endsEmpty)
    const last = shown.at(-1) ?? (from === undefined ? undefined : { lastUpdated: from.at, id: from.id })
    made += 1
    const cursor = Buffer.from(`cursor ${made}`).toString('base64')
    cursors.set(cursor, { at: last?.lastUpdated ?? -1, id: last?.id ?? '0', query: window })
    const next = new URL(`${fake.origin}${call.path}?${call.query}`)
    next.searchParams.set('access_token', graphToken)
    next.searchParams.set('pretty', '0')
    next.searchParams.set('after', cursor)
    return json(200, {
      data: [...border, ...shown].map((row) => shownOf(row, asked)),
      paging: { cursors: { before: 'start', after: cursor }, ...(!isLast && { next: next.href }) },
    })
  }

  const shownOf = (row: FakeIndicator, asked: ReadonlyMap<string, readonly string[]>): object => {
    const whole: Record<string, unknown> = {
      id: row.id,
      indicator: row.indicator,
      type: row.type,
      last_updated: fake.isOtherForm ? String(row.lastUpdated) : row.lastUpdated,
      should_delete: row.gone === 'flag',
      ...((row.gone === 'no' || row.gone === 'flag') && {
        descriptors: { data: row.descriptors.map((one) => saidBy(one, asked.get('descriptors') ?? ['id'])) },
      }),
      ...(row.gone === 'empty' && { descriptors: { data: [] } }),
    }
    return Object.fromEntries(Object.entries(whole).filter(([name]) => asked.has(name)))
  }
  const saidBy = ({ id, owner, status, tags }: FakeDescriptor, asked: readonly string[]): object => {
    const whole: Record<string, unknown> = {
      id,
      owner: { id: owner, name: `App ${owner}` },
      status,
      ...(tags.length > 0 && {
        tags: fake.isOtherForm ? tags : { data: tags.map((text, n) => ({ id: String(n), text })) },
      }),
    }
    const names = new Set(asked.map((name) => name.replace(/\{.*$/, '')))
    return Object.fromEntries(Object.entries(whole).filter(([name]) => names.has(name)))
  }

  const node = (call: FakeCall, id: string): FakeAnswer => {
    const descriptor = [...rows.values()]
      .flatMap((row) => row.descriptors.map((one) => ({ row, one })))
      .find(({ one }) => one.id === id)
    if (call.method === 'GET') {
      const asked = fieldsOf(call.query.get('fields') ?? '')
      const row = rows.get(id)
      if (row === undefined || asked === undefined)
        return problem(100, `Unsupported get request. Object with ID '${id}' does not exist`, 33)
      return json(200, { ...shownOf(row, asked), id })
    }
    if (descriptor === undefined) return problem(100, `Object with ID '${id}' does not exist`, 33)
    const { row, one } = descriptor
    if (call.method === 'DELETE') {
      if (one.owner !== fakeApp) return problem(10, 'not yours')
      rows.set(row.id, { ...row, lastUpdated: fake.clockS, gone: 'flag', descriptors: [] })
      return json(200, { success: true })
    }
    const form = formOf(call)
    if (form === undefined || form.size !== 1) return problem(100, 'expected one parameter')
    const [[name, reaction] = ['', '']] = [...form]
    if (!reactionNames.includes(reaction)) return problem(100, 'reaction')
    if (one.owner === fakeApp) return problem(100, 'you cannot react to your own descriptor')
    const reactors = one.reactions.get(reaction) ?? new Set()
    if (name === 'reactions') reactors.add(fakeApp)
    else if (name === 'reactions_to_remove') reactors.delete(fakeApp)
    else return problem(100, `unknown parameter ${name}`)
    one.reactions.set(reaction, reactors)
    return json(200, { success: true })
  }

  const submit = (call: FakeCall): FakeAnswer => {
    const form = formOf(call)
    const required = ['indicator', 'type', 'description', 'status', 'share_level', 'privacy_type', 'privacy_members']
    if (form === undefined || required.some((name) => !form.get(name)))
      return problem(100, 'a required parameter is missing')
    if (unknownIn(form, [...required, 'tags']) !== undefined) return problem(100, 'unknown parameter')
    if (form.get('privacy_type') !== 'HAS_PRIVACY_GROUP' || form.get('privacy_members') !== fakeGroup)
      return problem(100, 'privacy')
    // GREEN and WHITE are for what all may see.
    if (!['AMBER', 'RED'].includes(form.get('share_level') ?? '')) return problem(100, 'share_level')
    made += 1
    const tags = form.get('tags')?.split(',') ?? []
    if (tags.some((tag) => !/^[\p{L}\p{N}_:]+$/u.test(tag))) return problem(100, 'tags')
    const id = String(9_000_000_000 + made)
    const indicator = form.get('indicator') ?? ''
    fake.put({
      id: `8${id}`,
      indicator,
      type: form.get('type') ?? '',
      said: [{ owner: fakeApp, status: form.get('status') ?? '', tags }],
    })
    const descriptor = rows.get(`8${id}`)?.descriptors[0]
    return json(200, { success: true, id: descriptor?.id })
  }

  const server = await startFake((call) => {
    const path = /^\/v22\.0\/(.+?)\/?$/.exec(call.path)?.[1]
    if (call.query.has('access_token') || call.body.includes('access_token'))
      return problem(100, 'this stand-in takes no token from an address')
    if (call.headers.authorization === undefined)
      return problem(104, 'An access token is required to request this resource.')
    if (call.headers.authorization !== `Bearer ${graphToken}`)
      return problem(190, 'Invalid OAuth access token signature.', undefined, 401)
    if (path === `${fakeGroup}/threat_updates` && call.method === 'GET') return updates(call)
    if (path === `${fakeApp}/threat_privacy_groups_member` && call.method === 'GET') {
      return json(200, {
        data: [
          { id: fakeGroup, name: 'Tiles', threat_updates_enabled: fake.isEnabled },
          { id: '77', name: 'Others', threat_updates_enabled: true },
        ],
      })
    }
    if (path === 'threat_descriptors' && call.method === 'POST') return submit(call)
    if (path !== undefined && /^\d+$/.test(path)) return node(call, path)
    return problem(100, 'Unsupported request', 33)
  })
  const fake: FakeThreatExchange = Object.assign(server, {
    clockS: 1_700_000_000,
    pageRows,
    isInclusive: true,
    repeatsBorder: true,
    endsEmpty: false,
    isOtherForm: false,
    isEnabled: true,
    put({
      id,
      indicator,
      type,
      gone = 'no',
      said = [{ status: 'MALICIOUS' }],
      skewS = 0,
    }: Parameters<FakeThreatExchange['put']>[0]) {
      const descriptors = said.map(({ owner = '500', status, tags = [] }, n) => ({
        id: `${id}00${n}`,
        owner,
        status,
        tags,
        reactions: new Map(),
      }))
      rows.set(id, { id, indicator, type, gone, lastUpdated: fake.clockS + skewS, descriptors })
    },
    rows: () => [...rows.values()],
    endCursors() {
      cursors = new Map()
    },
  })
  return fake
}

/** The cursor is over, for whoever uses one. */
export const cursorEnds: Trap = (answer, call) =>
  call.query.has('after') ? problem(100, 'Invalid cursors values') : answer
