import type { Act } from '@lamplighter/api'
import { type Page, type PageCall, page } from '../../http/route.ts'
import { addContent, addSignal, changeContent, dropContent, showContent } from './content.ts'
import { addBank, allBanks, changeBank, dropBank, oneBank } from './curation.ts'
import { refuse } from './errors.ts'
import { exchangeNames, exchangeStatus, oneExchange } from './exchanges.ts'
import { compare, type HmaServices, hash, indexStatus, lookup, rawLookup } from './matching.ts'

type Handle = (call: PageCall) => Promise<object>

/**
 * The calls of Meta's Hasher-Matcher-Actioner, so that a platform which asks one changes its base address. Off until an admin gives a key the
 * scope `compat.hma`, and, to change banks, `compat.hma.write`; which lists that key may ask is said by `match` and `match:sealed`, as everywhere.
 */
export function hmaPages(services: HmaServices): Page[] {
  const { desk } = services
  const at = (method: Page['method'], path: `/${string}`, handle: Handle, act: Act = 'hma.use'): Page =>
    page({
      method,
      path: `/compat/hma${path}`,
      act,
      kind: 'plain',
      refuse,
      handle: async (call) => {
        const given = await handle(call)
        return given instanceof Response ? given : Response.json(given)
      },
    })
  /** What changes a bank wants a scope of its own: a key that only looks up stays one. */
  const write = (method: Page['method'], path: `/${string}`, handle: Handle) => at(method, path, handle, 'hma.write')
  return [
    at('get', '/h/hash', (call) => hash(services, call, 'fetched')),
    at('post', '/h/hash', (call) => hash(services, call, 'sent')),
    at('get', '/m/lookup', (call) => lookup(services, call)),
    at('post', '/m/lookup', (call) => lookup(services, call)),
    at('get', '/m/raw_lookup', (call) => rawLookup(services, call)),
    at('post', '/m/compare', compare),
    at('get', '/m/index/status', (call) => indexStatus(services, call)),
    at('get', '/c/banks', (call) => allBanks(services, call)),
    at('get', '/c/bank/{name}', (call) => oneBank(services, call)),
    write('put', '/c/bank/{name}', (call) => changeBank(services, call)),
    write('delete', '/c/bank/{name}', (call) => dropBank(services, call)),
    write('post', '/c/banks', (call) => addBank(services, call)),
    write('post', '/c/bank/{name}/content', (call) => addContent(services, call)),
    write('post', '/c/bank/{name}/signal', (call) => addSignal(services, call)),
    at('get', '/c/bank/{name}/content/{id}', (call) => showContent(services, call)),
    write('put', '/c/bank/{name}/content/{id}', (call) => changeContent(services, call)),
    write('delete', '/c/bank/{name}/content/{id}', (call) => dropContent(services, call)),
    at('get', '/c/exchanges', (call) => exchangeNames(services, call)),
    at('get', '/c/exchange/{name}', (call) => oneExchange(services, call)),
    at('get', '/c/exchange/{name}/status', (call) => exchangeStatus(services, call)),
    at('get', '/status/live', async () => plain('I-AM-ALIVE', 200)),
    at('get', '/status', async (call) => {
      const lists = await desk.lists(call)
      if (lists.some(({ id }) => desk.book.get(id) === undefined)) return plain('INDEX-NOT-LOADED', 503)
      return lists.some((list) => desk.isStale(list, call.now)) ? plain('INDEX-STALE', 503) : plain('I-AM-ALIVE', 200)
    }),
  ]
}

const plain = (text: string, status: number): Response =>
  new Response(text, { status, headers: { 'content-type': 'text/plain; charset=utf-8' } })
