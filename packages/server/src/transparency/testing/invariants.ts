import { audit, checkConsistency, parseCheckpoint, parseLeaf, proveConsistency } from '@lamplighter/ledger'
import { expect } from 'vitest'
import { runtimeChecks, runtimeHash } from '../signing.ts'
import { ledgerFacts } from './facts.ts'
import type { OpenedLedger } from './ledger.ts'
import { Served } from './served.ts'

/**
 * What must hold after whatever happened: an outsider finds nothing wrong; each record that has a place is there, once, and no commitment
 * occurs twice; every checkpoint that was ever signed is a beginning of the present log.
 */
export async function expectWholeLog(opened: OpenedLedger): Promise<{ size: number; placed: number; pending: number }> {
  const outside = new Served(opened.ledger)
  const leaves = new Map<string, number>()
  const seen = await audit(outside.source(), {
    policy: await outside.policy(),
    checks: runtimeChecks,
    hash: runtimeHash,
    onLeaf: (index, bytes) => {
      const commitment = Buffer.from(parseLeaf(bytes).commitment).toString('hex')
      expect(leaves.has(commitment)).toBe(false)
      leaves.set(commitment, index)
    },
  })
  expect(seen.failed).toBeUndefined()
  const facts = await opened.storage.store.read(ledgerFacts, null)
  const records = facts.records.filter((row) => row.log === 'actions')
  const placed = records.filter((row) => row.leaf_index !== null)
  for (const row of placed) expect(leaves.get(Buffer.from(row.commitment).toString('hex'))).toBe(row.leaf_index)
  for (const row of records.filter((one) => one.leaf_index === null)) {
    expect(leaves.has(Buffer.from(row.commitment).toString('hex'))).toBe(false)
  }
  for (const { origin } of facts.heads) await expectOneLine(opened, origin, facts.checkpoints)
  return { size: leaves.size, placed: placed.length, pending: records.length - placed.length }
}

async function expectOneLine(
  opened: OpenedLedger,
  origin: string,
  checkpoints: readonly { origin: string; text: string }[],
): Promise<void> {
  const heads = checkpoints.filter((row) => row.origin === origin).map((row) => parseCheckpoint(row.text).head)
  const files = opened.ledger.parts.files(origin)
  for (const [i, to] of heads.entries()) {
    const from = heads[i - 1]
    if (from === undefined) continue
    const path = await proveConsistency(files, from.size, to.size, runtimeHash)
    checkConsistency({ from, to, path }, runtimeHash)
  }
}
