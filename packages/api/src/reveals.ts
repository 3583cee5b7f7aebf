import { z } from 'zod'
import { endpoint } from './endpoint.ts'
import { CaseNumber, Id, Instant, Nothing } from './words.ts'

export const makeReveal = endpoint({
  id: 'makeReveal',
  method: 'post',
  path: '/v1/reveals',
  act: 'reveals.make',
  summary: 'Log a reveal first, then get an address that works once, for 60 seconds, for this person.',
  params: Nothing,
  query: Nothing,
  body: z.object({
    case: CaseNumber,
    exhibit: Id,
    step: z.enum(['lowpass', 'reduced', 'full']),
    colour: z.boolean().optional(),
    region: z.object({ x: z.number().min(0).max(1), y: z.number().min(0).max(1) }).optional(),
    reason: z.string().max(500).optional(),
  }),
  status: 201,
  answer: z.object({ reveal: Id, url: z.string(), until: Instant }),
  repeat: 'key',
  codes: ['not_found', 'not_claimed', 'gone'],
})

export const serveRendition = endpoint({
  id: 'serveRendition',
  method: 'get',
  path: '/v1/renditions/{token}',
  act: 'reveals.serve',
  summary: 'One picture, once.',
  params: z.object({ token: z.string().max(64) }),
  query: Nothing,
  body: undefined,
  status: 200,
  answer: z.string(),
  gives: 'image/jpeg',
  repeat: 'own',
  writes: true,
  codes: ['token_used', 'gone'],
})
