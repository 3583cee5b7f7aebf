import { z } from 'zod'
import { endpoint } from './endpoint.ts'
import { Id, Instant, Nothing } from './words.ts'

/** A learnt model with its card: what whoever answers for a rule must know of the score that it asks. */
export const Model = z.object({
  id: Id,
  /** As rule files name its provider, `learner_threat`. */
  learner: z.string(),
  /** One of a learner is live. */
  state: z.enum(['live', 'retired']),
  liveAt: Instant,
  retiredAt: Instant.nullable(),
  /** Over manifest and weights; the public log has the same. */
  sha256: z.string(),
  /** How its features were made. */
  features: z.string(),
  examples: z.object({ positive: z.int(), negative: z.int() }),
  card: z.object({
    madeOf: z.string(),
    licence: z.string(),
    /** On examples that it was not trained on. */
    heldOut: z.object({
      positive: z.int(),
      negative: z.int(),
      at: z.array(z.object({ threshold: z.number(), found: z.int(), falseAlarms: z.int() })),
      /** Texts of which it says nothing, because it knows too little of them. */
      unfamiliar: z.int(),
    }),
    limits: z.string(),
    blind: z.array(z.string()),
  }),
})

export const getModels = endpoint({
  id: 'getModels',
  method: 'get',
  path: '/v1/models',
  act: 'rules.read',
  summary:
    'Learnt models, live and retired, each with its card: what it was made of, how it was measured, what it cannot see.',
  params: Nothing,
  query: Nothing,
  body: undefined,
  status: 200,
  answer: z.object({ items: z.array(Model) }),
  repeat: 'own',
  codes: [],
})

export const getModel = endpoint({
  id: 'getModel',
  method: 'get',
  path: '/v1/models/{id}',
  act: 'rules.read',
  summary: 'One learnt model with its card; a score in an explanation names it.',
  params: z.object({ id: Id }),
  query: Nothing,
  body: undefined,
  status: 200,
  answer: Model,
  repeat: 'own',
  codes: [],
})
