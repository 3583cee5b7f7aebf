import { askErasure, getErasure, getErasures, planErasure } from '@lamplighter/api'
import type { z } from 'zod'
import { type Call, isRunning, withApi } from '../api.ts'
import type { Command } from '../command.ts'
import { type ExitCode, type Io, UsageError } from '../io.ts'

type Plan = z.infer<typeof planErasure.answer>
type Erasure = z.infer<typeof getErasure.answer>

const WAIT_MS = 30_000
const LOOK_MS = 500

export const commands: readonly Command[] = [
  {
    name: 'accounts erase',
    summary: 'Erases all that is kept about an account, for good. Shows first what goes and what stays.',
    example: 'lamplighter accounts erase kestrel --ground request --reason "asked by mail on 3 May"',
    args: ['account'],
    options: {
      ground: { help: 'request: the person asked; court: a court ordered it', value: 'ground' },
      reason: { help: 'why, kept without end; name nobody in it', value: 'text' },
    },
    async run(io, { args: [account = ''], value }): Promise<ExitCode> {
      const ground = value('ground')
      if (ground !== 'request' && ground !== 'court') throw new UsageError('--ground: expected request or court')
      const reason = value('reason') ?? (await io.ask('Why?'))
      return withApi(io, async (call) => {
        const plan = planErasure.answer.parse(await call('POST', '/v1/erasures/plan', { account }))
        if (!io.json) for (const line of planLines(plan)) io.say(line)
        if (!(await io.confirm('Erase this account? Nothing brings it back.'))) return 3
        const { id } = askErasure.answer.parse(await call('POST', '/v1/erasures', { account, ground, reason }))
        return ended(io, call, id)
      })
    },
  },
  {
    name: 'accounts erasures',
    summary: 'Lists the latest erasures and how far they are. It names nobody who was erased.',
    example: 'lamplighter accounts erasures',
    async run(io): Promise<ExitCode> {
      const { items } = getErasures.answer.parse(await withApi(io, (call) => call('GET', '/v1/erasures')))
      io.result({ items }, items.length === 0 ? ['nobody was erased'] : items.map(runLine))
      return 0
    },
  },
]

function planLines({ cases, notices, appeals, files, inTheWay }: Plan): string[] {
  const { openMatters, openAppeals, undelivered, withheld, keptUntil } = inTheWay
  const waits = [
    ...(openMatters > 0 ? [`${openMatters} open cases, or decisions of which something has yet to follow`] : []),
    ...(openAppeals > 0 ? [`${openAppeals} appeals without an answer`] : []),
    ...(undelivered > 0 ? [`${undelivered} messages that have not arrived: lamplighter connection`] : []),
    ...(withheld > 0 ? [`${withheld} notices that a rule holds back`] : []),
    ...(keptUntil === null ? [] : [`files that must be kept until ${new Date(keptUntil).toISOString()}`]),
  ]
  return [
    `Goes: ${cases} cases with all that lies in them, ${notices} notices, ${appeals} appeals, ${files} files; reports that they sent; counts and`,
    'lines of the replay log with them; what the log says of them.',
    'Stays: 32 bytes for each act in the log, which nobody can open; which member of staff was shown which file; what is kept about others.',
    'Copies made before still hold it until they are deleted; one that is restored is erased again before the server answers.',
    ...(waits.length === 0 ? [] : ['Has to be finished first:', ...waits.map((line) => `  ${line}`)]),
    ...(waits.length === 0 ? [] : ['Tell the person no more than that something is not finished yet.']),
  ]
}

/** Waits for the end while a server runs; without one the job waits for it. */
async function ended(io: Io, call: Call, id: string): Promise<ExitCode> {
  const look = async (): Promise<Erasure> => getErasure.answer.parse(await call('GET', `/v1/erasures/${id}`))
  let run = await look()
  const isServed = await isRunning(io.config().config)
  for (
    const until = Date.now() + WAIT_MS;
    isServed && run.state === 'running' && Date.now() < until;
    run = await look()
  ) {
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS))
  }
  const next = isServed ? 'It goes on by itself.' : 'It begins when the server runs: lamplighter start.'
  io.result(run, [runLine(run), ...(run.state === 'done' ? [] : [`${next} See: lamplighter accounts erasures`])])
  return run.state === 'done' ? 0 : 3
}

function runLine({ id, state, ground, askedAt, by, part, erased, reason }: Erasure): string {
  const { cases, verdicts, notices, files, records } = erased
  const went = `${cases} cases, ${verdicts} verdicts, ${notices} notices, ${files} files, ${records} records of the log`
  const far = state === 'done' ? `done: ${went}` : `${state}, last part: ${part ?? 'none'}`
  return `${id}  ${new Date(askedAt).toISOString()}  ${ground}, by ${by}${reason === null ? '' : ` (${reason})`}  ${far}`
}
