import { lookup } from 'node:dns/promises'
import { isIP } from 'node:net'
import { isLoopback, isReachable, type Range } from './address.ts'
import { exchange, OutgoingError, type OutgoingTimes } from './exchange.ts'

export { type OutgoingCode, OutgoingError } from './exchange.ts'

export interface OutgoingRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  readonly url: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string | Uint8Array
  /** How many bytes of the answer's body are read; the rest is cut. */
  readonly capBytes: number
  /** Ports beside 443 that this connection lists. */
  readonly ports?: readonly number[]
  /** Hosts that may be called, as `host` or `host:port`, redirects included; without it all that may be reached. */
  readonly hosts?: readonly string[]
  /** Redirects that may be followed. None but for media. */
  readonly redirects?: 0 | 3
  /** Headers that go to the configured host only, also when a redirect leads elsewhere. */
  readonly credentials?: Readonly<Record<string, string>>
  /** Certificate authority of this connection alone, in PEM; without it the system's roots count. */
  readonly ca?: string
  readonly signal?: AbortSignal
  /**
   * Takes the body of an answer of status 200 as it comes, instead of holding it: how much it may be and how long it may take is for this to say. What it
   * throws is what the call throws; a body that breaks off throws in it (`broken`).
   */
  readonly take?: (body: AsyncIterable<Uint8Array>, headers: OutgoingAnswer['headers']) => Promise<void>
}

export interface OutgoingAnswer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  /** As sent: never unpacked, so a bomb stays folded. */
  readonly body: Uint8Array
  /** Why `body` is not whole, else null. The status was received in any case. */
  readonly cut: 'size' | 'time' | 'broken' | null
}

export interface Outgoing {
  /**
   * Makes one call for a connection. The name is resolved once, every address of it is checked, and the connection goes to a checked one.
   *
   * @param connection name by which `LAMPLIGHTER_ALLOW_NETS` opens ranges, such as `webhook:main`
   * @throws OutgoingError
   */
  send(connection: string, request: OutgoingRequest): Promise<OutgoingAnswer>
}

export interface OutgoingConfig {
  readonly allowNets: ReadonlyMap<string, readonly Range[]>
  /** All addresses of a name. The system's resolver where absent. */
  readonly resolve?: (name: string) => Promise<readonly string[]>
  readonly times?: OutgoingTimes
}

const usualTimes: OutgoingTimes = { connectMs: 5_000, firstByteMs: 10_000, totalMs: 15_000 }
const redirectStatus = new Set([301, 302, 303, 307, 308])

/** The one client for calls that leave the house (security.md §6). */
export function outgoing(config: OutgoingConfig): Outgoing {
  return { send: (connection, request) => follow({ config, connection, request }) }
}

interface Trip {
  readonly config: OutgoingConfig
  readonly connection: string
  readonly request: OutgoingRequest
}

async function follow(trip: Trip): Promise<OutgoingAnswer> {
  const { request } = trip
  const home = targetOf(request.url, request)
  let target = home
  for (let hops = 0; ; hops++) {
    const answer = await once(trip, target, target.origin === home.origin)
    const next = answer.headers.location
    if ((request.redirects ?? 0) === 0 || next === undefined || !redirectStatus.has(answer.status)) return answer
    if (hops >= (request.redirects ?? 0)) throw new OutgoingError('url_refused', 'expected at most 3 redirects')
    const url = URL.canParse(next, target.href) ? new URL(next, target.href).href : next
    target = targetOf(url, request)
    if (home.protocol === 'https:' && target.protocol !== 'https:') {
      throw new OutgoingError('url_refused', 'expected a redirect from https to https')
    }
  }
}

// `URL` alone reads the address: it turns octal, hexadecimal, decimal, short and full-width forms of an address into the usual one.
function targetOf(text: string, { ports = [], hosts }: Pick<OutgoingRequest, 'ports' | 'hosts'>): URL {
  if (!URL.canParse(text)) throw new OutgoingError('url_refused', 'expected an absolute address with https:')
  const url = new URL(text)
  if (url.protocol !== 'https:' && url.protocol !== 'http:') {
    throw new OutgoingError('url_refused', `expected https:, found ${url.protocol}`)
  }
  if (url.username !== '' || url.password !== '')
    throw new OutgoingError('url_refused', 'expected no user name in the address')
  if (url.hash !== '') throw new OutgoingError('url_refused', 'expected no fragment in the address')
  if (url.hostname.endsWith('.')) url.hostname = url.hostname.replace(/\.+$/, '')
  if (url.hostname === '') throw new OutgoingError('url_refused', 'expected a host in the address')
  if (url.port !== '' && !ports.includes(Number(url.port))) {
    throw new OutgoingError('url_refused', `expected port 443 or one that the connection lists, found ${url.port}`)
  }
  if (hosts?.includes(url.host) === false)
    throw new OutgoingError('url_refused', 'expected a host that the connection lists')
  return url
}

async function once(trip: Trip, url: URL, isHome: boolean): Promise<OutgoingAnswer> {
  const times = trip.config.times ?? usualTimes
  const startedAt = performance.now()
  const address = await within(times.connectMs, checkedAddress(trip, url))
  return exchange({ request: trip.request, url, isHome, address, times, startedAt })
}

/** One address of the name, after all of them were found good: a name with one bad address is refused whole. */
async function checkedAddress(trip: Trip, url: URL): Promise<string> {
  const opened = trip.config.allowNets.get(trip.connection) ?? []
  const host = url.hostname.replace(/^\[|\]$/g, '')
  const addresses = isIP(host) === 0 ? await resolved(trip.config, host) : [host]
  const [first] = addresses
  if (first === undefined) throw new OutgoingError('name_unknown', 'the name has no address')
  if (!addresses.every((one) => isReachable(one, opened))) {
    throw new OutgoingError(
      'address_refused',
      `the host leads to a network that "${trip.connection}" may not reach; open it with LAMPLIGHTER_ALLOW_NETS if that is meant`,
    )
  }
  if (url.protocol === 'http:' && !addresses.every(isLoopback)) {
    throw new OutgoingError('url_refused', 'expected https:, as only loopback may be called without')
  }
  return first
}

async function resolved(config: OutgoingConfig, name: string): Promise<readonly string[]> {
  const resolve = config.resolve ?? systemResolver
  try {
    return await resolve(name)
  } catch {
    throw new OutgoingError('name_unknown', 'the name could not be resolved')
  }
}

async function systemResolver(name: string): Promise<readonly string[]> {
  return (await lookup(name, { all: true })).map((one) => one.address)
}

async function within<T>(ms: number, promise: Promise<T>): Promise<T> {
  const { promise: late, reject } = Promise.withResolvers<never>()
  const timer = setTimeout(() => reject(new OutgoingError('timeout', 'the name was not resolved in time')), ms)
  try {
    return await Promise.race([promise, late])
  } finally {
    clearTimeout(timer)
  }
}
