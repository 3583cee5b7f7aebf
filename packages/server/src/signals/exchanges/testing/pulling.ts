import { allowNetsFrom } from '../../../http/address.ts'
import { type OutgoingAnswer, outgoing } from '../../../http/outgoing.ts'
import type { ParsedEntry } from '../../lists/parse.ts'
import type { Ask, Json, Page, Source } from '../source.ts'

/** Calls to a fake through the real client, so that redirects, hosts and caps are those of the product. */
export function askOn(origin: string, capBytes = 64 * 2 ** 20): Ask {
  const { host, port } = new URL(origin)
  const client = outgoing({ allowNets: allowNetsFrom('test=127.0.0.0/8') })
  return (request): Promise<OutgoingAnswer> =>
    client.send('test', { ...request, capBytes, hosts: [host], ports: [Number(port)] })
}

/** What a pull made of what was there before: entries under `sourceId kind value`. */
export interface Pulled {
  readonly entries: ReadonlyMap<string, ParsedEntry>
  readonly cursor: Json
  readonly pages: readonly Page[]
}

/** Runs a source from page to page, as the engine does, in memory. An error of a page is the caller's. */
export async function pullAll(
  source: Source,
  ask: Ask,
  { cursor, now = Date.now(), before = new Map() }: { cursor?: Json; now?: number; before?: Pulled['entries'] } = {},
): Promise<Pulled> {
  const start = source.begin(cursor, now)
  const pages: Page[] = []
  for (let at = start.at; ; ) {
    const page = await source.page(at, ask)
    pages.push(page)
    if ('at' in page.next) at = page.next.at
    else {
      const isKept = !start.full || page.next.unchanged === true
      const entries = new Map(isKept ? before : [])
      const changes = pages.flatMap((one) => one.changes)
      applyChanges(
        entries,
        changes.toSorted((a, b) => (a.stamp ?? 0) - (b.stamp ?? 0)),
      )
      return { entries, cursor: page.next.cursor, pages }
    }
  }
}

/** Applies changes in their order. */
export function applyChanges(entries: Map<string, ParsedEntry>, changes: Page['changes']): void {
  for (const change of changes) {
    if (change.op === 'put') {
      entries.set(`${change.sourceId} ${change.kind} ${change.entry.value}`, change.entry)
      continue
    }
    for (const key of [...entries.keys()]) {
      const isOne = change.value === undefined || key.endsWith(` ${change.value}`)
      if (key.startsWith(`${change.sourceId} `) && isOne) entries.delete(key)
    }
  }
}
