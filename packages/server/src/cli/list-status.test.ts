import type { AnswerOf, getLists } from '@lamplighter/api'
import { expect, test } from 'vitest'
import { bucketLines } from './list-buckets.ts'
import { lookBackLine, statusLines } from './list-status.ts'

type Row = AnswerOf<typeof getLists>['items'][number]

const HOUR_MS = 3_600_000
const none = { decided: 0, wrong: 0, rate: null, doubtful: false }
const row = (more: Partial<Row>): Row => ({
  ...{ id: 'csam_media', kind: 'pdq', harm: 'csea', harms: ['csea'], sealed: true, context: false, version: 412 },
  ...{ entries: 812_000, updatedAt: 0, staleAfterMs: 48 * HOUR_MS, state: 'live', source: 'x', waits: null },
  ...{ exchange: 'x', ageMs: 3 * HOUR_MS, coverage: { share: 0.619, unmatched: { pdna: 9 } }, worth: none },
  ...{ sourceWorth: none, hot: 0, exceptions: { held: 0, share: 0, many: false }, memoryBytes: 1_300_000_000 },
  ...more,
})

test('lists are shown in columns, sealed ones without how much they hold', () => {
  const wrong = { decided: 80, wrong: 3, rate: { share: 0.0375, low: 0.01, high: 0.1 }, doubtful: true }
  expect(
    statusLines([
      row({}),
      row({ id: 'terror_media', version: 9, ageMs: 51 * HOUR_MS, state: 'stale', memoryBytes: null }),
      row({
        ...{
          id: 'words',
          kind: 'text',
          sealed: false,
          version: 2,
          entries: 1_204,
          coverage: { share: 1, unmatched: {} },
        },
        ...{ ageMs: 90_000, memoryBytes: 12_300, hot: 2, worth: wrong, waits: { version: 3, state: 'trial' } },
        exceptions: { held: 9, share: 0.0075, many: true },
      }),
      row({ id: 'new', version: 0, ageMs: null, coverage: null, state: 'down', sourceWorth: wrong }),
    ]),
  ).toEqual([
    'list          kind  version  entries  matchable  age    state                                                              memory',
    'csam_media    pdq   412      sealed   61 %       3 h    live                                                               1.3 GB',
    'terror_media  pdq   9        sealed   61 %       51 h   STALE after 48 h: gives hits, no "no hit"                          –',
    'words         text  2        1,204    100 %      1 min  live, version 3 trial, 2 hot, 3.8 % found wrong, exceptions 0.8 %  13 kB',
    'new           pdq   0        sealed   –          –      down, 3.8 % found wrong of its source                              1.3 GB',
  ])
  expect(statusLines([])).toEqual(['no lists yet'])
})

test('look-back says whether it is on, and how far it looks', () => {
  expect(lookBackLine({ hours: 0, items: 0 })).toBe('look-back is off (lookback.hours)')
  expect(lookBackLine({ hours: 24, items: 12_345 })).toBe('look-back over 24 h of public media: 12,345 events')
})

test('buckets are shown by their sizes alone', () => {
  const sizes = [
    { from: 0, to: 0, buckets: 1_000_000, rows: 0 },
    { from: 1, to: 1, buckets: 40_000, rows: 0.25 },
    { from: 2, to: 3, buckets: 8_576, rows: 0.75 },
  ]
  expect(bucketLines({ rows: 100_000, segments: 1, largest: 3, uniform: 1.526, sizes })).toEqual([
    '100,000 hashes in 1 segment with tables; largest bucket 3, evenly filled ones would hold 1.5',
    '     rows in a bucket      buckets  of all places',
    '                    0    1,000,000  0.0 %',
    '                    1       40,000  25.0 %',
    '                  2–3        8,576  75.0 %',
  ])
})
