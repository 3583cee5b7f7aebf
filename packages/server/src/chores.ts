import type { KeptCounters } from './counters/index.ts'
import type { MediaVault } from './evidence/index.ts'
import type { ScheduledTask } from './jobs/index.ts'

/** What counters no longer need goes, and with it the keys of its names. */
export function counterSweep(counters: Pick<KeptCounters, 'sweep'>, now: () => number): ScheduledTask {
  return {
    name: 'counter-sweep',
    when: { every: 3_600_000 },
    missed: 'latest',
    async run() {
      await counters.sweep(now())
      return 'done'
    },
  }
}

/** Segments of the replay log end on time, with their keys, and old lines go. */
export function replayTend(replay: { tend(): Promise<number> }): ScheduledTask {
  return {
    name: 'replay-tend',
    when: { every: 3_600_000 },
    missed: 'latest',
    run: async () => `${await replay.tend()} chunks`,
  }
}

/** Archives that have waited too long go, with their keys and what waited for them. */
export function uploadTend(uploads: { tend(): Promise<number> }): ScheduledTask {
  return {
    name: 'upload-tend',
    when: { every: 3_600_000 },
    missed: 'latest',
    run: async () => `${await uploads.tend()} archives`,
  }
}

/** Hours that look-back has kept go with their keys, and lists that became newer are looked up. */
export function lookBackTend(lookBack: { tend(): Promise<string> }): ScheduledTask {
  return { name: 'look-back', when: { every: 60_000 }, missed: 'latest', run: () => lookBack.tend() }
}

/** Imports of list files go on that a process left which was killed. */
export function importTask(imports: { resume(): Promise<void> }): ScheduledTask {
  return {
    name: 'list-imports',
    when: { every: 60_000 },
    missed: 'latest',
    async run() {
      await imports.resume()
      return 'done'
    },
  }
}

/** Files that nothing flagged go with their keys, a minute after what they belong to was judged. */
export function mediaSweep(vault: Pick<MediaVault, 'sweep'>): ScheduledTask {
  return {
    name: 'media-sweep',
    when: { every: 60_000 },
    missed: 'latest',
    async run() {
      let total = 0
      for (let count = -1; count !== 0; total += count) count = await vault.sweep()
      return `${total} files`
    },
  }
}

/** Lists whose licence is over go out of force, and what was removed from lists goes. */
export function listTend(library: { tend(): Promise<string> }): ScheduledTask {
  return { name: 'list-tend', when: { every: 300_000 }, missed: 'latest', run: () => library.tend() }
}
