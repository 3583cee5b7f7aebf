import { createPublicKey } from 'node:crypto'
import { createRequire } from 'node:module'
import {
  addSignatures,
  append,
  base64,
  checkpointText,
  cosign,
  EMPTY_EDGE,
  formatNote,
  formatReceipt,
  formatVerifierKey,
  openNote,
  parseCheckpoint,
  parseCheckpointText,
  proveInclusion,
  type SignatureChecks,
  type Signer,
  type TileSource,
  tilePath,
  verifierKey,
  webChecks,
} from '@lamplighter/ledger'
import { type VerifierIo, verifyTarget } from '@lamplighter/ledger/verifier'
import { ml_dsa44 } from '@noble/post-quantum/ml-dsa.js'
import { describe, expect, it } from 'vitest'
import { MadeLog, newSigner } from '../../packages/ledger/test/log-maker.ts'

const require = createRequire(import.meta.url)
const { verifyMerkleInclusion } = require('@sigstore/verify/dist/tlog/merkle.js') as {
  verifyMerkleInclusion(entry: object, checkpoint: object): void
}
const { verifyCheckpoint } = require('@sigstore/verify/dist/tlog/checkpoint.js') as {
  verifyCheckpoint(entry: object, logs: object[]): { logSize: bigint; logHash: Buffer }
}

const deep = process.env.LAMPLIGHTER_DEEP === '1'
const sizes = [1, 2, 3, 16, 255, 256, 257, 1_000, ...(deep ? [65_536, 65_792, 70_000] : [])]
const entry = (i: number) => new TextEncoder().encode(`entry ${i}`)
const flipped = (bytes: Uint8Array) => bytes.with(9, (bytes[9] ?? 0) ^ 1)

describe("our logs, read by others' code", () => {
  it.each(sizes)('ledger 9: @sigstore/verify, a log of %d entries', async (size) => {
    const signer = await newSigner('safety.example/log/actions', 1)
    const { head, writes } = append(
      EMPTY_EDGE,
      Array.from({ length: size }, (_, i) => entry(i)),
    )
    const files = new Map(writes.map(({ path, bytes }) => [path, bytes]))
    const source: TileSource = {
      tile: async (level, n, width) => files.get(tilePath(level, n, width)) ?? expect.fail('no tile'),
      bundle: () => expect.fail('no bundle is needed'),
    }
    const text = checkpointText('safety.example/log/actions', head)
    const line = {
      name: signer.vkey.name,
      id: signer.vkey.id,
      signature: await signer.sign(new TextEncoder().encode(text)),
    }
    const envelope = formatNote(text, [line])
    const der = Buffer.concat([Buffer.from('302a300506032b6570032100', 'hex'), signer.vkey.key])
    const logID = Buffer.alloc(32)
    logID.writeUInt32BE(signer.vkey.id)
    const publicKey = createPublicKey({ key: der, format: 'der', type: 'spki' })
    const logs = [{ logID, publicKey, baseURL: 'https://safety.example/log/actions' }]
    const withNote = (note: string) => ({ inclusionProof: { checkpoint: { envelope: note } } })
    const checkpoint = verifyCheckpoint(withNote(envelope), logs)
    expect(base64(checkpoint.logHash)).toBe(base64(head.root))
    expect(() => verifyCheckpoint(withNote(envelope.replace(`\n${size}\n`, `\n${size + 1}\n`)), logs)).toThrow()
    for (let index = 0; index < size; index += Math.min(97, size > 97 ? 97 : 1)) {
      const hashes = (await proveInclusion(source, index, size)).map((hash) => Buffer.from(hash))
      const proof = { logIndex: String(index), hashes }
      verifyMerkleInclusion({ inclusionProof: proof, canonicalizedBody: Buffer.from(entry(index)) }, checkpoint)
      const wrong = { inclusionProof: proof, canonicalizedBody: Buffer.from(entry(index + 1)) }
      expect(() => verifyMerkleInclusion(wrong, checkpoint)).toThrow()
    }
  })

  it('ledger 9: @noble/post-quantum checks our ML-DSA-44 cosignature, and we check theirs', async () => {
    const { publicKey, secretKey } = ml_dsa44.keygen(new Uint8Array(32).fill(9))
    const signed: Uint8Array[] = []
    const signer: Signer = {
      vkey: verifierKey('witness.example/w', 6, publicKey),
      sign: async (message) => {
        signed.push(message)
        return ml_dsa44.sign(message, secretKey)
      },
    }
    const text = checkpointText('safety.example/log/actions', { size: 592, root: new Uint8Array(32).fill(7) })
    const line = await cosign(text, signer, 1_800_000_000)
    expect(signed[0]?.subarray(0, 12)).toEqual(new TextEncoder().encode('subtree/v1\n\0'))
    expect(ml_dsa44.verify(line.signature.subarray(8), signed[0] ?? new Uint8Array(), publicKey)).toBe(true)
    const note = formatNote(text, [line])
    const checks = webChecks(crypto.subtle)
    const { by } = await openNote(note, [signer.vkey], checks)
    expect(by).toEqual([{ key: signer.vkey, at: 1_800_000_000 }])
    const spoiled = formatNote(text, [{ ...line, signature: flipped(line.signature) }])
    await expect(openNote(spoiled, [signer.vkey], checks)).rejects.toMatchObject({ code: 'bad_signature' })
    expect(parseCheckpointText(text).head.size).toBe(592)
  })

  it('ledger 7: a quorum that needs ML-DSA-44 where the runtime has none → not checked, exit 3', async () => {
    const { publicKey, secretKey } = ml_dsa44.keygen(new Uint8Array(32).fill(8))
    const witness: Signer = {
      vkey: verifierKey('witness.example/w', 6, publicKey),
      sign: async (message) => ml_dsa44.sign(message, secretKey),
    }
    const log = await (await MadeLog.begin()).batch(16)
    const [index, opening] = [...log.openings][0] ?? expect.fail('no open entry')
    const { text } = parseCheckpoint(log.checkpoint)
    const checkpoint = addSignatures(log.checkpoint, [await cosign(text, witness, 1_800_000_000)])
    const receipt = formatReceipt(opening, { index, path: await proveInclusion(log.source(), index, 16), checkpoint })
    const policy = `log ${formatVerifierKey(log.signer.vkey)}\nwitness w ${formatVerifierKey(witness.vkey)}\nquorum w\n`
    const files = new Map([
      ['receipt', receipt],
      ['policy', policy],
    ])
    const io = (checks: SignatureChecks): VerifierIo => ({
      checks,
      readFile: async (path) => new TextEncoder().encode(files.get(path) ?? expect.fail(path)),
      isFolder: async () => false,
      get: () => expect.fail('no network is needed'),
    })
    const web = webChecks(crypto.subtle)
    const without: SignatureChecks = {
      check: async (algorithm, ...rest) => (algorithm === 'ml-dsa-44' ? 'unsupported' : web.check(algorithm, ...rest)),
    }
    expect((await verifyTarget('receipt', { policy: 'policy', io: io(web) })).exit).toBe(0)
    const { exit, lines } = await verifyTarget('receipt', { policy: 'policy', io: io(without) })
    expect(lines.join('\n')).toContain('not checked The signature of witness.example/w: this runtime has no ML-DSA-44')
    expect(exit).toBe(3)
  })
})
