import type { Engine } from './seam.ts'

const TYPES: Record<Engine, Record<string, string>> = {
  sqlite: { bigint: 'integer', smallint: 'integer', text: 'text', bytes: 'blob' },
  // Compared by bytes on both engines (`platform.md` §5).
  postgres: { bigint: 'bigint', smallint: 'smallint', text: 'text collate "C"', bytes: 'bytea' },
}

/**
 * One `create table` for both engines. A column is `type` and what follows it: `'bigint not null default 0'`; the types are `bigint`
 * (instants, durations, counts), `smallint` (yes/no), `text` (also JSON) and `bytes`.
 *
 * @param constraints table constraints, such as `'primary key (name, at)'`
 */
export function table(
  engine: Engine,
  name: string,
  columns: Record<string, string>,
  constraints: readonly string[] = [],
): string {
  const lines = Object.entries(columns).map(([column, declared]) => `${column} ${columnType(engine, name, declared)}`)
  return `create table ${name} (${[...lines, ...constraints].join(', ')})${engine === 'sqlite' ? ' strict' : ''}`
}

/** `alter table … add column` with a type of `table`. */
export function addColumn(engine: Engine, tableName: string, column: string, declared: string): string {
  return `alter table ${tableName} add column ${column} ${columnType(engine, tableName, declared)}`
}

function columnType(engine: Engine, tableName: string, declared: string): string {
  const [type = '', ...rest] = declared.split(' ')
  const mapped = TYPES[engine][type]
  if (mapped === undefined) {
    throw new TypeError(
      `table ${tableName}: column type "${type}" is not one of ${Object.keys(TYPES[engine]).join(', ')}`,
    )
  }
  return [mapped, ...rest].join(' ')
}

/**
 * Triggers that refuse to change or delete rows of a table. Retention may delete: it opens the row of that table in
 * `retention_guard` within its own transaction.
 */
export function appendOnly(engine: Engine, name: string): string[] {
  return engine === 'sqlite' ? appendOnlySqlite(name) : appendOnlyPostgres(name)
}

function appendOnlySqlite(name: string): string[] {
  return [
    `create trigger ${name}_no_update before update on ${name} begin select raise(abort, 'append_only ${name}'); end`,
    `create trigger ${name}_no_delete before delete on ${name}
     when not exists (select 1 from retention_guard where table_name = '${name}')
     begin select raise(abort, 'append_only ${name}'); end`,
  ]
}

function appendOnlyPostgres(name: string): string[] {
  return [
    `create trigger ${name}_no_update before update on ${name} for each row execute function refuse_change()`,
    `create trigger ${name}_no_truncate before truncate on ${name} for each statement execute function refuse_change()`,
    `create trigger ${name}_no_delete before delete on ${name} for each row execute function refuse_delete()`,
  ]
}
