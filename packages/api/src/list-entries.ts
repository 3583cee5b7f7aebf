import { z } from 'zod'
import { endpoint } from './endpoint.ts'
import { Worth } from './list-measures.ts'
import { Id, Instant, Nothing, Recorded } from './words.ts'

export const ListId = z
  .string()
  .regex(/^[a-z][a-z0-9_]{0,63}$/, 'expected a small letter, then up to 63 small letters, digits and "_"')
const EntryNumber = z.coerce
  .number()
  .int()
  .min(1)
  .max(2 ** 40 - 1)
const ofList = z.object({ id: ListId })
const ofEntry = z.object({ id: ListId, n: EntryNumber })
const reason = z.string().trim().min(1).max(500).describe('Why, for the log: no name, no content')

/** How an entry stands: `active` and `disputed` ones are matched, the others are passed over. */
export const EntryState = z.enum(['active', 'disputed', 'aside', 'expired', 'withdrawn'])

const Opinion = z.object({
  /** `R-7`, or the name of the source. */
  who: z.string(),
  mine: z.boolean(),
  says: z.enum(['affirm', 'doubt', 'deny']),
  reason: z.string().nullable(),
  at: Instant,
})

const Entry = z.object({
  n: z.int(),
  value: z.string(),
  quality: z.int().nullable(),
  sourceId: z.string().nullable(),
  sourceClass: z.string().nullable(),
  added: z.string().nullable(),
  expires: z.string().nullable(),
  tags: z.array(z.string()),
  note: z.string().nullable(),
  state: EntryState,
  /** Aside until then. */
  until: Instant.nullable(),
  /** The newest word of each. */
  opinions: z.array(Opinion),
})
export type EntryJson = z.infer<typeof Entry>

/** What became of an act: done, with its record; or on a sealed list the id under which it waits for somebody else. */
const Done = z.object({ waits: Id.nullable(), recorded: Recorded.nullable() })

export const getEntries = endpoint({
  id: 'getEntries',
  method: 'get',
  path: '/v1/lists/{id}/entries',
  act: 'lists.edit',
  summary: 'The entries of a list that is not sealed, by number, 200 at a time; of videos 20.',
  params: ofList,
  query: z.object({ after: z.coerce.number().int().min(0).default(0) }),
  body: undefined,
  status: 200,
  answer: z.object({ version: z.int(), items: z.array(Entry), next: z.int().nullable() }),
  repeat: 'own',
  codes: ['sealed'],
})

/** What became of an entry that was added or dropped; null while it waits for somebody else. */
const Listed = z.object({
  /** Its number; null where the running version does not hold it. */
  entry: z.int().nullable(),
  version: z.int(),
  state: z.enum(['live', 'trial', 'staged']),
})

export const addEntry = endpoint({
  id: 'addEntry',
  method: 'post',
  path: '/v1/lists/{id}/entries',
  act: 'lists.edit',
  summary:
    'Add one entry of our own. It is matched when this is answered, unless a version of the list waits. On a sealed list it rests on a final decision, and another person has to agree first.',
  params: ofList,
  query: Nothing,
  body: z.object({
    value: z
      .string()
      .min(1)
      .max(45_000)
      .describe(
        'At most 500 characters; of a video the hashes of its frames, with spaces between them, each with its quality behind it where that is known, as HASH:87',
      ),
    quality: z.int().min(0).max(100).optional(),
    class: z.string().max(500).optional(),
    expires: z.string().max(40).optional().describe('2027-01-31, or 2027-01-31T12:00:00Z'),
    tags: z.array(z.string().max(64)).max(20).optional(),
    note: z.string().max(500).optional(),
    decision: Id.optional().describe('The decision that it rests on'),
    reason,
  }),
  status: 201,
  answer: z.object({ waits: Id.nullable(), listed: Listed.nullable() }),
  repeat: 'key',
  codes: ['conflict', 'bad_hash'],
})

export const dropEntry = endpoint({
  id: 'dropEntry',
  method: 'delete',
  path: '/v1/lists/{id}/entries/{n}',
  act: 'lists.edit',
  summary: 'Take one entry out of a list that no exchange feeds. On a sealed list another person has to agree first.',
  params: ofEntry,
  query: Nothing,
  body: z.object({ reason }),
  status: 200,
  answer: z.object({ ...Done.shape, listed: Listed.nullable() }),
  repeat: 'key',
  codes: ['conflict'],
})

export const changeEntry = endpoint({
  id: 'changeEntry',
  method: 'patch',
  path: '/v1/lists/{id}/entries/{n}',
  act: 'lists.edit',
  summary: 'Put an entry aside, or make it count again. On a sealed list another person has to agree first.',
  params: ofEntry,
  query: Nothing,
  body: z.object({
    state: z.enum(['aside', 'active']),
    until: Instant.optional().describe('Aside until then, 366 days at most and 365 by default; then it counts again'),
    reason,
  }),
  status: 200,
  answer: Done,
  repeat: 'key',
  codes: ['conflict'],
})

export const sayOfEntry = endpoint({
  id: 'sayOfEntry',
  method: 'post',
  path: '/v1/lists/{id}/entries/{n}/opinions',
  act: 'lists.edit',
  summary: 'Say what you think of an entry. It is disputed while anybody’s newest word is another than "affirm".',
  params: ofEntry,
  query: Nothing,
  body: z.object({ says: z.enum(['affirm', 'doubt', 'deny']), reason: reason.optional() }),
  status: 201,
  answer: z.object({ state: EntryState }),
  repeat: 'key',
  codes: [],
})

export const getListWorth = endpoint({
  id: 'getListWorth',
  method: 'get',
  path: '/v1/lists/{id}/hits',
  act: 'lists.read',
  summary:
    'What the last 5,000 hits of a list were worth: how many people found wrong, and which entries hit things of many people.',
  params: ofList,
  query: Nothing,
  body: undefined,
  status: 200,
  answer: z.object({
    source: z.string(),
    ...Worth.shape,
    /** At most 200, hot ones first. Hot: it hit something of more than 20 different people within a day. */
    entries: z.array(z.object({ n: z.int(), events: z.int(), wrong: z.int(), hot: z.boolean() })),
  }),
  repeat: 'own',
  codes: [],
})

const ExceptionJson = z.object({
  id: Id,
  list: ListId,
  entry: z.int(),
  /** What the pair is: a file of ours, or what looks like one of our pictures. */
  of: z.enum(['file', 'look']),
  pdq: z.string().nullable(),
  reason: z.string(),
  /** `R-7`, or `operator`. */
  by: z.string(),
  second: z.string().nullable(),
  at: Instant,
  endsAt: Instant,
  endedAt: Instant.nullable(),
  state: z.enum(['live', 'over', 'taken_back']),
  /** How often it has silenced a hit, and when last. */
  used: z.int(),
  usedAt: Instant.nullable(),
})
export type ExceptionJson = z.infer<typeof ExceptionJson>

export const getExceptions = endpoint({
  id: 'getExceptions',
  method: 'get',
  path: '/v1/exceptions',
  act: 'lists.read',
  summary: 'Pairs that are not a hit: how often each has silenced one, and until when it does.',
  params: Nothing,
  query: z.object({ list: ListId.optional() }),
  body: undefined,
  status: 200,
  answer: z.object({ items: z.array(ExceptionJson) }),
  repeat: 'own',
  codes: [],
})

export const addException = endpoint({
  id: 'addException',
  method: 'post',
  path: '/v1/exceptions',
  act: 'lists.edit',
  summary:
    'Silence one pair: an entry, and one file or, on a list that is not sealed, what looks like one picture. On a sealed list another person has to agree first.',
  params: Nothing,
  query: Nothing,
  body: z.object({
    list: ListId,
    entry: z.int().min(1),
    sha256: z
      .string()
      .regex(/^[0-9a-fA-F]{64}$/)
      .optional()
      .describe('SHA-256 of the file'),
    pdq: z
      .string()
      .regex(/^[0-9a-fA-F]{64}$/)
      .optional()
      .describe('Hash of the picture: whatever is within 6 bits of it is silent'),
    endsAt: Instant.optional().describe('366 days from now at most, and 365 by default'),
    reason,
  }),
  status: 201,
  answer: z.object({ ...Done.shape, id: Id.nullable() }),
  repeat: 'key',
  codes: ['sealed', 'not_found'],
})

export const endException = endpoint({
  id: 'endException',
  method: 'delete',
  path: '/v1/exceptions/{id}',
  act: 'lists.edit',
  summary: 'Take an exception back: the pair is a hit again, at once, on sealed lists too.',
  params: z.object({ id: Id }),
  query: Nothing,
  body: z.object({ reason }),
  status: 200,
  answer: z.object({ recorded: Recorded }),
  repeat: 'key',
  codes: ['conflict'],
})

const EntryActJson = z.object({
  id: Id,
  list: ListId,
  entry: z.int().nullable(),
  does: z.enum(['add', 'drop', 'aside', 'restore', 'except']),
  reason: z.string(),
  by: z.string(),
  at: Instant,
  /** The caller has asked for it, and somebody else has to agree. */
  own: z.boolean(),
})

export const getEntryActs = endpoint({
  id: 'getEntryActs',
  method: 'get',
  path: '/v1/entry-acts',
  act: 'lists.edit',
  summary: 'What somebody wants to do with an entry of a sealed list, and somebody else has to agree to.',
  params: Nothing,
  query: Nothing,
  body: undefined,
  status: 200,
  answer: z.object({ items: z.array(EntryActJson) }),
  repeat: 'own',
  codes: [],
})

export const approveEntryAct = endpoint({
  id: 'approveEntryAct',
  method: 'post',
  path: '/v1/entry-acts/{id}/approvals',
  act: 'lists.edit',
  summary: 'Agree to an act on an entry of a sealed list; never to what one has asked for oneself. It holds at once.',
  params: z.object({ id: Id }),
  query: Nothing,
  body: Nothing,
  status: 200,
  answer: z.object({ recorded: Recorded.nullable(), listed: Listed.nullable() }),
  repeat: 'key',
  codes: ['conflict', 'second_person_required'],
})

export const withdrawEntryAct = endpoint({
  id: 'withdrawEntryAct',
  method: 'post',
  path: '/v1/entry-acts/{id}/withdraw',
  act: 'lists.edit',
  summary: 'Take back, or refuse, an act that nobody has agreed to.',
  params: z.object({ id: Id }),
  query: Nothing,
  body: Nothing,
  status: 200,
  answer: Nothing,
  repeat: 'key',
  codes: ['conflict'],
})
