import { chmodSync, existsSync, mkdirSync, rmSync } from 'node:fs'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { type AddressInfo, Server as NetServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setImmediate, setTimeout as sleep } from 'node:timers/promises'
import { getRequestListener } from '@hono/node-server'
import { serverListening, serverStopped, serverStopping } from '../events.ts'
import type { App } from './app.ts'
import { sha256Hex } from './crypto.ts'
import type { Readiness } from './health.ts'
import { isLoopback } from './hosts.ts'

export interface ServerParts {
  readonly app: App
  readonly readiness: Readiness
  readonly listen: { readonly host: string; readonly port: number }
  /** Folder of the operator's socket; none, no socket. */
  readonly data?: string
  /** How long load balancers take to notice that we are not ready: 3 s, or 0 when there is one process. */
  readonly graceMs: number
  readonly shutdownMs: number
  /** Ends what would never end by itself: open streams. Called when no new connections are taken. */
  readonly onDrain?: () => void
}

export interface RunningServer {
  /** The port that was bound: useful when 0 was asked for. */
  readonly port: number
  readonly addresses: readonly string[]
  /**
   * Stops in the order of platform.md §17: not ready, grace, no new connections, open requests finish.
   *
   * @param abort cuts the wait short (a second signal)
   * @returns `clean` when every request was answered, `late` when the limit or `abort` ended the wait
   */
  stop(abort?: AbortSignal): Promise<'clean' | 'late'>
}

/** No upload takes longer; what is left of one that was cut off is swept somewhat later. */
const MOST_UPLOAD_MS = 165 * 60_000

/** Limits of security.md §11. */
const SOCKETS = {
  maxHeaderSize: 16 * 1024,
  headersTimeout: 10_000,
  // A video may come slowly (`paced`); other bodies have a minute (`readBytes`).
  requestTimeout: MOST_UPLOAD_MS,
  keepAliveTimeout: 65_000,
  connectionsCheckingInterval: 5_000,
} as const
const MOST_CONNECTIONS = 10_000
const MOST_PER_SOURCE = 100
/** How long a stop leaves kept-alive connections open, so that a request which is on its way meets no closed door. */
const LINGER_MS = 500

/** The answers under way; once `ending` is set, each ends its connection. */
interface OpenAnswers {
  readonly all: Set<ServerResponse>
  ending: boolean
}

/**
 * Listens on the address asked for; for a loopback address on both families where both exist (decisions.md 34), and on the operator's
 * socket, which only the owner of the data folder can open (decisions.md 20).
 */
export async function startServer(parts: ServerParts): Promise<RunningServer> {
  const open: OpenAnswers = { all: new Set(), ending: false }
  const people = createListener(parts.app, open, false)
  const first = makeServer(people)
  const port = await listenOn(first, parts.listen.host, parts.listen.port)
  const servers = [first]
  const addresses = [parts.listen.host]
  for (const host of otherLoopbacks(parts.listen.host)) {
    const server = makeServer(people)
    if ((await listenOn(server, host, port).catch(() => undefined)) === undefined) continue
    servers.push(server)
    addresses.push(host)
  }
  const socket = parts.data === undefined ? undefined : operatorSocket(parts.data)
  if (socket !== undefined) {
    const server = makeServer(createListener(parts.app, open, true))
    await listenOnSocket(server, socket)
    servers.push(server)
  }
  serverListening()
  return { port, addresses, stop: (abort) => stop(parts, servers, open, abort) }
}

async function stop(
  parts: ServerParts,
  servers: readonly Server[],
  open: OpenAnswers,
  abort?: AbortSignal,
): Promise<'clean' | 'late'> {
  const started = performance.now()
  serverStopping()
  parts.readiness.drain()
  const cut = AbortSignal.any([AbortSignal.timeout(parts.shutdownMs), ...(abort === undefined ? [] : [abort])])
  await sleep(parts.graceMs, undefined, { signal: cut }).catch(() => undefined)
  open.ending = true
  for (const answer of open.all) endsConnection(answer)
  // Right after the poll phase of the event loop: everybody who stood at the door has been let in.
  await setImmediate()
  const closed = Promise.all(servers.map((server) => new Promise((resolve) => stopListening(server, resolve))))
  parts.onDrain?.()
  await linger(servers, cut)
  for (const server of servers) server.closeIdleConnections()
  const sweep = setInterval(() => {
    for (const server of servers) server.closeIdleConnections()
  }, 50)
  const late = new Promise<'late'>((resolve) => {
    if (cut.aborted) resolve('late')
    cut.addEventListener('abort', () => resolve('late'), { once: true })
  })
  const outcome = await Promise.race([closed.then(() => 'clean' as const), late])
  clearInterval(sweep)
  if (outcome === 'late') for (const server of servers) server.closeAllConnections()
  if (parts.data !== undefined) rmSync(operatorSocket(parts.data), { force: true })
  serverStopped(outcome === 'clean', performance.now() - started)
  return outcome
}

// `http.Server.close` also cuts connections that have not said anything yet, among them those accepted a moment ago.
function stopListening(server: Server, closed: (value: unknown) => void): void {
  NetServer.prototype.close.call(server, closed)
}

// A server that closes an idle connection may cut off a request that it has not read yet. Connections in use are told with their next
// answer; what stays silent is closed after this.
async function linger(servers: readonly Server[], cut: AbortSignal): Promise<void> {
  const until = performance.now() + LINGER_MS
  while (performance.now() < until && !cut.aborted && (await countConnections(servers)) > 0) await sleep(10)
}

async function countConnections(servers: readonly Server[]): Promise<number> {
  const counts = await Promise.all(
    servers.map((server) => new Promise<number>((resolve) => server.getConnections((_, count) => resolve(count)))),
  )
  return counts.reduce((sum, count) => sum + count, 0)
}

function endsConnection(answer: ServerResponse): void {
  if (!answer.headersSent) answer.setHeader('connection', 'close')
}

function createListener(app: App, open: OpenAnswers, operator: boolean) {
  const listener = getRequestListener((request, env) =>
    app.fetch(request, { incoming: env.incoming as IncomingMessage, operator }),
  )
  return (incoming: IncomingMessage, outgoing: ServerResponse) => {
    open.all.add(outgoing)
    outgoing.once('close', () => open.all.delete(outgoing))
    if (open.ending) endsConnection(outgoing)
    void listener(incoming, outgoing)
  }
}

function makeServer(listener: (incoming: IncomingMessage, outgoing: ServerResponse) => void): Server {
  const server = createServer(SOCKETS, listener)
  server.maxConnections = MOST_CONNECTIONS
  const perSource = new Map<string, number>()
  server.on('connection', (socket) => {
    const source = socket.remoteAddress ?? ''
    // Everything behind a proxy on this machine comes from one address.
    if (source === '' || isLoopback(source)) return
    const count = (perSource.get(source) ?? 0) + 1
    if (count > MOST_PER_SOURCE) {
      socket.destroy()
      return
    }
    perSource.set(source, count)
    socket.once('close', () => {
      const left = (perSource.get(source) ?? 1) - 1
      if (left === 0) perSource.delete(source)
      else perSource.set(source, left)
    })
  })
  return server
}

function otherLoopbacks(host: string): string[] {
  if (host === 'localhost') return ['::1', '127.0.0.1']
  if (!isLoopback(host)) return []
  return host === '::1' ? ['127.0.0.1'] : ['::1']
}

function listenOn(server: Server, host: string, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen({ host, port, ipv6Only: host === '::1' }, () => {
      server.off('error', reject)
      resolve((server.address() as AddressInfo).port)
    })
  })
}

/** The folder is our user's alone, so nobody can reach the socket in the moment before its mode is set. */
async function listenOnSocket(server: Server, path: string): Promise<void> {
  rmSync(path, { force: true })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(path, () => {
      server.off('error', reject)
      resolve()
    })
  })
  chmodSync(path, 0o600)
}

// sockaddr_un holds 108 bytes on Linux, 104 on macOS.
const LONGEST_SOCKET_PATH = 100

/** Where the operator's socket of a data folder is: inside it, or, where that path is too long, in a folder of our own. */
export function operatorSocket(data: string): string {
  const path = join(data, 'lamplighter.sock')
  if (Buffer.byteLength(path) <= LONGEST_SOCKET_PATH) return path
  const folder = join(tmpdir(), `lamplighter-${process.getuid?.() ?? 0}`)
  if (!existsSync(folder)) mkdirSync(folder, { mode: 0o700 })
  return join(folder, `${sha256Hex(data).slice(0, 16)}.sock`)
}
