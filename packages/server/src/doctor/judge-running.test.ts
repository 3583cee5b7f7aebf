import { describe, expect, it } from 'vitest'
import {
  judgeDeliveries,
  judgeEndpoints,
  judgeJobs,
  judgeLicences,
  judgeLists,
  judgeLog,
  judgeNative,
  judgePartitions,
  judgePostgres,
  judgeSilent,
  judgeStaged,
  judgeStream,
  judgeSwitches,
  judgeVideo,
  judgeWalls,
} from './judge-running.ts'

const HOUR = 3_600_000
const sound = {
  fsync: 'on',
  full_page_writes: 'on',
  synchronous_commit: 'on',
  server_encoding: 'UTF8',
  server_version_num: '150008',
}

describe('what a running installation shows', () => {
  it.each([
    ['events unread for eleven minutes', judgeStream({ records: 3, oldestMs: 660_000 })],
    [
      'a list older than it may be',
      judgeLists([{ id: 'csam_media', ageMs: 25 * HOUR }], { csam_media: 24 * HOUR }, ['terms']),
    ],
    ['a list whose licence is over tomorrow', judgeLicences([{ id: 'media', endsMs: 24 * HOUR }])],
    ['a decoder that could write files', judgeWalls(['permission'])],
    ['a database that does not sync', judgePostgres({ ...sound, fsync: 'off' })],
    ['a database that answers before it wrote', judgePostgres({ ...sound, synchronous_commit: 'off' })],
    ['a log with another file', judgeLog({ log: 'actions', halt: 'tiles_differ', restored: false })],
    ['a restored log that nobody looked at', judgeLog({ log: 'sealed', halt: null, restored: true })],
    ['an hour without a partition', judgePartitions(0)],
    ['a next hour without one', judgePartitions(1)],
    ['a switch that nobody has looked at again', judgeSwitches([{ id: 'us.private_scan', on: false, lapsed: true }])],
    ['an old database', judgePostgres({ ...sound, server_version_num: '140011' })],
  ])('%s is wrong, with a remedy', (_, finding) => {
    expect(finding.state).toBe('wrong')
    expect(finding.remedy).toMatch(/^[A-Z].+/)
  })

  it.each([
    ['tiles_differ', 'recheck --log sealed'],
    ['head_behind', 'reopen --log sealed'],
    ['head_differs', 'reopen --log sealed'],
    ['state_unknown', 'reopen --log sealed'],
    ['wrong_place', 'recheck --log sealed --moved'],
  ] as const)('a log halted for %s says so, and which command ends it', (halt, command) => {
    const finding = judgeLog({ log: 'sealed', halt, restored: false })
    expect(finding).toMatchObject({ check: 'log sealed', state: 'wrong' })
    expect(finding.found).toContain(`halted, signs nothing: ${halt}, `)
    expect(finding.remedy).toContain(`lamplighter ledger ${command}`)
  })

  it.each([
    ['events unread for two minutes', judgeStream({ records: 3, oldestMs: 120_000 })],
    ['a job given up', judgeJobs([{ queue: 'schedule', parked: 1 }])],
    ['a delivery given up', judgeDeliveries([], [{ parked: 2 }])],
    ['a delivery that waits for an hour', judgeDeliveries([{ waiting: 1, oldestMs: HOUR }], [])],
    ['a paused endpoint', judgeEndpoints([{ paused: true }, { paused: false }])],
    ['no endpoint', judgeEndpoints([])],
    ['no list', judgeLists([], {}, [])],
    ['a list whose licence is over in 30 days', judgeLicences([{ id: 'media', endsMs: 30 * 24 * HOUR }])],
    ['a version of a list that waits', judgeStaged([{ id: 'media', version: 4, why: ['it grows by 6 %'] }])],
    ['an empty list that a rule asks', judgeLists([{ id: 'terms', ageMs: HOUR }], {}, ['terms'])],
    [
      'a list with more exceptions than one in a thousand entries',
      judgeSilent([{ list: 'a', entries: 2_999, exceptions: 3, endSoon: 0 }]),
    ],
    ['an exception that ends soon', judgeSilent([{ list: 'a', entries: 3_000, exceptions: 3, endSoon: 1 }])],
    ['a decoder that could open a connection', judgeWalls(['network'])],
    ['no sharp', judgeNative('absent')],
    ['a sharp that does not start', judgeNative('fallen')],
    ['rarer pictures that nobody decodes', judgeNative('off')],
    ['no ffmpeg', judgeVideo('absent')],
    ['an ffmpeg without its walls', judgeVideo('fallen')],
    ['videos that nobody decodes', judgeVideo('off')],
  ])('%s is to be looked at, with a remedy', (_, finding) => {
    expect(finding.state).toBe('look')
    expect(finding.remedy).toMatch(/^[A-Z].+/)
  })

  it('a sound one is ok, without a remedy', () => {
    const fine = [
      judgeStream({ records: 40, oldestMs: 2_000 }),
      judgeJobs([{ queue: 'schedule', parked: 0 }]),
      judgeDeliveries([{ waiting: 2, oldestMs: 5_000 }], [{ parked: 0 }]),
      judgeEndpoints([{ paused: false }]),
      judgeLists([{ id: 'words', ageMs: 900 * HOUR }], {}, []),
      judgeSilent([{ list: 'a', entries: 3_000, exceptions: 3, endSoon: 0 }]),
      judgeLog({ log: 'actions', halt: null, restored: false }),
      judgeWalls([]),
      judgeNative('on'),
      judgeVideo('on'),
      judgePartitions(3),
      judgePostgres(sound),
    ]
    expect(fine.filter(({ state, remedy }) => state !== 'ok' || remedy !== undefined)).toEqual([])
  })
})
