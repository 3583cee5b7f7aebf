import { StorageError } from './errors.ts'
import { type Schema, type Step, stepSha256 } from './schema.ts'
import type { Engine } from './seam.ts'

export interface Applied {
  readonly id: string
  readonly sha256: string
}

/** What the runner needs of an engine. */
export interface MigrationTarget {
  readonly engine: Engine
  /** Makes the table `migrations` if it is missing, and reads it. */
  applied(): Promise<readonly Applied[]>
  /** Called once before the first of several steps on a database that is not new. */
  prepare?(newest: string): Promise<void>
  /** Runs the statements and records the step, in one transaction. */
  apply(step: { id: string; sha256: string; statements: readonly string[] }): Promise<void>
}

/** The table that records steps, in the words of each engine. */
export const MIGRATIONS_TABLE: Record<Engine, string> = {
  sqlite: `create table if not exists migrations (id text primary key, sha256 text not null, started_at integer not null,
    finished_at integer not null, by text not null) strict`,
  postgres: `create table if not exists migrations (id text collate "C" primary key, sha256 text collate "C" not null,
    started_at bigint not null, finished_at bigint not null, by text collate "C" not null)`,
}

/**
 * Brings the database to the schema of this version, step by step; a kill between two steps is resumed at the next start.
 *
 * @throws StorageError `schema_changed` · `schema_newer` · `schema_hole`; then nothing was changed
 */
export async function migrate(target: MigrationTarget, schemas: readonly Schema[]): Promise<number> {
  const applied = await target.applied()
  const waiting = plan(target.engine, schemas, applied)
  if (waiting.length > 0 && applied.length > 0) await target.prepare?.(`${waiting.at(-1)?.id}`)
  for (const { id, step } of waiting) {
    await target.apply({ id, sha256: stepSha256(step, target.engine), statements: step.up(target.engine) })
  }
  return waiting.length
}

interface Planned {
  readonly id: string
  readonly step: Step
}

function plan(engine: Engine, schemas: readonly Schema[], applied: readonly Applied[]): Planned[] {
  const done = new Map(applied.map((row) => [row.id, row.sha256]))
  const known = new Set<string>()
  const waiting: Planned[] = []
  for (const schema of schemas) {
    let firstWaiting: string | undefined
    for (const step of schema.steps) {
      const id = `${schema.subject}/${step.id}`
      if (known.has(id)) throw new StorageError('schema_invalid', `two migration steps are named "${id}"`)
      known.add(id)
      const sha256 = done.get(id)
      if (sha256 === undefined) {
        firstWaiting ??= id
        waiting.push({ id, step })
      } else {
        checkApplied(id, { expected: stepSha256(step, engine), found: sha256, firstWaiting })
      }
    }
  }
  refuseNewer([...done.keys()].filter((id) => !known.has(id)))
  return waiting
}

function checkApplied(id: string, is: { expected: string; found: string; firstWaiting: string | undefined }): void {
  if (is.found !== is.expected) {
    throw new StorageError(
      'schema_changed',
      `migration ${id} was applied with checksum ${is.found.slice(0, 12)}, this version has ${is.expected.slice(0, 12)}; a released step must not change: install the version that the database was made with, or restore a backup`,
    )
  }
  if (is.firstWaiting !== undefined) {
    throw new StorageError(
      'schema_hole',
      `migration ${is.firstWaiting} is missing although ${id} was applied; the database was changed by hand or restored in part: restore a whole backup`,
    )
  }
}

function refuseNewer(unknown: readonly string[]): void {
  if (unknown.length === 0) return
  throw new StorageError(
    'schema_newer',
    `the database has migration ${unknown[0]}, which this version does not know; start the newer version that applied it`,
  )
}
