import { getLists, type MatchHit, type MatchResult, matchHashes, statusOf } from '@lamplighter/api'
import { LIMITS } from '../../evidence/decoder/index.ts'
import { AppError } from '../../http/errors.ts'
import { type Call, withApi } from '../api.ts'
import type { Command } from '../command.ts'
import type { ExitCode } from '../io.ts'
import { bytesOf, digestsOf, filesNamed, type LocalFile, shownName, whyWords } from '../local-files.ts'
import { FileBody } from '../operator.ts'
import { patient } from '../patient.ts'
import { startProgress } from '../progress.ts'

interface Matched {
  readonly file: string
  readonly result: MatchResult
  readonly readings: number
  /** Ids of the lists that the server asked; none where it was not asked about the file. */
  readonly lists: readonly string[]
}

const unread = (file: string, why: string): Matched => ({
  file,
  result: { state: 'unknown', why, hits: [] },
  readings: 0,
  lists: [],
})

async function matched(call: Call, file: LocalFile, lists: string | undefined): Promise<Matched> {
  if (file.missing !== undefined) return unread(file.name, file.missing)
  const query = lists === undefined ? '' : `?${new URLSearchParams({ lists })}`
  if (file.size > LIMITS.bytes) return large(call, file, lists)
  const bytes = bytesOf(file)
  if ('missing' in bytes) return unread(file.name, bytes.missing)
  if (bytes.length === 0) return unread(file.name, 'empty')
  const body = new FileBody('application/octet-stream', bytes)
  const answer = matchHashes.answer.parse(await call('POST', `/v1/match${query}`, body))
  const [result] = answer.results
  if (result === undefined) return unread(file.name, 'broken')
  const readings = answer.file?.readings.length ?? 0
  return { file: file.name, result, readings, lists: idsOf(answer) }
}

const idsOf = ({ lists }: ReturnType<typeof matchHashes.answer.parse>): readonly string[] => lists.map(({ id }) => id)

/** What the server had no time for, or broke on, is unknown; the other files are told all the same. @throws AppError what is wrong with the question itself */
async function matchedOrWhy(call: Call, file: LocalFile, lists: string | undefined): Promise<Matched> {
  try {
    return await matched(call, file, lists)
  } catch (error) {
    if (error instanceof AppError && statusOf(error.code) < 500 && error.code !== 'rate_limited') throw error
    return unread(file.name, error instanceof AppError ? error.code : 'unreachable')
  }
}

/** A file that is not decoded: its digests can hit, and nothing can say that it does not. */
async function large(call: Call, file: LocalFile, lists: string | undefined): Promise<Matched> {
  const { sha256, sha1, md5 } = await digestsOf(file)
  const hashes = [
    { kind: 'sha256', value: sha256 },
    { kind: 'sha1', value: sha1 },
    { kind: 'md5', value: md5 },
  ]
  const body = { hashes, ...(lists !== undefined && { lists: lists.split(',') }) }
  const answer = matchHashes.answer.parse(await call('POST', '/v1/match', body))
  const hits = answer.results.flatMap((one) => one.hits)
  const asked = { readings: 0, lists: idsOf(answer) }
  return hits.length > 0
    ? { file: file.name, result: { state: 'hit', hits }, ...asked }
    : { ...unread(file.name, 'too_large'), ...asked }
}

type ListFacts = ReturnType<typeof getLists.answer.parse>['items'][number]

const hourWords = (ms: number): string => {
  const hours = Math.floor(ms / 3_600_000)
  return hours < 1 ? 'under 1 h old' : hours < 48 ? `${hours} h old` : `${Math.floor(hours / 24)} d old`
}

const listWords = ({ id, version, sealed, entries, updatedAt }: ListFacts, now: number): string => {
  const held =
    sealed || entries === null ? 'sealed' : `${entries.toLocaleString('en')} ${entries === 1 ? 'entry' : 'entries'}`
  return `${id} v${version}, ${held}${updatedAt === null ? '' : `, ${hourWords(now - updatedAt)}`}`
}

const percent = (share: number): string => `${Math.floor(share * 100)} %`

const hitWords = ({ list, version, entry, distance, shares, flags }: MatchHit): string =>
  [
    list,
    ...(version === undefined ? [] : [` v${version} entry ${entry}, `]),
    ...(distance === undefined ? [] : [`${distance} bits away`]),
    ...(shares === undefined
      ? []
      : [`${percent(shares.listed)} of it in this file, ${percent(shares.query)} of this file in it`]),
    ...(flags === undefined ? [] : [` (${flags.join(', ')})`]),
  ].join('')

function wordsOf({ result, readings }: Matched, asked: string): string[] {
  const hits = result.hits.map(hitWords).join('; ')
  switch (result.state) {
    case 'hit':
      return ['HIT', hits]
    case 'unknown':
      return [`unknown: ${whyWords(result.why ?? '')}`, hits === '' ? asked : `near ${hits}`]
    case 'no_hit':
      return ['no hit', `${asked}, ${readings} reading${readings === 1 ? '' : 's'}`]
    case 'none':
      return ['nothing to match', asked]
  }
}

function codeOf(all: readonly Matched[]): ExitCode {
  const states = new Set(all.map(({ result }) => result.state))
  if (states.has('unknown')) return 1
  // A hit is a reason for a person to look (matching.md §1).
  return states.has('hit') ? 3 : 0
}

export const commands: readonly Command[] = [
  {
    name: 'match',
    summary: 'Asks the lists of this machine about files; nothing is sent elsewhere or stored. Exit 3: there is a hit.',
    example: 'lamplighter match harbour.jpg --list demo_tiles',
    args: ['files...'],
    options: { list: { help: 'ids of lists, with commas; all if not given', value: 'ids' } },
    async run(io, { args, value }) {
      const files = filesNamed(io.folder, args)
      const named = value('list')
      const progress = startProgress(io, 'bytes matched')
      const total = files.reduce((sum, { size }) => sum + size, 0)
      const { all, items } = await withApi(io, async (once) => {
        const call = patient(once)
        // First, so that nothing is lost where the server goes away later.
        const { items: held } = getLists.answer.parse(await call('GET', '/v1/lists'))
        const found: Matched[] = []
        let done = 0
        for (const file of files) {
          found.push(await matchedOrWhy(call, file, named))
          done += file.size
          progress.update(done, total)
        }
        return { all: found, items: held }
      })
      progress.end()
      // Those that the server says it asked: one that waits or is retired says nothing of a file.
      const askedOf = (ids: readonly string[]) => items.filter(({ id }) => ids.includes(id))
      const askedWords = ({ lists }: Matched): string =>
        askedOf(lists)
          .map((list) => listWords(list, Date.now()))
          .join('; ')
      const rows = all.map((one) => [shownName(one.file), ...wordsOf(one, askedWords(one))])
      const widths = [0, 1].map((column) => Math.max(...rows.map((row) => (row[column] ?? '').length)))
      io.result(
        {
          files: all.map(({ file, result }) => ({ file, ...result })),
          lists: askedOf(all.flatMap(({ lists }) => lists)),
        },
        rows.map((row) =>
          row
            .map((cell, column) => cell.padEnd(widths[column] ?? 0))
            .join('  ')
            .trimEnd(),
        ),
      )
      return codeOf(all)
    },
  },
]
