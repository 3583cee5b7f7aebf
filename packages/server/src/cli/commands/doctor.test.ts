import { chmodSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { emptyFolder, initialised, lamplighter, whileServing } from '../testing/command-line.ts'

let folder: string
beforeEach(() => {
  folder = emptyFolder()
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

// Each command opens the whole product, which takes a while where other work keeps the machine busy.
describe('migrate and doctor', { timeout: 120_000 }, () => {
  it('shows the steps first, then does them', async () => {
    const dry = await lamplighter(folder, ['migrate', '--dry-run'])
    expect(dry.out).toContain('people/0001-staff')
    expect((await lamplighter(folder, ['migrate'])).code).toBe(0)
    expect((await lamplighter(folder, ['migrate', '--dry-run'])).out).toBe('Nothing waits.\n')
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
      'engine',
      'stream',
      'jobs',
      'deliveries',
      'endpoints',
      'lists',
      'log actions',
      'log sealed',
      'decoder',
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
    ]
    expect((await lamplighter(folder, line)).code).toBe(0)
    expect((await lists())?.found).not.toMatch(/\bthreat_terms\b/)
  })
})
