import { createHash } from 'node:crypto'
import { canonicalJson } from '@lamplighter/rules'
import { type LoadedModel, loadModel, type Manifest, score, type train } from '@lamplighter/text'
import { sha256Hex } from '../http/crypto.ts'
import type { Storage } from '../storage/index.ts'
import type { Affected, RecordKeys } from '../transparency/index.ts'
import type { Answer, Provider } from './measure.ts'
import { liveModels, publishModel } from './store.ts'
import type { ModelsTable } from './tables.ts'

/** What is said of a model to whoever answers for it: what it was made of, how it was measured, what it cannot see. */
export interface Card {
  /** What it was trained on, in one sentence. */
  readonly madeOf: string
  readonly licence: string
  /** How it did on examples that it was not trained on. */
  readonly heldOut: {
    readonly positive: number
    readonly negative: number
    readonly at: readonly { readonly threshold: number; readonly found: number; readonly falseAlarms: number }[]
    readonly unfamiliar: number
  }
  /** What these figures do not say. */
  readonly limits: string
  readonly blind: readonly string[]
}

/** The learnt models of this process: kept in the database, held in memory, swapped as a whole. */
export interface Models {
  /** Reads the live models. One that cannot be read leaves the one before in place, and is told by `missing`. */
  load(): Promise<void>
  /** What the live model of a policy says of a text. */
  score(policy: string, text: string): Answer
  /** Makes a trained model the live one of a policy. */
  publish(policy: string, made: ReturnType<typeof train>, more: { card: Card; by: string }): Promise<string>
  /** Which policies have a live model that cannot be read here, in words; undefined when all can. */
  missing(): string | undefined
}

/** Policies that rules may ask a learner about, by slug; the provider is `learner_<slug>` (decisions 9). */
const LEARNT = ['threat'] as const

/** A provider for each learner. Without a model its answer is *unknown*. */
export function learnerProviders(models: Pick<Models, 'score'>): ReadonlyMap<string, Provider> {
  return new Map(
    LEARNT.map((policy): [string, Provider] => [`learner_${policy}`, ([text]) => models.score(policy, String(text))]),
  )
}

/** Names and answers where there is no model and no database: what the command line says of a file. */
export const untaught: Pick<Models, 'score'> = { score: () => ({ unknown: 'no_model' }) }

export function makeModels(parts: {
  readonly storage: Storage
  keysFor(affected: readonly Affected[]): Promise<RecordKeys>
  readonly onBroken: (error: unknown) => void
}): Models {
  const { store } = parts.storage
  let live: ReadonlyMap<string, { readonly id: string; readonly model: LoadedModel }> = new Map()
  let broken: readonly string[] = []
  // One after another, so that an older answer of the database never takes the place of a newer one.
  let turn: Promise<unknown> = Promise.resolve()

  const loadNow = async (): Promise<void> => {
    const rows = await store.read(liveModels, undefined)
    const next = new Map(live)
    const unread: string[] = []
    for (const row of rows) {
      if (next.get(row.policy)?.id === row.id) continue
      try {
        next.set(row.policy, { id: row.id, model: modelOf(row) })
      } catch (error) {
        unread.push(row.policy)
        parts.onBroken(error)
      }
    }
    live = next
    broken = unread
  }
  const models: Models = {
    load() {
      const next = turn.then(loadNow)
      turn = next.catch(() => undefined)
      return next
    },
    score(policy, text) {
      const found = live.get(policy)
      if (found === undefined) return { unknown: broken.includes(policy) ? 'broken' : 'no_model' }
      const said = score(found.model, text)
      return said.state === 'known' ? { value: said.value, model: found.id } : { unknown: said.why, model: found.id }
    },
    async publish(policy, { weights, manifest }, { card, by }) {
      const [manifestText, cardText] = [canonicalJson({ ...manifest }), canonicalJson({ ...card })]
      const { id } = await store.tx(publishModel, {
        ...{ policy, weights, by, manifest: manifestText, card: cardText },
        sha256: digestOf(manifestText, weights),
        cardSha256: sha256Hex(cardText),
        keys: await parts.keysFor([]),
      })
      await models.load()
      return id
    },
    missing: () =>
      broken.length === 0
        ? undefined
        : `the model for ${broken.join(', ')} cannot be read by this version; what asks it is unknown`,
  }
  return models
}

/** @throws TextError `bad_model` · Error when the row was changed */
function modelOf({ policy, weights, manifest, sha256 }: ModelsTable): LoadedModel {
  if (digestOf(manifest, weights) !== sha256) throw new Error(`the model for ${policy} is not what its digest says`)
  return loadModel(weights, JSON.parse(manifest) as Manifest)
}

function digestOf(manifest: string, weights: Uint8Array): string {
  return createHash('sha256').update(manifest).update('\n').update(weights).digest('hex')
}
