import type { PoolClient } from 'pg'
import { StorageError } from '../errors.ts'

const LEAST_VERSION = 150_000
export interface Setting {
  readonly name: string
  readonly setting: string
}

const MUST_BE_ON = ['fsync', 'full_page_writes'] as const

/** The settings that durability and text rest on, as the server has them. */
export async function readSettings(client: PoolClient): Promise<Setting[]> {
  const names = [
    ...MUST_BE_ON,
    'synchronous_commit',
    'server_encoding',
    'server_version_num',
    'synchronous_standby_names',
  ]
  const found = await client.query<Setting>('select name, setting from pg_settings where name = any($1)', [names])
  return found.rows
}

/** How far the database's clock is ahead of ours, in milliseconds; exact to half the time that the answer took. */
export async function measureClock(client: PoolClient, now: () => number): Promise<number> {
  const before = now()
  const { rows } = await client.query<{ ms: string }>('select extract(epoch from clock_timestamp()) * 1000 as ms')
  return Math.round(Number(rows[0]?.ms) - (before + now()) / 2)
}

/**
 * @throws StorageError `settings_refused` where an acknowledged write could be lost, or texts would be garbled
 */
export function checkedSettings(rows: readonly Setting[]): Record<string, string> {
  const settings = Object.fromEntries(rows.map((row) => [row.name, row.setting]))
  for (const name of MUST_BE_ON) {
    if (settings[name] !== 'on') refuse(name, 'on', settings[name])
  }
  if (settings.synchronous_commit === 'off') refuse('synchronous_commit', 'on', 'off')
  if (settings.server_encoding !== 'UTF8') refuse('server_encoding', 'UTF8', settings.server_encoding)
  if (Number(settings.server_version_num) < LEAST_VERSION)
    refuse('server_version', '15 or newer', settings.server_version_num)
  return settings
}

function refuse(name: string, expected: string, found: string | undefined): never {
  throw new StorageError(
    'settings_refused',
    `PostgreSQL setting ${name}: expected ${expected}, found ${found ?? 'nothing'}`,
  )
}
