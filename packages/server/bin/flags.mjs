/** What Node is told when the server runs: also by whoever measures it. */
export const flags = [
  // Strings are never code here, and no object gets another prototype by a plain key (security.md §5).
  '--disallow-code-generation-from-strings',
  '--disable-proto=delete',
  '--disable-warning=ExperimentalWarning',
  // V8 loses track of protected code pages when threads come and go, and ends the process (nodejs/node#64500).
  '--no-memory-protection-keys',
  // Each thread's young objects get 16 MB, not 32: a quarter less memory for the whole server (console.md §16: below 512 MB).
  '--max-semi-space-size=16',
  // Old objects are looked through when the heap has grown by half, not when it is several times as large: a third less memory under load.
  '--heap-growing-percent=50',
  // Memory that threads share is counted by none of them: the index says itself when something of it should be collected.
  '--expose-gc',
]
