import { keptCases } from './kept-cases.en.ts'
import { keptLists } from './kept-lists.en.ts'
import { keptRules } from './kept-rules.en.ts'

/** What one kind of record is, and why it is kept. */
export interface KeptWords {
  readonly what: string
  readonly why: string
  /** How long, where no number says it. */
  readonly how?: string
  /** When it is kept longer than its number. */
  readonly longer?: string
}

/** Each kind of record by the name that the server gives it. */
export const kept = {
  retention_guard: {
    what: 'Mark of a running clean-up',
    why: 'So that nothing but the clean-up removes records.',
    how: 'while it runs',
  },
  once_results: { what: 'Answers to commands', why: 'So that a command that comes twice has one effect.' },
  leases: {
    what: 'Who does which work now',
    why: 'So that two processes never do the same.',
    how: 'as long as the installation',
  },
  jobs: {
    what: 'Work for later',
    why: 'So that nothing that has to follow is forgotten.',
    longer: 'while it waits, or was given up and waits for a person',
  },
  job_orders: {
    what: 'Order of that work',
    why: 'So that what belongs together happens in turn.',
    how: 'as long as that work',
  },
  stream_heads: {
    what: 'Number of the last event',
    why: 'So that events keep their order.',
    how: 'as long as the installation',
  },
  stream_offsets: {
    what: 'How far events have been judged',
    why: 'So that none is left out.',
    how: 'as long as the installation',
  },
  stream_chunks: {
    what: 'Events that wait to be judged',
    why: 'So that none is lost before.',
    how: 'until they were judged; they are sealed, and their key is destroyed afterwards',
  },
  schedules: {
    what: 'Timetable of regular work',
    why: 'So that clean-ups and checks happen.',
    how: 'as long as the installation',
  },
  schedule_runs: { what: 'Runs of regular work', why: 'So that somebody can see what ran.' },
  audit: { what: 'What staff and the operator did', why: 'So that each act can be looked up.' },
  staff: {
    what: 'Staff and their numbers',
    why: 'So that numbers in records stay explained.',
    how: 'as long as the installation',
  },
  sign_in_links: { what: 'Links that sign in', why: 'So that each works once.' },
  sessions: { what: 'Sessions of staff', why: 'So that people stay signed in, and a stolen session can be found.' },
  api_keys: { what: 'API keys, without their secrets', why: 'So that it stays known which key could do what.' },
  ignored_fields: { what: 'Names of fields that a key sent in vain', why: 'So that a misspelt field is noticed.' },
  settings: { what: 'Earlier values of settings', why: 'So that it stays known who changed what, and why.' },
  ledger_records: {
    what: 'Places of acts in the log',
    why: 'So that everybody can check that nothing was changed.',
    how: 'always; what an act says is destroyed when its own time is over',
  },
  ledger_batches: {
    what: 'Batches of the log',
    why: 'So that the log can be computed again.',
    how: 'always; only numbers and times',
  },
  ledger_heads: { what: 'How the logs stand', why: 'So that they only ever grow.', how: 'always' },
  ledger_checkpoints: {
    what: 'Signed states of the log',
    why: 'So that old receipts can still be checked.',
    how: 'always',
  },
  ledger_keys: { what: 'Public keys of the log', why: 'So that old receipts can still be checked.', how: 'always' },
  ledger_person_keys: {
    what: 'When a person’s key in the log was destroyed',
    why: 'So that an erasure can be shown.',
    how: 'always; without a name',
  },
  ledger_open_entries: {
    what: 'Published entries of the log',
    why: 'So that everybody can read them.',
    how: 'always; they are public',
  },
  ledger_erasures: {
    what: 'Erasures from the log',
    why: 'So that destroyed can be told from withheld.',
    how: 'always',
  },
  erasure_runs: {
    what: 'That somebody was erased, and why',
    why: 'So that an old copy of the data erases them again.',
    how: 'always; without a name once it is done',
  },
  ...keptLists,
  ...keptRules,
  ...keptCases,
} satisfies Record<string, KeptWords>
