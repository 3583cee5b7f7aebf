import type { ScheduledTask } from '../jobs/index.ts'
import type { Storage } from '../storage/index.ts'
import { presentSwitches, tellLapsed } from './store.ts'
import { ALL_OFF, type SwitchSet } from './switches.ts'

/** The switches of this process. */
export interface Switchboard {
  /** As they were read last; all off before that. */
  now(): SwitchSet
  /** Reads them anew: at the start, and after every change, in every process. */
  load(): Promise<void>
  /** Looks once a minute whether one has passed its end or its review. */
  readonly task: ScheduledTask
}

export function makeSwitchboard({ store }: Pick<Storage, 'store'>): Switchboard {
  let held = ALL_OFF
  let turn: Promise<unknown> = Promise.resolve()
  const load = async (): Promise<void> => {
    held = await store.read(presentSwitches, undefined)
  }
  return {
    now: () => held,
    // One after another, so that an older answer of the database never takes the place of a newer one.
    load() {
      const next = turn.then(load)
      turn = next.catch(() => undefined)
      return next
    },
    task: {
      name: 'switches',
      when: { every: 60_000 },
      missed: 'latest',
      run: async () => `${await store.tx(tellLapsed, undefined)} lapsed`,
    },
  }
}
