import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** One call as a fake saw it. */
export interface FakeCall {
  /** From 1. */
  readonly n: number
  readonly method: string
  readonly path: string
  readonly query: URLSearchParams
  readonly headers: IncomingMessage['headers']
  readonly body: string
}

export interface FakeAnswer {
  readonly status: number
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
  /** So many bytes of the body are sent, then the connection is cut. */
  readonly cutAfter?: number
}

/** Changes the answer of one call. It sees the honest answer, so what the fake keeps of the call has happened. */
export type Trap = (answer: FakeAnswer, call: FakeCall) => FakeAnswer

/** Half of the answer, then nothing. */
export const cut: Trap = (answer) => ({ ...answer, cutAfter: Math.floor((answer.body ?? '').length / 2) })

/** Too much asked, or away for now. */
export const busy =
  (status: 429 | 503, retryAfterS?: number): Trap =>
  () => ({
    status,
    ...(retryAfterS !== undefined && { headers: { 'retry-after': String(retryAfterS) } }),
    body: 'busy',
  })

/** A real HTTP server on loopback that stands for somebody else's. */
export interface FakeServer {
  readonly origin: string
  /** All calls so far, those that a trap spoiled too. */
  readonly calls: readonly FakeCall[]
  /** Honest answers of 400: calls that nobody may make. What a trap made of an answer is not among them. */
  readonly refused: readonly FakeCall[]
  /** Traps for the calls to come: the first call takes the first one. `undefined` lets one call through. */
  trap(...traps: readonly (Trap | undefined)[]): void
  /** Forgets traps that no call has met. */
  calm(): void
  /** Called with each call before it is answered; what it returns is waited for. For tests that kill whoever asks. */
  onCall: (call: FakeCall) => Promise<void> | void
  close(): Promise<void>
}

/** Starts a fake. `answer` is called once for each call, in the order in which they came. */
export async function startFake(answer: (call: FakeCall) => FakeAnswer): Promise<FakeServer> {
  const calls: FakeCall[] = []
  const refused: FakeCall[] = []
  const traps: (Trap | undefined)[] = []
  const server = createServer()
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const fake: FakeServer = {
    origin,
    calls,
    refused,
    trap: (...more) => void traps.push(...more),
    calm: () => void traps.splice(0),
    onCall: () => undefined,
    async close() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
  const take = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const url = new URL(request.url ?? '/', origin)
    const body = Buffer.concat(await request.toArray()).toString()
    const call: FakeCall = {
      n: calls.length + 1,
      method: request.method ?? '',
      path: url.pathname,
      query: url.searchParams,
      headers: request.headers,
      body,
    }
    calls.push(call)
    const trap = traps.shift()
    await fake.onCall(call)
    const honest = answer(call)
    if (honest.status === 400) refused.push(call)
    send(response, trap === undefined ? honest : trap(honest, call))
  }
  server.on('request', (request, response) => {
    take(request, response).catch((error: unknown) => {
      // A fault of the fake must not look like one of the exchange.
      response.writeHead(599).end(String(error))
    })
  })
  return fake
}

function send(response: ServerResponse, { status, headers = {}, body = '', cutAfter }: FakeAnswer): void {
  const bytes = Buffer.from(body)
  response.writeHead(status, { ...headers, 'content-length': String(bytes.length) })
  if (cutAfter === undefined) response.end(bytes)
  else response.write(bytes.subarray(0, cutAfter), () => response.destroy())
}
