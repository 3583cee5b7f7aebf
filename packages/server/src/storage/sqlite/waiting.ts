import { existsSync } from 'node:fs'
import { loadSchemas } from '../load.ts'
import { checkDatabase } from './copy.ts'

/** Migration steps that this version would run on the database file, in order. Changes nothing. */
export async function waitingSteps(path: string, modules: readonly URL[]): Promise<string[]> {
  const schemas = await loadSchemas(modules.map((module) => module.href))
  const all = schemas.flatMap(({ subject, steps }) => steps.map(({ id }) => `${subject}/${id}`))
  const done = new Set(existsSync(path) ? checkDatabase(path).migrations : [])
  return all.filter((id) => !done.has(id))
}
