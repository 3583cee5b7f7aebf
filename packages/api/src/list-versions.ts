import { z } from 'zod'
import { endpoint } from './endpoint.ts'
import { ListId } from './list-entries.ts'
import { ListVersion, Terms } from './lists.ts'
import { TermFileBody, TermFileTaken } from './term-files.ts'
import { Instant } from './words.ts'

// Files that become a version of a list.

const Kind = z.enum(['pdq', 'vpdq', 'digest', 'text', 'domain'])
const YesNo = z.enum(['yes', 'no'])

/** What stands beside a list file: with it, whoever imports knows that nothing is missing. */
export const Manifest = z.strictObject({
  format: z.literal('lamplighter-hashes/1'),
  list: ListId,
  kind: Kind,
  /** The version of whoever wrote the file; a list counts its own. */
  version: z.int().min(0),
  source: z.string().min(1).max(200),
  made: z.iso.datetime({ error: 'expected a time in UTC like 2026-11-02T09:30:00Z' }),
  rows: z.int().min(0),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  terms: Terms,
})
export type Manifest = z.infer<typeof Manifest>

export const handInVersion = endpoint({
  id: 'handInVersion',
  method: 'post',
  path: '/v1/lists/{id}/versions',
  act: 'lists.edit',
  summary:
    'Make a version of a list from a file. A list file (CSV with header, JSON Lines, or one value a line) is read as it comes and then imported: 202, ask how far it is. A term file comes as JSON with the signed note beside it: 201. A torn or wrong file changes nothing.',
  params: z.object({ id: ListId }),
  query: z.object({
    kind: Kind.optional().describe('Of a list file; left out: of the manifest, or as the list is'),
    harm: z.string().max(64).optional().describe('For a new list; else what is left out stays as it is'),
    harms: z
      .string()
      .regex(/^[a-z][a-z0-9_]*(,[a-z][a-z0-9_]*){0,19}$/)
      .optional()
      .describe('Harms of rules that may ask it, as its terms allow, with commas; at first: its own'),
    source: z.string().min(1).max(200).optional(),
    sealed: YesNo.optional(),
    context: YesNo.optional(),
    staleAfterMs: z.coerce.number().int().min(60_000).optional(),
    within: z.coerce.number().int().min(0).max(63).optional(),
    variants: z.enum(['as_is', 'eight']).optional(),
    listShare: z.coerce.number().min(0).max(1).optional().describe('Videos: 0.8 if not said'),
    queryShare: z.coerce.number().min(0).max(1).optional().describe('Videos: 0 if not said'),
    sha256: z
      .string()
      .regex(/^[0-9a-f]{64}$/)
      .optional()
      .describe('Of the file. With it, a file that comes again is found while it is being imported'),
    manifest: z.string().max(2_000).optional().describe('What stands beside the file, as JSON'),
    live: YesNo.optional().describe('yes: live at once and without trial, for the operator alone'),
  }),
  body: undefined,
  takes: ['text/csv', 'application/x-ndjson', 'text/plain', 'application/json'],
  reads: TermFileBody,
  status: 202,
  answer: z.union([z.object({ import: z.string() }), TermFileTaken]),
  repeat: 'own',
  codes: ['conflict', 'manifest', 'bad_terms', 'signature', 'version_old'],
})

export const getListImport = endpoint({
  id: 'getListImport',
  method: 'get',
  path: '/v1/lists/{id}/imports/{import}',
  act: 'lists.read',
  summary: 'How far the import of a list file is, and what came of it.',
  params: z.object({ id: ListId, import: z.string().max(64) }),
  query: z.object({}),
  body: undefined,
  status: 200,
  answer: z.object({
    id: z.string(),
    state: z.enum(['running', 'done', 'failed']),
    at: Instant,
    endedAt: Instant.nullable(),
    /** Rows of the file, and how many of them cannot be used; the first hundred by line. */
    rows: z.int(),
    bad: z.int(),
    badRows: z.array(z.object({ line: z.int(), why: z.string() })),
    /** `write` its rows, `sum` what changed, `load` it for matching; null where it waits, has ended, or another process is at it. */
    phase: z.enum(['write', 'sum', 'load']).nullable(),
    done: z.int(),
    total: z.int(),
    /** The version that it made. */
    version: ListVersion.nullable(),
    failure: z.object({ code: z.string(), detail: z.string() }).nullable(),
  }),
  repeat: 'own',
  codes: [],
})
