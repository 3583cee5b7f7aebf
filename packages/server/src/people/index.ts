export { whenAccessEnds, whenSignedOut } from './hooks.ts'
export { makeNameIgnored } from './keys/ignored.ts'
export { createPeople, type Link, type People } from './people.ts'
export { type PeopleParts, routesOf } from './routes.ts'
export { signInPages } from './sign-in/pages.ts'
export { type Doer, doerOf, type Staff, staffLabel } from './staff.ts'
export { allStaff, oneStaff, staffById } from './store.ts'

/** The modules that storage loads, in the order of their migrations. */
export const storeModules: readonly URL[] = [
  new URL('../audit/store.ts', import.meta.url),
  new URL('./store.ts', import.meta.url),
  new URL('./sign-in/store.ts', import.meta.url),
  new URL('./keys/store.ts', import.meta.url),
]
export { labelOfDoer } from './ledger.ts'
