import { createHash } from 'node:crypto'
import { createReadStream, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeEach, expect, test } from 'vitest'
import { flags } from '../../../bin/flags.mjs'
import { sqlite } from '../../storage/testing/engines.ts'
import { type House, openHouse } from '../../testing/house.ts'
import { inAnotherProcess } from './testing/list-life.ts'

const MIB = 2 ** 20
const ROWS = process.env.LAMPLIGHTER_DEEP === '1' ? 1_000_000 : 100_000
/** What the table of digests takes for each (`digest-table.test.ts`). */
const INDEX_BYTES = 64
/** Of old objects: what a process holds that knows no list is half of it, and the rows of the file as objects would be as much again. */
const HEAP_MIB = 48

const files = mkdtempSync(join(tmpdir(), 'll-import-'))
afterAll(() => rmSync(files, { recursive: true, force: true }))

let house: House
beforeEach(async () => {
  house = await openHouse({ engine: sqlite, bare: true })
})
afterEach(() => house.close())

test(`matching 31: an import of ${ROWS} rows takes less than 256 MiB over its index, and its heap does not grow with the file`, async () => {
  const path = join(files, 'digests.txt')
  const digests = Array.from({ length: ROWS }, (_, row) => createHash('sha256').update(`made up ${row}`).digest('hex'))
  writeFileSync(path, `${digests.join('\n')}\n`)
  const hash = createHash('sha256')
  for await (const piece of createReadStream(path)) hash.update(piece)
  const facts = { id: 'long', kind: 'digest', harm: 'malware', sealed: false, context: false } as const
  const act = {
    ...{ do: 'import' as const, facts: { ...facts, source: 'made up', staleAfterMs: null } },
    ...{ path, type: 'text/plain', sha256: hash.digest('hex') },
  }
  await house.reopen({}, async () => {
    const node = [...flags, `--max-old-space-size=${HEAP_MIB}`]
    const grew = Number(await inAnotherProcess(house, { list: 'long', act, dieAfter: null }, node))
    expect(grew - ROWS * INDEX_BYTES).toBeLessThan(256 * MIB)
    expect(grew).toBeGreaterThan(0)
  })
  const [row] = await house.rows('lists')
  expect([row?.id, Number(row?.entries), row?.state]).toEqual(['long', ROWS, 'live'])
}, 1_800_000)
