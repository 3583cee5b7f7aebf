export { countFiles, type FilesOf, keptUntil } from './erase.store.ts'
export { routesOf } from './routes.ts'
export { type ExhibitSeed, exposureOf, keepExhibit, mediaFollowed } from './store.ts'
export { type MediaVault, makeMediaVault, mediaKey, type StoredMedia } from './vault.ts'
