import { createHash } from 'node:crypto'
import { StorageError } from './errors.ts'
import type { Engine } from './seam.ts'

/** One migration step: a transaction of its own, recorded in it. Forward only; its text never changes once released. */
export interface Step {
  /** `0001-cases`: four digits, then what it does. */
  readonly id: string
  up(engine: Engine): readonly string[]
}

/** How long rows are kept (`platform.md` §14). */
export type Kept =
  | {
      /** Column with the instant from which the time counts; a row in which it is null stays. */
      readonly from: string
      readonly default: number
      readonly min: number
      readonly max: number
      /** SQL condition over the row, true on both engines for rows that must stay: a hold, an open state. */
      readonly unless?: string
      /** Columns that name a row, when the table has no single `id`: unused by storage, shown in Settings. */
      readonly note?: string
    }
  /** Rows go with those of another table, by foreign key or by the subject's own works. */
  | { readonly with: string }
  /** Rows stay, or a work of the subject removes them; the reason is shown on the privacy page. */
  | { readonly forever: string }

export interface TableRule {
  readonly kept: Kept
}

/** What one subject keeps: its migrations and, for each table, how long. */
export interface Schema {
  readonly kind: 'lamplighter.schema'
  readonly subject: string
  readonly steps: readonly Step[]
  readonly tables: Readonly<Record<string, TableRule>>
}

/** Whole days in milliseconds, for `kept`. */
export const days = (count: number): number => count * 86_400_000

/**
 * Declares a subject's tables. Export it from `store.ts`.
 *
 * @throws StorageError `schema_invalid` for a table without `kept`, a rule for no table, or steps out of order
 */
export function defineSchema(schema: Omit<Schema, 'kind'>): Schema {
  checkSteps(schema)
  const made = tablesMade(schema.steps)
  for (const name of made) {
    if (schema.tables[name]?.kept === undefined) {
      throw new StorageError(
        'schema_invalid',
        `table "${name}" of ${schema.subject} has no "kept"; say how long its rows stay`,
      )
    }
  }
  for (const [name, rule] of Object.entries(schema.tables)) {
    if (!made.has(name)) {
      throw new StorageError('schema_invalid', `${schema.subject} declares "kept" for "${name}", which no step creates`)
    }
    checkKept(name, rule.kept)
  }
  return Object.freeze({ kind: 'lamplighter.schema', ...schema })
}

export function isSchema(value: unknown): value is Schema {
  return typeof value === 'object' && value !== null && 'kind' in value && value.kind === 'lamplighter.schema'
}

/** SHA-256 over the statements of a step, in hex. */
export function stepSha256(step: Step, engine: Engine): string {
  return createHash('sha256').update(step.up(engine).join('\n;\n')).digest('hex')
}

function checkSteps(schema: Omit<Schema, 'kind'>): void {
  let before = ''
  for (const { id } of schema.steps) {
    if (!/^\d{4}-[a-z0-9-]+$/.test(id)) {
      throw new StorageError('schema_invalid', `step "${id}" of ${schema.subject}: expected an id such as 0001-cases`)
    }
    if (id.slice(0, 4) <= before) {
      throw new StorageError('schema_invalid', `step "${id}" of ${schema.subject}: numbers must grow from step to step`)
    }
    before = id.slice(0, 4)
  }
}

function tablesMade(steps: readonly Step[]): Set<string> {
  const made = new Set<string>()
  for (const statement of steps.flatMap((step) => step.up('sqlite'))) {
    const created = /^\s*create\s+(?:virtual\s+)?table\s+(?:if\s+not\s+exists\s+)?"?(\w+)/i.exec(statement)?.[1]
    const dropped = /^\s*drop\s+table\s+(?:if\s+exists\s+)?"?(\w+)/i.exec(statement)?.[1]
    if (created !== undefined) made.add(created)
    if (dropped !== undefined) made.delete(dropped)
  }
  return made
}

function checkKept(name: string, kept: Kept): void {
  if (!('from' in kept)) return
  if (!(kept.min <= kept.default && kept.default <= kept.max)) {
    throw new StorageError('schema_invalid', `"kept" of "${name}": expected min ≤ default ≤ max, in milliseconds`)
  }
}
