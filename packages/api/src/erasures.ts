import { z } from 'zod'
import { endpoint } from './endpoint.ts'
import { Id, Instant, Nothing } from './words.ts'

// Calls that only the operator's commands make. The account stands in bodies, never in an address: addresses are written down elsewhere.

const Account = z.string().min(1).max(256)

export const Erasure = z.object({
  id: Id,
  ground: z.enum(['request', 'court']),
  /** Null where a restored copy was erased again. */
  reason: z.string().nullable(),
  by: z.string(),
  askedAt: Instant,
  /** `waiting`: something came in between and has to be finished first; it goes on by itself. */
  state: z.enum(['waiting', 'running', 'done']),
  /** The last part that is done. */
  part: z.enum(['files', 'matters', 'dealings', 'counters', 'replay', 'ledger']).nullable(),
  erased: z.object({
    cases: z.int(),
    verdicts: z.int(),
    notices: z.int(),
    files: z.int(),
    /** Records of the log whose content was destroyed. */
    records: z.int(),
  }),
  doneAt: Instant.nullable(),
})

export const planErasure = endpoint({
  id: 'planErasure',
  method: 'post',
  path: '/v1/erasures/plan',
  act: 'accounts.erase',
  summary: 'What erasing an account would remove, and what has to be finished first. Changes nothing.',
  params: Nothing,
  query: Nothing,
  body: z.object({ account: Account }),
  status: 200,
  answer: z.object({
    cases: z.int(),
    notices: z.int(),
    appeals: z.int(),
    files: z.int(),
    inTheWay: z.object({
      openMatters: z.int(),
      openAppeals: z.int(),
      undelivered: z.int(),
      withheld: z.int(),
      keptUntil: Instant.nullable(),
    }),
  }),
  repeat: 'own',
  writes: false,
  codes: [],
})

export const askErasure = endpoint({
  id: 'askErasure',
  method: 'post',
  path: '/v1/erasures',
  act: 'accounts.erase',
  summary:
    'Erase an account: all that is kept about the person goes, and the log keeps only commitments nobody can open.',
  params: Nothing,
  query: Nothing,
  body: z.object({ account: Account, ground: z.enum(['request', 'court']), reason: z.string().min(1).max(500) }),
  status: 202,
  answer: z.object({ id: Id }),
  repeat: 'key',
  codes: ['opening_held'],
})

export const getErasures = endpoint({
  id: 'getErasures',
  method: 'get',
  path: '/v1/erasures',
  act: 'accounts.erase',
  summary: 'The latest erasures: who asked, when, on which ground, and how far they are. Nobody erased is named.',
  params: Nothing,
  query: Nothing,
  body: undefined,
  status: 200,
  answer: z.object({ items: z.array(Erasure) }),
  repeat: 'own',
  codes: [],
})

export const getErasure = endpoint({
  id: 'getErasure',
  method: 'get',
  path: '/v1/erasures/{id}',
  act: 'accounts.erase',
  summary: 'One erasure, and how far it is.',
  params: z.object({ id: Id }),
  query: Nothing,
  body: undefined,
  status: 200,
  answer: Erasure,
  repeat: 'own',
  codes: [],
})
