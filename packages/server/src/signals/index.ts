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
export { allowedHarms } from './lists/declaration.ts'
export { type Answer, measure, type Provider, shippedProviders } from './measure.ts'
export { modelRoutes } from './model-routes.ts'
export { type Card, learnerProviders, type Models, makeModels, untaught } from './models.ts'
export { routesOf } from './routes.ts'
export { allLists, listAges } from './store.ts'
export { makeTermFiles, type TermFiles, termFileRoutes } from './terms-files/index.ts'
