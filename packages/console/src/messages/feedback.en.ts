/** The words for telling the source of a list what was decided of a match. */
export const feedbackEn = {
  title: 'Tell the source of the list',
  words: 'Only the opinion travels, never content. Nothing is told by itself.',
  open: 'It can be told as soon as the decision can no longer be undone.',
  over: 'The decision was undone or reversed. What was told is taken back.',
  of: (list: string, source: string) => (source === '' ? list : `${list}, from ${source}`),
  tell: {
    upheld: (exchange: string) => `Tell ${exchange}: the match is right`,
    rejected: (exchange: string) => `Tell ${exchange}: the match is wrong`,
  },
  again: (exchange: string) => `Send again to ${exchange}`,
  waits: (exchange: string) => `Tell ${exchange} that this match waits for a person`,
  reason: 'Why it is wrong',
  reasonHelp: 'One of the reasons that the exchange names. Free text is never sent.',
  chooseReason: 'Choose a reason',
  said: 'What was decided',
  waited: 'That it waits',
  recall: 'Recall',
  states: {
    asked: 'waits for a second person',
    waiting: 'on its way',
    sending: 'on its way',
    delivered: 'sent',
    unclear: 'sent, but no answer came: look at the exchange',
    parked: 'not taken',
    cancelled: 'not sent',
  },
  recalls: {
    asked: 'waits for a second person',
    waiting: 'on its way',
    sending: 'on its way',
    delivered: 'taken back',
    unclear: 'sent, but no answer came: look at the exchange',
    parked: 'no machine can take it back: write to the exchange',
    cancelled: 'not sent',
  },
  why: {
    terms: 'The terms of this list take no feedback. What you decided is kept here.',
    own: 'It is an entry of your own.',
    unnamed: 'Nothing names this entry to its source without showing its hash. What you decided is kept here.',
    gone: 'The entry is no longer kept.',
  },
  mail: 'Its source has no call for this. The text of a mail to it:',
  mailText: {
    upheld: (entry: string, source: string, day: string) =>
      `About your entry ${entry}${source === '' ? '' : ` (${source})`}: on ${day} one of our reviewers looked at a file that matches it, and found that the match is right.`,
    rejected: (entry: string, source: string, day: string) =>
      `About your entry ${entry}${source === '' ? '' : ` (${source})`}: on ${day} one of our reviewers looked at a file that matches it, and found that it is not what your list holds. Please look at the entry.`,
  },
  spoken: 'It is on its way.',
}
