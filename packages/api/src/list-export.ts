import { z } from 'zod'
import { endpoint } from './endpoint.ts'
import { ListId } from './list-entries.ts'
import { Terms } from './lists.ts'
import { Nothing } from './words.ts'

const ofList = z.object({ id: ListId })
const form = z.object({ form: z.enum(['csv', 'jsonl']).default('csv') })

export const exportList = endpoint({
  id: 'exportList',
  method: 'get',
  path: '/v1/lists/{id}/export',
  act: 'lists.edit',
  summary: 'The entries of a list as a file that can be imported again, where it is not sealed and its terms allow it.',
  params: ofList,
  query: form,
  body: undefined,
  status: 200,
  answer: Nothing,
  gives: 'text/csv',
  repeat: 'own',
  codes: ['sealed', 'terms'],
})

export const getManifest = endpoint({
  id: 'getManifest',
  method: 'get',
  path: '/v1/lists/{id}/export/manifest',
  act: 'lists.edit',
  summary: 'What belongs beside the exported file: how many rows it has, its SHA-256, its source and its terms.',
  params: ofList,
  query: form,
  body: undefined,
  status: 200,
  answer: z.object({
    format: z.literal('lamplighter-hashes/1'),
    list: z.string(),
    kind: z.string(),
    version: z.int(),
    source: z.string(),
    made: z.string(),
    rows: z.int(),
    sha256: z.string(),
    terms: Terms,
  }),
  repeat: 'own',
  codes: ['sealed', 'terms'],
})
