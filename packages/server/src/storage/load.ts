import { coreSchema } from './core-schema.ts'
import { StorageError } from './errors.ts'
import { isSchema, type Schema } from './schema.ts'
// Storage's own works: the writer thread must know them whatever the subjects import.
import './jobs.ts'
import './leases.ts'
import './probe.ts'
import './retention.ts'
import './stream.ts'

/**
 * Imports the `store.ts` modules, which declares their works, and gives the schemas they export: storage's own first, then in the order
 * of the modules.
 */
export async function loadSchemas(modules: readonly string[]): Promise<Schema[]> {
  const schemas: Schema[] = [coreSchema]
  for (const href of modules) {
    const exported: Record<string, unknown> = await import(/* @vite-ignore */ href)
    schemas.push(...Object.values(exported).filter(isSchema))
  }
  const tables = new Set<string>()
  for (const name of schemas.flatMap((schema) => Object.keys(schema.tables))) {
    if (tables.has(name)) throw new StorageError('schema_invalid', `two subjects declare the table "${name}"`)
    tables.add(name)
  }
  return schemas
}
