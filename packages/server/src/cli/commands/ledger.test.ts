import { rmSync } from 'node:fs'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { initialised, lamplighter } from '../testing/command-line.ts'

// Each command opens the whole product alone.
vi.setConfig({ testTimeout: 120_000 })

let folder: string
beforeAll(async () => {
  folder = await initialised()
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

it('ledger 40: a log without a signature yet is shown, and rechecked', async () => {
  const shown = await lamplighter(folder, ['ledger', 'checkpoint', '--json'])
  expect(shown.code).toBe(0)
  expect(JSON.parse(shown.out)).toMatchObject({ log: 'actions', size: 0, halt: null, checkpoint: null })
  const checked = await lamplighter(folder, ['ledger', 'recheck', '--log', 'sealed'])
  expect(checked).toMatchObject({ code: 0, out: 'sealed: 0 leaves hashed again, nothing wrong.\n' })
})

it('ledger 40: a log that is not halted is not begun anew', async () => {
  const refused = await lamplighter(folder, ['ledger', 'reopen', '--yes'])
  expect(refused.code).toBe(1)
  expect(refused.err).toContain('not halted')
})

it('ledger 40: wrong use ends with 2, an unknown record and an absent log with 1', async () => {
  expect((await lamplighter(folder, ['ledger', 'checkpoint', '--log', 'other'])).code).toBe(2)
  expect((await lamplighter(folder, ['ledger', 'verify', 'no-such-file'])).code).toBe(2)
  expect((await lamplighter(folder, ['ledger', 'prove', 'rec_00000000000000000000000000'])).code).toBe(1)
  expect((await lamplighter(folder, ['ledger', 'verify', 'http://127.0.0.1:9'])).code).toBe(1)
})
