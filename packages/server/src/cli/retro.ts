import { type AnswerOf, getRetro, getRetros, startRetro } from '@lamplighter/api'
import { withApi } from './api.ts'
import type { Command, Given } from './command.ts'
import { type ExitCode, type Io, UsageError } from './io.ts'
import { backOf, versionPath } from './past.ts'

/** Proposes to apply a version to the past, or shows what was proposed. Agreeing is a person's act, in the console. */
export const retroCommand: Command = {
  name: 'rules retro',
  summary:
    'Proposes to apply a version to past events and make cases of what it finds; somebody else agrees in the console. Without --from: what came of it before.',
  example: 'lamplighter rules retro core@2 --from 7d --max-cases 50 --reason "before the rule was live"',
  args: ['version'],
  options: {
    from: { help: 'how far back, such as 7d or 6h; the open segment of the log reaches 14d at most', value: 'time' },
    rules: { help: 'rules whose findings become cases, with commas; default: all that queue', value: 'names' },
    'max-cases': { help: 'so many cases at most; default: 50', value: 'number' },
    reason: { help: 'why, for the public log', value: 'text' },
  },
  async run(io, given): Promise<ExitCode> {
    const path = versionPath(given.args[0])
    if (path === undefined) throw new UsageError('expected a version such as core@2')
    return given.value('from') === undefined ? list(io, path) : propose(io, given, path)
  },
}

async function propose(io: Io, given: Given, path: string): Promise<ExitCode> {
  const maxCases = Number(given.value('max-cases') ?? '50')
  if (!Number.isInteger(maxCases) || maxCases < 1 || maxCases > 500)
    throw new UsageError('--max-cases: expected a whole number from 1 to 500')
  const from = Date.now() - backOf(given.value('from') ?? '')
  const rules = given.value('rules')?.split(',')
  const reason = given.value('reason') ?? (await io.ask('Why?'))
  const body = { ...{ source: 'log', from, maxCases, reason }, ...(rules !== undefined && { rules }) }
  const { id, reaches } = await withApi(io, async (call) => {
    const started = startRetro.answer.parse(await call('POST', `${path}/retros`, body))
    return getRetro.answer.parse(await call('GET', `/v1/retros/${started.id}`))
  })
  const version = given.args[0] ?? ''
  io.result({ id, reaches }, [
    `proposed: ${id}; a person agrees in the console: Rules & policies, ${version}, Look back`,
    ...(reaches === null
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
