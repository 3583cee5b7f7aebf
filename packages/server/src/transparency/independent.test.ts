import { createPublicKey } from 'node:crypto'
import { createRequire } from 'node:module'
import { leavesOf, parseTlogProof } from '@lamplighter/ledger'
import { expect, test } from 'vitest'
import { sqlite } from '../storage/testing/engines.ts'
import { decisionOn } from './testing/acts.ts'
import { freshLedger } from './testing/ledger.ts'
import { Served } from './testing/served.ts'

// Somebody else's code, which knows nothing of ours.
const require = createRequire(import.meta.url)
const { verifyMerkleInclusion } = require('@sigstore/verify/dist/tlog/merkle.js') as {
  verifyMerkleInclusion(entry: object, checkpoint: object): void
}
const { verifyCheckpoint } = require('@sigstore/verify/dist/tlog/checkpoint.js') as {
  verifyCheckpoint(entry: object, logs: object[]): object
}

const fresh = freshLedger(sqlite)

test('ledger 9: @sigstore/verify finds served leaves in the served tree, and refuses one flipped byte', async () => {
  const recorded = await fresh.it.act(...Array.from({ length: 300 }, (_, i) => decisionOn(`u${i % 7}`)))
  await fresh.it.close()
  const [key] = fresh.it.ledger.parts.signers('safety.example/log/actions')
  if (key === undefined) throw new Error('no key')
  const der = Buffer.concat([Buffer.from('302a300506032b6570032100', 'hex'), key.vkey.key])
  const logID = Buffer.alloc(32)
  logID.writeUInt32BE(key.vkey.id)
  const publicKey = createPublicKey({ key: der, format: 'der', type: 'spki' })
  const logs = [{ logID, publicKey, baseURL: 'https://safety.example/log/actions' }]
  const source = new Served(fresh.it.ledger).source()
  const envelope = await source.checkpoint()
  const checkpoint = verifyCheckpoint({ inclusionProof: { checkpoint: { envelope } } }, logs)
  const altered = envelope.replace('\n512\n', '\n511\n')
  expect(() => verifyCheckpoint({ inclusionProof: { checkpoint: { envelope: altered } } }, logs)).toThrow()
  const leaves = [...leavesOf(await source.bundle(0, 256), 256), ...leavesOf(await source.bundle(1, 256), 256)]
  for (const { record } of recorded.filter((_, i) => i % 29 === 0)) {
    const state = await fresh.it.ledger.receiptOf(record, 'person')
    if (state.state !== 'ready') throw new Error(state.state)
    const { index, path } = parseTlogProof(state.file)
    const inclusionProof = { logIndex: String(index), hashes: path.map((hash) => Buffer.from(hash)) }
    const leaf = Buffer.from(leaves[index] ?? [])
    verifyMerkleInclusion({ inclusionProof, canonicalizedBody: leaf }, checkpoint)
    const wrong = Buffer.from(leaf.with(9, (leaf[9] ?? 0) ^ 1))
    expect(() => verifyMerkleInclusion({ inclusionProof, canonicalizedBody: wrong }, checkpoint)).toThrow()
  }
})
