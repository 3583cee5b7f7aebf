import { resolve } from 'node:path'
import { type BacktestResultJson, getBacktest, startBacktest } from '@lamplighter/api'
import { type Event, type Program, readSchema } from '@lamplighter/rules'
import { acceptEvent } from '../intake/index.ts'
import { type BacktestResult, backtestOf, type Difference, versionOf } from '../replay/index.ts'
import { learnerProviders, measure, shippedProviders, untaught } from '../signals/index.ts'
import { type Call, isRunning, withApi } from './api.ts'
import type { Command, Given } from './command.ts'
import { type ExitCode, type Io, UsageError } from './io.ts'
import { backOf, untilEnded, versionPath } from './past.ts'
import { checked, read, schemaOption, sourcesOf } from './rule-files.ts'
import { countIn, handIn, runPath } from './upload.ts'

const HOUR_MS = 3_600_000

/** Asks a version about past events: of a server that runs, or of a file. */
export const backtestCommand: Command = {
  name: 'rules backtest',
  summary:
    'Says what a version would have found in the past: core@2 of the running server, over its log or an archive of yours, or a rule file over events of yours.',
  example: 'lamplighter rules backtest core@2 --from 14d --against live',
  args: ['version, file or run'],
  options: {
    ...schemaOption,
    from: { help: 'how far back, such as 14d or 6h; default: 14d, with --events all of them', value: 'time' },
    against: { help: 'live, a version such as core@1, or with --events a rule file; default: live', value: 'version' },
    events: { help: 'past events, one JSON object a line, in the order in which they came', value: 'file' },
    upload: {
      help: 'an archive of yours, one event a line, handed in to the server instead of its log',
      value: 'file',
    },
    sample: { help: 'look at so many of a hundred accounts only, such as 10', value: 'percent' },
    seed: { help: 'a word that picks these accounts; the same word picks the same', value: 'word' },
  },
  run: (io, given) => (given.value('events') === undefined ? onServer(io, given) : overFile(io, given)),
}

async function onServer(io: Io, given: Given): Promise<ExitCode> {
  const path = versionPath(given.args[0])
  const upload = given.value('upload')
  const again = upload === undefined ? undefined : runPath(given.args[0])
  if (path === undefined && again === undefined)
    throw new UsageError(
      'expected a version such as core@2, a rule file with --events FILE, or with --upload FILE a run to go on with',
    )
  // Before anything is begun for it.
  if (upload !== undefined) await countIn(io, upload)
  const sample = sampleOf(given)
  const { config } = io.config()
  if (!(await isRunning(config))) {
    io.err.write('no server runs on this data folder; start it with: lamplighter start\n')
    return 3
  }
  const began = performance.now()
  return withApi(io, async (call) => {
    const from = given.value('from') ?? (upload === undefined ? '14d' : undefined)
    const body = {
      source: upload === undefined ? 'log' : 'upload',
      from: from === undefined ? 0 : Date.now() - backOf(from),
      against: given.value('against') ?? 'live',
      ...(sample !== undefined && { sample }),
    }
    const run = again ?? `/v1/backtests/${startBacktest.answer.parse(await call('POST', `${path}/backtests`, body)).id}`
    const id = run.slice(run.lastIndexOf('/') + 1)
    if (upload !== undefined) await handedIn(io, call, run, upload)
    await untilEnded(io, call, id)
    const { state, result, against } = getBacktest.answer.parse(await call('GET', run))
    if (result === null) {
      io.err.write(`the backtest ended without a result: ${state}\n`)
      return 3
    }
    io.result({ id, against, ...result }, linesOf(result, (performance.now() - began) / 1_000, true))
    return exitOf(result)
  })
}

/** Hands an archive in; a person who is cut off hears how to go on. */
async function handedIn(io: Io, call: Call, run: string, file: string): Promise<void> {
  try {
    await handIn(io, call, run, file)
  } catch (error) {
    const id = run.slice(run.lastIndexOf('/') + 1)
    io.err.write(`go on where this ended with: lamplighter rules backtest ${id} --upload ${file}\n`)
    throw error
  }
}

/** @throws UsageError */
function sampleOf(given: Given): { percent: number; seed?: string } | undefined {
  const [sample, seed] = [given.value('sample'), given.value('seed')]
  if (sample === undefined) {
    if (seed !== undefined) throw new UsageError('--seed picks a sample; say how large with --sample')
    return undefined
  }
  const percent = Number(sample)
  if (!Number.isInteger(percent) || percent < 1 || percent > 99)
    throw new UsageError('--sample: expected a whole number from 1 to 99')
  return { percent, ...(seed !== undefined && { seed }) }
}

async function overFile(io: Io, given: Given): Promise<ExitCode> {
  for (const other of ['upload', 'sample', 'seed'])
    if (given.value(other) !== undefined) throw new UsageError(`--${other} asks a server; leave out --events`)
  const mine = texts(io, given, given.args[0] ?? '')
  const other = given.value('against')
  if (other === 'live') throw new UsageError('--against live needs a server; with --events give a rule file')
  const theirs = other === undefined ? undefined : texts(io, given, other)
  if (mine === undefined || (other !== undefined && theirs === undefined)) return 1
  const path = given.value('events') ?? ''
  const events = eventsIn(path, read(resolve(io.folder, path)), mine.schemaText)
  const first = events[0]
  const from = given.value('from')
  const start = first === undefined ? 0 : Date.parse(first.occurred_at)
  const last = events.at(-1)
  const back = from === undefined ? undefined : backOf(from)
  const began = performance.now()
  const { result, differences } = await backtestOf(
    { mine: versionOf(mine), theirs: versionOf(theirs ?? mine) },
    events,
    { from: back === undefined || last === undefined ? start : Date.parse(last.occurred_at) - back, measure: measured },
  )
  const lines = [
    ...linesOf(result, (performance.now() - began) / 1_000, theirs !== undefined),
    ...differences.slice(0, SHOWN).map(differenceLine),
  ]
  io.result({ ...result, differences }, lines)
  return exitOf(result)
}

const SHOWN = 20
/** A file is asked without a server, so without its models: a learner's score is unknown. */
const PROVIDERS = new Map([...shippedProviders, ...learnerProviders(untaught)])

function texts(io: Io, given: Given, path: string) {
  const sources = sourcesOf(io, given, path)
  const { ruleset, rendered, diagnostics } = checked(sources)
  if (ruleset !== undefined) return sources
  io.result({ diagnostics }, [rendered])
  return undefined
}

function measured(program: Program, event: Event) {
  const needs = (['gate', 'follow'] as const).flatMap((phase) => program.signals(event.kind, phase))
  return measure([...new Map(needs.map((need) => [need.name, need])).values()], event, {
    providers: PROVIDERS,
    budgetMs: 1_000,
  })
}

/** @throws UsageError a line that is no event */
function eventsIn(path: string, text: string, schemaText: string): Event[] {
  const { schema } = readSchema({ name: 'schema', text: schemaText })
  if (schema === undefined) return []
  return text.split('\n').flatMap((line, place) => {
    if (line.trim() === '') return []
    const wrong = (what: string) => new UsageError(`${path}:${place + 1}: ${what}`)
    const json = jsonOf(line)
    if (json === undefined) throw wrong('expected one JSON object, an event')
    const occurred = Date.parse(String(Reflect.get(json, 'received_at') ?? Reflect.get(json, 'occurred_at')))
    const edge = acceptEvent(json, schema, { connection: 'file', now: Number.isNaN(occurred) ? 0 : occurred })
    if ('accepted' in edge) return [edge.accepted.event]
    throw wrong(edge.faults.map(({ pointer, detail }) => `${pointer} ${detail}`.trim()).join('; '))
  })
}

function jsonOf(line: string): object | undefined {
  try {
    const json: unknown = JSON.parse(line)
    return typeof json === 'object' && json !== null ? json : undefined
  } catch {
    // Said by the caller, with the line's number.
    return undefined
  }
}

/** 1: something differs, the past does not come out as it was, or nothing was measured, which says nothing of any rule. */
const exitOf = ({ measured: count, drift, rules }: BacktestResult | BacktestResultJson): ExitCode =>
  count === 0 || drift.events > 0 || rules.some(({ fired }) => fired.onlyNew > 0 || fired.onlyLive > 0) ? 1 : 0

function linesOf(result: BacktestResult | BacktestResultJson, seconds: number, compared: boolean): string[] {
  const { events, measured: count, warmupMs, drift, blind, cold } = result
  const perSecond = Math.round(events / Math.max(seconds, 0.001))
  const checkedWords = drift.checked === 0 ? 'drift not checked' : `drift ${drift.events} of ${drift.checked}`
  const why = blind.because.slice(0, 3).map(({ what, events: some }) => `${what}: ${spaced(some)}`)
  const head = [
    `${spaced(events)} events in ${seconds.toFixed(1)} s (${spaced(perSecond)}/s)`,
    checkedWords,
    `warm-up ${hours(warmupMs)}, then ${spaced(count)} measured`,
    `blind: ${spaced(blind.events)}${why.length === 0 ? '' : ` (${why.join('; ')})`}`,
  ].join('; ')
  const rows = result.rules.map(({ rule, version, fired, undecided, people, perHourP99, outcomes }) => [
    version === null ? `${rule} (gone)` : `${rule} v${version}`,
    ...[fired.new, ...(compared ? [fired.live, fired.both, fired.onlyNew, fired.onlyLive] : [])].map(spaced),
    ...[undecided, people, perHourP99].map(spaced),
    outcomes.untold === fired.new
      ? '–'
      : [outcomes.upheld, outcomes.overturned, outcomes.open + outcomes.untold].map(spaced).join('/'),
  ])
  const titles = [
    'rule',
    'new',
    ...(compared ? ['live', 'both', 'only new', 'only live'] : []),
    'undecided',
    'people',
    'per hour p99',
    'upheld/overturned/open',
  ]
  const { archive, sample } = result
  return [
    ...drift.rules.map(({ rule, events: some }) => `drift: ${rule} said otherwise of ${spaced(some)} events then`),
    head,
    ...(sample === undefined
      ? []
      : [
          `of ${sample.percent} % of the accounts, picked by ${sample.seed}; no number is made larger`,
          ...sample.notMeasured.map(
            ({ rule, because }) =>
              `not measured: ${rule} counts what others do (${because.join(', ')}); leave out --sample`,
          ),
        ]),
    ...(archive === undefined || archive.late + archive.repeated === 0
      ? []
      : [`archive: ${spaced(archive.late)} came too late to be in order, ${spaced(archive.repeated)} were told twice`]),
    ...(cold.length === 0 ? [] : [`never warm, so undecided: ${cold.join(', ')}`]),
    ...(count === 0 ? [nothingMeasured(warmupMs)] : []),
    ...(count > 0 && rows.length === 0 ? ['no rule had anything to say'] : []),
    ...(rows.length === 0 ? [] : columns([titles, ...rows])),
  ]
}

/** "Nothing found" would be a lie: nobody looked. */
const nothingMeasured = (warmupMs: number): string =>
  warmupMs === 0
    ? 'nothing was measured, so nothing is known: there were no events in that time'
    : `nothing was measured, so nothing is known: counters have to see ${hours(warmupMs)} first; give it events of a longer time`

function columns(rows: readonly (readonly string[])[]): string[] {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)))
  return rows.map((row) =>
    row
      .map((cell, column) => (column === 0 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0)))
      .join('  '),
  )
}

const differenceLine = ({ rule, what, event, outcome, clauses }: Difference): string =>
  `${what === 'new' ? '+' : '-'} ${rule}: ${event} (${outcome.against} → ${outcome.new}) ${clauses
    .map(({ text, outcome: said, values }) => `${text} ${said ?? 'unknown'}${readWords(values)}`)
    .join(', ')}`

/** What a question read, without counters, whose numbers differ from event to event. */
function readWords(values: Difference['clauses'][number]['values']): string {
  const read = Object.entries(values).filter(([, value]) => typeof value !== 'object' || value === null)
  return read.length === 0 ? '' : ` (${read.map(([name, value]) => `${name} ${String(value ?? 'none')}`).join(', ')})`
}

const spaced = (count: number): string => String(count).replaceAll(/\B(?=(\d{3})+$)/g, ' ')
const hours = (ms: number): string => (ms % HOUR_MS === 0 ? `${ms / HOUR_MS}h` : `${Math.round(ms / 60_000)}m`)
