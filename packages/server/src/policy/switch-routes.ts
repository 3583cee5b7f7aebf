import { approveSwitch, getSwitches, proposeSwitch, type SwitchJson, withdrawSwitch } from '@lamplighter/api'
import { AppError } from '../http/errors.ts'
import { onceOf, type Route, route } from '../http/route.ts'
import { allStaff, doerOf } from '../people/index.ts'
import type { Storage } from '../storage/index.ts'
import type { Affected, RecordKeys } from '../transparency/index.ts'
import type { SwitchChangesTable, SwitchesTable } from './rows.ts'
import {
  approveSwitch as approveWork,
  proposeSwitch as proposeWork,
  switchBook,
  withdrawSwitch as withdrawWork,
} from './store.ts'
import type { Switchboard } from './switchboard.ts'
import type { SwitchWish } from './switches.store.ts'
import { type Switch, stateAt } from './switches.ts'
import { labels } from './views.ts'

export interface SwitchServices {
  readonly storage: Storage
  readonly switchboard: Switchboard
  keysFor(affected: readonly Affected[]): Promise<RecordKeys>
}

/** A switch that nobody looks at again would be on for ever. */
const REVIEW_MS = 366 * 86_400_000

/** The calls that show and change switches (referrals.md §15). */
export function switchRoutes({ storage, switchboard, keysFor }: SwitchServices): Route[] {
  const { store } = storage
  return [
    route(getSwitches, async ({ who, now }) => {
      const { set, rows, open } = await store.read(switchBook, undefined)
      const label = labels(await store.read(allStaff, undefined))
      const own = who.kind === 'staff' ? who.id : 'operator'
      const items = set.switches.map((one): SwitchJson => {
        const history = rows.filter(({ id }) => id === one.id)
        const proposed = open.find((change) => change.switch === one.id)
        return {
          ...standingJson(one, now),
          changedAt: history[0]?.at ?? null,
          proposed: proposed === undefined ? null : proposalJson(proposed, label, own),
          history: history.map(historyJson),
        }
      })
      return { body: { version: set.version, hash: set.hash, items } }
    }),
    route(proposeSwitch, async (call) => {
      const wish = wishOf(call.body, call.now)
      return { body: await store.tx(proposeWork, { id: call.params.id, wish, doer: doerOf(call) }, onceOf(call)) }
    }),
    route(approveSwitch, async (call) => {
      const input = { id: call.params.id, hash: call.body.hash, doer: doerOf(call), keys: await keysFor([]) }
      const done = await store.tx(approveWork, input, onceOf(call))
      // This process at once; the others hear of it.
      await switchboard.load()
      const changed = done.set.switches.find(({ id }) => id === done.switch)
      if (changed === undefined) throw new AppError('internal', 'The switch was changed and is not there.')
      const { id, state } = standingJson(changed, call.now)
      return { body: { id, state, version: done.set.version, hash: done.set.hash, recorded: done.recorded } }
    }),
    route(withdrawSwitch, async (call) => {
      const input = { id: call.params.id, reason: call.body.reason, doer: doerOf(call) }
      return { body: await store.tx(withdrawWork, input, onceOf(call)) }
    }),
  ]
}

interface Asked {
  readonly on: boolean
  readonly from?: number | undefined
  readonly until?: number | undefined
  readonly reviewBy?: number | undefined
  readonly law?: string | undefined
  readonly reason: string
}

/** @throws AppError `invalid` with every fault */
function wishOf({ on, from, until, reviewBy, law, reason }: Asked, now: number): SwitchWish {
  if (!on) return { on, from: null, until: null, reviewBy: null, law: law ?? null, reason }
  const faults: [string, string][] = []
  if (law === undefined) faults.push(['/law', 'expected the provision that permits it, with its section'])
  if (reviewBy === undefined || reviewBy <= now || reviewBy > now + REVIEW_MS)
    faults.push(['/reviewBy', 'expected an instant within a year from now'])
  if (until !== undefined && until <= Math.max(now, from ?? now))
    faults.push(['/until', 'expected an instant in the future, and after "from"'])
  if (from !== undefined && reviewBy !== undefined && from >= reviewBy)
    faults.push(['/from', 'expected an instant before "reviewBy"'])
  if (faults.length > 0)
    throw new AppError('invalid', `${faults[0]?.[0].slice(1)}: ${faults[0]?.[1]}.`, {
      pointer: faults[0]?.[0] ?? '',
      errors: faults.map(([pointer, detail]) => ({ code: 'invalid', pointer, detail })),
    })
  const named = { law: law ?? null, reviewBy: reviewBy ?? null, until: until ?? null, from: from ?? null }
  return { on, ...named, reason }
}

function standingJson(one: Switch, now: number): Omit<SwitchJson, 'changedAt' | 'proposed' | 'history'> {
  const { on, from, until, reviewBy, law, reason, jurisdiction, enabledBy } = one
  return {
    ...{ id: switchIdOf(one.id), jurisdiction, state: stateAt(one, now) },
    ...{ on, from, until, reviewBy, law, reason, enabledBy: [...enabledBy] },
  }
}

function switchIdOf(id: string): SwitchJson['id'] {
  if (id === 'eu.private_scan' || id === 'uk.private_scan' || id === 'us.private_scan') return id
  throw new AppError('internal', 'A switch stands in the books that this version does not know.')
}

const termsOf = (row: SwitchesTable | SwitchChangesTable) => ({
  ...{ on: row.is_on === 1, from: row.from_at, until: row.until_at, reviewBy: row.review_by },
  ...{ law: row.law, reason: row.reason },
})

const proposalJson = (row: SwitchChangesTable, label: (id: string) => string, own: string) => ({
  ...{ id: row.id, ...termsOf(row), hash: row.hash, by: label(row.asked_by), at: row.at },
  own: row.asked_by === own,
})

const historyJson = (row: SwitchesTable) => ({
  ...{ version: row.version, at: row.at, ...termsOf(row) },
  ...{ enabledBy: [row.asked_by, row.agreed_by], record: row.record },
})
