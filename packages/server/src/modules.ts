/** All `store.ts` modules, in the order of their migrations: what the thread that writes reads, too, so nothing is imported here. */
export const modules: readonly URL[] = [
  'jobs',
  'audit',
  'people',
  'people/sign-in',
  'people/keys',
  'settings',
  'restore',
  'transparency',
  'signals',
  'policy',
  'counters',
  'evidence',
  'actions',
  'review',
  'replay',
  'intake',
].map((subject) => new URL(`./${subject}/store.ts`, import.meta.url))
