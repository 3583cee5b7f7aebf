export {
  type BoundLists,
  type BoundReading,
  type DigestKind,
  ListBook,
  type ListHit,
  type LoadedList,
  loadList,
} from './book.ts'
export { type ListLibrary, makeLibrary } from './library.ts'
export { makeCodec } from './lists/codec.ts'
export { allowedHarms } from './lists/declaration.ts'
export { type Entries, makeEntries } from './lists/entries.ts'
export { EntryBook } from './lists/entry-book.ts'
export { makeEntryDesk } from './lists/entry-desk.ts'
export { entryRoutes } from './lists/entry-routes.ts'
export { type EntryStand, entryStands, type NotedHit, noteListHits } from './lists/store.ts'
export { Trials } from './lists/trials.ts'
export type { SilencedHit } from './look.ts'
export { type Answer, measure, type Provider, shippedProviders } from './measure.ts'
export { modelRoutes } from './model-routes.ts'
export { type Card, learnerProviders, type Models, makeModels, untaught } from './models.ts'
export { routesOf } from './routes.ts'
export { allLists, listAges } from './store.ts'
export { makeTermFiles, type TermFiles, termFileRoutes } from './terms-files/index.ts'
