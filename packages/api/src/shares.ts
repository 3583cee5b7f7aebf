import { z } from 'zod'
import { endpoint } from './endpoint.ts'
import { PushState } from './feedback.ts'
import { Id, Nothing } from './words.ts'

const Share = z.object({ push: Id, state: PushState })

export const shareEntry = endpoint({
  id: 'shareEntry',
  method: 'post',
  path: '/v1/exchanges/{id}/shares',
  act: 'exchanges.share',
  summary:
    'Hand the hash of an own entry in to an exchange: one that rests on a final decision, of a list whose terms allow sharing. On a sealed list another person has to agree first. Taken back when the decision is reversed.',
  params: z.object({ id: z.string().regex(/^[a-z][a-z0-9_]{0,31}$/) }),
  query: Nothing,
  body: z.object({ list: z.string().regex(/^[a-z][a-z0-9_]{0,63}$/), entry: z.int().min(1) }),
  status: 202,
  answer: Share,
  repeat: 'own',
  codes: ['conflict', 'terms'],
})

export const approveShare = endpoint({
  id: 'approveShare',
  method: 'post',
  path: '/v1/shares/{id}/approve',
  act: 'exchanges.share',
  summary:
    'Agree that a hash of a sealed list is handed in: another person than who asked, one of the two of the duty child-safety.',
  params: z.object({ id: Id }),
  query: Nothing,
  body: Nothing,
  status: 202,
  answer: Share,
  repeat: 'own',
  codes: ['conflict', 'terms', 'second_person_required'],
})

export const withdrawShare = endpoint({
  id: 'withdrawShare',
  method: 'post',
  path: '/v1/shares/{id}/withdraw',
  act: 'exchanges.share',
  summary: 'Take back, or refuse, what waits for a second person.',
  params: z.object({ id: Id }),
  query: Nothing,
  body: Nothing,
  status: 200,
  answer: Share,
  repeat: 'own',
  codes: ['conflict'],
})
