/** The tables and works of this subject, for the list that the writer loads. Each file beside it holds one group of works. */
export {
  eraseItems,
  firstHour,
  HOUR_MS,
  hoursNow,
  itemCount,
  itemsAfter,
  type Kept,
  keepItem,
  removeItems,
} from './items.store.ts'
export {
  beginLookBacks,
  endLookBack,
  type FoundInput,
  keepFound,
  LOOK_BACK_QUEUE,
  listsNoted,
  noteReached,
  type Reached,
  takeList,
} from './runs.store.ts'
export { schema } from './tables.ts'
