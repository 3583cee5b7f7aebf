import type { KeptWords } from './kept.en.ts'

/** Kinds of records of files, what the platform was told, and cases. */
export const keptCases = {
  media: {
    what: 'Files that were handed in',
    why: 'So that they are measured before the event that names them.',
    how: 'until that event was judged, at most 24 hours; then their key is destroyed',
  },
  media_arriving: {
    what: 'Files that are being handed in',
    why: 'So that nothing is left of one that was cut off.',
    how: 'until the file is whole; three hours at most',
  },
  renditions: {
    what: 'What reviewers are shown of files',
    why: 'So that a file is not read anew for each view of it.',
    how: 'a day, and no longer than the file; sealed under its key',
  },
  exhibits: {
    what: 'Files kept as evidence',
    why: 'So that people can decide, and explain it later.',
    how: 'until their hold ends; then their key is destroyed',
  },
  reveals: { what: 'Who asked to see which file', why: 'So that it is known what people had to see.' },
  reveal_servings: { what: 'Which picture was served when', why: 'So that it is known what nobody saw.' },
  connections: {
    what: 'Connections of the platform',
    why: 'So that it hears what to do.',
    how: 'until somebody removes them',
  },
  actions: {
    what: 'Measures asked of the platform',
    why: 'So that each can be withdrawn.',
    longer: 'while the platform has not answered',
  },
  outbox: {
    what: 'Messages to the platform',
    why: 'So that each arrives, also after a failure.',
    longer: 'while they are not delivered',
  },
  outbox_orders: {
    what: 'Numbers of messages per account',
    why: 'So that a withdrawal never overtakes its measure.',
    how: 'as long as the installation',
  },
  outbox_attempts: { what: 'Attempts to deliver', why: 'So that somebody can see why one failed.' },
  notices: { what: 'Notices to people affected', why: 'So that they can read why, and appeal.' },
  withheld_notices: { what: 'Notices that a rule holds back', why: 'So that a person decides when to tell.' },
  notice_links: { what: 'Links to notices', why: 'So that a notice opens without an account.' },
  used_form_numbers: { what: 'Used numbers of forms', why: 'So that a form that is sent twice has one effect.' },
  appeals: { what: 'Appeals', why: 'So that somebody else decides anew.' },
  cases: { what: 'Cases', why: 'So that people can decide, and explain it later.' },
  case_links: { what: 'What a case is about', why: 'So that one matter is decided once.', how: 'as long as the case' },
  case_excludes: {
    what: 'Who may not take a case',
    why: 'So that nobody judges their own decision.',
    how: 'as long as the case',
  },
  case_history: { what: 'History of a case', why: 'So that each step stays explained.', how: 'as long as the case' },
  case_notes: { what: 'Notes on a case', why: 'So that colleagues know what was found.', how: 'as long as the case' },
  case_drafts: { what: 'Drafts of decisions', why: 'So that nothing typed is lost with a claim.' },
  case_numbers: {
    what: 'Number of the last case',
    why: 'So that no number is given twice.',
    how: 'as long as the installation',
  },
  evidence: { what: 'Content of items that were flagged', why: 'So that people can judge them.' },
  reports: { what: 'Reports of users', why: 'So that each is looked at and answered.' },
  staff_decisions: { what: 'Decisions of staff', why: 'So that they can be explained and appealed.' },
  decision_endings: { what: 'What became of decisions', why: 'So that it stays known which were undone or reversed.' },
  strikes: { what: 'Strikes of accounts', why: 'So that repeated breaches weigh more.' },
} satisfies Record<string, KeptWords>
