export { appendTraces } from './chunks.store.ts'
export { makeReplayLog, type ReplayLog } from './log.ts'
export type { Pen, Said, Trace, Tray } from './pen.ts'
