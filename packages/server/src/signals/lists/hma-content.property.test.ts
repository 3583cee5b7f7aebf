import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type ListKind, parseListFile } from './parse.ts'

const PDQ = 'f8f8f0cee0f4a84f06370a22038f63f0b36e2ed596621e1d33e6b39c4e9c9b22'
const MD5 = '0123456789abcdef'.repeat(2)
const read = (rows: readonly unknown[], kind: ListKind = 'pdq') =>
  parseListFile(rows.map((row) => JSON.stringify(row)).join('\n'), 'application/x-ndjson', kind)
/** A content as HMA shows it. */
const shown = (id: number, more: object = {}) => ({
  ...{ id, disable_until_ts: 1, collab_metadata: {}, original_media_uri: null },
  ...{ bank: { name: 'TILES', matching_enabled_ratio: 1 }, signals: { pdq: PDQ, video_md5: MD5 } },
  ...more,
})

const hex = (digits: number) =>
  fc.array(fc.constantFrom(...'0123456789abcdef'), { minLength: digits, maxLength: digits }).map((all) => all.join(''))
const content = fc.record({
  id: fc.maxSafeNat(),
  signals: fc.record({ pdq: hex(64), video_md5: hex(32) }),
  isShort: fc.boolean(),
})

describe('matching.md §9.8: contents of HMA, one a line', () => {
  test('are read as the same entries in CSV would be, whichever of its answers was kept', () => {
    fc.assert(
      fc.property(fc.array(content, { maxLength: 30 }), fc.constantFrom('pdq', 'digest'), (contents, kind) => {
        const rows = contents.map(({ id, signals, isShort }) => (isShort ? { id, signals } : shown(id, { signals })))
        const named = kind === 'pdq' ? ('pdq' as const) : ('video_md5' as const)
        const csv = ['value,source_id', ...contents.map(({ id, signals }) => `${signals[named]},${id}`)].join('\n')
        const expected = parseListFile(csv, 'text/csv', kind)
        const found = read(rows, kind)
        expect([found.entries, found.badCount, found.rows]).toEqual([
          expected.entries,
          expected.badCount,
          expected.rows,
        ])
      }),
    )
  })

  test('any other value in any place is a bad row of its own, or changes nothing, and never more', () => {
    const places = ['id', 'signals', 'disable_until_ts', 'collab_metadata', 'original_media_uri', 'bank', 'else']
    fc.assert(
      fc.property(fc.constantFrom(...places), fc.jsonValue(), (place, value) => {
        const { entries, badCount } = read([
          shown(1),
          shown(2, {
            [place]: value,
            signals: { pdq: PDQ.replace('f', 'e') },
            ...(place === 'signals' && { signals: value }),
          }),
        ])
        expect(entries[0]).toEqual({ value: PDQ, sourceId: '1' })
        expect(entries.length + badCount).toBe(2)
      }),
    )
  })

  test.each([
    ['a name that HMA does not have', shown(1, { quality: 90 }), /"quality" is nothing that HMA says/],
    ['no id', { signals: { pdq: PDQ } }, /expected the "id"/],
    ['an id that is no number', shown(1, { id: 'abc' }), /expected the "id"/],
    ['a content that is put aside', shown(1, { disable_until_ts: 1_900_000_000 }), /put aside in HMA/],
    ['another signal type alone', { id: 1, signals: { video_md5: MD5 } }, /has no pdq; take out lines/],
    ['an inherited name', { id: 1, signals: {} }, /has no pdq/],
    ['63 digits', { id: 1, signals: { pdq: PDQ.slice(1) } }, /64 hex digits/],
    ['signals that are none', { id: 1, signals: null }, /expected "signals"/],
  ])('are refused with what to do: %s', (_, row, words) => {
    expect(read([row]).bad).toEqual([{ line: 1, why: expect.stringMatching(words) }])
  })

  test('hold nothing for lists of other kinds, and no hash of another kind as a video’s MD5', () => {
    expect(read([shown(1)], 'domain').bad[0]?.why).toContain('nothing for a list of kind domain')
    expect(read([{ id: 1, signals: { video_md5: MD5 + MD5 } }], 'digest').bad[0]?.why).toContain('32 hex digits')
    expect(read([shown(1, { disable_until_ts: 0 })]).entries).toEqual([{ value: PDQ, sourceId: '1' }])
  })
})
