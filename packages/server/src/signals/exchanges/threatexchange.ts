import { z } from 'zod'
import { interfaceAddress, readRows, shaped } from './json-pages.ts'
import { type Ask, ExchangeError, type Json, type Page, type Pushes, type Source, type SourceKind } from './source.ts'
import {
  appOf,
  askGraph,
  type Graph,
  type GraphCredentials,
  type GraphSettings,
  graphAccepted,
  graphCode,
  isInvalid,
} from './threatexchange-graph.ts'
import { threatExchangePushes } from './threatexchange-push.ts'
import { graphId, rowOf, UPDATE_FIELDS, updatedAt } from './threatexchange-rows.ts'

/*
 * Meta's ThreatExchange: one privacy group, read through `threat_updates`, the only call that tells of deletions
 * (developers.facebook.com/docs/threat-exchange/reference/apis/threat-updates).
 */

const PAGE_ROWS = 500
/**
 * A pull begins so long before the newest row that was seen: whether the border belongs to the window is said nowhere, rows of one second may come
 * late, and two clocks may be minutes apart. What comes twice changes nothing.
 */
const OVERLAP_S = 15 * 60
/** Deletions are told for 90 days, in another place for 30. Who has not asked for this long asks for everything. */
const DELETIONS_TOLD_MS = 28 * 24 * 3_600_000
const MOST_NEXT_CHARS = 4_096
/** Groups that are named to whoever set another one. */
const MOST_GROUPS = 10

export const threatExchange: SourceKind<GraphSettings, GraphCredentials> = {
  id: 'threatexchange',
  settings: z.strictObject({
    address: interfaceAddress.default('https://graph.facebook.com/v22.0'),
    group: graphId,
    /** How far others may hand on what is shared with the group: `RED` not at all. */
    shareLevel: z.enum(['AMBER', 'RED']).default('RED'),
  }),
  credentials: z.strictObject({ accessToken: z.string().regex(/^\d{5,20}\|[\w-]{10,200}$/) }),
  hears: { hashes: { pdq: 'any', md5: 'any', sha1: 'any', sha256: 'any' } },
  origin: ({ address }) => new URL(address).origin,
  open: (settings, credentials) => new ThreatExchange({ settings, credentials }),
}

const second = z.int().min(0)
const cursors = z.strictObject({ time: second, polledAt: z.int() })
const place = z.strictObject({
  /** Newest row of the pulls before; null asks for everything. */
  time: second.nullable(),
  begunAt: z.int(),
  /** Newest row of the pages so far. */
  newest: second.nullable(),
  /** Query of the next page, without the token; null for the first one. */
  next: z.string().max(MOST_NEXT_CHARS).nullable(),
})
type Place = z.output<typeof place>

const pageOf = z.object({
  data: z.array(z.unknown()),
  paging: z.object({ next: z.string().max(MOST_NEXT_CHARS).optional() }).optional(),
})
const groupsOf = z.object({
  data: z.array(z.object({ id: graphId, name: z.string().max(200), threat_updates_enabled: z.boolean().optional() })),
})

class ThreatExchange implements Source {
  readonly #graph: Graph
  readonly pushes: Pushes

  constructor(graph: Graph) {
    this.#graph = graph
    this.pushes = threatExchangePushes(graph)
  }

  begin(cursor: Json | undefined, now: number) {
    const known = cursors.safeParse(cursor)
    const time = known.success && now - known.data.polledAt < DELETIONS_TOLD_MS ? known.data.time : null
    return { at: { time, begunAt: now, newest: null, next: null }, full: time === null }
  }

  async page(at: Json, ask: Ask): Promise<Page> {
    const here = place.safeParse(at)
    if (!here.success) throw new ExchangeError('window_over', 'the place of the page was kept in another form')
    const answer = await askGraph(this.#graph, { method: 'GET', path: this.#path, query: queryOf(here.data) }, ask)
    // Cursors end when what they point at is deleted: the window can be asked for again.
    if (here.data.next !== null && isInvalid(answer)) {
      throw new ExchangeError('window_over', 'the cursor of the next page is no longer taken')
    }
    if (answer.status === 500 && [undefined, 1, 2].includes(graphCode(answer))) {
      const why = 'away, or the group does not have threat_updates; a check of the exchange tells which'
      throw new ExchangeError('wait', `status 500: ${why}`)
    }
    const page = shaped(graphAccepted(answer), pageOf)
    const rows = readRows(page.data, (row) => rowOf(row, appOf(this.#graph)))
    const newest = newestOf(page.data, here.data.newest)
    const next = page.paging?.next
    if (next === undefined) return { ...rows, next: { cursor: cursorOf({ ...here.data, newest }) } }
    const query = this.#nextOf(next)
    if (query === here.data.next) throw new ExchangeError('unreadable', 'the next page is this page')
    return { ...rows, next: { at: { ...here.data, newest, next: query } } }
  }

  /** Whether the group may be read at all: a page of one that may not looks like an outage, or like nothing. */
  async check(ask: Ask): Promise<void> {
    const path = `${appOf(this.#graph)}/threat_privacy_groups_member`
    const query = { fields: 'id,name,threat_updates_enabled' }
    const answer = graphAccepted(await askGraph(this.#graph, { method: 'GET', path, query }, ask))
    const groups = shaped(answer, groupsOf).data
    const { group } = this.#graph.settings
    const own = groups.find(({ id }) => id === group)
    if (own === undefined) {
      const names = groups.slice(0, MOST_GROUPS).map(({ id, name }) => `${id} (${name})`)
      const has = names.length === 0 ? 'of none at all' : `but of ${names.join(', ')}`
      throw new ExchangeError('refused', `the app is no member of group ${group}, ${has}`)
    }
    if (own.threat_updates_enabled === false) {
      throw new ExchangeError('refused', 'threat_updates is not enabled for this group; Meta does that on request')
    }
  }

  get #path(): string {
    return `${this.#graph.settings.group}/threat_updates/`
  }

  /** The query of the next page as it was given, but for the token, which may stand in it and must not be kept. */
  #nextOf(next: string): string {
    const url = URL.parse(next)
    const { address, group } = this.#graph.settings
    const isOurs =
      url?.origin === new URL(address).origin && url.pathname.replace(/\/$/, '').endsWith(`/${group}/threat_updates`)
    if (url === null || !isOurs) throw new ExchangeError('unreadable', 'the next page is not one of this group')
    url.searchParams.delete('access_token')
    return url.searchParams.toString()
  }
}

function queryOf({ time, next }: Place): Record<string, string | number | undefined> {
  // Asked for on every page: were it lost on the way, every row would look as if it had no descriptors, and that means deleted.
  const always = { fields: UPDATE_FIELDS, limit: PAGE_ROWS }
  if (next !== null) return { ...Object.fromEntries(new URLSearchParams(next)), ...always }
  return { ...always, start_time: time === null ? undefined : Math.max(0, time - OVERLAP_S) }
}

function newestOf(rows: readonly unknown[], before: number | null): number | null {
  return rows.reduce<number | null>((newest, row) => {
    const at = updatedAt(row)
    return at === undefined ? newest : Math.max(newest ?? 0, at)
  }, before)
}

/**
 * Where the next pull begins: never after this one began. What changed behind the page that was just read is stamped later than that; and one row from the
 * future cannot hide all that follow it.
 */
function cursorOf({ time, newest, begunAt }: Place): Json {
  if (newest === null && time === null) return null
  const seen = Math.min(newest ?? 0, Math.floor(begunAt / 1_000))
  return { time: Math.max(time ?? 0, seen), polledAt: begunAt }
}
