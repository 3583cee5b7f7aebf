import { Readable } from 'node:stream'
import { isCode } from '@lamplighter/api'
import { openContext } from '../context.ts'
import type { Config } from '../http/config.ts'
import { randomToken } from '../http/crypto.ts'
import { AppError } from '../http/errors.ts'
import { assertConfigured } from './configured.ts'
import { type Io, UsageError } from './io.ts'
import { bodyOf, LongBody, NotRunning, type OperatorAnswer, operatorCall, sentBody, waitIn } from './operator.ts'

/**
 * Calls the HTTP interface as the operator.
 *
 * @param ifMatch the revision or hash that was looked at, without quotes
 * @throws AppError with the code of the answer
 */
export type Call = (
  method: 'GET' | 'POST' | 'PUT' | 'DELETE',
  path: string,
  body?: unknown,
  ifMatch?: string,
) => Promise<Record<string, unknown>>

/**
 * Gives `use` the interface as the operator: of the running server over its socket, else of one that this command opens, alone, for as
 * long as it lasts (decisions.md 20). Either way it is the same routes, the same gate and the same audit row.
 *
 * @throws UsageError where no server runs and nobody configured this folder: opening it would make an empty installation
 */
export async function withApi<T>(io: Io, use: (call: Call) => Promise<T>): Promise<T> {
  const loaded = io.config()
  const { config } = loaded
  if (await isRunning(config)) {
    return use(async (method, path, body, ifMatch) => {
      assertAddress(path)
      return good(await operatorCall(config.data, { method, path, body, ...(ifMatch !== undefined && { ifMatch }) }))
    })
  }
  assertConfigured(io.folder, loaded)
  const context = await openContext({ config, patient: true })
  try {
    return await use(async (method, path, body, ifMatch) => {
      const sending = sentBody(body)
      const request = new Request(new URL(path, config.url), {
        method,
        ...(sending !== undefined && {
          body:
            sending instanceof LongBody
              ? (Readable.toWeb(Readable.from(sending.open())) as ReadableStream<Uint8Array>)
              : new Uint8Array(sending.bytes),
          duplex: 'half',
          headers: {
            'content-type': sending.type,
            'idempotency-key': randomToken(128),
            ...(ifMatch !== undefined && { 'if-match': `"${ifMatch}"` }),
          },
        }),
      })
      const answer = await context.app.fetch(request, { operator: true })
      const answered = bodyOf(await answer.text())
      return good({ status: answer.status, body: answered, ...waitIn(answer.headers.get('retry-after')) })
    })
  } finally {
    await context.close()
  }
}

/** Names on the command line become parts of an address. @throws UsageError a name that nothing here can have */
function assertAddress(path: string): void {
  if (!/^[!-~]+$/.test(path))
    throw new UsageError('expected an id without blanks, of a to z, 0 to 9 and "_"; look at the name')
}

export async function isRunning(config: Config): Promise<boolean> {
  try {
    await operatorCall(config.data, { method: 'GET', path: '/health/live' })
    return true
  } catch (error) {
    if (error instanceof NotRunning) return false
    throw error
  }
}

function good({ status, body, retryAfterS }: OperatorAnswer): Record<string, unknown> {
  if (status < 400) return body
  const code = typeof body.code === 'string' && isCode(body.code) ? body.code : 'internal'
  throw new AppError(code, String(body.detail ?? `the server answered ${status}`), {
    ...(Array.isArray(body.errors) && { errors: body.errors }),
    ...(retryAfterS !== undefined && { retryAfterS }),
  })
}
