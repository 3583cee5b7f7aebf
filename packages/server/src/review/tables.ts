import { appendOnly, table } from '../storage/ddl.ts'
import type { Engine } from '../storage/index.ts'
import { days, defineSchema } from '../storage/index.ts'

declare module '../storage/tables.ts' {
  interface Tables {
    cases: CasesTable
    case_links: CaseLinksTable
    case_excludes: CaseExcludesTable
    case_history: CaseHistoryTable
    case_notes: CaseNotesTable
    case_drafts: CaseDraftsTable
    case_numbers: CaseNumbersTable
    evidence: EvidenceTable
    reports: ReportsTable
    staff_decisions: StaffDecisionsTable
    decision_endings: DecisionEndingsTable
    strikes: StrikesTable
  }
}

export type CaseKind = 'item' | 'account' | 'appeal' | 'notice' | 'gathered'
export type CaseState = 'open' | 'claimed' | 'handed' | 'decided'

export interface CasesTable {
  number: number
  kind: CaseKind
  /** What the case is about, by a key of ours: reports and signals with this key join it. */
  subject_key: string
  /** `subject_key` while the case is open, else null: unique, so a subject has one open case. */
  open_key: string | null
  account: string | null
  lane: string
  state: CaseState
  revision: number
  words: string
  /** The same in codes, as JSON; null of cases from before there were any. */
  title: string | null
  opened_at: number
  due_at: number
  claimed_by: string | null
  claim_until: number
  handed_to: string | null
  /** The appeal or notice that the case is about. */
  ref: string | null
  harms: string
  /** Policies that the rules cited, the gravest first, as JSON. */
  policies: string
  closed_at: number | null
}
export interface CaseLinksTable {
  case_number: number
  kind: 'verdict'
  ref: string
  at: number
}
export interface CaseExcludesTable {
  case_number: number
  staff: string
}
export interface CaseHistoryTable {
  id: string
  case_number: number
  at: number
  by: string
  words: string
  /** The same in codes, as JSON; null of lines from before there were any. */
  step: string | null
}
export interface CaseNotesTable {
  id: string
  case_number: number
  at: number
  by: string
  sealed: Uint8Array
}
export interface CaseDraftsTable {
  case_number: number
  staff: string
  at: number
  sealed: Uint8Array
}
export interface CaseNumbersTable {
  id: number
  last: number
}
export interface EvidenceTable {
  id: string
  case_number: number
  /** One piece a subject: the same item judged again replaces its row. */
  item_key: string
  at: number
  author: string
  reported: number
  grade: 'seen' | 'told' | 'named' | 'past'
  /** JSON of `StoredEvidence`, sealed. */
  sealed: Uint8Array
}
export interface ReportsTable {
  id: string
  case_number: number
  event_key: string
  at: number
  reporter: string
  harm: string | null
  record: string
  sealed: Uint8Array
  state: 'open' | 'upheld' | 'not_upheld'
  closed_at: number | null
}
export interface StaffDecisionsTable {
  id: string
  case_number: number
  at: number
  by: string
  account: string | null
  item_key: string | null
  policy: string | null
  choice: string
  reason_code: string
  sealed: Uint8Array
  undo_until: number
  record: string
  commitment: string
  promise: string | null
  /** The decision or verdict that this one reverses, and what an appeal asked for. */
  reverses: string | null
  outcome: string | null
}
export interface DecisionEndingsTable {
  decision: string
  how: 'undone' | 'reversed'
  at: number
  by: string
}
export interface StrikesTable {
  decision: string
  account: string
  at: number
  ended_at: number | null
}

const two = days(730)
const kept = { default: two, min: days(30), max: days(3650) }

/** Review's tables. Content columns are sealed; what staff decided is appended, never changed. */
export const schema = defineSchema({
  subject: 'review',
  steps: [
    { id: '0001-cases', up: first },
    {
      id: '0002-reversals',
      up: () => ['create index staff_decisions_reverses on staff_decisions (reverses) where reverses is not null'],
    },
    {
      id: '0003-titles',
      up: () => ['alter table cases add column title text', 'alter table case_history add column step text'],
    },
  ],
  tables: {
    cases: { kept: { from: 'closed_at', ...kept } },
    case_links: { kept: { with: 'cases' } },
    case_excludes: { kept: { with: 'cases' } },
    case_history: { kept: { with: 'cases' } },
    case_notes: { kept: { with: 'cases' } },
    case_drafts: { kept: { from: 'at', default: days(7), min: days(1), max: days(30) } },
    case_numbers: { kept: { forever: 'one row: the last case number' } },
    evidence: { kept: { from: 'at', default: days(365), min: days(30), max: days(3650) } },
    reports: { kept: { from: 'closed_at', ...kept } },
    staff_decisions: { kept: { from: 'at', ...kept } },
    decision_endings: { kept: { from: 'at', ...kept } },
    strikes: { kept: { from: 'at', ...kept } },
  },
})

function first(engine: Engine): string[] {
  const of = (name: string, columns: Record<string, string>, constraints?: readonly string[]): string =>
    table(engine, name, columns, constraints)
  const caseRow = 'bigint not null references cases (number) on delete cascade'
  return [
    of('cases', {
      number: 'bigint primary key',
      kind: 'text not null',
      subject_key: 'text not null',
      open_key: 'text unique',
      account: 'text',
      lane: 'text not null',
      state: 'text not null',
      revision: 'bigint not null',
      words: 'text not null',
      opened_at: 'bigint not null',
      due_at: 'bigint not null',
      claimed_by: 'text',
      claim_until: 'bigint not null',
      handed_to: 'text',
      ref: 'text',
      harms: 'text not null',
      policies: 'text not null',
      closed_at: 'bigint',
    }),
    'create index cases_lane on cases (lane, due_at) where closed_at is null',
    'create index cases_account on cases (account)',
    'create index cases_claimed on cases (claimed_by) where closed_at is null',
    'create index cases_subject on cases (subject_key)',
    of('case_links', { case_number: caseRow, kind: 'text not null', ref: 'text not null', at: 'bigint not null' }, [
      'primary key (case_number, ref)',
    ]),
    'create index case_links_ref on case_links (ref)',
    of('case_excludes', { case_number: caseRow, staff: 'text not null' }, ['primary key (case_number, staff)']),
    of('case_history', {
      id: 'text primary key',
      case_number: caseRow,
      at: 'bigint not null',
      by: 'text not null',
      words: 'text not null',
    }),
    'create index case_history_case on case_history (case_number, at)',
    of('case_notes', {
      id: 'text primary key',
      case_number: caseRow,
      at: 'bigint not null',
      by: 'text not null',
      sealed: 'bytes not null',
    }),
    'create index case_notes_case on case_notes (case_number)',
    of(
      'case_drafts',
      { case_number: caseRow, staff: 'text not null', at: 'bigint not null', sealed: 'bytes not null' },
      ['primary key (case_number, staff)'],
    ),
    of('case_numbers', { id: 'bigint primary key', last: 'bigint not null' }),
    'insert into case_numbers (id, last) values (1, 1000)',
    of(
      'evidence',
      {
        id: 'text primary key',
        case_number: caseRow,
        item_key: 'text not null',
        at: 'bigint not null',
        author: 'text not null',
        reported: 'smallint not null',
        grade: 'text not null',
        sealed: 'bytes not null',
      },
      ['unique (case_number, item_key)'],
    ),
    of('reports', {
      id: 'text primary key',
      case_number: caseRow,
      event_key: 'text not null unique',
      at: 'bigint not null',
      reporter: 'text not null',
      harm: 'text',
      record: 'text not null',
      sealed: 'bytes not null',
      state: 'text not null',
      closed_at: 'bigint',
    }),
    'create index reports_case on reports (case_number)',
    'create index reports_reporter on reports (reporter)',
    // No foreign key: a decision outlives its case row, and its rows may not be removed by a cascade.
    of('staff_decisions', {
      id: 'text primary key',
      case_number: 'bigint not null',
      at: 'bigint not null',
      by: 'text not null',
      account: 'text',
      item_key: 'text',
      policy: 'text',
      choice: 'text not null',
      reason_code: 'text not null',
      sealed: 'bytes not null',
      undo_until: 'bigint not null',
      record: 'text not null',
      commitment: 'text not null',
      promise: 'text',
      reverses: 'text',
      outcome: 'text',
    }),
    'create index staff_decisions_case on staff_decisions (case_number, at)',
    'create index staff_decisions_by on staff_decisions (by, at)',
    of('decision_endings', {
      decision: 'text primary key',
      how: 'text not null',
      at: 'bigint not null',
      by: 'text not null',
    }),
    of('strikes', {
      decision: 'text primary key',
      account: 'text not null',
      at: 'bigint not null',
      ended_at: 'bigint',
    }),
    'create index strikes_account on strikes (account)',
    ...appendOnly(engine, 'staff_decisions'),
    ...appendOnly(engine, 'decision_endings'),
  ]
}
