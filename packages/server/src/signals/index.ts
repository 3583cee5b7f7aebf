export { type BoundLists, type BoundReading, ListBook, type ListHit, loadList, type LoadedList } from './book.ts'
export { measure, type Provider, shippedProviders } from './measure.ts'
