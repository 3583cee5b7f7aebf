import { setImmediate as turn } from 'node:timers/promises'
import type { Context } from '../context.ts'
import { AppError } from '../http/errors.ts'
import { type Page, page } from '../http/route.ts'
import { OPERATOR, pdqOf, putList } from './seed.ts'

/*
 * A made-up source of hashes, as somebody else would serve one: pages of JSON (docs/exchanges.md), pulled over loopback through the client that all
 * exchanges are pulled through. What it names are tiles that are drawn by a seed; nothing in the demo matches them.
 */

/** The exchange, and the list that it feeds. */
export const DEMO_EXCHANGE = 'harbour_tiles'
const PATH = '/demo/hashes'
/** So many tiles are in its list at any time, from the first pull on. */
const LISTED = 12
const ROWS = 5
/** Tiles before these are for pictures that are sent. */
const FIRST_SEED = 1_000
/** More visits than a demo sees. */
const MOST = 100_000
const EVERY_MS = 900_000

/** Serves the list. Between two visits a tile comes and the oldest goes, so that each pull has something to tell. */
export function sourcePages(): readonly Page[] {
  let known = LISTED
  return [
    page({
      method: 'get',
      path: PATH,
      act: 'public',
      kind: 'plain',
      async handle({ query }) {
        const place = placeIn(query)
        // The demo was started anew, and whoever asks has seen more than this process.
        known = Math.max(known, place)
        const end = Math.min(place + ROWS, known)
        if (place === known) known += 1
        return Response.json({ next: String(end), ...(await changes(place, end)) })
      },
    }),
  ]
}

/** @throws AppError `invalid` */
function placeIn(query: URLSearchParams): number {
  const next = query.get('next') ?? '0'
  const isKnown = /^\d{1,6}$/.test(next) && Number(next) <= MOST
  if (isKnown && [...query.keys()].every((name) => name === 'next')) return Number(next)
  throw new AppError('invalid', 'Ask without a query, or with the "next" of the page before.', {
    pointer: '/query/next',
  })
}

async function changes(from: number, to: number): Promise<{ upserts: object[]; deletes: object[] }> {
  const upserts: object[] = []
  const deletes: object[] = []
  for (let n = from; n < to; n += 1) {
    upserts.push({ value: pdqOf(['tiles', FIRST_SEED + n]), quality: 100, source_id: `tile-${n}`, class: 'drawn' })
    if (n >= LISTED) deletes.push({ source_id: `tile-${n - LISTED}` })
    // Each is some milliseconds of work, and somebody may wait for another page.
    await turn()
  }
  return { upserts, deletes }
}

/**
 * Sets the exchange up as an operator does, where it is not there yet or the demo has another address now.
 *
 * @param address of the demo, such as `http://localhost:4100`
 */
export async function seedExchange({ exchanges, library }: Context, address: string): Promise<void> {
  const url = new URL(PATH, address).href
  const { exchange } = (await exchanges.all()).find((one) => one.exchange.id === DEMO_EXCHANGE) ?? {}
  if (exchange !== undefined && JSON.parse(exchange.settings).url === url) return
  if (exchange === undefined) {
    const list = { id: DEMO_EXCHANGE, kind: 'pdq', harm: 'other', context: false } as const
    // A list begins with something that a person let in; the first pull, which is whole, takes its place.
    await putList({ library }, { ...list, source: DEMO_EXCHANGE, rails: WIDE }, pdqOf(['tiles', FIRST_SEED]))
  }
  const wish = {
    ...{ source: 'http', settings: { url, form: 'pages', kind: 'pdq' }, credentials: {} },
    ...{ lists: { pdq: DEMO_EXCHANGE }, everyMs: EVERY_MS, on: true },
  }
  const { revision } = await exchanges.set(DEMO_EXCHANGE, wish, doer)
  await exchanges.approve(DEMO_EXCHANGE, revision, doer)
}

/** A list of twelve of which one comes and one goes changes by more than the share that a long list may. */
const WIDE = { max_growth: 100, max_shrink: 1, max_bad_rows: 0.001 }
const doer = { name: OPERATOR, staff: null, touch: 'operator', request: 'demo' } as const
