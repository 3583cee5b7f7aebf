import fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import { MadeLog, newSigner, octets32 } from '../test/log-maker.ts'
import { base64, textOf, utf8 } from './bytes.ts'
import { openCheckpoint } from './checkpoints.ts'
import { LedgerError } from './errors.ts'
import { KINDS } from './kinds.ts'
import { leavesOf } from './leaf.ts'
import { checkOpening } from './openings.ts'
import { type Policy, parsePolicy } from './policy.ts'
import { checkPromise, signPromise } from './promises.ts'
import { proveInclusion } from './prove.ts'
import { checkReceipt, formatReceipt } from './receipts.ts'
import { bundlePath, entriesOf } from './tiles.ts'
import { webChecks } from './web-checks.ts'
import { answerAddCheckpoint } from './witness.ts'

const checks = webChecks(crypto.subtle)
const runs = process.env.LAMPLIGHTER_DEEP === '1' ? 10_000 : 400

interface Samples {
  note: string
  policy: Policy
  policyText: string
  receipt: string
  promise: string
  promiseKey: Awaited<ReturnType<typeof newSigner>>['vkey']
  opening: string
  bundle: Uint8Array
}

/** What a reader of the package does with bytes from anyone. */
type Reader = (bytes: Uint8Array, samples: Samples) => unknown

const readers: Record<string, { sample: (samples: Samples) => Uint8Array; read: Reader }> = {
  note: { sample: ({ note }) => utf8(note), read: (b, s) => openCheckpoint(lossy(b), s.policy, checks) },
  policy: { sample: ({ policyText }) => utf8(policyText), read: (bytes) => parsePolicy(bytes) },
  receipt: { sample: ({ receipt }) => utf8(receipt), read: (b, s) => checkReceipt(lossy(b), s.policy, KINDS, checks) },
  promise: { sample: ({ promise }) => utf8(promise), read: (b, s) => checkPromise(lossy(b), s.promiseKey, checks) },
  opening: { sample: ({ opening }) => utf8(opening), read: (bytes) => checkOpening(json(bytes), KINDS) },
  bundle: { sample: ({ bundle }) => bundle, read: (bytes) => leavesOf(bytes, 16) },
}

const lossy = (bytes: Uint8Array) => textOf(bytes) ?? Buffer.from(bytes).toString('latin1')

function json(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(lossy(bytes))
  } catch {
    return lossy(bytes)
  }
}

const change = fc.record({
  at: fc.nat(),
  what: fc.constantFrom('flip', 'drop', 'double', 'cut', 'set'),
  by: fc.nat(255),
})
type Change = { at: number; what: string; by: number }

function changed(bytes: Uint8Array, { at, what, by }: Change): Uint8Array {
  if (bytes.length === 0) return bytes
  const i = at % bytes.length
  const value = bytes[i] ?? 0
  if (what === 'flip') return bytes.with(i, value ^ (1 << (by % 8)))
  if (what === 'set') return bytes.with(i, by)
  if (what === 'cut') return bytes.slice(0, i)
  const rest = [...bytes]
  return Uint8Array.from(what === 'drop' ? rest.toSpliced(i, 1) : rest.toSpliced(i, 0, value, by))
}

let samples: Samples

beforeAll(async () => {
  const log = await (await MadeLog.begin()).batch(16)
  const [index, opening] = [...log.openings][0] ?? expect.fail('no open entry')
  const path = await proveInclusion(log.source(), index, 16)
  const promiser = await newSigner(`${log.origin}/promise`, 1)
  samples = {
    note: log.checkpoint,
    policy: log.policy(),
    policyText: log.policyText(),
    receipt: formatReceipt(opening, { index, path, checkpoint: log.checkpoint }),
    promise: await signPromise({ origin: log.origin, commitment: octets32(1), deadline: 5 }, promiser),
    promiseKey: promiser.vkey,
    opening: JSON.stringify(opening),
    bundle: log.files.get(bundlePath(0, 16)) ?? new Uint8Array(),
  }
})

describe.each(Object.entries(readers))('what anyone may send as a %s', (_, { sample, read }) => {
  it('is read where it is right', async () => {
    await read(sample(samples), samples)
  })

  it('ledger 8: changed in one to three places, is read or refused with a LedgerError, never another', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 3 }), async (changes) => {
        const bytes = changes.reduce(changed, sample(samples))
        try {
          await read(bytes, samples)
        } catch (error) {
          expect(error).toBeInstanceOf(LedgerError)
        }
      }),
      { numRuns: runs },
    )
  })

  it('ledger 8: a mebibyte of noise is refused in under 50 ms', async () => {
    const noises = [
      new Uint8Array(1024 * 1024).fill(0x0a),
      new Uint8Array(1024 * 1024).fill(0x41),
      new Uint8Array(1024 * 1024).fill(0),
      Uint8Array.from({ length: 1024 * 1024 }, (_, i) => (i * 7919 + (i >> 8)) % 128),
      utf8(`${'\u2014 a AAAA\n'.repeat(90_000)}`).slice(0, 1024 * 1024),
    ]
    for (const noise of noises) {
      // The best of five: what else the machine does must not fail the test.
      const times: number[] = []
      for (let i = 0; i < 5; i += 1) {
        const began = performance.now()
        await expect(async () => read(noise, samples)).rejects.toBeInstanceOf(LedgerError)
        times.push(performance.now() - began)
      }
      expect(Math.min(...times)).toBeLessThan(50)
    }
  })
})

it('ledger 8: a witness answers a mebibyte of noise with 400', async () => {
  const answer = await answerAddCheckpoint(new Uint8Array(1024 * 1024).fill(0x0a), new Map(), checks)
  expect(answer).toEqual({ status: 400 })
})

it('refuses a bundle of another width than asked for', () => {
  expect(() => entriesOf(new Uint8Array(), 1)).toThrow(expect.objectContaining({ code: 'bad_tile' }))
  expect(base64(new Uint8Array())).toBe('')
})
