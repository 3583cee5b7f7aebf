/** What Node is told when the server runs: also by whoever measures it. */
export const flags = [
  // Strings are never code here, and no object gets another prototype by a plain key (security.md §5).
  '--disallow-code-generation-from-strings',
  '--disable-proto=delete',
  '--disable-warning=ExperimentalWarning',
  // V8 loses track of protected code pages when threads come and go, and ends the process (nodejs/node#64500).
  '--no-memory-protection-keys',
  // What a call needs lives for some milliseconds: with more room for the young, most of it is gone before anybody has to carry it on.
  '--min-semi-space-size=64',
  '--max-semi-space-size=64',
]
