import { parsePdq } from '../../packages/matching/src/index.ts'
import { openHouse } from '../lib/house.ts'
import { finders } from './three-lists.ts'

// Lamplighter as it runs, with large lists of pictures: `node house-side.ts ROWS HASH DECODER`. The demo's rules ask two lists of pictures, which hold so many
// hashes together, and one of digests.

const ASKED = ['terror_media', 'csam_media']

const [rows = '', hash = '', prefer = ''] = process.argv.slice(2)
const listed = parsePdq(hash)
if (listed === undefined) throw new Error(`expected a hash, found ${hash}`)
const { LAMPLIGHTER_DECODERS } = process.env
const house = await openHouse({
  LAMPLIGHTER_DECODER_PREFER: prefer,
  ...(LAMPLIGHTER_DECODERS !== undefined && { LAMPLIGHTER_DECODERS }),
})
const { context, keys } = house
const { book } = context.library
for (const [at, finder] of (await finders(Number(rows), ASKED.length, listed)).entries()) {
  const list = book.get(ASKED[at] ?? '')
  if (list === undefined) throw new Error(`the demo has no list ${ASKED[at]}`)
  book.set({ ...list, finder })
}
const url = await house.listen()
context.start()
process.send?.({ url, keys })
