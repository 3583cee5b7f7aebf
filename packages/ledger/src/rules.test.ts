import { describe, expect, it } from 'vitest'
import { MadeLog, newSigner, octets32 } from '../test/log-maker.ts'
import { base64 } from './bytes.ts'
import { cosign } from './cosignatures.ts'
import { checkpointText } from './heads.ts'
import { formatVerifierKey } from './keys.ts'
import { KINDS } from './kinds.ts'
import { actLeaf, anchorLeaf, anchorOf } from './leaf.ts'
import { formatNote, signText } from './notes.ts'
import { checkOpening, commit, fieldsOf, open } from './openings.ts'
import { OPS } from './ops.ts'
import { parsePolicy } from './policy.ts'
import { checkPromise, findPromised, promiseText } from './promises.ts'
import { checkReceipt, formatReceipt, type SealedExtra } from './receipts.ts'
import { leafHash } from './tree.ts'
import { valueText } from './values.ts'
import { webChecks } from './web-checks.ts'

const checks = webChecks(crypto.subtle)
const refusal = (code: string) => expect.objectContaining({ code })

describe('rules that no shared file of test data covers', () => {
  it('a witness is named twice in one group → bad_policy', async () => {
    const [log, a] = [await newSigner('l.example', 1), await newSigner('a.example', 4)]
    const lines = [
      `log ${formatVerifierKey(log.vkey)}`,
      `witness A ${formatVerifierKey(a.vkey)}`,
      'group G 1 A A',
      'quorum G',
    ]
    expect(() => parsePolicy(new TextEncoder().encode(`${lines.join('\n')}\n`))).toThrow(refusal('bad_policy'))
  })

  it('one name in two slots, of a kind that is not known → bad_opening', () => {
    const twice = new Map([0, 1].map((slot) => [slot, { name: 'at', value: 'null' }]))
    const leaf = actLeaf(commit(250, twice, octets32(1)), 7, false)
    const opening = open({ leaf, kind: 250, fields: twice, seed: octets32(1) }, new Set([0, 1]))
    expect(() => checkOpening(opening, KINDS)).toThrow(refusal('bad_opening'))
  })

  it('a sealed receipt whose anchor is an ordinary leaf → anchor_mismatch', async () => {
    const fields = fieldsOf(KINDS, 20, { op: 'receive', order: 'O-17' })
    const leaf = actLeaf(commit(20, fields, octets32(2)), 500_000, false)
    const inner = open({ leaf, kind: 20, fields, seed: octets32(2) }, new Set(fields.keys()))
    const text = checkpointText('safety.example/log/sealed', { size: 1, root: leafHash(leaf) })
    const common = { v: 1, key: base64(octets32(3)), text, index: 0, path: [], inner } as const
    const receipt = async (anchor: Uint8Array) => {
      const log = await (await MadeLog.begin()).add([anchor])
      const extra: SealedExtra = { ...common, leaf: base64(anchor) }
      return checkReceipt(
        formatReceipt(extra, { index: 0, path: [], checkpoint: log.checkpoint }),
        log.policy(),
        KINDS,
        checks,
      )
    }
    expect((await receipt(anchorLeaf(octets32(3), text, 500_000))).sealed).toMatchObject({ index: 0, size: 1 })
    const disguised = actLeaf(anchorOf(octets32(3), text), 500_000, false)
    await expect(receipt(disguised)).rejects.toMatchObject({ code: 'anchor_mismatch' })
  })

  it("a promise under the right key in another log's name → wrong_origin", async () => {
    const signer = await newSigner('a.example/log/actions/promise', 1)
    const text = promiseText('b.example/log/actions', octets32(1), 5)
    const note = formatNote(text, [await signText(text, signer)])
    await expect(checkPromise(note, signer.vkey, checks)).rejects.toMatchObject({ code: 'wrong_origin' })
  })

  it('a promise is not kept by an anchor with the same octets', () => {
    const promise = { origin: 'a.example/log/actions', commitment: anchorOf(octets32(3), 'x'), deadline: 10 }
    const leaves = [anchorLeaf(octets32(3), 'x', 7)]
    expect(findPromised(promise, leaves, 10)).toBeNull()
    expect(findPromised(promise, leaves, undefined)).toBeNull()
    expect(() => findPromised(promise, leaves, 11)).toThrow(refusal('promise_broken'))
  })

  it('a cosignature needs a time, and a key that carries one', async () => {
    const text = checkpointText('a.example', { size: 1, root: octets32(1) })
    await expect(cosign(text, await newSigner('w.example', 4), 0)).rejects.toMatchObject({ code: 'bad_checkpoint' })
    await expect(cosign(text, await newSigner('w.example', 1), 5)).rejects.toMatchObject({ code: 'bad_checkpoint' })
  })

  it('values that JSON cannot carry exactly → bad_opening', () => {
    for (const value of [-0, 1.5, 2 ** 53, '\ud800', ['\udc00']])
      expect(() => valueText(value)).toThrow(refusal('bad_opening'))
    expect(valueText(['é', '"'])).toBe('["é","\\""]')
  })

  it('every kind has at most 16 fields, each once, and `op` exactly where it has ops', () => {
    expect([...KINDS.keys()]).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 20, 30, 31, 32, 33, 34, 35, 36, 37, 38])
    for (const { no, fields } of KINDS.values()) {
      const names = fields.map(({ name }) => name)
      expect(names.length).toBeLessThanOrEqual(16)
      expect(new Set(names).size).toBe(names.length)
      expect([no, OPS.has(no)]).toEqual([no, names.includes('op')])
    }
    expect(
      KINDS.get(32)
        ?.fields.filter(({ shown }) => !shown)
        .map(({ name }) => name),
    ).toEqual(['by', 'second'])
    expect(KINDS.get(34)).toMatchObject({ open: 'listed' })
    const setting = KINDS.get(34)?.fields ?? []
    expect(setting.filter(({ shown }) => shown)).toEqual([])
    expect(setting.filter(({ kept }) => kept).map(({ name }) => name)).toEqual(['by', 'second'])
    expect(KINDS.get(8)?.fields.some(({ shown }) => shown)).toBe(false)
  })
})
