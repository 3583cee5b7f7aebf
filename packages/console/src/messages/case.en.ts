import type { Change } from '../case/changes.ts'
import { duration } from '../time.ts'
import { many, units } from './counts.en.ts'

/** The words of one case on screen: its facts, its evidence, and what is said when it changes. */
export const caseEn = {
  facts: {
    reports: (count: number) => (count === 0 ? 'Reports' : many(count, 'report', 'reports')),
    noReports: 'Nobody reported this; a rule or a signal found it.',
    reporter: (ref: string, upheld: number, decided: number) =>
      decided === 0 ? `${ref}: first report` : `${ref}: ${upheld} of ${decided} upheld`,
    signals: 'Signals',
    noSignals: 'Nothing was measured on this.',
    fired: 'Why the rule fired',
    noneFired: 'No rule fired; a report opened this case.',
    waits: 'A notice about an earlier decision waits; what it was about is in the evidence.',
    appealed: 'Somebody appealed against a decision; what it was about is in the evidence.',
    ruleUnknown: 'could not be decided',
    wouldSay: (because: string) => `Nobody can tell yet whether this is so: ${because}`,
    lookedBack: (version: string) =>
      `Found later, when ${version} was applied to the past. What was written or shown then is no longer kept here; facts are.`,
    warming: 'A counter that this rule reads has only begun to count: its number may be too small.',
    clause: (outcome: boolean | null): string => (outcome === null ? 'unknown' : outcome ? 'true' : 'false'),
    next: 'Next in this lane',
    noNext: 'Nothing waits after this case.',
  },
  signals: {
    state: {
      hit: 'hit',
      no_hit: 'no match found',
      value: 'measured',
      unknown: 'unknown',
      none: 'nothing to measure',
      off: 'not allowed here',
    },
    unknown: (part: string, why: string) => `${part} unknown: ${why}`,
    list: (name: string, version: string) => `list ${name}, version ${version.replace(/^v/, '')}`,
    sealed: 'sealed',
    context: 'context only',
    hot: 'This entry hits things of more than 20 people within a day, as viral abuse and wrong entries do. Is it right?',
  },
  tabs: {
    label: 'Parts of the case',
    context: (count: number) => `Context (${count})`,
    history: 'History',
    notes: (count: number) => `Notes (${count})`,
    account: 'Account',
  },
  evidence: {
    label: (ref: string, author: string) => `${ref}, ${author}`,
    role: { actor: 'acted', target: 'addressed', other: 'present', reporter: 'reported' },
    reported: 'reported',
    matched: 'Underlined:',
    unseen: (label: string) => `a character that cannot be seen: ${label}`,
    none: 'No evidence was kept with this case.',
    off: (name: string) => `Not scanned: ${name} is off.`,
  },
  history: { none: 'What happens to this case will be listed here.' },
  notes: {
    add: 'Note for staff',
    save: 'Add note',
    added: 'Note added.',
    none: 'Notes of colleagues will be listed here.',
  },
  account: { strikes: 'Strikes', openCases: 'Open cases' },
  reveal: {
    noSize: 'size unknown',
    claimed: (type: string) => `sent as ${type}`,
    hit: (list: string, version: string) => `on list ${list}, version ${version}`,
    silenced: (entry: number) => `entry ${entry}, silenced by an exception: it counts for nothing here`,
    noHits: 'On none of the lists that were searched.',
    decidedBefore: (count: number) => `Same file decided before: ${many(count, 'time', 'times')}.`,
    decidedMeans: (count: number) => `This file was decided ${count} times already. Looking again needs a reason.`,
    reason: 'Why look again',
    clearRegion: 'Reduced view. Press a place to see it clearly for 5 s',
    shown: { lowpass: 'Coarse view', reduced: 'Reduced view', full: 'Full view' },
    caption: {
      lowpass: 'Coarse: 64 pixels, grey.',
      reduced: 'Reduced: 320 pixels, grey, blurred. A press clears one place for 5 s.',
      full: 'Full. Goes when you let go, or after 5 s.',
    },
    show: { lowpass: 'Show coarse', reduced: 'Show reduced' },
    fullSeconds: 'Show full for 5 s',
    holdSpace: 'or hold Space for the full view',
    hide: 'Hide',
    inColour: 'in colour',
    stepOf: (step: number) => `Step ${step} of 3`,
    factsOnly: 'This file cannot be shown here; decide by its facts.',
    claimFirst: 'Claim the case to look.',
    notThisRole: 'Your role does not look at media.',
  },
  stale: {
    label: 'Changes to this case',
    changed: 'This case has changed.',
    changedBy: (by: string, ms: number) => `Changed by ${by}, ${duration(ms, units)} ago.`,
    change: (change: Change): string => {
      switch (change.what) {
        case 'reports':
          return change.count > 0 ? many(change.count, 'more report', 'more reports') : 'reports merged or split'
        case 'evidence':
          return many(change.count, 'more piece of evidence', 'more pieces of evidence')
        case 'evidence-changed':
          return `evidence changed: ${change.refs.join(', ')}`
        case 'signals':
          return 'signals changed'
        case 'notes':
          return 'new notes'
        case 'due':
          return 'due time changed'
        case 'lane':
          return 'moved to another lane'
        case 'card':
          return 'policies or suggestion changed'
        case 'account':
          return 'account facts changed'
        case 'appeal':
          return 'the appeal changed'
        case 'decided':
          return 'it was decided'
      }
    },
    kept: 'What you typed is kept.',
    adopt: 'Show the new state',
  },
}
