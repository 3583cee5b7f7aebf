import { describe, expect, it } from 'vitest'
import { FIRST_PERIOD, flipped, MadeLog, newSigner, octets32 } from '../test/log-maker.ts'
import { type Audit, type AuditState, audit } from './audit.ts'
import { compareCheckpoints, formatEvidence, parseEvidence } from './evidence.ts'
import { KINDS } from './kinds.ts'
import { actLeaf } from './leaf.ts'
import { commit, fieldsOf, open } from './openings.ts'
import { bundlePath, tilePath } from './tiles.ts'
import { webChecks } from './web-checks.ts'

const checks = webChecks(crypto.subtle)

/** Changes one file of a log. */
function change(log: MadeLog, path: string, how: (bytes: Uint8Array) => Uint8Array): void {
  const found = log.files.get(path)
  if (found === undefined) throw new Error(`the made log has no file ${path}`)
  log.files.set(path, how(found))
}

const look = (log: MadeLog, state?: AuditState, oneBatch = false): Promise<Audit> =>
  audit(log.source(), { policy: log.policy(), checks, oneBatch, ...(state && { state }) })

/** A log of 592 leaves in three batches. */
async function goodLog(): Promise<MadeLog> {
  const log = await MadeLog.begin()
  return (await (await log.batch(16)).batch(512, FIRST_PERIOD + 1)).batch(64, FIRST_PERIOD + 2)
}

describe('a log that is right', () => {
  it('passes as a whole, and again from where the last look ended', async () => {
    const log = await goodLog()
    const first = await look(log)
    expect(first.failed).toBeUndefined()
    expect(first.counts).toEqual({ leaves: 592, open: 3, anchors: 3, late: 0 })
    await log.batch(32, FIRST_PERIOD + 2)
    const second = await look(log, first.state, true)
    expect(second.failed).toBeUndefined()
    expect(second.counts).toEqual({ leaves: 32, open: 1, anchors: 1, late: 0 })
  })

  it('passes at sizes at the borders of tiles, in one look or in two', async () => {
    for (const sizes of [[256], [256, 256], [16, 256, 512, 16], [65_536, 16]]) {
      const log = await MadeLog.begin()
      let state: AuditState | undefined
      for (const size of sizes) {
        await log.batch(size)
        const found = await look(log, state)
        expect([sizes, found.failed]).toEqual([sizes, undefined])
        state = found.state
      }
      expect((await look(log)).failed).toBeUndefined()
    }
  })

  it('passes while it is empty', async () => {
    const log = await (await MadeLog.begin()).add([])
    expect((await look(log)).failed).toBeUndefined()
  })

  it('tells that an open entry was recorded three days late', async () => {
    const log = await MadeLog.begin()
    const at = new Date((FIRST_PERIOD - 72) * 3_600_000).toISOString()
    await log.add(log.batchOf([{ kind: 37, values: { at, version: '1.0' } }], 16, FIRST_PERIOD))
    expect((await look(log)).counts.late).toBe(1)
  })
})

const leaf = (period: number, of = 0) => actLeaf(new Uint8Array(32).fill(of), period, false)
const pads = (count: number, period = FIRST_PERIOD) => Array.from({ length: count }, (_, i) => leaf(period, i))

/** Each way to break a log, and the code that must be told. The breaker gets a good log of 592 leaves. */
const broken: [string, string, (log: MadeLog) => unknown][] = [
  ['M1', 'bad_signature', (log) => rewrite(log, (note) => note.replace('\n592\n', '\n593\n'))],
  [
    'M1',
    'unknown_key',
    async (log) => {
      const other = await newSigner(log.origin, 1)
      Object.assign(log, { signer: other, policy: policyOf(log) })
      await log.add([])
    },
  ],
  [
    'M1',
    'wrong_origin',
    (log) => {
      const policy = log.policy()
      const logs = policy.logs.map(({ key }) => ({ key: { ...key, name: 'other.example/log/actions' } }))
      Object.assign(log, { policy: () => ({ ...policy, logs }) })
    },
  ],
  ['M1', 'quorum_not_met', (log) => rewrite(log, (note) => `${note.split('\n').slice(0, 5).join('\n')}\n`)],
  ['M1', 'bad_note', (log) => rewrite(log, (note) => note.trimEnd())],
  ['M3', 'bad_tile', (log) => change(log, bundlePath(0, 256), (bytes) => flipped(bytes, 300))],
  ['M3', 'bad_tile', (log) => change(log, bundlePath(2, 80), (bytes) => bytes.subarray(0, -1))],
  ['M3', 'bad_tile', (log) => change(log, bundlePath(2, 80), (bytes) => new Uint8Array([...bytes, 0]))],
  ['M3', 'bad_tile', (log) => change(log, tilePath(0, 0, 256), (bytes) => flipped(bytes, 40))],
  ['M3', 'bad_tile', (log) => change(log, tilePath(0, 2, 80), (bytes) => flipped(bytes, 40))],
  ['M3', 'bad_tile', (log) => change(log, tilePath(1, 0, 2), (bytes) => flipped(bytes, 40))],
  ['M3', 'bad_tile', (log) => change(log, tilePath(1, 0, 2), (bytes) => bytes.subarray(0, 33))],
  ['M3', 'missing_tile', (log) => log.files.delete(tilePath(0, 1, 256))],
  ['M3', 'missing_tile', (log) => log.files.delete(bundlePath(1, 256))],
  ['M4', 'bad_leaf', (log) => append16(log, leaf(FIRST_PERIOD + 2).with(0, 2))],
  ['M4', 'bad_leaf', (log) => append16(log, leaf(FIRST_PERIOD + 2).with(1, 3))],
  ['M4', 'bad_leaf', (log) => append16(log, leaf(FIRST_PERIOD + 2).subarray(1))],
  ['M5', 'period_fell', (log) => append16(log, leaf(FIRST_PERIOD + 1))],
  ['M5', 'future_dated', (log) => append16(log, leaf(FIRST_PERIOD + 12))],
  ['M6', 'bad_batch', (log) => log.add(pads(15, FIRST_PERIOD + 2))],
  ['M7', 'opening_missing', (log) => log.openings.delete(17)],
  ['M7', 'opening_mismatch', (log) => log.openings.set(17, log.openings.get(1) as never)],
  [
    'M7',
    'opening_mismatch',
    (log) => {
      const opening = log.openings.get(17)
      const slots = opening?.slots.map((slot, i) =>
        i === 2 && typeof slot === 'object' ? { ...slot, v: '"x"' } : slot,
      )
      log.openings.set(17, { ...opening, slots } as never)
    },
  ],
]

function policyOf(log: MadeLog) {
  const policy = log.policy()
  return () => policy
}

/** Changes the signed note, not its signatures. */
function rewrite(log: MadeLog, how: (note: string) => string): void {
  log.checkpoint = how(log.checkpoint)
}

/** Adds a batch whose last leaf is the given one. */
function append16(log: MadeLog, last: Uint8Array): Promise<MadeLog> {
  const leaves = log.batchOf([], 16, FIRST_PERIOD + 2)
  return log.add([...leaves.slice(0, 15), last])
}

describe('a log that is broken in one place', () => {
  it.each(broken)('ledger 31: %s, %s', async (check, code, breakIt) => {
    const log = await goodLog()
    await breakIt(log)
    const found = await look(log)
    expect(found.failed).toMatchObject({ code, check: code === 'bad_tile' ? 'M3' : check })
    expect(found.state).toBeUndefined()
  })

  it('ledger 31: M1, size_shrank', async () => {
    const log = await goodLog()
    const { state } = await look(log)
    const shorter = await MadeLog.begin()
    Object.assign(shorter, { signer: log.signer, witness: log.witness })
    await shorter.batch(16)
    expect((await look(shorter, state)).failed).toMatchObject({ check: 'M1', code: 'size_shrank' })
  })

  it('ledger 31: M2, inconsistent; ledger 12: the evidence convinces the verifier', async () => {
    for (const [older, newer] of [
      [
        [16, 16, 16],
        [16, 16, 32],
      ],
      [[256], [256, 16]],
      [
        [16, 512],
        [32, 512],
      ],
      [[32], [32]],
    ] as const) {
      const log = await MadeLog.begin()
      const fork = await MadeLog.begin()
      Object.assign(fork, { signer: log.signer, witness: log.witness })
      for (const size of older) await log.batch(size)
      for (const [i, size] of newer.entries()) {
        const leaves = fork.batchOf([], size, FIRST_PERIOD)
        await fork.add(i === 0 ? leaves.with(5, leaf(FIRST_PERIOD, 99)) : leaves)
      }
      const { state } = await look(log)
      const found = await look(fork, state)
      expect(found.failed).toMatchObject({ check: 'M2', code: 'inconsistent' })
      expect(found.state).toEqual(state)
      const evidence = parseEvidence(JSON.parse(formatEvidence(found.evidence as never)))
      expect(await compareCheckpoints(evidence, log.policy(), checks)).toBe('forked')
    }
  })

  it('ledger 31: M3, a full tile above the bundles that no right edge needs', async () => {
    const log = await (await (await MadeLog.begin()).batch(65_536)).batch(16)
    change(log, tilePath(1, 0, 256), (bytes) => flipped(bytes, 40))
    expect((await look(log)).failed).toMatchObject({ check: 'M3', code: 'bad_tile' })
  })

  it('ledger 31: M7, a kind that is never open in an open leaf', async () => {
    const log = await MadeLog.begin()
    const fields = fieldsOf(KINDS, 2, { op: 'made' })
    const bytes = actLeaf(commit(2, fields, octets32(5)), FIRST_PERIOD, true)
    log.openings.set(0, open({ leaf: bytes, kind: 2, fields, seed: octets32(5) }, new Set([1])))
    await log.add([bytes, ...log.batchOf([], 16, FIRST_PERIOD).slice(0, 15)])
    expect((await look(log)).failed).toMatchObject({ check: 'M7', code: 'opening_mismatch' })
  })

  it('ledger 31: M3, a tile is broken between two looks', async () => {
    const log = await goodLog()
    const { state } = await look(log)
    await log.batch(16, FIRST_PERIOD + 2)
    change(log, tilePath(0, 2, 96), (bytes) => flipped(bytes, 3))
    expect((await look(log, state)).failed).toMatchObject({ code: 'bad_tile' })
  })

  it('ledger 31: M6, with no checkpoint missed a batch is a power of two with one anchor', async () => {
    const cases: [string, (log: MadeLog) => Uint8Array[]][] = [
      ['bad_batch', (log) => log.batchOf([], 48, FIRST_PERIOD + 2)],
      ['anchor_missing', () => pads(16, FIRST_PERIOD + 2)],
      [
        'bad_batch',
        (log) =>
          log
            .batchOf([], 32, FIRST_PERIOD + 2)
            .with(1, actLeaf(new Uint8Array(32), FIRST_PERIOD + 2, false).with(1, 2)),
      ],
    ]
    for (const [code, leaves] of cases) {
      const log = await goodLog()
      const { state } = await look(log)
      await log.add(leaves(log))
      expect((await look(log, state, true)).failed).toMatchObject({ check: 'M6', code })
    }
  })
})
