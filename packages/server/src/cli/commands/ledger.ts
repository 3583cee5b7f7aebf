import { writeFileSync } from 'node:fs'
import { getLog, recheckLog, reopenLog } from '@lamplighter/api'
import { UsageError as VerifierUsage, verifyTarget } from '@lamplighter/ledger/verifier'
import { remedyOfHalt } from '../../doctor/judge-running.ts'
import { withApi } from '../api.ts'
import type { Command } from '../command.ts'
import { UsageError } from '../io.ts'

const LOGS = ['actions', 'sealed'] as const

function logOf(given: string | undefined): (typeof LOGS)[number] {
  const log = LOGS.find((name) => name === (given ?? 'actions'))
  if (log === undefined) throw new UsageError(`--log: expected ${LOGS.join(' or ')}`)
  return log
}

export const commands: readonly Command[] = [
  {
    name: 'ledger checkpoint',
    summary: 'Shows the newest signed state of a log.',
    example: 'lamplighter ledger checkpoint',
    options: { log: { help: 'actions (default) or sealed', value: 'name' } },
    async run(io, { value }) {
      const log = logOf(value('log'))
      const { items } = await withApi(io, async (call) => getLog.answer.parse(await call('GET', '/v1/log')))
      const found = items.find((item) => item.log === log)
      const lines = found === undefined ? [] : [`${found.origin}`, `${found.size}`, found.root]
      io.result(found ?? null, found?.checkpoint == null ? lines : found.checkpoint.trimEnd().split('\n'))
      return found?.halt == null ? 0 : 3
    },
  },
  {
    name: 'ledger prove',
    summary: 'Writes the receipt of a record: the proof that it is in the public log.',
    example: 'lamplighter ledger prove rec_06e5b9c7k4m2n8p1q3r5s7t9v0 --out receipt.tlog-proof',
    args: ['record'],
    options: { out: { help: 'where to write it; the terminal by default', value: 'file' } },
    async run(io, { args: [record = ''], value }) {
      const path = `/v1/receipts/${encodeURIComponent(record)}`
      const answer = await withApi(io, (call) => call('GET', path))
      if (typeof answer.text !== 'string') {
        io.result(answer, ['Not in the log yet; until then this promise stands:', String(answer.promise ?? 'none')])
        return 3
      }
      const out = value('out')
      if (out === undefined) io.result({ receipt: answer.text }, answer.text.trimEnd().split('\n'))
      else {
        writeFileSync(out, answer.text)
        io.result({ file: out }, [`Written to ${out}. Check it: lamplighter ledger verify ${out} --policy POLICY`])
      }
      return 0
    },
  },
  {
    name: 'ledger verify',
    summary: 'Checks a receipt, promise, opening, two checkpoints or a whole log, as an outsider would.',
    example: 'lamplighter ledger verify http://localhost:4100',
    args: ['target'],
    options: {
      policy: { help: 'whom you trust (C2SP tlog-policy)', value: 'file' },
      log: { help: 'a log to look in: for a promise, an opening, two checkpoints', value: 'url' },
      key: { help: 'the verifier key of a promise', value: 'key' },
      other: { help: 'the second checkpoint to compare', value: 'file' },
      offline: { help: 'use no network' },
    },
    async run(io, { args: [target = ''], value, has }) {
      const given = { policy: value('policy'), log: value('log'), key: value('key'), other: value('other') }
      const named = Object.fromEntries(Object.entries(given).filter(([, text]) => text !== undefined))
      try {
        const { lines, ...report } = await verifyTarget(target, { ...named, offline: has('offline') })
        io.result({ v: 1, target, ...report }, lines)
        return report.exit
      } catch (error) {
        if (error instanceof VerifierUsage) throw new UsageError(error.message)
        throw error
      }
    },
  },
  {
    name: 'ledger recheck',
    summary: 'Recomputes a log from its files, and ends a halt whose cause is gone.',
    example: 'lamplighter ledger recheck --moved',
    options: {
      log: { help: 'actions (default) or sealed', value: 'name' },
      moved: { help: 'the installation really has a new address' },
    },
    async run(io, { value, has }) {
      const log = logOf(value('log'))
      const body = { log, moved: has('moved') }
      const found = await withApi(io, async (call) =>
        recheckLog.answer.parse(await call('POST', '/v1/log/recheck', body)),
      )
      const left = found.now === null ? 'nothing wrong' : `halted: ${found.now}`
      const ended = found.was !== null && found.now === null ? ` The halt ${found.was} is over.` : ''
      const remedy = remedyOfHalt(log, found.now)
      io.result(found, [
        `${log}: ${found.leaves} leaves hashed again, ${left}.${ended}`,
        ...(remedy === undefined ? [] : [remedy]),
      ])
      return found.now === null ? 0 : 3
    },
  },
  {
    name: 'ledger reopen',
    summary: 'Begins a halted log anew under the next name, where nobody can say what was signed last.',
    example: 'lamplighter ledger reopen',
    options: { log: { help: 'actions (default) or sealed', value: 'name' } },
    async run(io, { value }) {
      const log = logOf(value('log'))
      const question =
        'Receipts of the old log stay valid, but everybody who watches it has to be told of the new one. Go on?'
      if (!(await io.confirm(question))) return 2
      const made = await withApi(io, async (call) =>
        reopenLog.answer.parse(await call('POST', '/v1/log/reopen', { log })),
      )
      io.result(made, [`${made.origin} continues it. Tell those who pinned the old key; restart other processes.`])
      return 0
    },
  },
]
