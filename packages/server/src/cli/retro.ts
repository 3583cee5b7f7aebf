import { type AnswerOf, getRetro, getRetros, startRetro } from '@lamplighter/api'
import { isRunning, withApi } from './api.ts'
import type { Command, Given } from './command.ts'
import { type ExitCode, type Io, UsageError } from './io.ts'
import { backOf, untilEnded, versionPath } from './past.ts'
import { countIn, handIn, runPath } from './upload.ts'

/** Proposes to apply a version to the past, or shows what was proposed. Agreeing is a person's act, in the console. */
export const retroCommand: Command = {
  name: 'rules retro',
  summary:
    'Proposes to apply a version to past events and make cases of what it finds; somebody else agrees in the console. Without --from: what came of it before.',
  example: 'lamplighter rules retro core@2 --from 7d --max-cases 50 --reason "before the rule was live"',
  args: ['version or run'],
  options: {
    from: {
      help: 'how far back, such as 7d or 6h; the open segment of the log reaches 14d at most. With --upload: all, if left out',
      value: 'time',
    },
    upload: {
      help: 'an archive of yours, one event a line, instead of the log: with a version it is announced, with a run that was agreed to it is handed in',
      value: 'file',
    },
    connection: { help: 'with --upload: whose events they are, where there are several connections', value: 'name' },
    rules: { help: 'rules whose findings become cases, with commas; default: all that queue', value: 'names' },
    'max-cases': { help: 'so many cases at most; default: 50', value: 'number' },
    reason: { help: 'why, for the public log', value: 'text' },
  },
  async run(io, given): Promise<ExitCode> {
    const upload = given.value('upload')
    const run = upload === undefined ? undefined : runPath(given.args[0])
    if (run?.startsWith('/v1/retros/') && upload !== undefined) return goOn(io, run, upload)
    const path = versionPath(given.args[0])
    if (path === undefined)
      throw new UsageError('expected a version such as core@2, or with --upload FILE a run that was agreed to')
    if (upload !== undefined) await countIn(io, upload)
    return given.value('from') === undefined && upload === undefined ? list(io, path) : propose(io, given, path)
  },
}

async function goOn(io: Io, run: string, upload: string): Promise<ExitCode> {
  const retro = await withApi(io, async (call) => {
    await handIn(io, call, run, upload)
    if (await isRunning(io.config().config)) await untilEnded(io, call, run.slice(run.lastIndexOf('/') + 1))
    return getRetro.answer.parse(await call('GET', run))
  })
  io.result(retro, [retroLine(retro)])
  return 0
}

async function propose(io: Io, given: Given, path: string): Promise<ExitCode> {
  const maxCases = Number(given.value('max-cases') ?? '50')
  if (!Number.isInteger(maxCases) || maxCases < 1 || maxCases > 500)
    throw new UsageError('--max-cases: expected a whole number from 1 to 500')
  const [back, upload, connection] = ['from', 'upload', 'connection'].map((name) => given.value(name))
  const from = back === undefined ? 0 : Date.now() - backOf(back)
  const source = upload === undefined ? 'log' : 'upload'
  const rules = given.value('rules')?.split(',')
  const reason = given.value('reason') ?? (await io.ask('Why?'))
  const body = {
    ...{ source, from, maxCases, reason },
    ...(rules !== undefined && { rules }),
    ...(connection !== undefined && { connection }),
  }
  const { id, reaches } = await withApi(io, async (call) => {
    const started = startRetro.answer.parse(await call('POST', `${path}/retros`, body))
    return getRetro.answer.parse(await call('GET', `/v1/retros/${started.id}`))
  })
  const version = given.args[0] ?? ''
  io.result({ id, reaches }, [
    `proposed: ${id}; a person agrees in the console: Rules & policies, ${version}, Look back`,
    ...(upload !== undefined
      ? [`then hand the archive in: lamplighter rules retro ${id} --upload ${upload}`]
      : reaches === null
        ? ['the open segment of the log holds nothing yet, so nothing would be looked at']
        : reaches > from
          ? [`it looks at what came since ${timeOf(reaches)}: the open segment of the log does not reach further back`]
          : []),
  ])
  return 0
}

async function list(io: Io, path: string): Promise<ExitCode> {
  const retros = await withApi(io, async (call) => {
    const { items } = getRetros.answer.parse(await call('GET', `${path}/retros`))
    return Promise.all(items.map(async ({ id }) => getRetro.answer.parse(await call('GET', `/v1/retros/${id}`))))
  })
  io.result(
    { items: retros },
    retros.length === 0 ? ['this version was not applied to the past'] : retros.map(retroLine),
  )
  return 0
}

type Retro = AnswerOf<typeof getRetro>

function retroLine({ id, state, by, approved, rules, reason, from, result }: Retro): string {
  const agreed = approved === null ? '' : `, agreed to by ${approved.by}`
  const done =
    result === null
      ? ''
      : `; ${result.measured} events looked at${result.since === null ? '' : ` since ${timeOf(Math.max(from, result.since))}`}, cases opened ${result.opened}, joined ${result.joined}`
  return `${id} ${state}, proposed by ${by}${agreed}: ${rules.join(', ')} (${reason})${done}`
}

const timeOf = (at: number): string => new Date(at).toISOString()
