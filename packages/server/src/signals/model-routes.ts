import { getModel, getModels } from '@lamplighter/api'
import type { Manifest } from '@lamplighter/text'
import { type Route, route } from '../http/route.ts'
import type { Store } from '../storage/index.ts'
import type { Card } from './models.ts'
import { allModels, oneModel } from './store.ts'
import type { ModelsTable } from './tables.ts'

/** The calls that show models: cards and figures, never weights. */
export function modelRoutes({ store }: { readonly store: Store }): Route[] {
  return [
    route(getModels, async () => ({ body: { items: (await store.read(allModels, undefined)).map(modelJson) } })),
    route(getModel, async ({ params }) => ({ body: modelJson(await store.read(oneModel, params.id)) })),
  ]
}

function modelJson(row: Omit<ModelsTable, 'weights'>) {
  const { featuriser, examples } = JSON.parse(row.manifest) as Manifest
  const { madeOf, licence, heldOut, limits, blind } = JSON.parse(row.card) as Card
  return {
    id: row.id,
    learner: `learner_${row.policy}`,
    state: row.state,
    liveAt: row.live_at,
    retiredAt: row.retired_at,
    sha256: row.sha256,
    features: featuriser,
    examples: { positive: examples.positive, negative: examples.negative },
    card: { madeOf, licence, heldOut: { ...heldOut, at: [...heldOut.at] }, limits, blind: [...blind] },
  }
}
