import { resolve } from 'node:path'
import { getRuleset, getRulesets, getRulesetVersion } from '@lamplighter/api'
import {
  canonicalJson,
  compile,
  diff,
  explain,
  format,
  type Json,
  lockOf,
  MemoryCounters,
  normalise,
  renderDiagnostics,
  renderExplanation,
  renderTestReport,
  runTests,
} from '@lamplighter/rules'
import { AppError } from '../../http/errors.ts'
import { type Call, withApi } from '../api.ts'
import { backfillCommand } from '../backfill.ts'
import { backtestCommand } from '../backtest.ts'
import type { Command } from '../command.ts'
import { type ExitCode, UsageError } from '../io.ts'
import { lockPathOf, readLock, writeLock } from '../lock-file.ts'
import { retroCommand } from '../retro.ts'
import { checked, read, schemaOption, sourcesOf } from '../rule-files.ts'

const hoursOf = (ms: number): string => (ms % 3_600_000 === 0 ? `${ms / 3_600_000}h` : `${Math.round(ms / 60_000)}m`)

function changeLine(change: ReturnType<typeof diff>[number]): string {
  if (change.kind === 'reset') {
    return `reset    counter ${change.counter}: ${change.what.join(', ')} changed, warm after ${hoursOf(change.warmAfter)}`
  }
  const { kind, rule, from, to, what, approvals, because } = change
  const versions = [from, to].filter((version) => version !== undefined).map((version) => `v${version}`)
  const needed = approvals === 0 ? '' : `  approvals: ${approvals} (${because})`
  return [
    `${kind.padEnd(8)} ${rule} ${versions.join(' → ')}`,
    ...(what.length > 0 ? [`: ${what.join('; ')}`] : []),
    needed,
  ].join('')
}

/** What runs and what is proposed, as the API says it, and in lines. */
async function statusOf(call: Call) {
  const { items } = getRulesets.answer.parse(await call('GET', '/v1/rulesets'))
  const current = items.filter(({ state }) => state !== 'retired')
  const versions = await Promise.all(
    current.map(async ({ name, version }) =>
      getRulesetVersion.answer.parse(await call('GET', `/v1/rulesets/${name}/versions/${version}`)),
    ),
  )
  const names = [...new Set(current.map(({ name }) => name))]
  const sets = await Promise.all(
    names.map(async (name) => getRuleset.answer.parse(await call('GET', `/v1/rulesets/${name}`))),
  )
  const lines = [
    ...versions.map(({ name, version, state, author, needs }) => {
      const step = state === 'draft' ? 'shadow' : 'live'
      const missing =
        state === 'live'
          ? ''
          : `; to ${step}: ${needs[step].map(({ detail }) => detail).join(' ') || 'nothing is missing'}`
      return `${state.padEnd(8)} ${name} ${version}, by ${author}${missing}`
    }),
    ...sets.flatMap(({ name, pauses, breakers }) => [
      ...pauses.map(
        ({ rule, until, reason }) => `paused   ${name}/${rule} until ${new Date(until).toISOString()}: ${reason}`,
      ),
      ...breakers
        .filter(({ openSince }) => openSince !== null)
        .map(
          ({ rule, ceiling }) => `breaker  ${name}/${rule} fires more than ${ceiling} times an hour and only queues`,
        ),
    ]),
  ]
  return { versions, sets, lines: lines.length === 0 ? ['no rule set is live'] : lines }
}

export const commands: readonly Command[] = [
  {
    name: 'rules check',
    summary: 'Checks a rule file and says what is wrong, where, and how to mend it.',
    example: 'lamplighter rules check core.wick',
    args: ['file'],
    options: {
      ...schemaOption,
      'write-lock': { help: 'note what each version means in FILE.lock; a version never changes its meaning' },
    },
    async run(io, given): Promise<ExitCode> {
      const sources = sourcesOf(io, given)
      const before = readLock(sources.file)
      const { ruleset, rendered, diagnostics } = checked(sources, before)
      const errors = diagnostics.filter(({ severity }) => severity === 'error').length
      const end =
        ruleset === undefined || errors > 0
          ? `${errors} error(s)`
          : `${ruleset.name} version ${ruleset.version} is fine: ${ruleset.rules.length} rules, ${ruleset.hash}`
      const lock = ruleset === undefined ? undefined : lockOf(ruleset, before)
      const written = lock !== undefined && given.has('write-lock')
      if (written) writeLock(sources.file, lock)
      io.result({ diagnostics, ...(ruleset !== undefined && { hash: ruleset.hash, lock }) }, [
        ...(rendered === '' ? [] : [rendered]),
        end,
        ...(written ? [`locked in ${lockPathOf(sources.name)}`] : []),
      ])
      return errors > 0 ? 1 : 0
    },
  },
  {
    name: 'rules test',
    summary: 'Runs the tests in a rule file.',
    example: 'lamplighter rules test core.wick',
    args: ['file'],
    options: { ...schemaOption, coverage: { help: 'also say which questions the tests never saw answered both ways' } },
    async run(io, given): Promise<ExitCode> {
      const { ruleset, rendered, diagnostics } = checked(sourcesOf(io, given))
      if (ruleset === undefined) {
        io.result({ diagnostics }, [rendered])
        return 1
      }
      const report = runTests(ruleset)
      io.result(report, [renderTestReport(report, { coverage: given.has('coverage') })])
      return report.failed === 0 ? 0 : 1
    },
  },
  {
    name: 'rules explain',
    summary:
      'Says what a rule file says of one event, and why. Signals, lists and earlier events are not given, so unknown.',
    example: 'lamplighter rules explain core.wick --event event.json',
    args: ['file'],
    options: { ...schemaOption, event: { help: 'one event as JSON', value: 'file' } },
    async run(io, given): Promise<ExitCode> {
      const path = given.value('event')
      if (path === undefined) throw new UsageError('rules explain needs --event FILE, one event as JSON')
      const { ruleset, schema, rendered, diagnostics } = checked(sourcesOf(io, given))
      if (ruleset === undefined || schema === undefined) {
        io.result({ diagnostics }, [rendered])
        return 1
      }
      const json = eventIn(path, read(resolve(io.folder, path)))
      const normal = normalise(schema, String(json.kind), json)
      if ('problems' in normal) {
        io.result(
          normal,
          normal.problems.map(({ pointer, detail }) => `${pointer}: ${detail}`),
        )
        return 1
      }
      const program = compile(ruleset)
      const plan = program.plan(normal.event, {}, { get: () => undefined })
      // Counters that begin with this event: each has seen it and nothing before.
      const readings = new MemoryCounters().apply('test', plan.ops)
      const explanations = (['gate', 'follow'] as const).map((phase) =>
        explain(
          [{ judgement: program.judge(plan, readings, phase), mode: 'live' }],
          (value) => `${value.length} characters`,
        ),
      )
      io.result(
        JSON.parse(canonicalJson(explanations as unknown as Json)),
        explanations.map((one) => renderExplanation(one)),
      )
      return 0
    },
  },
  {
    name: 'rules format',
    summary: 'Prints a rule file in its one form; with --check only says whether it would change.',
    example: 'lamplighter rules format core.wick --check',
    args: ['file'],
    options: { check: { help: 'exit 1 when the file would change' } },
    async run(io, given): Promise<ExitCode> {
      const file = resolve(io.folder, given.args[0] ?? '')
      const text = read(file)
      const formatted = format({ name: file, text })
      if (formatted.text === undefined) {
        io.result({ diagnostics: formatted.diagnostics }, [
          renderDiagnostics({ name: file, text }, formatted.diagnostics),
        ])
        return 1
      }
      if (!given.has('check')) {
        io.out.write(formatted.text)
        return 0
      }
      io.result({ changed: formatted.text !== text }, [
        formatted.text === text ? 'nothing would change' : `${file} would change`,
      ])
      return formatted.text === text ? 0 : 1
    },
  },
  {
    name: 'rules diff',
    summary: 'Says what a new version of a rule file changes, rule by rule, and how many others must approve.',
    example: 'lamplighter rules diff core.v1.wick core.wick',
    args: ['old', 'new'],
    options: schemaOption,
    async run(io, given): Promise<ExitCode> {
      const [before, after] = given.args.slice(0, 2).map((path) => checked(sourcesOf(io, given, path)))
      if (before?.ruleset === undefined || after?.ruleset === undefined) {
        const broken = before?.ruleset === undefined ? before : after
        io.result({ diagnostics: broken?.diagnostics ?? [] }, [broken?.rendered ?? ''])
        return 1
      }
      const changes = diff(before.ruleset, after.ruleset)
      io.result({ changes }, changes.length === 0 ? ['no rule changes'] : changes.map(changeLine))
      return changes.length === 0 ? 0 : 1
    },
  },
  backtestCommand,
  retroCommand,
  backfillCommand,
  {
    name: 'rules status',
    summary: 'Shows what runs, what is proposed and what that still needs, and what is paused.',
    example: 'lamplighter rules status',
    async run(io): Promise<ExitCode> {
      const status = await withApi(io, statusOf)
      io.result(status, status.lines)
      return 0
    },
  },
  {
    name: 'rules shadow',
    summary: 'Hands a rule file in and lets it judge beside the live one: what it would do is counted and not done.',
    example: 'lamplighter rules shadow starter.wick',
    args: ['file'],
    async run(io, given): Promise<ExitCode> {
      const text = read(resolve(io.folder, given.args[0] ?? ''))
      const name = /^\s*ruleset\s+([a-z][a-z0-9_]*)/m.exec(text)?.[1]
      if (name === undefined) throw new UsageError('the file does not say "ruleset NAME"; give the path of a rule file')
      const answer = await withApi(io, async (call) => {
        const { version, hash } = await call('POST', `/v1/rulesets/${name}/versions`, { text })
        return call('POST', `/v1/rulesets/${name}/versions/${version}/shadow`, {}, String(hash))
      })
      io.result(answer, [`${answer.name} version ${answer.version} is in shadow: ${answer.hash}`])
      return 0
    },
  },
  {
    name: 'rules rollback',
    summary: 'Goes back to the version that was live before, at once.',
    example: 'lamplighter rules rollback --reason "too many holds"',
    options: { reason: { help: 'why, for the public log', value: 'text' } },
    async run(io, given): Promise<ExitCode> {
      const reason = given.value('reason') ?? (await io.ask('Why?'))
      const answer = await withApi(io, async (call) => {
        const { items } = getRulesets.answer.parse(await call('GET', '/v1/rulesets'))
        const live = items.find(({ state }) => state === 'live')
        if (live === undefined)
          throw new UsageError('no rule set is live; make one live with: lamplighter rules live FILE')
        return call('POST', `/v1/rulesets/${live.name}/rollback`, { reason }, live.hash)
      })
      io.result(answer, [`${answer.name} version ${answer.version} is live again: ${answer.hash}`])
      return 0
    },
  },
  {
    name: 'rules live',
    summary: 'Hands a rule file in and makes it live at once, without shadow and approvals; the log says solo.',
    example: 'lamplighter rules live starter.wick --reason "first rules"',
    args: ['file'],
    options: {
      ...schemaOption,
      reason: { help: 'why, for the log', value: 'text' },
      accept: { help: 'no_model: go live although learners have no model, so every text is undecided', value: 'need' },
    },
    async run(io, given): Promise<ExitCode> {
      const accept = given.value('accept')
      if (accept !== undefined && accept !== 'no_model') throw new UsageError('--accept: expected no_model')
      const sources = sourcesOf(io, given)
      const reason = given.value('reason') ?? (await io.ask('Why?'))
      const answer = await withApi(io, (call) =>
        call('PUT', '/v1/rulesets/live', {
          ...{ text: sources.text, schema: sources.schemaText, reason },
          ...(accept !== undefined && { accept: [accept] }),
        }),
      ).catch((error: unknown) => {
        if (isUntaught(error)) io.err.write('To go live all the same: --accept no_model\n')
        throw error
      })
      io.result(answer, [`${answer.name} version ${answer.version} is live: ${answer.hash}`])
      return 0
    },
  },
]

const isUntaught = (error: unknown): boolean =>
  error instanceof AppError && error.extra.errors?.some(({ code }) => code === 'no_model') === true

function eventIn(path: string, text: string): { kind?: unknown } {
  try {
    const json: unknown = JSON.parse(text)
    if (typeof json === 'object' && json !== null) return json
  } catch {
    // Said below, in words for whoever wrote the file.
  }
  throw new UsageError(`${path} holds no event; expected one JSON object`)
}
