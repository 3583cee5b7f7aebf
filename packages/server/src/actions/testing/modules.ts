/** The stores that tests of this subject open. */
export const modules: readonly URL[] = [
  new URL('../../transparency/store.ts', import.meta.url),
  new URL('../store.ts', import.meta.url),
  new URL('./acts.store.ts', import.meta.url),
]
