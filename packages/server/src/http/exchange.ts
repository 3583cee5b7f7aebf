import { type ClientRequest, type IncomingMessage, request as plainRequest } from 'node:http'
import { request as tlsRequest } from 'node:https'
import { isIP } from 'node:net'
import type { OutgoingAnswer, OutgoingRequest } from './outgoing.ts'

const headerBytes = 16_384
const headerCount = 100

/** Why a call was not made, or brought no answer. Nothing of the remote side's words is in the message. */
export type OutgoingCode =
  | 'url_refused'
  | 'name_unknown'
  | 'address_refused'
  | 'connect_failed'
  | 'tls_failed'
  | 'timeout'
  | 'answer_refused'
  | 'broken'

export class OutgoingError extends Error {
  override name = 'OutgoingError'
  readonly code: OutgoingCode

  constructor(code: OutgoingCode, message: string) {
    super(message)
    this.code = code
  }
}

export interface OutgoingTimes {
  readonly connectMs: number
  readonly firstByteMs: number
  readonly totalMs: number
}

interface ExchangeWish {
  readonly request: OutgoingRequest
  readonly url: URL
  readonly isHome: boolean
  readonly address: string
  readonly times: OutgoingTimes
  /** From when the times count, by `performance.now()`. */
  readonly startedAt: number
}

/** Makes one request to an address that was checked, and reads its answer within the caps. @throws OutgoingError */
export function exchange(wish: ExchangeWish): Promise<OutgoingAnswer> {
  return new Promise((resolve, reject) => new Exchange({ ...wish, resolve, reject }))
}

interface ExchangeParts extends ExchangeWish {
  readonly resolve: (answer: OutgoingAnswer) => void
  readonly reject: (error: unknown) => void
}

/** One request and its answer, each step under its own time. Settles exactly once, and always closes its socket. */
class Exchange {
  readonly #parts: ExchangeParts
  readonly #request: ClientRequest
  readonly #chunks: Uint8Array[] = []
  readonly #timers: NodeJS.Timeout[] = []
  #size = 0
  #answer: IncomingMessage | undefined
  #connected = false
  #taken = false

  constructor(parts: ExchangeParts) {
    this.#parts = parts
    this.#request = this.#open()
    const { connectMs, firstByteMs, totalMs } = parts.times
    const spent = performance.now() - parts.startedAt
    this.#after(connectMs - spent, () => this.#connected || this.#fail('timeout', 'no connection in time'))
    this.#after(firstByteMs - spent, () => this.#answer !== undefined || this.#fail('timeout', 'no answer in time'))
    this.#after(totalMs - spent, () =>
      this.#answer === undefined ? this.#fail('timeout', 'no answer in time') : this.#done('time'),
    )
    this.#request.on('response', (answer) => this.#read(answer))
    this.#request.on('error', (error) => this.#broke(error))
    parts.request.signal?.addEventListener('abort', this.#aborted)
    if (parts.request.signal?.aborted === true) this.#aborted()
    this.#request.end(parts.request.body)
  }

  #open(): ClientRequest {
    const { url, address, isHome, request } = this.#parts
    const secure = url.protocol === 'https:'
    const name = url.hostname.replace(/^\[|\]$/g, '')
    const call = (secure ? tlsRequest : plainRequest)({
      agent: false,
      host: address,
      port: url.port === '' ? (secure ? 443 : 80) : Number(url.port),
      path: `${url.pathname}${url.search}`,
      method: request.method,
      headers: {
        ...request.headers,
        ...(isHome ? request.credentials : {}),
        host: url.host,
        'accept-encoding': 'identity',
      },
      maxHeaderSize: headerBytes,
      // The name goes into SNI and is what the certificate must carry; an address has no SNI.
      ...(secure ? { servername: isIP(name) === 0 ? name : '', minVersion: 'TLSv1.2' as const } : {}),
      ...(secure && request.ca !== undefined ? { ca: request.ca } : {}),
    })
    call.maxHeadersCount = headerCount + 1
    call.on('socket', (socket) => {
      socket.once(secure ? 'secureConnect' : 'connect', () => {
        this.#connected = true
      })
    })
    return call
  }

  #read(answer: IncomingMessage): void {
    this.#answer = answer
    if (answer.rawHeaders.length > headerCount * 2) {
      this.#fail('answer_refused', `expected at most ${headerCount} headers in the answer`)
      return
    }
    const { take } = this.#parts.request
    if (take !== undefined && answer.statusCode === 200) {
      void this.#hand(answer, take)
      return
    }
    answer.on('data', (chunk: Uint8Array) => {
      const room = this.#parts.request.capBytes - this.#size
      this.#chunks.push(chunk.subarray(0, room))
      this.#size += Math.min(room, chunk.length)
      if (chunk.length > room) this.#done('size')
    })
    answer.on('end', () => this.#done(answer.complete ? null : 'broken'))
    answer.on('error', () => this.#done('broken'))
  }

  async #hand(answer: IncomingMessage, take: NonNullable<OutgoingRequest['take']>): Promise<void> {
    this.#taken = true
    for (const timer of this.#timers) clearTimeout(timer)
    try {
      await take(wholeOf(answer), headersOf(answer))
      this.#done(null)
    } catch (error) {
      this.#parts.reject(error)
      this.#close()
    }
  }

  #done(cut: OutgoingAnswer['cut']): void {
    const answer = this.#answer
    if (answer === undefined) return
    const headers = headersOf(answer)
    this.#parts.resolve({ status: answer.statusCode ?? 0, headers, body: Buffer.concat(this.#chunks), cut })
    this.#close()
  }

  #fail(code: OutgoingCode, message: string): void {
    this.#parts.reject(new OutgoingError(code, message))
    this.#close()
  }

  #broke(error: NodeJS.ErrnoException): void {
    // Whoever takes the body hears of it where the body ends.
    if (this.#taken) return
    if (this.#answer !== undefined) this.#done('broken')
    else this.#fail(...failureOf(error.code ?? 'closed', this.#connected))
  }

  readonly #aborted = () => this.#fail('broken', 'the call was given up')

  #after(ms: number, act: () => unknown): void {
    this.#timers.push(setTimeout(act, Math.max(0, ms)))
  }

  #close(): void {
    for (const timer of this.#timers) clearTimeout(timer)
    this.#parts.request.signal?.removeEventListener('abort', this.#aborted)
    this.#request.destroy()
  }
}

function headersOf(answer: IncomingMessage): Record<string, string> {
  const headers: Record<string, string> = {}
  for (const [name, value] of Object.entries(answer.headers)) {
    if (value !== undefined) headers[name] = Array.isArray(value) ? value.join(', ') : value
  }
  return headers
}

/** The body to its end; one that breaks off is none. @throws OutgoingError */
async function* wholeOf(answer: IncomingMessage): AsyncGenerator<Uint8Array> {
  try {
    yield* answer
  } catch {
    throw new OutgoingError('broken', 'the answer broke off')
  }
  if (!answer.complete) throw new OutgoingError('broken', 'the answer broke off')
}

function failureOf(code: string, wasConnected: boolean): [OutgoingCode, string] {
  if (code === 'HPE_HEADER_OVERFLOW') return ['answer_refused', 'expected at most 16 KiB of headers in the answer']
  if (code.startsWith('HPE_')) return ['answer_refused', 'the answer is not HTTP']
  if (/^(ERR_TLS|ERR_SSL|CERT_|UNABLE_TO|SELF_SIGNED|DEPTH_ZERO|EPROTO)/.test(code)) {
    return ['tls_failed', `the certificate or the TLS handshake was not accepted (${code})`]
  }
  return [wasConnected ? 'broken' : 'connect_failed', `the connection failed (${code})`]
}
