import {
  checkPromise,
  checkReceipt,
  findPromised,
  fromBase64,
  KINDS,
  openCheckpoint,
  parsePolicy,
  parseVerifierKey,
  valueText,
  webChecks,
} from '@lamplighter/ledger'
import { expect, it } from 'vitest'
import { dataJson, describeWithData } from './data.ts'

interface Receipts {
  policy: string
  promiseKey: string
  checkpoint: string
  leaves: string[]
  receipts: { name: string; receipt: string; shown: Record<string, string> }[]
  bad: { name: string; receipt: string; code: string }[]
  promises: { name: string; promise: string; index?: number; code?: string }[]
}

const checks = webChecks(crypto.subtle)

describeWithData('receipts', () => {
  const data = dataJson<Receipts>('own/receipts.json')
  const policy = parsePolicy(new TextEncoder().encode(data.policy))

  it.each(data.receipts)('ledger 4: $name', async ({ receipt, shown }) => {
    const checked = await checkReceipt(receipt, policy, KINDS, checks)
    const texts = Object.fromEntries([...checked.shown].map(([name, value]) => [name, valueText(value)]))
    expect(texts).toEqual(shown)
    expect(checked.quorum).toBe('met')
    expect(checked.sealed !== undefined).toBe(checked.kind === 20)
  })

  it.each(data.bad)('ledger 4: refuses a receipt, $name', async ({ receipt, code }) => {
    await expect(checkReceipt(receipt, policy, KINDS, checks)).rejects.toMatchObject({ code })
  })

  it.each(data.promises)('ledger 4: promise, $name', async ({ promise, index, code }) => {
    const leaves = data.leaves.map((leaf) => fromBase64(leaf) ?? new Uint8Array())
    const { witnesses } = await openCheckpoint(data.checkpoint, policy, checks)
    const found = checkPromise(promise, parseVerifierKey(data.promiseKey), checks).then((checked) =>
      findPromised(checked, leaves, Math.max(...witnesses.map(({ at }) => at))),
    )
    if (code === undefined) expect(await found).toBe(index)
    else await expect(found).rejects.toMatchObject({ code })
  })
})
