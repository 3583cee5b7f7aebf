import { getRestore, resumeRestored } from '@lamplighter/api'
import { onceOf, type Route, route } from '../http/route.ts'
import { doerOf } from '../people/index.ts'
import type { Store } from '../storage/index.ts'
import type { Quiet } from './quiet.ts'
import { counts, noteResume } from './store.ts'

export function routesOf({ store, quiet }: { store: Store; quiet: Quiet }): Route[] {
  return [
    route(getRestore, async () => {
      const state = quiet.state()
      return {
        body: {
          quiet: state !== undefined,
          backupAt: state?.backupAt ?? null,
          restoredAt: state?.restoredAt ?? null,
          counts: await store.read(counts, undefined),
        },
      }
    }),
    route(resumeRestored, async (call) => {
      // The work refuses, not this line: who repeats the call that ended the quiet gets its answer again.
      await store.tx(noteResume, { doer: doerOf(call), backupAt: quiet.state()?.backupAt ?? null }, onceOf(call))
      quiet.resume()
      return { body: {} }
    }),
  ]
}
