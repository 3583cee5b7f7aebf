import { z } from 'zod'
import { endpoint } from './endpoint.ts'
import { Nothing, Recorded } from './words.ts'

// Signed lists of terms and of organisations.

export const importTermFile = endpoint({
  id: 'importTermFile',
  method: 'post',
  path: '/v1/lists/{id}/versions',
  act: 'lists.edit',
  summary:
    'Make a version of a list from a term file and the signed note beside it. A file that is not signed by a known key, or not newer, changes nothing.',
  params: z.object({ id: z.string().regex(/^[a-z][a-z0-9_]{0,63}$/) }),
  query: Nothing,
  body: z.object({
    /** The file as it is, to the byte: its digest is signed. */
    file: z.string(),
    /** The signed note (C2SP) that was made for it. */
    note: z.string().max(128 * 1024),
    live: z.boolean().optional().describe('true: live at once and without trial, for the operator alone'),
  }),
  status: 201,
  answer: z.object({
    /** The list's own version; the file counts its own. */
    version: z.int(),
    fileVersion: z.int(),
    state: z.enum(['staged', 'trial', 'live']),
    /** Why it waits for a person; empty where it is live. */
    why: z.array(z.string()),
    entries: z.int(),
    added: z.int(),
    removed: z.int(),
    signed: z.object({ by: z.array(z.string()), day: z.string() }),
    recorded: Recorded.nullable(),
  }),
  repeat: 'own',
  codes: ['bad_terms', 'signature', 'version_old', 'conflict'],
})
