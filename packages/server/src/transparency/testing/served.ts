import { type LogSource, type Policy, parsePolicy } from '@lamplighter/ledger'
import { type App, createApp } from '../../http/app.ts'
import type { Identity } from '../../http/gate.ts'
import type { Principal } from '../../http/principal.ts'
import { pagesOf } from '../public-log.ts'
import { routesOf } from '../routes.ts'
import type { Transparency } from '../transparency.ts'
import { START } from './ledger.ts'

const HOST = 'https://safety.example'
const loadedAt = Date.now()
/** The day of the tests, and not today: it goes on as fast as any clock, so that rates fill up again. */
const testDay = (): number => START + Date.now() - loadedAt

const STAFF: Principal = { kind: 'staff', id: 'st_1', number: 1, roles: ['auditor'], session: 'se_1' }
const REVIEWER: Principal = { kind: 'staff', id: 'st_7', number: 7, roles: ['reviewer'], session: 'se_7' }
const KEY: Principal = { kind: 'key', id: 'key_1', connection: 'con_1', scopes: ['accounts'] }

const identity: Identity = {
  session: async (token) => (token === 'auditor' ? STAFF : token === 'reviewer' ? REVIEWER : { kind: 'nobody' }),
  key: async () => KEY,
} as Identity

/** The HTTP interface over a ledger. */
export class Served {
  readonly #app: App

  constructor(ledger: Transparency) {
    const parts = { urls: [HOST] as [string], demo: false, identity, checkAnswers: true, now: testDay }
    this.#app = createApp({ ...parts, routes: routesOf(ledger), pages: pagesOf(ledger) })
  }

  get(path: string, headers: Record<string, string> = {}): Promise<Response> {
    return this.#app.fetch(new Request(`${HOST}${path}`, { headers: { host: 'safety.example', ...headers } }))
  }

  as(who: 'auditor' | 'reviewer', path: string): Promise<Response> {
    return this.get(path, { cookie: `__Host-lamplighter=${who}` })
  }

  asPlatform(path: string): Promise<Response> {
    return this.get(path, { authorization: `Bearer llk_${'0'.repeat(32)}` })
  }

  async policy(): Promise<Policy> {
    return parsePolicy(new Uint8Array(await (await this.get('/log/policy')).arrayBuffer()))
  }

  /** The log as an outsider fetches it. @param change what a liar does to a file */
  source(change: (path: string, bytes: Uint8Array) => Uint8Array = (_, bytes) => bytes, log = 'actions'): LogSource {
    const octets = async (path: string): Promise<Uint8Array> => {
      const answer = await this.get(`/log/${log}/${path}`)
      if (answer.status !== 200) throw new Error(`${path}: ${answer.status}`)
      return change(path, new Uint8Array(await answer.arrayBuffer()))
    }
    const place = (n: number, width: number): string => {
      const digits = String(n).padStart(Math.ceil(String(n).length / 3) * 3, '0')
      const groups = digits.match(/.{3}/g) ?? []
      const name = groups.map((group, i) => (i < groups.length - 1 ? `x${group}` : group)).join('/')
      return width === 256 ? name : `${name}.p/${width}`
    }
    return {
      tile: (level, n, width) => octets(`tile/${level}/${place(n, width)}`),
      bundle: (n, width) => octets(`tile/entries/${place(n, width)}`),
      checkpoint: async () => Buffer.from(await octets('checkpoint')).toString(),
      openings: async (n, width) => JSON.parse(Buffer.from(await octets(`open/${place(n, width)}`)).toString()),
    }
  }
}
