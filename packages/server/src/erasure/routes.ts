import { askErasure, getErasure, getErasures, planErasure } from '@lamplighter/api'
import { AppError } from '../http/errors.ts'
import { onceOf, type Route, route } from '../http/route.ts'
import { doerOf } from '../people/index.ts'
import { type ErasureServices, markerOf, someone } from './run.ts'
import { allRuns, askErasure as askWork, oneRun, planErasure as planQuery } from './store.ts'
import type { Counted, RunsTable } from './tables.ts'

/** The calls about erasing a person; only the operator makes them. */
export function routesOf(services: ErasureServices): Route[] {
  const { store } = services.storage
  return [
    route(planErasure, async ({ body }) => ({
      body: await store.read(planQuery, await someone(services, body.account)),
    })),
    route(askErasure, async (call) => {
      const { account, ground, reason } = call.body
      if (reason.includes(account)) {
        throw new AppError('invalid', 'reason: expected words without the id of the account; the reason stays.', {
          pointer: '/reason',
        })
      }
      const who = await someone(services, account)
      const marker = await services.keyring.make('person', markerOf(services, account))
      const input = { who, ground, reason, marker, doer: doerOf(call) }
      return { body: await store.tx(askWork, input, onceOf(call)) }
    }),
    route(getErasure, async ({ params }) => ({ body: runJson(await store.read(oneRun, params.id)) })),
    route(getErasures, async () => ({ body: { items: (await store.read(allRuns, MOST)).map(runJson) } })),
  ]
}

const MOST = 200

/** A run without who it is about. */
function runJson(row: RunsTable) {
  const { id, ground, reason, by, state, part } = row
  const erased = JSON.parse(row.erased) as Counted
  return { ...{ id, ground, reason, by, state, part, erased }, askedAt: row.asked_at, doneAt: row.done_at }
}
