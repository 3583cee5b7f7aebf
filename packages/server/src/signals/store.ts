export { type ClearRow, clearRows, sealRows } from './lists/clear-rows.store.ts'
export { allLists, besides, listAges, listVersions, oneList } from './lists/lists.store.ts'
export { createList, declareAnew, keepUnchanged, publishVersions, renumber } from './lists/publish.store.ts'
export {
  asideCount,
  type ChangedRow,
  type EntryRow,
  firstAdded,
  goneSince,
  hasStrays,
  highestNumber,
  listChanges,
  listEntries,
  type NewRow,
  type RowStep,
  rowPlaces,
  type Staging,
  versionFingerprints,
} from './lists/row-reads.store.ts'
export { deleteRows, endMove, moveRows, putRight, stageRows, sweepRows, takeBackGone } from './lists/rows.store.ts'
export { countTrials, type ListStepInput, type ListStepped, takeListStep } from './lists/steps.store.ts'
export { type SummedRow, sumOfVersion, touchedRows } from './lists/sums.store.ts'
export { eraseRemoved, retireEnded } from './lists/tend.store.ts'
export { allModels, liveModels, oneModel, publishModel } from './models.store.ts'
export { schema } from './tables.ts'
