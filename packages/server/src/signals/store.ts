export { allLists, besides, listAges, oneList } from './lists/lists.store.ts'
export { createList, keepUnchanged, publishVersions, renumber } from './lists/publish.store.ts'
export {
  type ChangedRow,
  type EntryRow,
  firstAdded,
  highestNumber,
  listChanges,
  listEntries,
  moveRows,
  type RowStep,
  rowPlaces,
  type Staging,
  stagedCounts,
  stageRows,
  sweepRows,
  unstage,
  versionFingerprints,
} from './lists/rows.store.ts'
export { allModels, liveModels, oneModel, publishModel } from './models.store.ts'
export { schema } from './tables.ts'
