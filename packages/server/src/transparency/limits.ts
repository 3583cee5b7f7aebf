/** What the ledger cannot prove (ledger.md §1), in plain words. They stand on the public page, in the docs and in the verifier's help. */
export const LIMITS: readonly string[] = [
  'An act that nobody recorded leaves no trace here. What makes it visible: an action that came without a promise, a notice without a receipt, a reporter’s own receipt, and statistics that do not equal the log.',
  'It proves what was said, not that it was true, lawful or wise.',
  'Until witnesses cosign, two people could be shown two logs. Only those who compare notes would see it. Such a log is called “not witnessed”.',
  'Times are the platform’s own until a witness cosigns; after that they are known to one batch.',
  'The platform can read its own records and can refuse to open one. It cannot take back a receipt that it gave.',
  'Padding hides how much happened only to a factor of two. Open entries are meant to be seen.',
  'Two live copies of one installation, or one put back by hand from an old copy, fork the log. Witnesses catch that; without them nothing does until a monitor has seen both.',
  'A page of the platform that says “valid” proves nothing. Take the verifier from a release, or write your own.',
]
