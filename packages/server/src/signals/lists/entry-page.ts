import type { EntryJson } from '@lamplighter/api'
import { AppError } from '../../http/errors.ts'
import { allStaff, staffLabel } from '../../people/index.ts'
import type { Store } from '../../storage/index.ts'
import { listEntries, oneList } from '../store.ts'
import type { Codec } from './codec.ts'
import { stateAt } from './entry-book.ts'
import { newestOpinions } from './opinions.store.ts'
import { opinionsOf, standingBetween } from './store.ts'

const MOST = 200
/** A video has up to 600 hashes. */
const MOST_VIDEOS = 20

/** Some entries of a list that is not sealed, with what is known of each. @throws AppError `sealed` · `not_found` */
export async function pageOf(
  { store, codec }: { readonly store: Store; readonly codec: Codec },
  of: { readonly list: string; readonly after: number; readonly now: number },
): Promise<{ version: number; items: EntryJson[]; next: number | null }> {
  const { row } = await store.read(oneList, of.list)
  if (row.sealed === 1) throw new AppError('sealed', 'The entries of a sealed list are shown to nobody.')
  const { version } = row
  const max = row.kind === 'vpdq' ? MOST_VIDEOS : MOST
  const rows = await store.read(listEntries, { list: of.list, version, after: of.after, max })
  const span = { list: of.list, from: rows[0]?.n ?? 0, to: rows.at(-1)?.n ?? 0 }
  const [standing, opinions, staff] = await Promise.all([
    store.read(standingBetween, span),
    store.read(opinionsOf, span),
    store.read(allStaff, undefined),
  ])
  const whoIs = (id: string): string => {
    const person = staff.find((one) => one.id === id)
    return person === undefined ? id : staffLabel(person.number)
  }
  const entries = await codec.entries(of.list, rows)
  const items = entries.map(({ row: one, entry }): EntryJson => {
    const stood = standing.find(({ n }) => n === one.n)
    const expiresAt = stood?.expires_at ?? null
    const state = stood === undefined ? 'active' : stateAt({ ...stood, untilAt: stood.until_at, expiresAt }, of.now)
    return {
      ...{ n: one.n, value: entry.value, quality: entry.quality ?? null, sourceId: entry.sourceId ?? null },
      ...{ sourceClass: entry.class ?? null, added: entry.added ?? null },
      expires: expiresAt === null ? null : new Date(expiresAt).toISOString(),
      ...{ tags: [...(entry.tags ?? [])], note: entry.note ?? null, state },
      until: state === 'aside' ? (stood?.until_at ?? null) : null,
      opinions: newestOpinions(opinions.filter(({ n }) => n === one.n)).map(({ who, mine, says, reason, at }) => ({
        ...{ who: mine === 1 ? whoIs(who) : who, mine: mine === 1, says, reason, at },
      })),
    }
  })
  return { version, items, next: rows.length < max ? null : span.to }
}
