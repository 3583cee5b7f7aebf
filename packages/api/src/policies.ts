import { z } from 'zod'
import { endpoint } from './endpoint.ts'
import { Nothing } from './words.ts'

export const PolicyJson = z.object({
  id: z.string(),
  slug: z.string(),
  name: z.string(),
  version: z.int(),
  harms: z.array(z.string()),
  text: z.record(z.string(), z.string()),
})

export const getPolicies = endpoint({
  id: 'getPolicies',
  method: 'get',
  path: '/v1/policies',
  act: 'policies.read',
  summary: 'The platform’s policies, as rules, decisions and notices cite them.',
  params: Nothing,
  query: Nothing,
  body: undefined,
  status: 200,
  answer: z.object({ items: z.array(PolicyJson) }),
  repeat: 'own',
  codes: [],
})
