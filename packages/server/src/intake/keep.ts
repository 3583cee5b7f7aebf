import type { Basket, Kept } from '../lookback/index.ts'
import { idOf } from './event.ts'
import type { Bench, Seen } from './pipeline.ts'
import { isPublic } from './private.ts'
import { isReport, itemOf } from './ruling.ts'

/**
 * What look-back keeps of an event that nothing flagged: readings and digests of its files, where everybody may see them (matching.md §4.4).
 * Undefined for all else. Files of which only hashes came are kept where their connection was named.
 */
export async function keptOf(
  seen: Seen,
  { vault }: Pick<Bench, 'vault'>,
  basket: Basket | undefined,
): Promise<Kept | undefined> {
  const { accepted, media, rules } = seen
  const { event, connection } = accepted
  const kind = rules.schema.events.get(event.kind)
  if (basket === undefined || accepted.off !== undefined || accepted.files.length === 0) return undefined
  if (kind === undefined || kind.encrypted || isReport(kind.name)) return undefined
  if (!(await isPublic(accepted, kind, vault))) return undefined
  const files = media.files.flatMap(({ mediaKey: _, stored, ...file }, place) => {
    const [hashes, video] = [media.hashes[place] ?? [], media.videos[place]]
    if (hashes.length === 0 || video === undefined || !(stored || basket.takesHashes(connection))) return []
    return [{ file, hashes, seen: video }]
  })
  if (files.length === 0) return undefined
  return basket.keep(
    {
      ...{ connection, kind: event.kind, event: event.id, occurredAt: Date.parse(event.occurred_at), files },
      item: itemOf(seen),
      account: idOf(event, kind.about) ?? null,
    },
    accepted.receivedAt,
  )
}
