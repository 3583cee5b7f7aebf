import { createHash } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { extname, resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { getLists } from '@lamplighter/api'
import { type Call, withApi } from '../api.ts'
import type { Command } from '../command.ts'
import { type Io, UsageError } from '../io.ts'
import { FileBody } from '../operator.ts'
import { startProgress } from '../progress.ts'
import { sendTermFile } from '../term-file.ts'

const TYPES: Readonly<Record<string, string>> = {
  '.csv': 'text/csv',
  '.ndjson': 'application/x-ndjson',
  '.jsonl': 'application/x-ndjson',
}

const LOOK_EVERY_MS = 100

/** Shows how far the server is with the import of a list, until it has ended. Where it cannot be asked, the import goes on unseen. */
async function showImport<T>(
  io: Io,
  call: Call,
  file: { readonly list: string; readonly lines: number },
  importing: Promise<T>,
): Promise<T> {
  const progress = startProgress(io, `importing ${file.list}`)
  let running = true
  const ended = importing.then(
    () => undefined,
    () => undefined,
  )
  void ended.then(() => {
    running = false
  })
  while (running) {
    const lists = await call('GET', '/v1/lists').catch(() => undefined)
    const now = getLists.answer.safeParse(lists).data?.importing.find(({ id }) => id === file.list)
    // Until the file has been read nobody knows how much of it is new.
    if (running) progress.update(now?.done ?? 0, now?.total ?? file.lines)
    await Promise.race([ended, sleep(LOOK_EVERY_MS)])
  }
  progress.end()
  return importing
}

const NEWLINE = 0x0a
const linesIn = (bytes: Uint8Array): number => bytes.reduce((count, byte) => count + Number(byte === NEWLINE), 0)

export const commands: readonly Command[] = [
  {
    name: 'lists import',
    summary:
      'Replaces the entries of a list by those of a file: CSV with a header, JSON Lines, one value a line, or a signed term file (.json), which needs no option.',
    example: 'lamplighter lists import terms.txt --list threat_terms --kind text --harm threat_to_life',
    args: ['file'],
    options: {
      list: { help: 'id of the list, as rule files name it', value: 'id' },
      kind: { help: 'pdq, digest, text or domain', value: 'kind' },
      harm: { help: 'harm that the list is about', value: 'harm' },
      harms: {
        help: 'harms of rules that may ask it, as its terms allow, with commas; at first: its own',
        value: 'harms',
      },
      source: { help: 'who keeps the list', value: 'name' },
      live: { help: 'at once and without trial; said so in the public log' },
      sealed: { help: 'entries are sealed at rest and never shown' },
      context: { help: 'a hit alone proves nothing' },
      within: { help: 'pictures: bits within which one is the same, 31 if not given', value: 'bits' },
      variants: { help: 'pictures: as_is, or eight to look turned and mirrored ones up too', value: 'variants' },
    },
    async run(io, given) {
      const path = resolve(io.folder, given.args[0] ?? '')
      // A signed term file says all of it itself.
      if (extname(path) === '.json' && existsSync(path)) return sendTermFile(io, path, given.has('live'))
      const [list, kind, harm] = ['list', 'kind', 'harm'].map((name) => {
        const value = given.value(name)
        if (value === undefined) throw new UsageError(`lists import needs --${name}`)
        return value
      })
      if (!existsSync(path)) throw new UsageError(`${path} cannot be read; give the path of a list file`)
      const bytes = readFileSync(path)
      const query = new URLSearchParams({
        kind: kind ?? '',
        harm: harm ?? '',
        source: given.value('source') ?? 'file',
        sealed: given.has('sealed') ? 'yes' : 'no',
        context: given.has('context') ? 'yes' : 'no',
        live: given.has('live') ? 'yes' : 'no',
        ...(given.value('harms') !== undefined && { harms: given.value('harms') ?? '' }),
        sha256: createHash('sha256').update(bytes).digest('hex'),
      })
      for (const name of ['within', 'variants']) {
        const value = given.value(name)
        if (value !== undefined) query.set(name, value)
      }
      const type = TYPES[extname(path)] ?? 'text/plain'
      const answer = await withApi(io, (call) => {
        const importing = call('PUT', `/v1/lists/${list}/entries?${query}`, new FileBody(type, bytes))
        return showImport(io, call, { list: list ?? '', lines: linesIn(bytes) }, importing)
      })
      const counts = `${answer.entries} entries, ${answer.added} added, ${answer.removed} removed`
      io.result(answer, [`${list} version ${answer.version} is ${answer.state}: ${counts}`])
      return 0
    },
  },
  {
    name: 'lists status',
    summary: 'Versions, counts and age of the lists.',
    example: 'lamplighter lists status',
    async run(io) {
      const answer = await withApi(io, (call) => call('GET', '/v1/lists'))
      const items = answer.items as { id: string; kind: string; version: number; entries: number; state: string }[]
      io.result(
        answer,
        items.length === 0
          ? ['no lists yet']
          : items.map(
              ({ id, kind, version, entries, state }) =>
                `${id.padEnd(24)} ${kind.padEnd(7)} v${version}  ${entries.toLocaleString('en')} entries  ${state}`,
            ),
      )
      return 0
    },
  },
]
