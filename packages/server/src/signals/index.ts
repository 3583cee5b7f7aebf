export {
  type BoundLists,
  type BoundReading,
  type DigestKind,
  ListBook,
  type ListHit,
  type LoadedList,
  loadList,
} from './book.ts'
export type { Subject } from './direct/ask.ts'
export { type MatchDesk, makeDesk as makeMatchDesk } from './direct/desk.ts'
export { connectionOf, directRoutes } from './direct/routes.ts'
export { answerOf as measuredAnswer, subjectOfFile, subjectsOf } from './direct/subject.ts'
export { type ListLibrary, makeLibrary } from './library.ts'
export { type Answer, measure, type Provider, shippedProviders } from './measure.ts'
export { modelRoutes } from './model-routes.ts'
export { type Card, learnerProviders, type Models, makeModels, untaught } from './models.ts'
export { routesOf } from './routes.ts'
export { allLists, allowedHarms, listAges } from './store.ts'
