import { z } from 'zod'
import { endpoint } from './endpoint.ts'
import { Nothing } from './words.ts'

export const getIndexBuckets = endpoint({
  id: 'getIndexBuckets',
  method: 'get',
  path: '/v1/index/buckets',
  act: 'lists.read',
  summary:
    'How unevenly the index of picture hashes is filled: sizes of its buckets, never what is in them. Uneven ones make lookups slower, and never wrong.',
  params: Nothing,
  query: Nothing,
  body: undefined,
  status: 200,
  answer: z.object({
    /** Hashes in segments that have tables; fewer than some ten thousand have none. */
    rows: z.int(),
    segments: z.int(),
    largest: z.int(),
    /** What a bucket would hold if all were alike. */
    uniform: z.number(),
    /** Buckets of all tables by how many rows they hold, empty ones first; the share is of all places. */
    sizes: z.array(z.object({ from: z.int(), to: z.int(), buckets: z.int(), rows: z.number() })),
  }),
  repeat: 'own',
  codes: [],
})
