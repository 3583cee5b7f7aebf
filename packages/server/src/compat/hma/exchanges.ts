import { AppError } from '../../http/errors.ts'
import type { PageCall } from '../../http/route.ts'
import { bankName } from './banks.ts'
import type { HmaServices } from './matching.ts'

/** `GET /c/exchanges`: names of those that feed a list which the key may ask. They are set up in the console, by two people. */
export async function exchangeNames(services: HmaServices, call: PageCall): Promise<object> {
  return (await reachable(services, call)).map(({ exchange }) => bankName(exchange.id))
}

/** `GET /c/exchange/{name}`. What signs in there is told nobody. */
export async function oneExchange(services: HmaServices, call: PageCall): Promise<object> {
  const { exchange } = await named(services, call)
  return { name: bankName(exchange.id), api: exchange.source, enabled: exchange.state === 'on' }
}

/** `GET /c/exchange/{name}/status`: seconds since 1970, 0 where nothing was pulled yet. */
export async function exchangeStatus(services: HmaServices, call: PageCall): Promise<object> {
  const { exchange, pull } = await named(services, call)
  return {
    last_fetch_time: secondsOf(pull?.started_at),
    checkpoint_time: secondsOf(exchange.pulled_at),
    success: pull?.state !== 'failed' && exchange.state !== 'stopped',
  }
}

const secondsOf = (at: number | null | undefined): number => Math.floor((at ?? 0) / 1000)

type Fed = Awaited<ReturnType<HmaServices['exchanges']['all']>>

async function reachable({ desk, exchanges }: HmaServices, call: PageCall): Promise<Fed> {
  const feeds = new Set((await desk.lists(call)).map((list) => list.exchange))
  return (await exchanges.all()).filter(({ exchange }) => feeds.has(exchange.id))
}

async function named(services: HmaServices, call: PageCall): Promise<Fed[number]> {
  const found = (await reachable(services, call)).find(({ exchange }) => bankName(exchange.id) === call.params.name)
  if (found === undefined) throw new AppError('not_found', 'Exchange not found')
  return found
}
