export {
  type BoundLists,
  type BoundReading,
  type DigestKind,
  ListBook,
  type ListHit,
  type LoadedList,
  loadList,
} from './book.ts'
export { makeOwnCanaries } from './canaries/own.ts'
export { canaryRoutes } from './canaries/routes.ts'
export type { Subject } from './direct/ask.ts'
export { type MatchDesk, makeDesk as makeMatchDesk } from './direct/desk.ts'
export { connectionOf, directRoutes } from './direct/routes.ts'
export { answerOf as measuredAnswer, subjectOfFile, subjectsOf } from './direct/subject.ts'
export { type Imports, makeImports } from './imports/imports.ts'
export { importRoutes } from './imports/routes.ts'
export { type ListLibrary, makeLibrary } from './library.ts'
export { type Codec, makeCodec } from './lists/codec.ts'
export { allowedHarms, mayExport, termsOf } from './lists/declaration.ts'
export { type Entries, makeEntries } from './lists/entries.ts'
export { EntryBook } from './lists/entry-book.ts'
export { type EntryDesk, makeEntryDesk } from './lists/entry-desk.ts'
export { pageOf } from './lists/entry-page.ts'
export { entryRoutes } from './lists/entry-routes.ts'
export { type Measures, MOST_EXCEPTED, makeMeasures } from './lists/measures.ts'
export { type ListKind, parseEntry } from './lists/parse.ts'
export { type EntryStand, entryStands, type NotedHit, noteListHits } from './lists/store.ts'
export { Trials } from './lists/trials.ts'
export { MIN_QUALITY, type SilencedHit } from './look.ts'
export { type Answer, measure, type Provider, shippedProviders } from './measure.ts'
export { modelRoutes } from './model-routes.ts'
export { type Card, learnerProviders, type Models, makeModels, untaught } from './models.ts'
export type { News, NewsWish } from './news.ts'
export type { LookupPath } from './pictures/pictures.ts'
export { routesOf } from './routes.ts'
export { allLists, listAges } from './store.ts'
export { makeTermFiles, type TermFiles, termFileTaker } from './terms-files/index.ts'
export type { SeenVideo } from './videos/seen.ts'
