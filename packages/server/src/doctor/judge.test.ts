import { describe, expect, it } from 'vitest'
import {
  judgeBackup,
  judgeClock,
  judgeEngine,
  judgeFileSystem,
  judgeHugePages,
  judgeMode,
  judgeNode,
  judgeSchema,
  judgeSpace,
  judgeSync,
} from './judge.ts'

const GIB = 2 ** 30
const now = Date.UTC(2026, 10, 21)

describe('platform P-31: doctor', () => {
  it('says of large pages what they would bring, and asks nobody to set them', () => {
    expect([undefined, 'always [madvise] never\n', '[always] madvise never\n'].map(judgeHugePages)).toEqual([
      { check: 'huge pages', state: 'ok', found: 'none on this system' },
      {
        ...{ check: 'huge pages', state: 'ok' },
        found: 'madvise; with "always", lookups in lists of millions of pictures are 10 to 25 % faster',
      },
      { check: 'huge pages', state: 'ok', found: 'always' },
    ])
  })

  it.each([
    ['a disk that only says it wrote', judgeSync(4)],
    ['a full disk', judgeSpace(0.5 * GIB, 100 * GIB)],
    ['NFS', judgeFileSystem(0x6969)],
    ['an old backup', judgeBackup(8 * 86_400_000)],
    ['a clock 10 s off the database', judgeClock({ writtenAt: null, databaseOffMs: -10_000 }, now)],
    ['a clock 10 s behind what was written', judgeClock({ writtenAt: now + 10_000, databaseOffMs: null }, now)],
    ['a clock that was never set', judgeClock(null, 0)],
    ['an engine that does not sync', judgeEngine({ journal_mode: 'wal', synchronous: 1 })],
    ['a key that others may read', judgeMode('master key', 0o100644, '/k')],
    ['an old Node', judgeNode('22.4.0')],
  ])('%s is wrong, with a remedy', (_, finding) => {
    expect(finding.state).toBe('wrong')
    expect(finding.remedy).toMatch(/^[A-Z].+/)
  })

  it.each([
    ['no backup yet', judgeBackup(undefined)],
    ['a slow disk', judgeSync(80_000)],
    ['little space', judgeSpace(2 * GIB, 100 * GIB)],
    ['waiting migrations', judgeSchema(['people/0001-staff'])],
  ])('%s is to be looked at', (_, finding) => {
    expect(finding.state).toBe('look')
    expect(finding.remedy).toBeDefined()
  })

  it('a sound machine is ok, without a remedy', () => {
    const fine = [
      judgeNode('24.21.0'),
      judgeSync(300),
      judgeSpace(50 * GIB, 100 * GIB),
      judgeFileSystem(0xef53),
      judgeBackup(3_600_000),
      judgeClock({ writtenAt: now - 1, databaseOffMs: 20 }, now),
      judgeClock({ writtenAt: null, databaseOffMs: null }, now),
      judgeEngine({ journal_mode: 'wal', synchronous: 2 }),
      judgeMode('master key', 0o100600, '/k'),
      judgeSchema([]),
    ]
    expect(fine.filter(({ state, remedy }) => state !== 'ok' || remedy !== undefined)).toEqual([])
  })
})
