import { z } from 'zod'
import { endpoint } from './endpoint.ts'
import { Nothing } from './words.ts'

/** Categories of the EU transparency database, without `STATEMENT_CATEGORY_`; its *not specified* is for notices, not for policies. */
export const dsaCategories = [
  'ANIMAL_WELFARE',
  'CONSUMER_INFORMATION',
  'CYBER_VIOLENCE',
  'CYBER_VIOLENCE_AGAINST_WOMEN',
  'DATA_PROTECTION_AND_PRIVACY_VIOLATIONS',
  'ILLEGAL_OR_HARMFUL_SPEECH',
  'INTELLECTUAL_PROPERTY_INFRINGEMENTS',
  'NEGATIVE_EFFECTS_ON_CIVIC_DISCOURSE_OR_ELECTIONS',
  'OTHER_VIOLATION_TC',
  'PROTECTION_OF_MINORS',
  'RISK_FOR_PUBLIC_SECURITY',
  'SCAMS_AND_FRAUD',
  'SELF_HARM',
  'UNSAFE_AND_PROHIBITED_PRODUCTS',
  'VIOLENCE',
] as const
export const DsaCategory = z.enum(dsaCategories)
export type DsaCategory = z.infer<typeof DsaCategory>

export const PolicyJson = z.object({
  id: z.string(),
  slug: z.string(),
  name: z.string(),
  version: z.int(),
  harms: z.array(z.string()),
  /** Null where nobody has said; no rule may cite it while notices of the EU are on. */
  dsaCategory: DsaCategory.nullable(),
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
