export { housekeeping, trimStream } from './housekeeping.ts'
export { type RetentionResult, removeExpired, timeOf } from './retention.ts'
export { type ScheduledTask, type Scheduler, startScheduler } from './scheduler.ts'
export type { Schedule } from './slots.ts'
export { SCHEDULE_QUEUE } from './store.ts'
export {
  type Ending,
  type Handler,
  type JobContext,
  type QueueOptions,
  startWorker,
  usualBackoff,
  type Worker,
  type WorkerOptions,
} from './worker.ts'
