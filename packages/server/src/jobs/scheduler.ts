import type { Claimed, Storage } from '../storage/index.ts'
import type { Schedule } from './slots.ts'
import { SCHEDULE_QUEUE, slotDone, tick } from './store.ts'
import type { Handler, JobContext } from './worker.ts'

export interface ScheduledTask extends Schedule {
  /** Runs one slot; what it returns (a code or a count) is shown in Settings. It may run again after a crash. */
  run(slot: number, context: JobContext): Promise<string>
}

export interface Scheduler {
  /** Give it to `startWorker` under `SCHEDULE_QUEUE`. */
  readonly handler: Handler
  /** Looks for slots that have come; called each second by itself. */
  tick(): Promise<number>
  stop(): Promise<void>
}

const TICK_MS = 1_000

/** Turns the slots of `tasks` into jobs, one per slot however many workers there are. */
export function startScheduler(options: {
  storage: Storage
  tasks: readonly ScheduledTask[]
  tickMs?: number
  onError?: (error: unknown) => void
}): Scheduler {
  const { storage, tasks, tickMs = TICK_MS } = options
  const plain = tasks.map(({ name, when, missed }): Schedule => ({ name, when, missed }))
  const byName = new Map(tasks.map((task) => [task.name, task]))
  const look = (): Promise<number> => storage.store.tx(tick, plain)
  let last: Promise<unknown> = Promise.resolve()
  const timer = setInterval(() => {
    // A tick that fails changes nothing: the slot is still due at the next one.
    last = look().catch((error: unknown) => options.onError?.(error))
  }, tickMs)
  return {
    tick: look,
    async handler(job, context) {
      const { name, slot } = slotOf(job)
      const task = byName.get(name)
      if (task === undefined) return { park: 'unknown_schedule' }
      const result = await task.run(slot, context)
      await storage.store.tx(slotDone, { job: context.claimed(), name, slot, result })
      return 'completed'
    },
    async stop() {
      clearInterval(timer)
      await last
    },
  }
}

function slotOf(job: Claimed): { name: string; slot: number } {
  const { payload } = job
  if (typeof payload === 'object' && payload !== null && 'name' in payload && 'slot' in payload) {
    return { name: String(payload.name), slot: Number(payload.slot) }
  }
  throw new TypeError(`a job of queue ${SCHEDULE_QUEUE} without name and slot`)
}
