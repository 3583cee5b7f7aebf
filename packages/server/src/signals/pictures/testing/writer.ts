import { Pictures } from '../pictures.ts'
import { snapshotsIn } from '../snapshots.ts'
import { hashes, LIST, noKeyring, ROWS } from './hashes.ts'

// Writes the snapshot of one list again and again until it is killed.

const [folder = ''] = process.argv.slice(2)
const pictures = new Pictures()
const slot = pictures.open()
for (const [n, pdq] of hashes(ROWS, 4).entries()) pictures.add(slot, n + 1, pdq)
await pictures.settle(true)
const snapshots = snapshotsIn(folder, noKeyring)
for (let at = 1; ; at += 1) {
  await snapshots.save(pictures, { lists: [LIST], slots: [slot], sealed: false, unchanged: () => true, at })
  process.stdout.write(`${at}\n`)
}
