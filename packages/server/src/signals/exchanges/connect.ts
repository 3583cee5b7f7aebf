import { type Outgoing, type OutgoingAnswer, OutgoingError } from '../../http/outgoing.ts'
import type { Sealer } from '../../storage/sealer.ts'
import { type Ask, ExchangeError, type Source, type SourceKind } from './source.ts'
import type { ExchangesTable } from './tables.ts'

/** Most bytes of one page. */
const PAGE_BYTES = 64 * 2 ** 20

/** Pages are made while we wait, and may be large. */
export const EXCHANGE_TIMES = { connectMs: 5_000, firstByteMs: 60_000, totalMs: 120_000 } as const

export interface Connecting {
  readonly kinds: ReadonlyMap<string, SourceKind>
  readonly sealer: Sealer
  readonly outgoing: Outgoing
}

/** An exchange as its row says: its source, and the way to it. */
export interface Connected {
  readonly source: Source
  readonly ask: Ask
}

/** Opens the source of an exchange with its credentials. @throws ExchangeError `refused` where it is not set up in full */
export async function connect({ kinds, sealer, outgoing }: Connecting, row: ExchangesTable): Promise<Connected> {
  const kind = kinds.get(row.source)
  if (kind === undefined) throw new ExchangeError('refused', `this version knows no source "${row.source}"`)
  const settings = kind.settings.parse(JSON.parse(row.settings))
  if (row.credentials === null) throw new ExchangeError('sign_in', 'no credentials are set')
  const credentials = await openCredentials(sealer, row.id, row.credentials)
  return {
    source: kind.open(settings, kind.credentials.parse(credentials)),
    ask: askOf(outgoing, `exchange:${row.id}`, kind.origin(settings)),
  }
}

export const sealCredentials = (sealer: Sealer, exchange: string, credentials: unknown): Promise<Uint8Array> =>
  sealer.seal('exchanges', 'credentials', exchange, credentials)
const openCredentials = (sealer: Sealer, exchange: string, sealed: Uint8Array): Promise<unknown> =>
  sealer.open<unknown>('exchanges', 'credentials', exchange, sealed)

/** Calls to one origin, and to no other: credentials cannot go anywhere else (matching.md §10.1.8). */
function askOf(outgoing: Outgoing, connection: string, origin: string): Ask {
  const { host, port, protocol } = new URL(origin)
  return async (request): Promise<OutgoingAnswer> => {
    if (new URL(request.url).protocol !== protocol) throw new ExchangeError('refused', `expected ${protocol}`)
    const ports = port === '' ? [] : [Number(port)]
    return outgoing.send(connection, { ...request, capBytes: PAGE_BYTES, hosts: [host], ports })
  }
}

/** What a call that brought no answer means for the pull: what an operator has to change stops it, all else is tried again. */
export function troubleOf(error: unknown): ExchangeError {
  if (error instanceof ExchangeError) return error
  if (!(error instanceof OutgoingError)) throw error
  const isOurs = error.code === 'url_refused' || error.code === 'address_refused'
  return new ExchangeError(isOurs ? 'refused' : 'wait', error.message)
}
