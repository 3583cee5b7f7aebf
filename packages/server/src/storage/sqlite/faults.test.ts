import { copyFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { toWire } from '../form.ts'
import { loadSchemas } from '../load.ts'
import { migrate } from '../migrate.ts'
import { LIMITS } from '../options.ts'
import { MODULES } from '../testing/opened.ts'
import { newFolder } from '../testing/room.ts'
import { openWriter } from './database.ts'
import { Faults } from './faults.ts'
import { Groups } from './group.ts'
import type { Answer, Fault, WorkMessage } from './messages.ts'
import { migrationTarget } from './migration-target.ts'

// Result codes of SQLite: disk full, error while writing, error while syncing.
const FULL = 13
const IOERR_WRITE = 778
const IOERR_FSYNC = 1034
const STATEMENTS = 30

let folder: string
beforeAll(async () => {
  folder = newFolder('lamplighter-')
  const db = openWriter(join(folder, 'fresh.db'))
  await migrate(migrationTarget(db, 'test'), await loadSchemas(MODULES.map((module) => module.href)))
  db.exec("insert into bank_accounts (id, balance) values ('a', 100), ('b', 100)")
  db.close()
})
afterAll(() => rmSync(folder, { recursive: true }))

const ids = ['t1', 't2', 't3', 't4']
const messages = (): WorkMessage[] =>
  ids.map((id, n) => ({
    id: n,
    name: 'bank.transfer',
    urgent: false,
    call: { now: 1, input: toWire({ id, from: 'a', to: 'b', amount: 1 }), once: { scope: 'k05', key: id } },
  }))

/** Runs the four transfers on the file, as one group, and gives each answer's code, or `done`. */
async function runOn(file: string, fault?: Fault): Promise<{ codes: string[]; fatal: boolean }> {
  const db = openWriter(file)
  const faults = fault === undefined ? undefined : new Faults([fault])
  const groups = new Groups({ db, limits: LIMITS, faults, onSlow: () => undefined })
  const waiting = messages()
  const codes: string[] = []
  let fatal = false
  for (let first = waiting.shift(); first !== undefined && !fatal; first = waiting.shift()) {
    const end = await groups.run(first, { take: () => waiting.shift() })
    codes.push(...end.answers.map(codeOf))
    fatal = end.fatal !== undefined
  }
  db.close()
  return { codes, fatal }
}

function codeOf(answer: Answer): string {
  return 'error' in answer ? String(answer.error.own.code) : 'done'
}

function stateOf(file: string): { transfers: string[]; a: unknown; b: unknown } {
  const db = openWriter(file)
  const transfers = db
    .prepare('select id from bank_transfers order by id')
    .all()
    .map((row) => String(row.id))
  const balance = (id: string) => db.prepare('select balance from bank_accounts where id = ?').get(id)?.balance
  const state = { transfers, a: balance('a'), b: balance('b') }
  db.close()
  return state
}

const statements = Array.from({ length: STATEMENTS }, (_, n) => n + 1)
const faults: Fault[] = [
  ...[FULL, IOERR_WRITE].flatMap((errcode) => statements.map((at): Fault => ({ on: 'statement', at, errcode }))),
  ...[FULL, IOERR_WRITE, IOERR_FSYNC].map((errcode): Fault => ({ on: 'commit', at: 1, errcode })),
]
// The commit reached the disk, and the report of it failed.
const late: Fault[] = [IOERR_WRITE, IOERR_FSYNC].map((errcode) => ({ on: 'commit', at: 1, errcode, after: true }))

test('K-05: an error at each statement and at the commit: what is answered as done is there, what is refused is not', async () => {
  const seen = new Set<string>()
  for (const fault of [...faults, ...late]) {
    const file = join(folder, 'lamplighter.db')
    copyFileSync(join(folder, 'fresh.db'), file)
    const { codes, fatal } = await runOn(file, fault)
    const { transfers, a, b } = stateOf(file)
    const label = JSON.stringify({ fault, codes, transfers })
    for (const [n, code] of codes.entries()) {
      seen.add(code)
      if (code === 'done') expect(transfers, label).toContain(ids[n])
      else if (code !== 'commit_unknown') expect(transfers, label).not.toContain(ids[n])
    }
    expect(fatal, label).toBe(codes.includes('commit_unknown'))
    expect([a, b], label).toEqual([100 - transfers.length, 100 + transfers.length])
    // The same keys after the restart: all done, each once.
    expect((await runOn(file)).codes, label).toEqual(['done', 'done', 'done', 'done'])
    expect(stateOf(file), label).toEqual({ transfers: ids, a: 96, b: 104 })
    rmSync(file)
  }
  expect([...seen].sort()).toEqual(['commit_unknown', 'done', 'storage_full', 'storage_unavailable'])
})
