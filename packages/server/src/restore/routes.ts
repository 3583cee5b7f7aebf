import { getRestore, resumeRestored } from '@lamplighter/api'
import { AppError } from '../http/errors.ts'
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
      const state = quiet.state()
      if (state === undefined) throw new AppError('conflict', 'Nothing is held back: this server is not quiet.')
      await store.tx(noteResume, { doer: doerOf(call), backupAt: state.backupAt }, onceOf(call))
      quiet.resume()
      return { body: {} }
    }),
  ]
}
