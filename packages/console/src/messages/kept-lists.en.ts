import type { KeptWords } from './kept.en.ts'

/** Kinds of records of lists, their entries, exchanges and learners. */
export const keptLists = {
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
} satisfies Record<string, KeptWords>
