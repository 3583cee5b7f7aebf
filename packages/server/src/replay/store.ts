/** The tables and works of this subject, for the list that the writer loads. Each file beside it holds one group of works. */
export { addBackfill, backfillsOf, endBackfill, oneBackfill } from './backfills.store.ts'
export {
  addBacktest,
  backtestsOf,
  differencesOf,
  keepPart,
  oneBacktest,
  partsOf,
} from './backtests.store.ts'
export { chunksIn, eraseLines, firstOf, keepTraces, lastChunk, removeChunks, segmentsIn } from './chunks.store.ts'
export {
  addRetro,
  approveRetro,
  casesOfRetro,
  findingWith,
  keepFinding,
  oneRetro,
  retrosOf,
} from './retros.store.ts'
export {
  BACKFILL,
  BACKTEST,
  beginRun,
  cancelRun,
  endRun,
  finishUpload,
  isOpen,
  kindOf,
  RETRO,
  type Run,
  stateOfRun,
} from './runs.store.ts'
export { schema } from './tables.ts'
export {
  type ChunkPlace,
  chunkBody,
  chunkPlaces,
  collectingRun,
  endUploads,
  goneAt,
  keepRest,
  oneUpload,
  takeChunk,
  uploadedRuns,
} from './uploads.store.ts'
