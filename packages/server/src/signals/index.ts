export { type BoundLists, type BoundReading, ListBook, type ListHit, type LoadedList, loadList } from './book.ts'
export { measure, type Provider, shippedProviders } from './measure.ts'
