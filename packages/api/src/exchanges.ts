import { z } from 'zod'
import { endpoint } from './endpoint.ts'
import { PushState } from './feedback.ts'
import { Coverage, Worth } from './list-measures.ts'
import { Instant, Nothing } from './words.ts'

const ExchangeId = z
  .string()
  .regex(/^[a-z][a-z0-9_]{0,31}$/)
  .describe('A name that you choose, such as ncmec_npo')
const ListId = z.string().regex(/^[a-z][a-z0-9_]{0,63}$/)

/** Which list takes which kind of entry; kinds without a list are counted and left out. */
const FedLists = z.strictObject({ pdq: ListId.optional(), digest: ListId.optional() })

const Counts = {
  pages: z.int(),
  /** Entries that came or went, and rows that could not be read; the latter alone are `bad`. */
  rows: z.int(),
  bad: z.int(),
  /** Hashes of kinds that nothing here matches, by kind. */
  unmatched: z.record(z.string(), z.int()),
}

const PullJson = z.object({
  id: z.string(),
  state: z.enum(['running', 'done', 'failed']),
  full: z.boolean(),
  ...Counts,
  /** Why it waits, or why it failed. */
  why: z.string().nullable(),
  startedAt: Instant,
  endedAt: Instant.nullable(),
})

const ExchangeJson = z.object({
  id: ExchangeId,
  source: z.string(),
  settings: z.record(z.string(), z.unknown()),
  /** What signs in is never shown. */
  credentials: z.object({ last4: z.string(), setAt: Instant }).nullable(),
  lists: FedLists,
  everyMs: z.int(),
  state: z.enum(['unapproved', 'on', 'stopped', 'off']),
  /** Why it stopped, with the first words of the other side's answer. */
  trouble: z.object({ code: z.string(), words: z.string() }).nullable(),
  setBy: z.string(),
  approvedBy: z.string().nullable(),
  /** Approvals end after twelve months. */
  approvedUntil: Instant.nullable(),
  revision: z.int(),
  nextAt: Instant.nullable(),
  /** End of the last whole pull; null: it has never run. */
  pulledAt: Instant.nullable(),
  /** The pull that runs, else the last one. */
  pull: PullJson.nullable(),
  /** Feedback that is not closed, by state: `waiting`, `sending`, and what a person has to look at, `parked` and `unclear`. */
  feedback: z.record(z.string(), z.int()),
  /** How much of what it names can be matched here; null before it has named everything. */
  coverage: Coverage.nullable(),
  /** What people made of hits of all lists that it feeds. */
  worth: Worth,
})
export type ExchangeJson = z.infer<typeof ExchangeJson>

export const getExchanges = endpoint({
  id: 'getExchanges',
  method: 'get',
  path: '/v1/exchanges',
  act: 'exchanges.read',
  summary: 'The exchanges that hashes are pulled from: how they are set up, how far their pull is, why one stopped.',
  params: Nothing,
  query: Nothing,
  body: undefined,
  status: 200,
  answer: z.object({ items: z.array(ExchangeJson) }),
  repeat: 'own',
  codes: [],
})

export const putExchange = endpoint({
  id: 'putExchange',
  method: 'put',
  path: '/v1/exchanges/{id}',
  act: 'exchanges.manage',
  summary:
    'Set an exchange up, or change it. Another source, other settings or other lists need a new approval, and end a pull that runs.',
  params: z.object({ id: ExchangeId }),
  query: Nothing,
  body: z.strictObject({
    source: z.string().max(32),
    settings: z.record(z.string(), z.unknown()).describe('As the source needs them; see docs/exchanges.md'),
    credentials: z
      .record(z.string(), z.string().max(4000))
      .optional()
      .describe('What signs in, written once and never shown. Left out: as before, while the same host is called'),
    lists: FedLists,
    everyMs: z
      .int()
      .min(600_000)
      .max(7 * 86_400_000)
      .default(3_600_000)
      .describe('Between the beginnings of two pulls'),
    on: z.boolean().default(true),
  }),
  status: 200,
  answer: z.object({ id: ExchangeId, state: z.enum(['unapproved', 'on', 'stopped', 'off']), revision: z.int() }),
  repeat: 'own',
  codes: ['conflict', 'fresh_passkey_required'],
})

export const approveExchange = endpoint({
  id: 'approveExchange',
  method: 'post',
  path: '/v1/exchanges/{id}/approve',
  act: 'exchanges.approve',
  summary:
    'Let an exchange feed its lists for twelve months: another person than who set it up, of the duty child-safety where a list is sealed.',
  params: z.object({ id: ExchangeId }),
  query: Nothing,
  body: z.object({ revision: z.int().describe('Of the exchange as you have seen it') }),
  status: 200,
  answer: z.object({ approvedUntil: Instant }),
  repeat: 'key',
  codes: ['stale_revision', 'second_person_required', 'fresh_passkey_required'],
})

export const pullExchange = endpoint({
  id: 'pullExchange',
  method: 'post',
  path: '/v1/exchanges/{id}/pull',
  act: 'exchanges.pull',
  summary: 'Begin a pull now. One that was stopped goes on with it.',
  params: z.object({ id: ExchangeId }),
  query: Nothing,
  body: Nothing,
  status: 202,
  answer: z.object({ pull: z.string() }),
  repeat: 'key',
  codes: ['pull_running', 'conflict'],
})

export const checkExchange = endpoint({
  id: 'checkExchange',
  method: 'post',
  path: '/v1/exchanges/{id}/check',
  act: 'exchanges.pull',
  summary: 'Sign in and read the first page of the next pull, and keep nothing of it.',
  params: z.object({ id: ExchangeId }),
  query: Nothing,
  body: Nothing,
  status: 200,
  answer: z.discriminatedUnion('ok', [
    z.object({ ok: z.literal(true), rows: z.int(), bad: z.int(), unmatched: z.record(z.string(), z.int()) }),
    z.object({ ok: z.literal(false), code: z.string(), words: z.string() }),
  ]),
  repeat: 'own',
  writes: false,
  codes: [],
})

const About = {
  list: ListId,
  entry: z.int().min(1).describe('Number of the entry, as a hit names it'),
  decision: z.string().max(64).describe('The decision on the match; it must be final'),
}

export const tellExchange = endpoint({
  id: 'tellExchange',
  method: 'post',
  path: '/v1/exchanges/{id}/feedback',
  act: 'exchanges.feedback',
  summary:
    'Tell the exchange what was decided of a match: upheld or rejected, as the decision says. Once for a decision; taken back when it is reversed.',
  params: z.object({ id: ExchangeId }),
  query: Nothing,
  body: z.object({
    ...About,
    reasonId: z.string().max(200).optional().describe('For a rejection, where the exchange has reasons'),
  }),
  status: 202,
  answer: z.object({ push: z.string(), state: PushState }),
  repeat: 'own',
  codes: ['conflict'],
})

export const getExchangeReasons = endpoint({
  id: 'getExchangeReasons',
  method: 'get',
  path: '/v1/exchanges/{id}/reasons',
  act: 'exchanges.feedback',
  summary: 'Reasons that a rejection of this entry may name, as the exchange says them now.',
  params: z.object({ id: ExchangeId }),
  query: z.object({ list: ListId, entry: z.coerce.number().int().min(1), decision: z.string().max(64) }),
  body: undefined,
  status: 200,
  answer: z.object({ items: z.array(z.object({ id: z.string(), name: z.string() })) }),
  repeat: 'own',
  codes: ['conflict'],
})
