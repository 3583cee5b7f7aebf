import { type FakeAnswer, type FakeCall, type FakeServer, startFake } from './fake-server.ts'

/*
 * A strict stand-in for TCAP's hash list v2, written from its documents (see `tcap.ts`), not from our client. Tokens end after some calls, rows that this
 * member may not see leave empty pages behind, and `next` leads astray: only the checkpoint is to be trusted.
 */

export interface FakeHash {
  readonly id: number
  readonly hash_digest: string
  readonly algorithm: string
  readonly ideology: string
  readonly deleted: boolean
  /** In millionths of a second, so that times can be told apart. */
  readonly updatedMicros: number
  readonly hidden: boolean
}

export interface FakeTcap extends FakeServer {
  /** Its clock; may be off, and stand still over many rows. */
  clockMicros: number
  /** Rows of the pages to come; all that may be on one page where none is left. */
  readonly pageRows: number[]
  /** Calls that one token is good for. */
  callsPerToken: number
  put(
    row: Pick<FakeHash, 'id' | 'hash_digest' | 'algorithm'> &
      Partial<Pick<FakeHash, 'ideology' | 'deleted' | 'hidden'>>,
  ): void
  /** Shows the row once more on the page before, with another class. */
  twice(id: number, ideology: string): void
  rows(): readonly FakeHash[]
  endTokens(): void
  /** Checkpoints that were given so far are no longer taken. */
  forgetCheckpoints(): void
}

export const tcapSignIn = { username: 'platform', password: 'correct horse' }

export async function fakeTcap(): Promise<FakeTcap> {
  const rows = new Map<number, FakeHash>()
  const earlier = new Map<number, string>()
  const pageRows: number[] = []
  const tokens = new Map<string, number>()
  let checkpoints = new Set<string>()
  let given = 0

  const signIn = (call: FakeCall): FakeAnswer => {
    if (call.method !== 'POST') return json(405, { detail: 'Method not allowed.' })
    if (call.query.size > 0) return json(400, { detail: 'Credentials belong into the body.' })
    if (call.headers['content-type'] !== 'application/json') return json(415, { detail: 'Unsupported media type.' })
    const body: unknown = JSON.parse(call.body)
    const sent = typeof body === 'object' && body !== null ? JSON.stringify(Object.entries(body).toSorted()) : ''
    if (sent !== JSON.stringify(Object.entries(tcapSignIn).toSorted())) {
      return json(400, { non_field_errors: ['Unable to log in with provided credentials.'] })
    }
    given += 1
    const token = `header.token-${given}.signature`
    tokens.set(token, fake.callsPerToken)
    return json(200, { token, user: { id: 1, username: tcapSignIn.username, email_verified: true } })
  }

  const list = (call: FakeCall): FakeAnswer => {
    if (call.method !== 'GET') return json(405, { detail: 'Method not allowed.' })
    const token = /^Bearer (\S+)$/.exec(call.headers.authorization ?? '')?.[1] ?? ''
    const left = tokens.get(token) ?? 0
    if (!tokens.has(token)) return json(401, { detail: 'Authentication credentials were not provided.' })
    if (left <= 0) return { status: 403, body: 'Authentication error: Token has expired. Please refresh.' }
    tokens.set(token, left - 1)
    for (const name of call.query.keys()) {
      if (!['order', 'after', 'limit', 'offset', 'ideology'].includes(name))
        return json(400, { detail: `unknown parameter ${name}` })
    }
    if (call.query.get('order') !== 'asc') return json(400, { detail: 'order' })
    const limit = Number(call.query.get('limit') ?? 1_000)
    if (!Number.isInteger(limit) || limit < 1 || limit > 1_000) return json(400, { detail: 'limit' })
    const after = call.query.get('after') ?? ''
    if (after !== '' && !checkpoints.has(after)) return json(400, { detail: 'after is not a checkpoint of ours' })
    return pageAfter(after, limit)
  }

  const pageAfter = (after: string, limit: number): FakeAnswer => {
    const all = [...rows.values()].toSorted((a, b) => a.updatedMicros - b.updatedMicros || a.id - b.id)
    const from = after === '' ? 0 : all.findIndex((row) => isAfter(row, after))
    const left = from === -1 ? [] : all.slice(from)
    const shown = left.slice(0, Math.min(limit, Math.max(1, pageRows.shift() ?? limit)))
    const more = shown.length < left.length
    const last = shown.at(-1)
    const checkpoint = last === undefined ? null : checkpointOf(last)
    if (checkpoint !== null) checkpoints.add(checkpoint)
    // Rows that come later are shown early, too, with what they were then.
    const early = left
      .slice(shown.length)
      .filter(({ id, hidden }) => earlier.has(id) && !hidden)
      .slice(0, 1)
    return json(200, {
      count: rows.size,
      next: more ? 'https://elsewhere.example/hash-list/v2/all?limit=1000&offset=1000&order=asc' : null,
      previous: null,
      checkpoint,
      results: [
        ...early.map((row) => ({
          ...asSent(row),
          ideology: earlier.get(row.id),
          updated_on: (row.updatedMicros - 1_000_000) / 1e6,
        })),
        ...shown.filter(({ hidden }) => !hidden).map(asSent),
      ],
    })
  }

  const server = await startFake((call) => {
    if (call.path === '/token-auth/tcap/') return signIn(call)
    if (call.path === '/api/hash-list/v2/all') return list(call)
    return json(404, { detail: 'Not found.' })
  })
  const fake: FakeTcap = Object.assign(server, {
    clockMicros: 1_700_000_000_000_000,
    pageRows,
    callsPerToken: 1_000,
    put(row: Parameters<FakeTcap['put']>[0]) {
      const { ideology = 'Islamist', deleted = false, hidden = false } = row
      rows.set(row.id, { ...row, ideology, deleted, hidden, updatedMicros: fake.clockMicros })
    },
    twice: (id: number, ideology: string) => void earlier.set(id, ideology),
    rows: () => [...rows.values()],
    endTokens: () => tokens.clear(),
    forgetCheckpoints() {
      checkpoints = new Set()
    },
  })
  return fake
}

const checkpointOf = ({ updatedMicros, id }: FakeHash): string => `${(updatedMicros / 1e6).toFixed(6)},${id}`
function isAfter(row: FakeHash, checkpoint: string): boolean {
  const [seconds = '', id = ''] = checkpoint.split(',')
  const micros = Math.round(Number(seconds) * 1e6)
  return row.updatedMicros > micros || (row.updatedMicros === micros && row.id > Number(id))
}
const asSent = ({ updatedMicros, hidden: _, ...row }: FakeHash) => ({
  ...row,
  file_type: 'mp4',
  updated_on: updatedMicros / 1e6,
  created_on: '2025-03-03 23:05:22,587',
})
const json = (status: number, body: unknown): FakeAnswer => ({
  status,
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify(body),
})
