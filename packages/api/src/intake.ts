import { z } from 'zod'
import { endpoint } from './endpoint.ts'
import { HashAnswer } from './matching.ts'
import { Do, Id, Instant, Nothing, PlatformId, Recorded, Verdict } from './words.ts'

const hex = (digits: number) => {
  const expected = `expected ${digits} hex digits`
  return z.string(expected).regex(new RegExp(`^[0-9a-fA-F]{${digits}}$`), expected)
}

const MAX_HASHES = 200
const ADDRESS = 'expected an address of at most 2048 characters that begins with https: or http:'

/** One file as an event names it (matching.md §4): bytes handed in before, or hashes made on the platform's servers. */
export const EventFile = z
  .object({
    id: z
      .string('expected a text of 1 to 256 characters')
      .min(1, 'expected a text of 1 to 256 characters')
      .max(256, 'expected a text of 1 to 256 characters')
      .describe('The id under which PUT /v1/media/{id} took the bytes, or any of the platform’s own'),
    type: z.string('expected a text').optional().describe('Media type, such as image/png'),
    size: z.int('expected a whole number of bytes').min(0, 'expected a whole number of bytes').optional(),
    url: z
      .url({ protocol: /^https?$/, error: ADDRESS })
      .max(2048, ADDRESS)
      .optional()
      .describe('Where the file can be fetched: a host that is listed for the connection (LAMPLIGHTER_MEDIA_HOSTS)'),
    sha256: hex(64).optional(),
    md5: hex(32).optional(),
    sha1: hex(40).optional(),
    pdq: z
      .array(
        z.object({
          hash: hex(64),
          quality: z
            .number('expected a quality from 0 to 100')
            .min(0, 'expected a quality from 0 to 100')
            .max(100, 'expected a quality from 0 to 100'),
          profile: z
            .enum(['full', 'n512'], 'expected full or n512')
            .optional()
            .describe('Whether the picture was hashed as it is, or a sample of 512 × 512 of it; full if not said'),
        }),
        'expected an array of {hash, quality}',
      )
      .max(MAX_HASHES, `expected at most ${MAX_HASHES} hashes`)
      .optional()
      .describe('PDQ hashes of the picture, or of frames of the video'),
    made_by: z
      .string('expected a text of 1 to 100 characters')
      .min(1, 'expected a text of 1 to 100 characters')
      .max(100, 'expected a text of 1 to 100 characters')
      .optional()
      .describe('What made the hashes, such as "sdk 1.2 pdq-exact/1"'),
  })
  .describe('One file: handed in before by its id, or known by hashes alone')

export const MAX_FILES = 20

const EventShape = z.looseObject({
  id: PlatformId,
  kind: z.string().min(1).max(64),
  occurred_at: z.iso.datetime({ offset: true }),
  media: z.array(EventFile).max(MAX_FILES).nullish(),
})

/**
 * One event on the wire. Its fields are facts that rules read: `chat.schema.wick` describes them. Here they are described only: the
 * check against the schema of facts (`acceptEvent`) names every fault at once.
 */
export const EventBody = z.looseObject({}).meta({
  ...documented(EventShape),
  description: 'An event as the platform’s schema of facts describes it (rules.md §6.1)',
})

function documented(shape: z.ZodType): Record<string, unknown> {
  const { $schema: _, ...schema } = z.toJSONSchema(shape, { io: 'input' })
  return schema
}

export const EffectJson = z.object({
  do: z.enum(['block', 'hold', 'limit', 'label', 'queue', 'preserve', 'refer', 'offer']),
  /** Capability, label, lane, authority or topic. */
  what: z.string().optional(),
  /** Duration in milliseconds. */
  for: z.int().optional(),
  within: z.int().optional(),
  until: z.enum(['review', 'release']).optional(),
  on: z.string().optional(),
  rules: z.array(z.string()),
})
export type EffectJson = z.infer<typeof EffectJson>

export const UnknownJson = z.object({ signal: z.string(), why: z.string() })

export const ScreenAnswer = z.object({
  verdict: Verdict,
  effects: z.array(EffectJson),
  unknown: z.array(UnknownJson),
  /** Reasons of the rules that fired, as rendered for staff without sealed fields. */
  because: z.array(z.string()),
  off: z
    .string()
    .optional()
    .describe(
      'The switch that kept the content of a private event from being measured: the verdict rests on other facts, and says nothing of the content',
    ),
  decision: Id.optional(),
  recorded: Recorded.optional(),
  repeat: z.boolean().optional(),
})
export type ScreenAnswer = z.infer<typeof ScreenAnswer>

export const screen = endpoint({
  id: 'screen',
  method: 'post',
  path: '/v1/screen',
  act: 'screen.send',
  summary: 'Judge one event now. Answers when the verdict is durable.',
  params: Nothing,
  query: Nothing,
  body: EventBody,
  status: 200,
  answer: ScreenAnswer,
  repeat: 'own',
  codes: ['bad_hash', 'deadline', 'not_ready'],
})

const LineFault = z.object({
  code: z.enum(['invalid', 'bad_hash', 'malformed', 'too_large', 'line_incomplete']),
  pointer: z.string(),
  detail: z.string(),
})
/** The first fault of a line and, where there are several, all of them. */
export const LineProblem = LineFault.extend({ errors: z.array(LineFault).optional() })
export const LineResult = z.object({
  line: z.int().min(1),
  status: z.enum(['accepted', 'rejected']),
  problem: LineProblem.optional(),
})
export const BatchAnswer = z.object({ accepted: z.int(), rejected: z.int(), results: z.array(LineResult) })
export type BatchAnswer = z.infer<typeof BatchAnswer>
export type LineResult = z.infer<typeof LineResult>

export const events = endpoint({
  id: 'events',
  method: 'post',
  path: '/v1/events',
  act: 'events.send',
  summary: 'Hand in up to 1,000 events, as JSON or NDJSON (gzip or zstd allowed). Answers when they are durable.',
  params: Nothing,
  query: Nothing,
  body: undefined,
  takes: ['application/json', 'application/x-ndjson'],
  reads: z.union([EventBody, z.array(EventBody).max(1000)]),
  status: 202,
  answer: BatchAnswer,
  repeat: 'own',
  codes: ['invalid', 'bad_hash', 'line_incomplete', 'backlog_full', 'not_ready'],
})

export const reports = endpoint({
  id: 'reports',
  method: 'post',
  path: '/v1/reports',
  act: 'reports.send',
  summary: 'Hand in a user’s report: an event of kind `report`.',
  params: Nothing,
  query: Nothing,
  body: EventBody,
  status: 201,
  answer: z.object({ id: Id, recorded: Recorded }),
  repeat: 'own',
  codes: ['bad_hash', 'not_ready'],
})

export const MediaState = z.enum(['stored', 'measured', 'partly'])
export const MediaStored = z.object({
  id: PlatformId,
  size: z.int(),
  sha256: z.string(),
  state: MediaState,
  unknown: z.array(z.object({ part: z.string(), why: z.string() })).optional(),
})
/** A private file that a switch keeps from being looked at: its bytes were dropped as they came. */
export const MediaOff = z.object({ id: PlatformId, state: z.literal('off'), by: z.string() })
export const MediaAnswer = z.union([MediaStored, MediaOff])

export const putMedia = endpoint({
  id: 'putMedia',
  method: 'put',
  path: '/v1/media/{id}',
  act: 'media.put',
  summary: 'Hand in the bytes of one file, before the event that names it. The same id and bytes again change nothing.',
  params: z.object({ id: PlatformId }),
  query: z.object({
    audience: z.enum(['public', 'private']),
    countries: z
      .string()
      .regex(/^[A-Za-z]{2}(,[A-Za-z]{2}){0,49}$/)
      .optional()
      .describe('Of a private file: where all who send and get it are, two letters each. Not told counts as the EU'),
    kind: z.string().max(64).optional(),
  }),
  body: undefined,
  takes: ['*/*'],
  status: 201,
  answer: MediaAnswer,
  repeat: 'own',
  codes: ['conflict', 'digest_mismatch'],
})

/** A file as it stands: its digests, and its hashes once it is measured. */
export const MediaFacts = HashAnswer.extend({
  id: PlatformId,
  size: z.int(),
  sha256: z.string(),
  state: MediaState,
  audience: z.enum(['public', 'private']),
})

export const getMedia = endpoint({
  id: 'getMedia',
  method: 'get',
  path: '/v1/media/{id}',
  act: 'media.get',
  summary: 'What is known of a file that was handed in. What lists say of it, the verdict on its event says.',
  params: z.object({ id: PlatformId }),
  query: Nothing,
  body: undefined,
  status: 200,
  answer: MediaFacts,
  repeat: 'own',
  codes: ['not_found'],
})

export const deleteMedia = endpoint({
  id: 'deleteMedia',
  method: 'delete',
  path: '/v1/media/{id}',
  act: 'media.delete',
  summary:
    'Take a file back: its key and bytes are destroyed. Nothing happens if there is none. An event that is not judged yet no longer finds it.',
  params: z.object({ id: PlatformId }),
  query: Nothing,
  body: undefined,
  status: 204,
  answer: z.object({}),
  repeat: 'own',
  codes: ['held'],
})

export const appealBody = z.object({
  notice: Id,
  text: z.string().min(1).max(8000),
  attachments: z.array(PlatformId).max(3).optional(),
  contact: z.string().max(320).optional(),
})

export const sendAppeal = endpoint({
  id: 'sendAppeal',
  method: 'post',
  path: '/v1/appeals',
  act: 'appeals.send',
  summary: 'Hand in an appeal against a notice for the person concerned.',
  params: Nothing,
  query: Nothing,
  body: appealBody,
  status: 201,
  answer: z.object({ id: Id, recorded: Recorded }),
  repeat: 'key',
  codes: ['not_found', 'already_decided', 'gone'],
})

/** The `data` of an action webhook (ecosystem.md §3.1). */
export const ActionJson = z.object({
  action: Id,
  do: Do,
  what: z.string().nullable(),
  item: z.object({ type: z.string(), id: PlatformId }).nullable(),
  account: PlatformId.nullable(),
  policy: z.object({ id: z.string(), name: z.string() }).nullable(),
  by: z.enum(['person', 'rule']),
  notice: Id.nullable(),
  reason: z.object({ code: z.string(), text: z.string() }).nullable(),
  until: z.iso.datetime().nullable(),
  undoOf: Id.nullable(),
  overtakes: z.array(Id).optional(),
  restates: z.boolean().optional(),
  recorded: Recorded,
})
export type ActionJson = z.infer<typeof ActionJson>

export const ActionRow = z.object({
  id: z.string(),
  type: z.enum(['action.requested', 'action.withdrawn', 'notice.created', 'appeal.decided', 'report.closed', 'ping']),
  timestamp: z.iso.datetime(),
  data: z.looseObject({}),
})

export const getActions = endpoint({
  id: 'getActions',
  method: 'get',
  path: '/v1/actions',
  act: 'actions.read',
  summary: 'For platforms that cannot receive webhooks: what is to be carried out, oldest first.',
  params: Nothing,
  query: z.object({ after: z.string().max(64).optional(), wait: z.coerce.number().int().min(0).max(30).optional() }),
  body: undefined,
  status: 200,
  answer: z.object({ items: z.array(ActionRow), next: z.string() }),
  repeat: 'own',
  writes: true,
  codes: ['conflict'],
})

export const ackAction = endpoint({
  id: 'ackAction',
  method: 'post',
  path: '/v1/actions/{id}/ack',
  act: 'actions.ack',
  summary: 'Say that an action was carried out, or why not (which counts as a failed delivery).',
  params: z.object({ id: z.string().max(64) }),
  query: Nothing,
  body: z.union([
    z.object({ ok: z.literal(true) }),
    z.object({ ok: z.literal(false), code: z.string().max(64), text: z.string().max(2000) }),
  ]),
  status: 200,
  answer: z.object({ state: z.enum(['delivered', 'waiting', 'cancelled']) }),
  repeat: 'own',
  codes: ['conflict'],
})

export const getReceipt = endpoint({
  id: 'getReceipt',
  method: 'get',
  path: '/v1/receipts/{record}',
  act: 'receipts.read',
  summary: 'The proof that a record is in the public log; 202 with the promise while it is not there yet.',
  params: z.object({ record: z.string().max(64) }),
  query: Nothing,
  body: undefined,
  status: 200,
  answer: z.string(),
  gives: 'text/plain; charset=utf-8',
  repeat: 'own',
  codes: ['record_unknown', 'not_yet', 'opening_destroyed'],
})

export const Timestamp = Instant
