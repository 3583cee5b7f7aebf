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
  lists: {
    what: 'Lists that are matched against',
    why: 'So that known material is found.',
    how: 'until somebody removes the list',
  },
  list_versions: {
    what: 'Which version of a list was in use when',
    why: 'So that a match can be explained.',
    longer: 'while it runs or waits',
  },
  list_sums: {
    what: 'Sums that the versions of lists are named by',
    why: 'So that one entry can come or go without the others being read.',
    how: 'as long as the version',
  },
  list_imports: {
    what: 'Files of lists that were imported, and what came of them',
    why: 'So that an import that was cut off goes on.',
  },
  list_entries: {
    what: 'Entries of lists',
    why: 'So that known material is found.',
    how: 'while listed; a value that is taken out goes within a day, or sooner where the terms say so',
  },
  entry_standing: {
    what: 'Which entries count, and until when',
    why: 'So that an entry that was put aside finds nothing.',
    how: 'as long as the entry',
  },
  entry_opinions: {
    what: 'What people and sources think of an entry',
    why: 'So that a disputed entry is seen to be one.',
    how: 'as long as the entry',
  },
  staged_opinions: {
    what: 'What sources say of entries, until the version of the list is live that brought it',
    why: 'So that a pull that is cut off changes nothing.',
    how: 'until that version is live or dropped',
  },
  canaries: {
    what: 'Hashes of the platform’s own harmless pictures, sealed',
    why: 'So that no list hits a logo or a default avatar.',
    how: 'as long as they count; then only their names',
  },
  entry_acts: { what: 'What people did with single entries', why: 'So that two people answer for it.' },
  entry_uploaders: {
    what: 'How many people an entry was found with, under keyed names',
    why: 'So that an entry that finds everything is looked at.',
  },
  hot_entries: { what: 'Entries that hit much just now', why: 'So that somebody looks at one of them first.' },
  exceptions: { what: 'Exceptions from lists', why: 'So that a known mistake is not made again.' },
  list_hits: { what: 'Hits of lists', why: 'So that a list that is often wrong is known as one.' },
  term_files: {
    what: 'Signed files of terms that were taken in',
    why: 'So that an older file never takes the place of a newer one.',
    longer: 'while it is the newest of its list',
  },
  exchanges: {
    what: 'Exchanges of hashes, with sealed credentials',
    why: 'So that lists stay up to date.',
    how: 'until an admin switches the exchange off for good',
  },
  pulls: { what: 'What was pulled from an exchange when', why: 'So that a gap can be explained.' },
  pull_rows: {
    what: 'What is being pulled, sealed',
    why: 'So that a pull that was cut off goes on where it stood.',
    how: 'until the lists have taken it',
  },
  pull_bad: { what: 'Rows of an exchange that could not be read, sealed', why: 'So that somebody can look into it.' },
  exchange_pushes: {
    what: 'What an exchange was told of a match',
    why: 'So that it is told once, and taken back when a decision is reversed.',
  },
  sealed_lookups: {
    what: 'How often a key has asked sealed lists',
    why: 'So that nobody reads a sealed list by asking.',
  },
  source_coverage: {
    what: 'How much of what a source gives can be matched here',
    why: 'So that nobody believes in a check that cannot be made.',
    how: 'as long as the source is known',
  },
  shared_hints: {
    what: 'How often something was changed that every process has to know of',
    why: 'So that a removal holds everywhere at once.',
    how: 'always; numbers only',
  },
  hma_banks: {
    what: 'Which lists were shown to clients of HMA',
    why: 'So that the numbers that they know stay true.',
    how: 'always',
  },
  models: {
    what: 'Learners that score texts, and retired ones',
    why: 'So that a queue can be ordered, and a score stays explained.',
  },
  rulesets: { what: 'Rule sets', why: 'So that it can be answered what a rule said on a day.', how: 'always' },
  ruleset_versions: {
    what: 'Versions of rule sets',
    why: 'So that it can be answered what was proposed, agreed and run.',
    how: 'always',
  },
  ruleset_approvals: {
    what: 'Who agreed to a version of the rules',
    why: 'So that somebody answers for what runs.',
    how: 'always',
  },
  ruleset_openings: {
    what: 'Who opened the report of a version',
    why: 'So that nobody approves what they have not seen.',
  },
  ruleset_history: { what: 'Steps of versions of the rules', why: 'So that each step stays explained.', how: 'always' },
  rule_pauses: { what: 'Pauses of rules', why: 'So that it stays known who paused what, and why.' },
  rule_hours: { what: 'How often a rule fired in an hour', why: 'So that a rule that fires far too often is noticed.' },
  rule_breakers: {
    what: 'Which rule was stopped for firing too often',
    why: 'So that a person lets it go on.',
    how: 'always',
  },
  rule_hits: {
    what: 'Which rules fired on an event',
    why: 'So that it shows how often a rule is right, and what other rules find as well.',
  },
  switches: {
    what: 'Switches, as they stand and stood',
    why: 'So that it stays known what was permitted on a day.',
    how: 'always',
  },
  switch_changes: {
    what: 'Wishes to change a switch',
    why: 'So that it stays known who asked, and what came of it.',
  },
  rule_alerts: { what: 'Alerts about rules', why: 'So that leads see them.' },
  replay_chunks: {
    what: 'Facts of past events, without content',
    why: 'So that a version of the rules can be asked about the past.',
  },
  backtests: { what: 'Backtests', why: 'So that it stays known what an approval rested on.' },
  backtest_parts: {
    what: 'Finished parts of a backtest',
    why: 'So that a backtest that was stopped goes on.',
    how: 'as long as the backtest',
  },
  backtest_differences: {
    what: 'Events of which two versions say different things',
    why: 'So that people see what a version would change.',
    how: 'as long as the backtest',
  },
  backfills: {
    what: 'When counters of a version were filled from the log',
    why: 'So that it stays known why a counter is warm.',
  },
  uploads: {
    what: 'Archives that wait to be judged by a run over the past',
    why: 'So that an archive can be handed in piece by piece.',
  },
  upload_chunks: {
    what: 'Pieces of such an archive',
    why: 'So that handing in goes on where it was cut off.',
    how: 'as long as the archive',
  },
  retros: {
    what: 'When a version was applied to the past',
    why: 'So that it stays known who asked, who agreed, and what came of it.',
  },
  lookback_items: {
    what: 'Hashes of public media that nothing flagged, sealed; only while look-back is on, and for the hours that were chosen',
    why: 'So that what a list learns later finds what was there before.',
  },
  lookback_lists: {
    what: 'With which version of a list was looked back',
    why: 'So that each version is looked up once.',
    how: 'while look-back is on; only numbers',
  },
  retro_findings: {
    what: 'Events that applying a version to the past made a case of',
    why: 'So that no event makes two cases.',
    how: 'as long as its run',
  },
  verdicts: {
    what: 'Verdicts of rules, and what they rest on',
    why: 'So that a measure can be explained and appealed.',
  },
  seen: {
    what: 'Which events were judged, without their content',
    why: 'So that an event that comes twice counts once.',
  },
  counters: {
    what: 'What rules count, without anybody in it',
    why: 'So that rules can count.',
    how: 'until no rule counts it',
  },
  counter_journal: {
    what: 'The last steps of counting, under names that change',
    why: 'So that nothing that rules have counted is lost, not even in a crash.',
    how: 'until they stand in the counts, after some thousand steps',
  },
  counter_rows: {
    what: 'Counts, under names that change',
    why: 'So that rules can count over time.',
    how: 'for the time that a rule looks back, and ten minutes',
  },
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
