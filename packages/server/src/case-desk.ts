import { appealForReview, type columnsOf, supports, withheldForReview } from './actions/index.ts'
import { oneStaff, staffLabel } from './people/index.ts'
import type { AppealFacts, CaseDesk } from './review/index.ts'
import { defineQuery, type ReadDb, type Storage } from './storage/index.ts'
import type { Sealer } from './storage/sealer.ts'

const supportedQuery = defineQuery('context.supported', (from: ReadDb) => supports(from))

type Columns = Awaited<ReturnType<typeof columnsOf>>

/** What review asks of the rest of the house: actions hold appeals and notices, people are known to `people`. */
export function makeDesk(house: {
  readonly storage: Storage
  readonly sealer: Sealer
  readonly columns: Columns
  readonly meansFor: CaseDesk['meansFor']
}): CaseDesk {
  const { storage, sealer, columns, meansFor } = house
  const { store } = storage
  return {
    storage,
    sealer,
    meansFor,
    supported: () => store.read(supportedQuery, null),
    appealOf: (id) => appealOf(store, columns, id),
    withheldOf: (number) => withheldForReview({ store, columns: async () => columns }, number),
    staffWords: async (id) => staffLabel((await store.read(oneStaff, { id })).number),
  }
}

async function appealOf(store: Storage['store'], columns: Columns, id: string): Promise<AppealFacts | undefined> {
  const found = await appealForReview({ store, columns: async () => columns }, id)
  if (found === undefined) return undefined
  const { view, account, decision, content } = found
  return {
    id,
    decision,
    account,
    text: view.text,
    at: view.receivedAt,
    notice: { text: content.statement.text, policy: content.policy.name, effects: content.effects },
  }
}
