export type { FileHash, KeptFile, KeptItem } from './kept.ts'
export { type Basket, type LookBack, type LookBackWish, makeLookBack } from './look-back.ts'
export { lookBackHandler } from './search.ts'
export { type Kept, keepItem, LOOK_BACK_QUEUE } from './store.ts'
