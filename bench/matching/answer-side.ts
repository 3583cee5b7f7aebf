import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { parsePdq } from '../../packages/matching/src/index.ts'
import { measure } from '../../packages/server/src/evidence/decoder/measure.ts'
import { wasm } from '../../packages/server/src/evidence/decoder/wasm.ts'
import { ListBook, type LoadedList } from '../../packages/server/src/signals/book.ts'
import { finders } from './three-lists.ts'

// Our side of M-9: `node answer-side.ts ROWS HASH`. In one thread, without HTTP and without a decoder process: a JPEG file is read, its digests
// are made, it is decoded and hashed as the decoder does it, and three lists answer.

export type Question = { ask: 'answer'; file: string } | { ask: 'perSecond'; file: string; ms: number }

const LISTS = ['one', 'two', 'three']
const DIGESTS = ['sha256', 'sha1', 'md5'] as const

const [rows = '', hash = ''] = process.argv.slice(2)
const listed = parsePdq(hash)
if (listed === undefined) throw new Error(`expected a hash, found ${hash}`)
const book = new ListBook()
const facts: Omit<LoadedList, 'id' | 'finder'> = {
  kind: 'pdq',
  harm: 'csea',
  sealed: true,
  context: false,
  version: 1,
  updatedAt: null,
  staleAfterMs: null,
  within: 31,
  // As lists of this harm have it: every reading in eight orientations.
  variants: 'eight',
}
for (const [at, finder] of (await finders(Number(rows), LISTS.length, listed)).entries())
  book.set({ ...facts, id: LISTS[at] ?? '', finder })

process.on('disconnect', () => process.exit())
process.on('message', async (question: Question) => process.send?.(await answer(question)))
process.send?.('ready')

async function answer(question: Question): Promise<unknown> {
  if (question.ask === 'answer') return said(question.file)
  const until = performance.now() + question.ms
  const began = process.cpuUsage()
  let pictures = 0
  do {
    await said(question.file)
    pictures += 1
  } while (performance.now() < until)
  const { user, system } = process.cpuUsage(began)
  return (1e6 * pictures) / (user + system)
}

/** For each list the distance of its hit, or null. */
async function said(file: string): Promise<readonly (number | null)[]> {
  const bytes = readFileSync(file)
  for (const name of DIGESTS) createHash(name).update(bytes).digest('hex')
  const { readings } = await measure(bytes, 'image/jpeg', wasm)
  const lists = book.bind(readings, Date.now(), new Set(DIGESTS))
  for (const id of LISTS) for (const { pdq } of readings) lists.get(id)?.find('near', pdq)
  return LISTS.map((id) => lists.hits.find(({ list }) => list === id)?.distanceBits ?? null)
}
