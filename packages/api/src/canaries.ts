import { z } from 'zod'
import { endpoint } from './endpoint.ts'
import { Id, Instant, Nothing, Recorded } from './words.ts'

const reason = z.string().trim().min(1).max(500).describe('Why, for the log: no name, no content')

const Canary = z.object({
  id: Id,
  name: z.string(),
  /** Readings that are looked up of it. */
  readings: z.int(),
  at: Instant,
  /** `R-7`, or `operator`. */
  by: z.string(),
  /** Who agreed that sealed lists are looked up against it, too; null where nobody has yet. */
  second: z.string().nullable(),
  /** You added it: another person agrees. */
  own: z.boolean(),
})
export type CanaryJson = z.infer<typeof Canary>

export const getCanaries = endpoint({
  id: 'getCanaries',
  method: 'get',
  path: '/v1/canaries',
  act: 'lists.read',
  summary:
    'The platform’s own harmless pictures that every version of a list is looked up against. No picture is kept, only hashes.',
  params: Nothing,
  query: Nothing,
  body: undefined,
  status: 200,
  answer: z.object({ items: z.array(Canary) }),
  repeat: 'own',
  codes: [],
})

export const addCanary = endpoint({
  id: 'addCanary',
  method: 'post',
  path: '/v1/canaries',
  act: 'lists.edit',
  summary:
    'Add a harmless picture of the platform, such as a logo or a default avatar, as its bytes. It is measured and forgotten; the answer says which lists hit it now. Sealed lists are looked up against it once another person has agreed.',
  params: Nothing,
  query: z.object({
    name: z
      .string()
      .trim()
      .min(1)
      .max(100)
      .describe('What staff call it; it stands in the reason of what is put aside'),
  }),
  body: undefined,
  takes: ['*/*'],
  status: 201,
  answer: z.object({
    id: Id,
    /** False where the same file was there already. */
    isNew: z.boolean(),
    readings: z.int(),
    /** Entries that run and hit it. Of a sealed list no number, and only for child safety and the operator. */
    hits: z.array(z.object({ list: z.string(), entry: z.int().nullable() })),
    /** Lists that could not be asked. */
    unknown: z.array(z.string()),
    recorded: Recorded.nullable(),
  }),
  repeat: 'own',
  codes: ['invalid', 'unsupported_type'],
})

export const approveCanary = endpoint({
  id: 'approveCanary',
  method: 'post',
  path: '/v1/canaries/{id}/approvals',
  act: 'lists.edit',
  summary:
    'Agree that sealed lists are looked up against a picture; never to one that one has added oneself. One of the two has the role child-safety.',
  params: z.object({ id: Id }),
  query: Nothing,
  body: Nothing,
  status: 200,
  answer: z.object({ recorded: Recorded }),
  repeat: 'key',
  codes: ['conflict', 'second_person_required'],
})

export const removeCanary = endpoint({
  id: 'removeCanary',
  method: 'delete',
  path: '/v1/canaries/{id}',
  act: 'lists.edit',
  summary: 'Take a picture out again. What it has put aside stays aside until a person says otherwise.',
  params: z.object({ id: Id }),
  query: Nothing,
  body: z.object({ reason }),
  status: 200,
  answer: z.object({ recorded: Recorded }),
  repeat: 'key',
  codes: ['conflict'],
})
