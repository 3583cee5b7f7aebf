import { migrate } from '../migrate.ts'
import type { Schema } from '../schema.ts'
import { migrationTarget } from './migration-target.ts'
import { checkedSettings } from './settings.ts'
import { type PostgresOptions, PostgresStore } from './store.ts'

/** Connects, checks the server's settings and migrates. */
export async function openPostgres(
  options: PostgresOptions & { schemas: readonly Schema[]; by: string },
): Promise<{ store: PostgresStore; settings: Record<string, string>; migrated: number }> {
  const store = new PostgresStore(options)
  try {
    const settings = await store.withClient(checkedSettings)
    const target = migrationTarget((run) => store.withClient(run), options)
    return { store, settings, migrated: await migrate(target, options.schemas) }
  } catch (error) {
    await store.close()
    throw error
  }
}
