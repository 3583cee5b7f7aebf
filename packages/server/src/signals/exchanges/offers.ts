import type { CaseFeedbackJson, MatchFeedbackJson } from '@lamplighter/api'
import { type CaseMatches, matchesOf } from '../../review/index.ts'
import { termsOf } from '../lists/declaration.ts'
import type { ParsedEntry } from '../lists/parse.ts'
import type { ListsTable } from '../tables.ts'
import { ownOffersOf, toldOf } from './own-offers.ts'
import type { PushParts } from './pushes.ts'
import type { Hears } from './source.ts'
import { caseKey, type OfferRows, offerRows } from './store.ts'
import type { ExchangePushesTable } from './tables.ts'

/**
 * What the sources of the lists that a case's files matched may be told of it, and what they were told (matching.md §9.4). Nothing is told here.
 *
 * @throws AppError `not_found`
 */
export async function offersOf(
  parts: PushParts,
  wish: { readonly number: number; readonly roles: readonly string[]; readonly staff: string | null },
): Promise<CaseFeedbackJson> {
  const found = await matchesOf(parts, { of: { number: wish.number }, roles: wish.roles })
  const { number, decision, matches } = found
  const rows = await parts.storage.store.read(offerRows, { number, decision: decision?.id, matches })
  return {
    ...{ decision: decision?.id ?? null, decidedAt: decision?.at ?? null, stands: rows.stands },
    matches: await Promise.all(matches.map((match) => offerOf(parts, { match, found, rows }))),
    own: decision === undefined ? [] : await ownOffersOf(parts, { decision: decision.id, staff: wish.staff }),
  }
}

async function offerOf(
  parts: PushParts,
  about: {
    readonly match: CaseMatches['matches'][number]
    readonly found: CaseMatches
    readonly rows: OfferRows
  },
): Promise<MatchFeedbackJson> {
  const { match, found, rows } = about
  const list = rows.lists.find(({ id }) => id === match.list)
  const row = rows.entries.find((one) => one.list === match.list && one.n === match.entry)
  const entry = row === undefined || row.body.length === 0 ? undefined : await parts.codec.entry(match.list, row)
  const exchange = rows.exchanges.find(({ id }) => id === list?.exchange)
  const hears = exchange === undefined ? undefined : parts.kinds.get(exchange.source)?.hears
  const told = (decision: string | undefined, act: ExchangePushesTable['act']) =>
    toldOf(
      rows.pushes.find(
        (push) => push.list === match.list && push.n === match.entry && push.decision === decision && push.act === act,
      ),
    )
  return {
    ...{ list: match.list, entry: match.entry, source: list?.source ?? '', exchange: exchange?.id ?? null },
    ...disputeOf(list, match, rows),
    ...wayOf(list, entry, hears),
    needsReason: hears?.reasons === true,
    hearsOfWaiting: hears?.waiting === true,
    waiting: told(caseKey(found.number), 'say'),
    said: told(found.decision?.id, 'say'),
    unsaid: told(found.decision?.id, 'unsay'),
  }
}

/** Whether the entry is disputed; who disputes it is told where its list is not sealed. */
function disputeOf(
  list: ListsTable | undefined,
  { list: id, entry }: CaseMatches['matches'][number],
  { disputes }: OfferRows,
): Pick<MatchFeedbackJson, 'disputed' | 'disputedBy'> {
  const found = disputes.find((one) => one.list === id && one.entry === entry)
  return { disputed: found !== undefined, disputedBy: list?.sealed === 0 ? [...(found?.by ?? [])] : [] }
}

/** How its source hears of a match. */
function wayOf(
  list: ListsTable | undefined,
  entry: ParsedEntry | undefined,
  hears: Hears | undefined,
): Pick<MatchFeedbackJson, 'way' | 'why' | 'reference'> {
  const nothing = (why: MatchFeedbackJson['why']) => ({ way: 'nothing' as const, why, reference: null })
  if (list === undefined || entry === undefined) return nothing('gone')
  if (list.exchange === null && isDecision(entry.sourceId)) return nothing('own')
  if (termsOf(list).feedback === 'none') return nothing('terms')
  if (hears !== undefined) {
    return entry.sourceId === undefined ? nothing('unnamed') : { way: 'call', why: null, reference: null }
  }
  const reference = referenceOf(entry, list.sealed === 1)
  return reference === null ? nothing('unnamed') : { way: 'mail', why: null, reference }
}

/** Entries of our own have the decision that they rest on as their id. */
const isDecision = (sourceId: string | undefined): boolean => /^dec_[0-9a-z]{26}$/.test(sourceId ?? '')

/** What a mail to the source may call the entry. A hash of a sealed list is shown to nobody, so it must not be a part of it either. */
function referenceOf({ sourceId, value }: ParsedEntry, sealed: boolean): string | null {
  if (sourceId !== undefined && !sourceId.toLowerCase().includes(value.toLowerCase())) return sourceId
  return sealed ? null : value
}
