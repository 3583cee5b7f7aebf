export { allLists, besides, listAges, listVersions, oneList } from './lists/lists.store.ts'
export { createList, declareAnew, keepUnchanged, publishVersions, renumber } from './lists/publish.store.ts'
export {
  asideCount,
  type ChangedRow,
  type EntryRow,
  firstAdded,
  highestNumber,
  listChanges,
  listEntries,
  type NewRow,
  type RowStep,
  rowPlaces,
  type Staging,
  stagedCounts,
  versionFingerprints,
} from './lists/row-reads.store.ts'
export { moveRows, stageRows, sweepRows, unstage } from './lists/rows.store.ts'
export { countTrials, type ListStepInput, type ListStepped, takeListStep } from './lists/steps.store.ts'
export { eraseRemoved, retireEnded } from './lists/tend.store.ts'
export { allModels, liveModels, oneModel, publishModel } from './models.store.ts'
export { schema } from './tables.ts'
