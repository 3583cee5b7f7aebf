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
/**
 * What each row takes, and of old objects what the process may hold. One that knows no list holds half as much; the rows of the file as objects would be as
 * much again. The table of digests doubles beside the one before (`digest-table.test.ts`). A segment of the index is there twice while it is merged, and rows that no
 * merge has reached yet are objects: 131,072 at most.
 */
const KINDS = [
  { kind: 'digest', indexBytes: 64, heapMib: 48 },
  { kind: 'pdq', indexBytes: 2 * 132, heapMib: 96 },
] as const

const files = mkdtempSync(join(tmpdir(), 'll-import-'))
afterAll(() => rmSync(files, { recursive: true, force: true }))

let house: House
beforeEach(async () => {
  house = await openHouse({ engine: sqlite, bare: true })
})
afterEach(() => house.close())

test.each(KINDS)(
  `matching 31: an import of ${ROWS} rows of $kind takes less than 256 MiB over its index, and its heap does not grow with the file`,
  async ({ kind, indexBytes, heapMib }) => {
    const path = join(files, `${kind}.txt`)
    const values = Array.from({ length: ROWS }, (_, row) => createHash('sha256').update(`made up ${row}`).digest('hex'))
    writeFileSync(path, `${values.join('\n')}\n`)
    const hash = createHash('sha256')
    for await (const piece of createReadStream(path)) hash.update(piece)
    const facts = { id: 'long', kind, harm: 'malware', sealed: false, context: false } as const
    const act = {
      ...{ do: 'import' as const, facts: { ...facts, source: 'made up', staleAfterMs: null } },
      ...{ path, type: 'text/plain', sha256: hash.digest('hex') },
    }
    await house.reopen({}, async () => {
      const node = [...flags, `--max-old-space-size=${heapMib}`]
      const grew = Number(await inAnotherProcess(house, { list: 'long', act, dieAfter: null }, node))
      console.log(`${ROWS} rows of ${kind}: ${Math.round(grew / MIB)} MiB`)
      expect(grew - ROWS * indexBytes).toBeLessThan(256 * MIB)
      expect(grew).toBeGreaterThan(0)
    })
    const [row] = await house.rows('lists')
    expect([row?.id, Number(row?.entries), row?.state]).toEqual(['long', ROWS, 'live'])
  },
  1_800_000,
)
