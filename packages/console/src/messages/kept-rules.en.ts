import type { KeptWords } from './kept.en.ts'

/** Kinds of records of rules, what they said and what they count. */
export const keptRules = {
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
} satisfies Record<string, KeptWords>
