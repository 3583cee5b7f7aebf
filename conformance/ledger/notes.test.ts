import {
  base64,
  isQuorumMet,
  LedgerError,
  openNote,
  parseCheckpoint,
  parsePolicy,
  parseVerifierKey,
  type SignatureChecks,
  webChecks,
} from '@lamplighter/ledger'
import { describe, expect, it } from 'vitest'
import { dataJson, describeWithData } from './data.ts'
import { nodeChecks } from './node-checks.ts'

interface Notes {
  origin: string
  verifierKeys: Record<string, string>
  cases: {
    name: string
    note: string
    keys: string[]
    valid?: string[]
    times?: Record<string, number>
    code?: string
  }[]
  vkeys: { name: string; vkey: string; valid: boolean }[]
  thirdParty: { from: string; key: string; note: string }[]
  policies: { text: string; met?: [string[], boolean][]; code?: string }[]
}

interface Wycheproof {
  testGroups: {
    publicKey: string | { pk: string }
    tests: { tcId: number; msg: string; sig: string; ctx?: string; result: string }[]
  }[]
}

const fromHex = (text: string) => new Uint8Array(Buffer.from(text, 'hex'))
const octets = (text: string) => Uint8Array.from(text, (c) => c.charCodeAt(0))
const both = [
  { with: 'Web Crypto', checks: webChecks(crypto.subtle) },
  { with: "the runtime's own crypto", checks: nodeChecks() },
]

describeWithData('notes, keys and policies', () => {
  const data = dataJson<Notes>('own/notes.json')
  const keyOf = (name: string) => parseVerifierKey(data.verifierKeys[name] ?? '')

  /** As a verifier reads a checkpoint of one log: form, origin, signatures. */
  async function opened(note: string, keys: string[], checks: SignatureChecks) {
    const { origin } = parseCheckpoint(note)
    if (origin !== data.origin) throw new LedgerError('wrong_origin', origin)
    return openNote(note, keys.map(keyOf), checks)
  }

  describe.each(both)('checked by $with', ({ checks }) => {
    it.each(data.cases)('ledger 7: $name', async ({ note, keys, valid, times, code }) => {
      const result = opened(note, keys, checks)
      if (code !== undefined) return expect(result).rejects.toMatchObject({ code })
      const by = (await result).by.filter(({ at }) => at !== 0)
      const expected = (valid ?? []).map((name) => ({ key: keyOf(name), at: times?.[name] }))
      const found = by.map(({ key, at }) => `${key.name} ${key.type} ${times === undefined ? '' : at}`)
      expect(found.sort()).toEqual(
        expected.map(({ key, at }) => `${key.name} ${key.type} ${at ?? (times ? undefined : '')}`).sort(),
      )
    })

    it.each(data.thirdParty)('ledger 7: a note of $from', async ({ key, note }) => {
      expect((await openNote(note, [parseVerifierKey(key)], checks)).by.length).toBe(1)
    })

    it('ledger 7: Wycheproof, Ed25519', async () => {
      const { testGroups } = dataJson<Wycheproof>('wycheproof-ed25519.json')
      for (const { publicKey, tests } of testGroups) {
        const key = fromHex(typeof publicKey === 'string' ? publicKey : publicKey.pk)
        for (const { tcId, msg, sig, result } of tests) {
          const found = await checks.check('ed25519', key, fromHex(msg), fromHex(sig))
          expect([tcId, found]).toEqual([tcId, result === 'valid'])
        }
      }
    })

    it('ledger 7: Wycheproof, ML-DSA-44', async () => {
      const { testGroups } = dataJson<Wycheproof>('wycheproof-mldsa44-verify.json')
      for (const { publicKey, tests } of testGroups) {
        for (const { tcId, msg, sig, ctx, result } of tests) {
          if (ctx) continue
          const found = await checks.check('ml-dsa-44', fromHex(String(publicKey)), fromHex(msg), fromHex(sig))
          expect([tcId, found]).toEqual([tcId, result === 'valid'])
        }
      }
    })
  })

  it('ledger 7: without ML-DSA-44 the signature is not checked, named, and does not count', async () => {
    const web = webChecks(crypto.subtle)
    const without: SignatureChecks = {
      check: async (algorithm, ...rest) => (algorithm === 'ml-dsa-44' ? 'unsupported' : web.check(algorithm, ...rest)),
    }
    const given = data.cases.find(({ name }) => name === 'Ed25519 and ML-DSA-44, log and witnesses')
    const { by, unchecked } = await opened(given?.note ?? '', given?.keys ?? [], without)
    expect(by.map(({ key }) => key.type).sort()).toEqual([1, 4])
    expect(unchecked.map(({ name }) => name).sort()).toEqual([data.origin, 'witness-six.example/w'])
  })

  it.each(data.vkeys)('ledger 7: verifier key, $name', ({ vkey, valid }) => {
    if (valid) expect(base64(parseVerifierKey(vkey).key)).not.toBe('')
    else expect(() => parseVerifierKey(vkey)).toThrow(expect.objectContaining({ code: 'bad_vkey' }))
  })

  it.each(data.policies)('ledger 7: policy $#', ({ text, met, code }) => {
    if (code !== undefined) return expect(() => parsePolicy(octets(text))).toThrow(expect.objectContaining({ code }))
    const policy = parsePolicy(octets(text))
    for (const [names, expected] of met ?? []) expect(isQuorumMet(policy, new Set(names))).toBe(expected)
  })
})
