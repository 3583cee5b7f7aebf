import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { type CounterSpec, unpack } from '@lamplighter/rules/counters'
import { openText } from '../../actions/sealing.ts'
import { counterNames } from '../../counters/names.ts'
import { unpackChunk } from '../../replay/line.ts'
import { idsUnder } from '../../replay/log.ts'
import type { House } from '../../testing/house.ts'
import { contentOf } from '../../transparency/record.ts'

/** Where words were found: `table.column`, each once. */
export type Traces = ReadonlySet<string>

type Row = Readonly<Record<string, unknown>>

/**
 * Looks for words of a person in every column of every table: plain, sealed, and as what stands for the account. `unread` are sealed columns
 * in which nothing could be opened.
 */
export async function tracesIn(
  house: House,
  words: readonly string[],
  account: string,
): Promise<{ found: Traces; unread: Traces }> {
  const [found, unread] = [new Set<string>(), new Set<string>()]
  for (const { table } of house.context.storage.retention.rules) {
    const stands = await standsFor(house, table, account)
    for (const row of await house.rows(table)) {
      for (const [column, value] of Object.entries(row)) {
        const text = await textOf(house, { table, column, row, value })
        if (text === undefined) unread.add(`${table}.${column}`)
        else if ([...words, account, ...stands].some((word) => text.includes(word))) found.add(`${table}.${column}`)
      }
    }
  }
  return { found, unread }
}

/** What stands for an account in tables that hold no ids. */
async function standsFor(house: House, table: string, account: string): Promise<string[]> {
  const { keyring } = house.context
  if (table === 'replay_chunks') {
    const segments = await Promise.all(keyring.live('replay').map(({ id }) => idsUnder(keyring, id)))
    return segments.map((sealed) => sealed('account', account))
  }
  if (table !== 'counter_rows' && table !== 'counter_journal') return []
  const names = counterNames(keyring)
  const found: string[] = []
  for (const { spec } of await house.rows('counters')) {
    const parsed = JSON.parse(String(spec)) as CounterSpec
    await names.ready([parsed], house.clock.now)
    found.push(...names.hash(parsed, account).filter((name) => name !== undefined))
  }
  return found
}

interface Cell {
  readonly table: string
  readonly column: string
  readonly row: Row
  readonly value: unknown
}

/** What a cell says to whoever has all keys; undefined for bytes that do not open. */
async function textOf(house: House, cell: Cell): Promise<string | undefined> {
  const { table, column, row, value } = cell
  if (!(value instanceof Uint8Array)) return String(value)
  if (table === 'replay_chunks') return unpackChunk(value).lines.join('\n')
  if (table === 'upload_chunks')
    return JSON.stringify(await house.context.uploads.eventsOf(String(row.run), Number(row.first)))
  if (table === 'counter_rows') return JSON.stringify(unpack(value))
  const { keyring, meansFor } = house.context
  if (PLAIN.has(`${table}.${column}`)) return Buffer.from(value).toString('latin1')
  const place = { table, column, row: String(row.id ?? row.media_key) }
  if (column === 'sealed' && table === 'ledger_records') {
    const key = keyring.use(String(row.person_key), (one) => one.derive('ledger seal'))
    const text = key.then((one) => JSON.stringify([...contentOf(one, String(row.id), value).fields.values()]))
    return text.catch(() => undefined)
  }
  const { columns } = await meansFor([])
  for (const open of [
    async () => Buffer.from(await keyring.unseal(place, value)).toString('utf8'),
    async () => openText(columns, place, value),
  ]) {
    const text = await open().catch(() => undefined)
    if (text !== undefined) return text
  }
  return undefined
}

/** Columns of bytes that are not sealed: hashes, keys, trees, models, results of commands. */
const PLAIN: ReadonlySet<string> = new Set([
  'once_results.result',
  'ledger_records.commitment',
  'ledger_batches.leaves',
  'ledger_batches.edge',
  'ledger_batches.pad_key',
  'ledger_batches.anchor_key',
  'ledger_batches.root',
  'ledger_heads.root',
  'ledger_heads.edge',
  'ledger_keys.public',
  'ledger_keys.wrapped',
  'notice_links.hash',
  'used_form_numbers.hash',
  'api_keys.secret_hash',
  'sessions.token_hash',
  'sign_in_links.token_hash',
  'models.weights',
])
/** All bytes of the files below a folder. */
export function bytesBelow(folder: string): Buffer {
  const parts = readdirSync(folder).map((name) => {
    const path = join(folder, name)
    return statSync(path).isDirectory() ? bytesBelow(path) : readFileSync(path)
  })
  return Buffer.concat(parts)
}
