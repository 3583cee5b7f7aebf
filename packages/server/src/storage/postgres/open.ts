import { loadSchemas } from '../load.ts'
import { migrate } from '../migrate.ts'
import { migrationTarget } from './migration-target.ts'
import { checkedSettings } from './settings.ts'
import { type PostgresOptions, PostgresStore } from './store.ts'

/** Connects, checks the server's settings and migrates. */
export async function openPostgres(
  options: PostgresOptions & { modules: readonly string[]; by: string },
): Promise<{ store: PostgresStore; settings: Record<string, string>; migrated: number }> {
  const store = new PostgresStore(options)
  try {
    const schemas = await loadSchemas(options.modules)
    const settings = await store.withClient(checkedSettings)
    const target = migrationTarget((run) => store.withClient(run), options)
    return { store, settings, migrated: await migrate(target, schemas) }
  } catch (error) {
    await store.close()
    throw error
  }
}
