import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { bytesOfPdq, type Pdq } from '@lamplighter/matching'
import { afterEach, expect, test } from 'vitest'
import { FlatIndex } from '../../../../matching/src/index/flat.ts'

import { Pictures } from './pictures.ts'
import { snapshotsIn } from './snapshots.ts'
import { hashes, LIST, noKeyring, ROWS, turned } from './testing/hashes.ts'

/*
 * What is loaded after a crash or after damage is compared with a look at every hash, at every distance. `LAMPLIGHTER_DEEP=1` asks a hundred thousand times.
 */

const QUERIES = process.env.LAMPLIGHTER_DEEP === '1' ? 100_000 : 1_200
const KILLS = 4

const listed = hashes(ROWS, 4)
const strange = hashes(2_000, 5)
const twin = new FlatIndex()
for (const pdq of listed) twin.add(bytesOfPdq(pdq))

const folders: string[] = []
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true })
})
const newFolder = (): string => {
  const folder = mkdtempSync(join(tmpdir(), 'll-index-'))
  folders.push(folder)
  return folder
}

/** Equal hashes have equal rows here and there: both were given in the same order. @returns how many queries hit */
function comparedWithAll(pictures: Pictures, queries: number, from: number): number {
  let hits = 0
  for (let i = 0; i < queries; i += 1) {
    const n = from + i
    const base: Pdq = (n % 5 === 0 ? strange[n % strange.length] : listed[(n * 7_919) % ROWS]) ?? expect.fail()
    const query = turned(base, n % 34)
    const within = n % 32
    const [found, right] = [pictures.near(query, within), twin.find(bytesOfPdq(query), within)]
    const entries = [...found.rows].flatMap((row) => pictures.owners.entriesOf(row, 1, ROWS))
    const expected = [...right.rows].map((row) => row + 1)
    if (found.count !== right.count || entries.join() !== expected.join())
      expect.fail(`query ${n} within ${within}: ${entries} of ${found.count}, not ${expected} of ${right.count}`)
    if ([...found.distances].join() !== [...right.distances].join()) expect.fail(`query ${n}: other distances`)
    if (found.count > 0) hits += 1
  }
  return hits
}

test('matching 18, 19: after a kill in the middle of a snapshot the answers are those of a look at every hash', async () => {
  const folder = newFolder()
  const program = fileURLToPath(new URL('./testing/writer.ts', import.meta.url))
  const snapshots = snapshotsIn(folder, noKeyring)
  let hits = 0
  for (let kill = 0; kill < KILLS; kill += 1) {
    const writer = spawn(process.execPath, [program, folder], { stdio: ['ignore', 'pipe', 'inherit'] })
    // Once it has written one it writes the next: it dies a little later each time.
    await once(writer.stdout, 'data')
    await new Promise((resolve) => setTimeout(resolve, 9 * kill))
    writer.kill('SIGKILL')
    await once(writer, 'close')
    const pictures = (await snapshots.load([LIST], {})) ?? expect.fail('nothing was loaded')
    hits += comparedWithAll(pictures, QUERIES / KILLS, (kill * QUERIES) / KILLS)
    await pictures.close()
  }
  expect(hits).toBeGreaterThan(QUERIES / 4)
}, 3_600_000)

test('matching 18, 19: of a snapshot with one byte changed nothing is taken; built anew the answers are right', async () => {
  const folder = newFolder()
  const snapshots = snapshotsIn(folder, noKeyring)
  const build = async (): Promise<Pictures> => {
    const pictures = new Pictures()
    const slot = pictures.open()
    for (const [n, pdq] of listed.entries()) pictures.add(slot, n + 1, pdq)
    await pictures.settle(true)
    return pictures
  }
  const first = await build()
  await snapshots.save(first, { lists: [LIST], slots: [1], sealed: false, unchanged: () => true, at: 1 })
  await first.close()
  const path = join(folder, readdirSync(folder)[0] ?? '', '0.pdqs')
  const bytes = readFileSync(path)
  // A hash in the middle: one that every other check would let pass.
  const place = 4_096 + 32 * 777 + 5
  bytes[place] = (bytes[place] ?? 0) ^ 4
  writeFileSync(path, bytes)
  await expect(snapshots.load([LIST], {})).rejects.toMatchObject({ code: 'damaged' })
  const rebuilt = await build()
  expect(comparedWithAll(rebuilt, QUERIES, QUERIES)).toBeGreaterThan(QUERIES / 4)
  await rebuilt.close()
}, 3_600_000)
