import { chmodSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { judgeBackup, judgeSchema } from '../../doctor/judge.ts'
import {
  judgeDeliveries,
  judgeEndpoints,
  judgeJobs,
  judgeLists,
  judgeLog,
  judgeStream,
  judgeSwitches,
} from '../../doctor/judge-running.ts'
import { engines, postgres } from '../../storage/testing/engines.ts'
import { emptyFolder, initialised, initLine, lamplighter, whileServing } from '../testing/command-line.ts'
import { usingDatabase } from '../testing/database.ts'
import { commands as ofBackup } from './backup.ts'
import { commands as ofConnection } from './connection.ts'
import { commands as ofLedger } from './ledger.ts'
import { commands as ofLists } from './lists.ts'
import { commands as ofMigrate } from './migrate.ts'
import { commands as ofRestore } from './restore.ts'
import { commands as ofSwitches } from './switches.ts'

let folder: string
beforeEach(() => {
  folder = emptyFolder()
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

// Each command opens the whole product, which takes a while where other work keeps the machine busy.
describe('migrate and doctor', { timeout: 120_000 }, () => {
  it('shows the steps first, then does them', async () => {
    const configured = { LAMPLIGHTER_URL: 'http://localhost:4100' }
    const dry = await lamplighter(folder, ['migrate', '--dry-run'], configured)
    expect(dry.out).toContain('people/0001-staff')
    expect((await lamplighter(folder, ['migrate'], configured)).code).toBe(0)
    expect((await lamplighter(folder, ['migrate', '--dry-run'], configured)).out).toBe('Nothing waits.\n')
  })

  it('names in its remedies nothing but commands that there are, with their options', () => {
    const all = [...ofBackup, ...ofConnection, ...ofLedger, ...ofLists, ...ofMigrate, ...ofRestore, ...ofSwitches]
    const halts = ['tiles_differ', 'head_behind', 'head_differs', 'state_unknown', 'wrong_place'] as const
    const findings = [
      judgeBackup(undefined),
      judgeSchema(['people/0001-staff']),
      judgeStream({ records: 3, oldestMs: 660_000 }),
      judgeJobs([{ queue: 'schedule', parked: 1 }]),
      judgeDeliveries([], [{ parked: 2 }]),
      judgeDeliveries([{ waiting: 1, oldestMs: 3_600_000 }], []),
      judgeEndpoints([]),
      judgeEndpoints([{ paused: true }]),
      judgeLists([], {}, []),
      judgeLists([{ id: 'terms', ageMs: 2 }], { terms: 1 }, []),
      judgeLists([{ id: 'terms', ageMs: 1 }], {}, ['terms']),
      judgeSwitches([{ id: 'uk.private_scan', on: false, lapsed: true }]),
      ...halts.map((halt) => judgeLog({ log: 'actions', halt, restored: false })),
      judgeLog({ log: 'actions', halt: null, restored: true }),
    ]
    const named = findings.flatMap(({ remedy = '' }) => remedy.match(/lamplighter [a-z][^,.:;]*/g) ?? [])
    expect(named.length).toBeGreaterThan(10)
    for (const line of named) {
      const fitting = all.filter(({ name }) => line.startsWith(`lamplighter ${name}`))
      const command = fitting.sort((a, b) => b.name.length - a.name.length)[0]
      expect([line, command?.name]).toEqual([line, expect.any(String)])
      const options = [...line.matchAll(/--([a-z-]+)/g)].map(([, option]) => option)
      expect([line, options]).toEqual([line, options.filter((one = '') => command?.options?.[one] !== undefined)])
    }
    expect(findings.filter(({ remedy = '' }) => /console|Settings/.test(remedy))).toEqual([])
  })

  it('platform P-31: says what it found; an unsafe folder is *wrong* with its remedy', async () => {
    folder = await initialised()
    const fine = await lamplighter(folder, ['doctor', '--json'])
    const states = JSON.parse(fine.out) as { check: string; state: string; remedy?: string }[]
    expect(states.map(({ check }) => check)).toEqual([
      'node',
      'configuration',
      'server',
      'clock',
      'file system',
      'disk space',
      'disk sync',
      'huge pages',
      'engine',
      'stream',
      'jobs',
      'deliveries',
      'endpoints',
      'lists',
      'licences',
      'staged',
      'exceptions',
      'log actions',
      'log sealed',
      'decoder',
      'rarer pictures',
      'videos',
      'switches',
      'schema',
      'data folder',
      'master key',
      'backup',
    ])
    for (const { state, remedy } of states) expect(state === 'ok').toBe(remedy === undefined)
    chmodSync(join(folder, '.lamplighter'), 0o755)
    const open = await lamplighter(folder, ['doctor'])
    expect(open.code).toBe(1)
    expect(open.out).toMatch(/wrong data folder {4}mode 755/)
    expect(open.out).toContain('→ Run: chmod go-rwx')
  })

  /** Some seconds off, as this program sees the time; those of the database and of the rows stay. */
  async function withClockOff<T>(ms: number, run: () => Promise<T>): Promise<T> {
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + ms })
    try {
      return await run()
    } finally {
      vi.useRealTimers()
    }
  }
  const clock = async () => {
    const { code, out } = await lamplighter(folder, ['doctor', '--json'])
    const found = JSON.parse(out) as { check: string; state: string; found: string; remedy?: string }[]
    const of = (name: string) => found.find(({ check }) => check === name)
    return { code, finding: of('clock'), partitions: of('partitions') }
  }
  const off = { state: 'wrong', remedy: expect.stringContaining('NTP') }

  it('platform P-31: a clock that went back 10 s is *wrong*, by what was written before', async () => {
    expect((await lamplighter(folder, [...initLine])).code).toBe(0)
    expect((await clock()).finding).toMatchObject({ state: 'ok' })
    // Long enough also where the machine took its time since `init`.
    expect(await withClockOff(-600_000, clock)).toMatchObject({ code: 1, finding: off })
  })

  it.skipIf(!engines.includes(postgres))(
    'platform P-31: on PostgreSQL a clock 10 s off is *wrong*, and so is a missing partition (skipped without PostgreSQL)',
    async () => {
      await usingDatabase(async (url, query) => {
        expect((await lamplighter(folder, [...initLine, '--database', url])).code).toBe(0)
        const fine = await clock()
        expect([fine.finding?.state, fine.partitions?.state]).toEqual(['ok', 'ok'])
        for (const ms of [-10_000, 10_000]) {
          const { code, finding } = await withClockOff(ms, clock)
          expect([code, finding]).toEqual([1, expect.objectContaining(off)])
        }
        await whileServing(folder, async () => {
          const tables = await query(
            `select relname as name from pg_class where relname ~ '^stream_chunks_h[0-9]+$' and relkind = 'r'`,
          )
          expect(tables.length).toBeGreaterThan(2)
          for (const { name } of tables) await query(`drop table ${name}`)
          expect((await clock()).partitions).toMatchObject({ state: 'wrong', found: 'none for this hour' })
        })
        expect((await clock()).partitions).toMatchObject({ state: 'ok' })
      })
    },
  )

  it('names a halted log of a running server, and is content when the halt is over', async () => {
    folder = await initialised()
    const log = async () => {
      const { code, out } = await lamplighter(folder, ['doctor', '--json'])
      const found = JSON.parse(out) as { check: string; state: string; remedy?: string }[]
      return { code, finding: found.find(({ check }) => check === 'log actions') }
    }
    const elsewhere = { LAMPLIGHTER_URL: 'http://localhost:4200' }
    expect((await lamplighter(folder, ['ledger', 'recheck'], elsewhere)).out).toContain('halted: wrong_place')
    await whileServing(folder, async () => {
      const remedy = expect.stringContaining('lamplighter ledger recheck --log actions --moved')
      expect(await log()).toMatchObject({ code: 1, finding: { state: 'wrong', remedy } })
      expect((await lamplighter(folder, ['ledger', 'recheck'])).out).toContain('nothing wrong')
      expect((await log()).finding).toMatchObject({ state: 'ok' })
    })
  })

  it('names the empty lists that the live rules ask, until they are filled', async () => {
    folder = await initialised()
    const lists = async () => {
      const found = JSON.parse((await lamplighter(folder, ['doctor', '--json'])).out) as Record<string, string>[]
      return found.find(({ check }) => check === 'lists')
    }
    const before = await lists()
    expect(before).toMatchObject({ state: 'look', remedy: expect.stringContaining('lamplighter lists import') })
    expect(before?.found).toMatch(/\bthreat_terms\b/)
    writeFileSync(join(folder, 'terms.txt'), 'a made-up threat\n')
    const line = [
      'lists',
      'import',
      'terms.txt',
      '--list',
      'threat_terms',
      '--kind',
      'text',
      '--harm',
      'threat_to_life',
      '--live',
    ]
    expect((await lamplighter(folder, line)).code).toBe(0)
    expect((await lists())?.found).not.toMatch(/\bthreat_terms\b/)
  })
})
