import { audit } from '../audit/index.ts'
import { AppError } from '../http/errors.ts'
import type { Doer } from '../people/index.ts'
import { defineQuery, defineWork } from '../storage/index.ts'

/**
 * Notes that a person has confirmed what the copy says of people, keys and endpoints (security.md S-68).
 *
 * @param input.backupAt null when nothing is held back
 * @throws AppError `conflict` nothing is held back
 */
export const noteResume = defineWork('restore.resume', async (tx, input: { doer: Doer; backupAt: number | null }) => {
  if (input.backupAt === null) throw new AppError('conflict', 'Nothing is held back: this server is not quiet.')
  await audit(tx, {
    who: input.doer.name,
    act: 'restore.resume',
    kind: 'backup',
    object: String(input.backupAt),
    request: input.doer.request,
    touch: input.doer.touch ?? undefined,
  })
})

/** What a person confirms before a restored server goes on: who could do what at the time of the copy. */
export const counts = defineQuery('restore.counts', async ({ db }) => {
  const count = async (table: 'staff' | 'api_keys' | 'jobs') => {
    const row = await db
      .selectFrom(table)
      .select((all) => all.fn.countAll<number>().as('n'))
      .executeTakeFirstOrThrow()
    return Number(row.n)
  }
  return { people: await count('staff'), keys: await count('api_keys'), jobs: await count('jobs') }
})
