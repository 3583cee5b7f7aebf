import { createHash } from 'node:crypto'
import { AppError } from '../../http/errors.ts'
import type { Store } from '../../storage/index.ts'
import { listEntries, oneList } from '../store.ts'
import type { ListsTable } from '../tables.ts'
import type { Codec } from './codec.ts'
import { mayExport, termsOf } from './declaration.ts'
import type { ParsedEntry } from './parse.ts'

const SLICE = 1_000
const COLUMNS = ['value', 'quality', 'source_id', 'class', 'added', 'expires', 'tags', 'note'] as const

export type ExportForm = 'csv' | 'jsonl'

interface Exporting {
  readonly store: Store
  readonly codec: Codec
}

/**
 * The list, if it may leave the house: not sealed, and its terms allow it (matching.md §9.6).
 *
 * @throws AppError `not_found` · `sealed` · `terms`
 */
export async function exportable(
  { store }: Pick<Exporting, 'store'>,
  { list, now }: { readonly list: string; readonly now: number },
): Promise<ListsTable> {
  const { row } = await store.read(oneList, list)
  if (row.sealed === 1) throw new AppError('sealed', 'A sealed list is exported to nobody.')
  if (!mayExport(row, now))
    throw new AppError(
      'terms',
      'The terms of this list do not allow to export it, or its licence is over; see GET /v1/lists/{id}.',
    )
  return row
}

/** The entries of a version as lines of a list file (matching.md §9.8), header first; slice by slice, so memory holds one. */
export async function* exportLines(
  { store, codec }: Exporting,
  of: { readonly list: string; readonly version: number; readonly form: ExportForm },
): AsyncGenerator<string> {
  if (of.form === 'csv') yield `${COLUMNS.join(',')}\n`
  for (let after = 0; ; ) {
    const rows = await store.read(listEntries, { list: of.list, version: of.version, after, max: SLICE })
    const entries = await codec.entries(of.list, rows)
    yield entries.map(({ entry }) => `${of.form === 'csv' ? csvLine(entry) : jsonLine(entry)}\n`).join('')
    if (rows.length < SLICE) return
    after = rows.at(-1)?.n ?? after
  }
}

/** What stands beside the file: with it, whoever imports knows that nothing is missing. */
export async function manifestOf(parts: Exporting, row: ListsTable, form: ExportForm, now: number) {
  const hash = createHash('sha256')
  for await (const lines of exportLines(parts, { list: row.id, version: row.version, form })) hash.update(lines)
  return {
    ...{ format: 'lamplighter-hashes/1' as const, list: row.id, kind: row.kind, version: row.version },
    ...{ source: row.source, made: new Date(now).toISOString(), rows: row.entries, sha256: hash.digest('hex') },
    terms: { ...termsOf(row), harms: [...termsOf(row).harms] },
  }
}

const fieldsOf = (entry: ParsedEntry): Record<(typeof COLUMNS)[number], string> => ({
  ...{ value: entry.value, quality: entry.quality === undefined ? '' : String(entry.quality) },
  ...{ source_id: entry.sourceId ?? '', class: entry.class ?? '', added: entry.added ?? '' },
  ...{ expires: entry.expires ?? '', tags: (entry.tags ?? []).join(';'), note: entry.note ?? '' },
})

function csvLine(entry: ParsedEntry): string {
  const fields = fieldsOf(entry)
  return COLUMNS.map((name) => quoted(fields[name])).join(',')
}

// A line of the file is a line of the list: a break within a note becomes a space.
const quoted = (text: string): string => {
  const line = text.replaceAll(/[\r\n]+/g, ' ')
  return /[",]/.test(line) ? `"${line.replaceAll('"', '""')}"` : line
}

function jsonLine(entry: ParsedEntry): string {
  const fields = Object.entries(fieldsOf(entry)).filter(([, text]) => text !== '')
  return JSON.stringify(Object.fromEntries(fields))
}
