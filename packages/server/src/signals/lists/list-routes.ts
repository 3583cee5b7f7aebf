import { changeList, createList, getList, getListVersions, type ListVersion, stepListVersion } from '@lamplighter/api'
import type { z } from 'zod'
import { AppError } from '../../http/errors.ts'
import type { Principal } from '../../http/principal.ts'
import { onceOf, type Route, route } from '../../http/route.ts'
import { doerOf } from '../../people/index.ts'
import type { Storage } from '../../storage/index.ts'
import type { ListLibrary } from '../library.ts'
import { factsOf } from '../near.ts'
import { createList as createWork, listVersions, oneList } from '../store.ts'
import type { ListVersionsTable } from '../tables.ts'
import { railsOf, termsOf } from './declaration.ts'
import { type Measures, unmeasured } from './measures.ts'
import { type Reason, wordsOf } from './rails.ts'
import type { Asker, VersionApproval } from './versions.ts'

/** Who may know how much a sealed list holds: those who answer for it (matching.md §9.2, §11.3). */
export const mayCount = (who: Principal, list: { readonly sealed: number }): boolean =>
  list.sealed === 0 || who.kind === 'operator' || (who.kind === 'staff' && who.roles.includes('child-safety'))

export interface ListServices {
  readonly storage: Storage
  readonly library: ListLibrary
  readonly measures: Measures
  /** @throws AppError `invalid` a harm that the live rules do not know */
  checkHarm(harm: string, pointer: string): void
  /** Names of the live rules that ask a list. */
  askedBy(list: string): readonly string[]
}

/** The calls about what is said of a list, and about its versions. Entries are never in an answer. */
export function listRoutes({ storage, library, measures, checkHarm, askedBy }: ListServices): Route[] {
  const { store } = storage
  const checkHarms = ({
    harm,
    terms,
  }: {
    harm?: string | undefined
    terms?: { harms: string[] } | undefined
  }): void => {
    if (harm !== undefined) checkHarm(harm, '/harm')
    for (const [place, one] of (terms?.harms ?? []).entries()) checkHarm(one, `/terms/harms/${place}`)
    if (harm === undefined || terms === undefined || terms.harms.includes(harm)) return
    throw new AppError('invalid', 'The terms of a list allow at least the harm that it is about.', {
      pointer: '/terms/harms',
    })
  }
  return [
    route(getList, async ({ params, now, who }) => {
      const { row, beside } = await store.read(oneList, params.id)
      const counts = mayCount(who, row)
      const { within = null, variants = null, listShare = null, queryShare = null } = factsOf(row)
      return {
        body: {
          ...{ id: row.id, kind: row.kind, state: row.state, revision: row.revision, sealed: row.sealed === 1 },
          ...{ harm: row.harm, context: row.context === 1, source: row.source, staleAfterMs: row.stale_after_ms },
          ...{ within, variants, listShare, queryShare, disputed: row.disputed },
          ...{ terms: jsonTerms(row), rails: railsOf(row) },
          ...((await measures.lists(now)).get(row.id) ?? unmeasured(row)),
          ...{ version: row.version, entries: counts ? row.entries : null, updatedAt: row.updated_at },
          waits: beside === undefined ? null : versionJson(beside, counts),
          askedBy: [...askedBy(row.id)],
        },
      }
    }),
    route(getListVersions, async ({ params, who }) => {
      const counts = mayCount(who, (await store.read(oneList, params.id)).row)
      const versions = await store.read(listVersions, params.id)
      return { body: { items: versions.map((row) => versionJson(row, counts)) } }
    }),
    route(createList, async (call) => {
      const { body } = call
      checkHarms(body)
      library.check(body)
      const { revision } = await store.tx(createWork, body, onceOf(call))
      return { body: { id: body.id, revision } }
    }),
    route(changeList, async (call) => {
      const { reason, ...facts } = call.body
      checkHarms(facts)
      const revision = call.ifMatch ?? 0
      return {
        body: await library.redeclare({
          ...{ list: call.params.id, revision, facts, reason, by: byWords(call.who), doer: doerOf(call) },
        }),
      }
    }),
    route(stepListVersion, async (call) => {
      const { step, reason, withoutTrial } = call.body
      const by = askerOf(call.who)
      if (withoutTrial === true && by.kind !== 'operator')
        throw new AppError(
          'forbidden',
          'Only the operator puts a version live without trial; leave out "withoutTrial".',
        )
      const input = { list: call.params.id, version: call.params.version, step, reason, by, doer: doerOf(call) }
      const done = await library.step({ ...input, ...(withoutTrial !== undefined && { withoutTrial }) }, onceOf(call))
      const { version, state, approvals } = versionJson(done.version, true)
      return { body: { version, state, approvals, recorded: done.recorded } }
    }),
  ]
}

const jsonTerms = (row: Parameters<typeof termsOf>[0]) => {
  const terms = termsOf(row)
  return { ...terms, harms: [...terms.harms] }
}

const reasonsOf = ({ reason }: ListVersionsTable): readonly Reason[] => JSON.parse(reason)

/** As it is written into an answer: lists of one's own. */
const reasonJson = (reason: Reason) => ('what' in reason ? { ...reason, what: [...reason.what] } : reason)

const UNCOUNTED = { entries: null, added: null, removed: null, rows: null, bad: null }

/** A version as it is told: numbers, never entries; without those that say how much it holds where the asker may not know. */
export const versionJson = (row: ListVersionsTable, counts: boolean): z.input<typeof ListVersion> => ({
  ...{ version: row.version, state: row.state, digest: row.digest, by: row.by },
  ...(counts
    ? { entries: row.entries, added: row.added, removed: row.removed, rows: row.rows, bad: row.bad }
    : UNCOUNTED),
  why: reasonsOf(row).map(wordsOf),
  reasons: reasonsOf(row).map(reasonJson),
  ...{ at: row.at, trialAt: row.trial_at, liveAt: row.live_at, endedAt: row.ended_at },
  approvals: (JSON.parse(row.approvals) as VersionApproval[]).length,
  ...{ lookedUp: row.looked_up, hits: row.hits, record: row.record === '' ? null : row.record },
})

export const byWords = (who: Principal): string => (who.kind === 'staff' ? `R-${who.number}` : 'operator')

function askerOf(who: Principal): Asker {
  if (who.kind === 'operator') return { kind: 'operator' }
  if (who.kind === 'staff') return { kind: 'staff', id: who.id, roles: who.roles }
  throw new AppError('forbidden', 'Only staff change what lists run.')
}
