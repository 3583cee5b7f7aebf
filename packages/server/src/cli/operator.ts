import { request } from 'node:http'
import { pipeline, Readable } from 'node:stream'
import { randomToken } from '../http/crypto.ts'
import { operatorSocket } from '../http/server.ts'

export interface OperatorAnswer {
  readonly status: number
  readonly body: Record<string, unknown>
  /** Seconds of `Retry-After`, where the server said so. */
  readonly retryAfterS?: number
}

/** A body that is no JSON: a file, with its media type. */
export class FileBody {
  readonly type: string
  readonly bytes: Uint8Array

  constructor(type: string, bytes: Uint8Array) {
    this.type = type
    this.bytes = bytes
  }
}

/** A file that is too long to be held: read while it is sent. */
export class LongBody {
  readonly type: string
  readonly size: number
  /** The bytes, from the first one; asked for once. */
  readonly open: () => AsyncIterable<Uint8Array>

  constructor(type: string, size: number, open: () => AsyncIterable<Uint8Array>) {
    this.type = type
    this.size = size
    this.open = open
  }
}

/** A body as it travels: a file as it is, everything else as JSON. */
export function sentBody(body: unknown): FileBody | LongBody | { type: string; bytes: Uint8Array } | undefined {
  if (body === undefined || body instanceof FileBody || body instanceof LongBody) return body
  return { type: 'application/json', bytes: new TextEncoder().encode(JSON.stringify(body)) }
}

/** No server is running on this data folder. */
export class NotRunning extends Error {
  override name = 'NotRunning'
}

/**
 * One call to the running server over its own socket, as the operator (decisions.md 20).
 *
 * @throws NotRunning
 */
export function operatorCall(
  data: string,
  call: { method: string; path: string; body?: unknown; key?: string; ifMatch?: string },
): Promise<OperatorAnswer> {
  const sending = sentBody(call.body)
  return new Promise((resolve, reject) => {
    const sent = request(
      {
        socketPath: operatorSocket(data),
        method: call.method,
        path: call.path,
        headers: {
          host: 'localhost',
          ...(call.ifMatch !== undefined && { 'if-match': `"${call.ifMatch}"` }),
          ...(sending !== undefined && {
            'content-type': sending.type,
            'content-length': sending instanceof LongBody ? sending.size : sending.bytes.length,
            'idempotency-key': call.key ?? randomToken(128),
          }),
        },
      },
      (answer) => {
        const chunks: Buffer[] = []
        answer.on('data', (chunk: Buffer) => chunks.push(chunk))
        answer.on('end', () => {
          const body = Buffer.concat(chunks).toString('utf8')
          resolve({ status: answer.statusCode ?? 0, body: bodyOf(body), ...waitIn(answer.headers['retry-after']) })
        })
        answer.on('error', reject)
      },
    )
    sent.on('error', (error: NodeJS.ErrnoException) => {
      // The socket of a killed server stays behind; nobody answers on it.
      const absent = ['ENOENT', 'ENOTDIR', 'ECONNREFUSED'].includes(error.code ?? '')
      reject(absent ? new NotRunning('no server runs on this data folder') : error)
    })
    if (!(sending instanceof LongBody)) {
      sent.end(sending?.bytes)
      return
    }
    // Refused in the middle, the server's answer says why; that nobody reads the rest is no news.
    pipeline(Readable.from(sending.open()), sent, (error) => {
      if (error !== null && error !== undefined && !isHungUp(error)) reject(error)
    })
  })
}

/** Our own servers write seconds (`problemResponse`). */
export const waitIn = (header: string | null | undefined): { readonly retryAfterS?: number } =>
  /^\d{1,6}$/.test(header ?? '') ? { retryAfterS: Number(header) } : {}

const isHungUp = ({ code = '' }: NodeJS.ErrnoException): boolean =>
  ['EPIPE', 'ECONNRESET', 'ERR_STREAM_PREMATURE_CLOSE'].includes(code)

/** An answer's JSON object; any other text as `text`. */
export const bodyOf = (text: string): Record<string, unknown> => {
  const parsed: unknown = text.startsWith('{') ? JSON.parse(text) : { text }
  return parsed as Record<string, unknown>
}
