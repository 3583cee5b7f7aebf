/** Where words of a person may be left, and why. */
export const LEFT: Readonly<Record<string, string>> = {
  'once_results.key': 'chosen by the platform for its own call; goes after 7 days',
  'seen.answer':
    'what a rule said of somebody else’s message to them, for a platform that asks again; goes after a day',
  'verdicts.sealed': 'a verdict about somebody else, which says whom they wrote to',
}
