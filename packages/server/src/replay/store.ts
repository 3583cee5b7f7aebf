/** The tables and works of this subject, for the list that the writer loads. Each file beside it holds one group of works. */
export {
  addBacktest,
  BACKTEST_QUEUE,
  backtestsOf,
  beginBacktest,
  cancelBacktest,
  differencesOf,
  endBacktest,
  keepPart,
  oneBacktest,
  partsOf,
} from './backtests.store.ts'
export { chunksIn, eraseLines, keepTraces, lastChunk, removeChunks, segmentsIn } from './chunks.store.ts'
export {
  addRetro,
  approveRetro,
  beginRetro,
  cancelRetro,
  casesOfRetro,
  endRetro,
  findingWith,
  keepFinding,
  oneRetro,
  RETRO_QUEUE,
  retrosOf,
} from './retros.store.ts'
export { schema } from './tables.ts'
