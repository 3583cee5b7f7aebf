import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { getIndexBuckets, getList, getLists, ListId, type ListVersion, stepListVersion } from '@lamplighter/api'
import type { z } from 'zod'
import { withApi } from '../api.ts'
import type { Command, Given } from '../command.ts'
import { type Io, UsageError } from '../io.ts'
import { bucketLines } from '../list-buckets.ts'
import { checkListFile } from '../list-check.ts'
import { badLine, extensionOf, importFile, manifestFor } from '../list-file.ts'
import { lookBackLine, statusLines } from '../list-status.ts'
import { pullCommand } from '../pulling.ts'
import { checkTermFile, sendTermFile } from '../term-file.ts'

const kinds = ['pdq', 'vpdq', 'digest', 'text', 'domain'] as const

const reasonOf = (given: Given, step: string): string => {
  const reason = given.value('reason')
  if (reason === undefined) throw new UsageError(`lists ${step} needs --reason`)
  return reason
}

async function takeStep(io: Io, given: Given, wish: { step: 'live' | 'drop'; withoutTrial?: true }): Promise<0> {
  const [list = '', version = ''] = given.args
  const body = { ...wish, reason: reasonOf(given, wish.step === 'live' ? 'promote' : 'drop') }
  const answer = await withApi(io, (call) => call('POST', `/v1/lists/${list}/versions/${version}/state`, body))
  const { state } = stepListVersion.answer.parse(answer)
  io.result(answer, [`${list} version ${version} is ${state}`])
  return 0
}

/** Who may not know how much a sealed list holds reads so. */
const numberOf = (count: number | null): string => (count === null ? 'sealed' : String(count))
const countsOf = ({ entries, added, removed }: z.infer<typeof ListVersion>): string =>
  entries === null ? 'entries sealed' : `${entries} entries, ${added} added, ${removed} removed`

const previewLines = (list: string, waits: z.infer<typeof ListVersion>): string[] => [
  `${list} version ${waits.version} is ${waits.state}: ${waits.why.join('; ')}`,
  `  ${countsOf(waits)}; ${numberOf(waits.bad)} of ${numberOf(waits.rows)} rows could not be used`,
  `  looked up for ${waits.lookedUp} events; ${waits.hits} of them it alone would have hit`,
]

export const commands: readonly Command[] = [
  {
    name: 'lists import',
    summary:
      'Replaces the entries of a list by those of a file: CSV with a header, JSON Lines, one value a line, or a signed term file (.json), which needs no option. A manifest beside it (FILE.manifest.json) must fit.',
    example: 'lamplighter lists import terms.txt --list threat_terms --kind text --harm threat_to_life',
    args: ['file'],
    options: {
      list: { help: 'id of the list, as rule files name it; else as the manifest says', value: 'id' },
      manifest: { help: 'what stands beside the file, if it is not FILE.manifest.json', value: 'file' },
      kind: { help: 'pdq, vpdq (videos), digest, text or domain', value: 'kind' },
      harm: { help: 'harm that the list is about', value: 'harm' },
      harms: {
        help: 'harms of rules that may ask it, as its terms allow, with commas; at first: its own',
        value: 'harms',
      },
      source: { help: 'who keeps the list', value: 'name' },
      live: { help: 'at once and without trial; said so in the public log' },
      sealed: { help: 'entries are sealed at rest and never shown' },
      context: { help: 'a hit alone proves nothing' },
      within: { help: 'pictures and videos: bits within which one is the same, 31 if not given', value: 'bits' },
      variants: {
        help: 'pictures and videos: as_is, or eight to look turned and mirrored ones up too',
        value: 'variants',
      },
      'list-share': { help: 'videos: so much of the listed one must be found, 0.8 if not given', value: 'share' },
      'query-share': { help: 'videos: so much of the one that is looked up, 0 if not given', value: 'share' },
    },
    async run(io, given) {
      const path = resolve(io.folder, given.args[0] ?? '')
      // A signed term file says all of it itself.
      if (extensionOf(path) === '.json' && existsSync(path)) return sendTermFile(io, path, given.has('live'))
      if (!existsSync(path)) throw new UsageError(`${path} cannot be read; give the path of a list file`)
      const named = given.value('manifest')
      const manifest = manifestFor(path, named === undefined ? undefined : resolve(io.folder, named))
      const list = given.value('list') ?? manifest?.list
      if (list === undefined) throw new UsageError('lists import needs --list, or a manifest beside the file')
      const name = ListId.safeParse(list)
      if (!name.success) {
        throw new UsageError(`no list can be called ${list}: ${name.error.issues[0]?.message ?? 'choose another name'}`)
      }
      const query = new URLSearchParams()
      const told = ['kind', 'harm', 'harms', 'source', 'within', 'variants'].map((name) => [name, name] as const)
      for (const [name, option] of [
        ...told,
        ['listShare', 'list-share'] as const,
        ['queryShare', 'query-share'] as const,
      ]) {
        const value = given.value(option)
        if (value !== undefined) query.set(name, value)
      }
      for (const name of ['sealed', 'context', 'live']) if (given.has(name)) query.set(name, 'yes')
      const stand = await importFile(io, { list, path, manifest }, query)
      const made = stand.version
      if (made === null) throw new TypeError('an import ended without a version')
      const counts = countsOf(made)
      const why = made.reasons.some(({ code }) => code !== 'first' && code !== 'handed_in')
        ? [`because ${made.why.join('; ')}`]
        : []
      const next =
        made.state === 'live'
          ? []
          : [`next: lamplighter lists preview ${list}; lists promote ${list} ${made.version} --reason WHY`]
      const words = `${list} version ${made.version} is ${made.state}: ${counts}`
      io.result(stand, [...badLine(stand), words, ...why, ...next])
      return 0
    },
  },
  {
    name: 'lists promote',
    summary: 'Puts a version of a list live; a retired one again.',
    example: 'lamplighter lists promote csam_media 4 --reason "looked at what it adds"',
    args: ['list', 'version'],
    options: {
      reason: { help: 'why: no name, no content', value: 'reason' },
      'without-trial': { help: 'past the trial that it needs; said so in the public log' },
    },
    run: (io, given) =>
      takeStep(io, given, { step: 'live', ...(given.has('without-trial') && { withoutTrial: true }) }),
  },
  {
    name: 'lists drop',
    summary: 'Drops the version of a list that waits. What runs goes on.',
    example: 'lamplighter lists drop csam_media 4 --reason "a wrong file"',
    args: ['list', 'version'],
    options: { reason: { help: 'why: no name, no content', value: 'reason' } },
    run: (io, given) => takeStep(io, given, { step: 'drop' }),
  },
  {
    name: 'lists retire',
    summary: 'Takes a list out of force: rules that ask it are undecided from then on.',
    example: 'lamplighter lists retire old_terms --reason "its licence is over"',
    args: ['list'],
    options: { reason: { help: 'why: no name, no content', value: 'reason' } },
    async run(io, given) {
      const list = given.args[0] ?? ''
      const reason = reasonOf(given, 'retire')
      const answer = await withApi(io, async (call) => {
        const { version } = getList.answer.parse(await call('GET', `/v1/lists/${list}`))
        return call('POST', `/v1/lists/${list}/versions/${version}/state`, { step: 'retire', reason })
      })
      io.result(answer, [`${list} is retired: rules that ask it are undecided`])
      return 0
    },
  },
  {
    name: 'lists preview',
    summary:
      'Shows the version of a list that waits: its numbers, why it waits, and what its trial has found. Past texts are not kept, so only a trial tells what a list would hit.',
    example: 'lamplighter lists preview csam_media',
    args: ['list'],
    async run(io, given) {
      const list = given.args[0] ?? ''
      const { waits } = getList.answer.parse(await withApi(io, (call) => call('GET', `/v1/lists/${list}`)))
      io.result({ waits }, waits === null ? [`no version of ${list} waits`] : previewLines(list, waits))
      return 0
    },
  },
  {
    name: 'lists check',
    summary:
      'Reads a list file without a server: its rows, and those that cannot be used; of a term file (.json) its note, too.',
    example: 'lamplighter lists check terms.txt --kind text',
    args: ['file?'],
    options: {
      kind: { help: 'pdq, vpdq (videos), digest, text or domain', value: 'kind' },
      skew: { help: 'instead of a file: how unevenly the index of picture hashes is filled, by bucket sizes alone' },
    },
    async run(io, given) {
      if (given.has('skew')) {
        if (given.args.length > 0)
          throw new UsageError('lists check --skew asks the index that runs; leave the file out')
        const answer = await withApi(io, (call) => call('GET', '/v1/index/buckets'))
        io.result(answer, bucketLines(getIndexBuckets.answer.parse(answer)))
        return 0
      }
      if (given.args[0] === undefined) throw new UsageError('lists check needs a file, or --skew')
      const path = resolve(io.folder, given.args[0] ?? '')
      if (extensionOf(path) === '.json') return checkTermFile(io, path)
      const kind = kinds.find((one) => one === given.value('kind'))
      if (kind === undefined) throw new UsageError(`lists check needs --kind, one of ${kinds.join(', ')}`)
      if (!existsSync(path)) throw new UsageError(`${path} cannot be read; give the path of a list file`)
      const checked = await checkListFile(path, kind)
      const { entries, bad, badCount, rows } = checked
      io.result(checked, [
        `${rows} rows, ${entries} entries, ${badCount} that cannot be used`,
        ...bad.map(({ line, why }) => `line ${line}: ${why}`),
      ])
      return badCount > 0 || entries === 0 ? 1 : 0
    },
  },
  {
    name: 'lists status',
    summary:
      'Lists with their versions, age, the share of what their source names that can be matched here, memory, and what a person should look at.',
    example: 'lamplighter lists status',
    async run(io) {
      const answer = await withApi(io, (call) => call('GET', '/v1/lists'))
      const { items, lookBack } = getLists.answer.parse(answer)
      io.result(answer, [...statusLines(items), lookBackLine(lookBack)])
      return 0
    },
  },
  pullCommand,
]
