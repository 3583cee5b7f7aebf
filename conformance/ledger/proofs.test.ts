import { checkConsistency, checkInclusion, fromBase64, hex, LedgerError, sha256 } from '@lamplighter/ledger'
import { expect, it } from 'vitest'
import { append, EMPTY_EDGE, headOf } from '../../packages/ledger/src/append.ts'
import { dataJson, describeWithData } from './data.ts'

interface Proof {
  file: string
  leafIdx?: string
  treeSize?: string
  root?: string
  leafHash?: string
  size1?: string
  size2?: string
  root1?: string
  root2?: string
  proof: string[] | null
  wantErr: boolean
}

const bytes = (text: string | undefined) => fromBase64(text ?? '') ?? new Uint8Array()

function passes(given: Proof): boolean {
  const path = (given.proof ?? []).map(bytes)
  try {
    if (given.leafIdx !== undefined) {
      const place = { index: Number(given.leafIdx), size: Number(given.treeSize) }
      checkInclusion({ ...place, path, leafHash: bytes(given.leafHash), root: bytes(given.root) })
    } else {
      const from = { size: Number(given.size1), root: bytes(given.root1) }
      checkConsistency({ from, to: { size: Number(given.size2), root: bytes(given.root2) }, path })
    }
    return true
  } catch (error) {
    if (error instanceof LedgerError) return false
    throw error
  }
}

describeWithData('proofs of RFC 6962 by others', () => {
  const { cases } = dataJson<{ cases: Proof[] }>('merkle-proofs.json')
  // Its roots are not 32 bytes and it calls them right; we refuse such roots on purpose.
  const refused = 'consistency/additional/sizes-are-equal-one-and-proof-is-empty.json'

  it('ledger 5: there are 196 of them', () => expect(cases.length).toBe(196))

  it.each(cases)('ledger 5: $file', (given) => {
    expect(passes(given)).toBe(!given.wantErr && given.file !== refused)
  })

  it('ledger 5: the eight leaves that all implementations share', () => {
    const tree = dataJson<{ leavesHex: string[]; rootsHex: string[] }>('rfc6962-tree.json')
    const leaves = tree.leavesHex.map((leaf) => new Uint8Array(Buffer.from(leaf, 'hex')))
    const roots = tree.rootsHex.map((_, size) => hex(headOf(append(EMPTY_EDGE, leaves.slice(0, size)).edge).root))
    expect(roots).toEqual(tree.rootsHex)
    expect(hex(sha256(new Uint8Array()))).toBe(tree.rootsHex[0])
  })
})
