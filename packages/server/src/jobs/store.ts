import { type Claimed, days, defineSchema, defineWork, type Tx, table } from '../storage/index.ts'
import { type Schedule, slotsDue } from './slots.ts'

declare module '../storage/tables.ts' {
  interface Tables {
    schedules: { name: string; next_slot: number; last_slot: number | null; last_result: string | null }
    schedule_runs: { id: string; name: string; slot: number; at: number; result: string }
  }
}

export const schema = defineSchema({
  subject: 'jobs',
  steps: [
    {
      id: '0001-schedules',
      up: (engine) => [
        table(engine, 'schedules', {
          name: 'text primary key',
          next_slot: 'bigint not null',
          last_slot: 'bigint',
          last_result: 'text',
        }),
        table(engine, 'schedule_runs', {
          id: 'text primary key',
          name: 'text not null',
          slot: 'bigint not null',
          at: 'bigint not null',
          result: 'text not null',
        }),
        'create index schedule_runs_at on schedule_runs (at)',
      ],
    },
  ],
  tables: {
    schedules: { kept: { forever: 'one row per schedule' } },
    schedule_runs: { kept: { from: 'at', default: days(30), min: days(1), max: days(365) } },
  },
})

/** The queue of slots that have come. */
export const SCHEDULE_QUEUE = 'schedule'

/**
 * Makes a job of each slot that has come since the last tick; returns their number. Any number of workers may tick: the slot's row moves
 * in the same transaction.
 */
export const tick = defineWork('jobs.tick', async (tx: Tx, schedules: readonly Schedule[]): Promise<number> => {
  let made = 0
  for (const schedule of schedules) {
    const row = await tx.db
      .selectFrom('schedules')
      .select('next_slot')
      .where('name', '=', schedule.name)
      .executeTakeFirst()
    const { due, next } = slotsDue(schedule, row?.next_slot, tx.now)
    if (row?.next_slot === next) continue
    await tx.db
      .insertInto('schedules')
      .values({ name: schedule.name, next_slot: next, last_slot: null, last_result: null })
      .onConflict((conflict) => conflict.column('name').doUpdateSet({ next_slot: next }))
      .execute()
    for (const slot of due) {
      await tx.jobs.enqueue({
        queue: SCHEDULE_QUEUE,
        once: `${schedule.name}:${slot}`,
        order: `schedule:${schedule.name}`,
        runAt: slot,
        payload: { name: schedule.name, slot },
      })
    }
    made += due.length
  }
  return made
})

/** Ends the job of a slot and notes how it went, in one transaction. */
export const slotDone = defineWork(
  'jobs.slotDone',
  async (tx: Tx, input: { job: Claimed; name: string; slot: number; result: string }): Promise<void> => {
    await tx.jobs.complete(input.job)
    await tx.db
      .updateTable('schedules')
      .set({ last_slot: input.slot, last_result: input.result })
      .where('name', '=', input.name)
      .execute()
    await tx.db
      .insertInto('schedule_runs')
      .values({ id: input.job.id, name: input.name, slot: input.slot, at: tx.now, result: input.result })
      .execute()
  },
)
