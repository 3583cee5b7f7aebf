import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { asciiDomain, type ListKind, parseListFile } from './parse.ts'

const PDQ = 'f8f8f0cee0f4a84f06370a22038f63f0b36e2ed596621e1d33e6b39c4e9c9b22'
const values = (text: string, type: string, kind: ListKind) =>
  parseListFile(text, type, kind).entries.map(({ value }) => value)
const whys = (text: string, type: string, kind: ListKind) => parseListFile(text, type, kind).bad

describe('a list file', () => {
  test('of CSV names its columns and keeps what the source said', () => {
    const text = `quality,value,source_id,class,note\r\n90,${PDQ.toUpperCase()},s-1,A1,"one, ""two"""\r\n`
    expect(parseListFile(text, 'text/csv', 'pdq')).toEqual({
      entries: [{ value: PDQ, quality: 90, sourceId: 's-1', class: 'A1', note: 'one, "two"' }],
      bad: [],
      badCount: 0,
      rows: 1,
    })
  })

  test('keeps since when and until when an entry holds, and its tags', () => {
    const about = { added: '2026-01-31T00:00:00.000Z', expires: '2027-01-31T10:00:00.000Z', tags: ['a', 'b c'] }
    const csv = `value,added,expires,tags\n${PDQ},2026-01-31,2027-01-31T12:00:00+02:00,a; b c;a;\n${PDQ.replace('f', 'e')},,,\n`
    expect(parseListFile(csv, 'text/csv', 'pdq').entries).toEqual([
      { value: PDQ, ...about },
      { value: PDQ.replace('f', 'e') },
    ])
    const line = JSON.stringify({ value: PDQ, ...about, note: null })
    expect(parseListFile(line, 'application/x-ndjson', 'pdq').entries).toEqual([{ value: PDQ, ...about }])
  })

  test('tells dates, tags and notes that it cannot take', () => {
    const cells = [
      ['expires', '31.1.2027'],
      ['expires', '2027-02-30T00:00:00Z'],
      ['added', '2027-13-01'],
      ['tags', Array(21).fill('x').join(';').replaceAll('x;', 'xy;')],
      ['tags', 'x'.repeat(65)],
      ['note', 'x'.repeat(501)],
    ]
    const rows = cells.map(([name, value]) => JSON.stringify({ value: 'x.example', [name ?? '']: value }))
    expect(whys(rows.join('\n'), 'application/x-ndjson', 'domain').map(({ why }) => why.slice(0, 27))).toEqual([
      'expected "expires" as 2027-',
      'expected "expires" as 2027-',
      'expected "added" as 2027-01',
      'expected at most 20 tags of',
      'expected at most 20 tags of',
      'expected at most 500 charac',
    ])
  })

  test('refuses domains that would cover nothing, or half of the web', () => {
    const rows = [
      '*.bad.example',
      'com',
      'localhost',
      '..',
      'a..example',
      `${'x'.repeat(64)}.example`,
      '1.2.3.4',
      'exämple.de',
    ]
    expect(whys(rows.join('\n'), 'text/plain', 'domain')).toEqual([
      { line: 1, why: 'a domain covers all that lies under it; leave "*." out' },
      { line: 2, why: 'expected a domain such as bad.example; a name without a dot would cover all under it' },
      { line: 3, why: 'expected a domain such as bad.example; a name without a dot would cover all under it' },
      ...[4, 5, 6].map((line) => ({ line, why: 'expected a domain such as bad.example' })),
    ])
    expect(values(rows.join('\n'), 'text/plain', 'domain')).toEqual(['1.2.3.4', 'xn--exmple-cua.de'])
  })

  test('refuses terms that no text would ever hold: other line ends, other encodings', () => {
    const inLatin1 = new TextDecoder().decode(Buffer.from('schl\u00e4ger\nknife at school', 'latin1'))
    expect(whys(inLatin1, 'text/plain', 'text').map(({ line, why }) => [line, why.slice(0, 19)])).toEqual([
      [1, 'holds the sign for '],
    ])
    const inUtf16 = Buffer.from('knife at school\n', 'utf16le').toString('utf8')
    const oldLines = 'knife at school\rbring the knife\r'
    for (const text of [inUtf16, oldLines]) {
      expect(whys(text, 'text/plain', 'text')[0]?.why).toContain('holds a control character')
      expect(values(text, 'text/plain', 'text')).toEqual([])
    }
  })

  test('of CSV tells rows that cannot be used by their line', () => {
    const text = `value,quality\n${PDQ},90\n\nxyz,90\n${PDQ},"9\n${PDQ}\n${PDQ},120\n${PDQ},49\n`
    expect(whys(text, 'text/csv', 'pdq').map(({ line, why }) => [line, why.slice(0, 20)])).toEqual([
      [4, 'expected a PDQ of 64'],
      [5, 'a quotation mark is '],
      [6, 'expected 2 fields, f'],
      [7, 'expected a quality f'],
      [8, 'low_quality: 49 is u'],
    ])
    expect(whys('hash\nx\n', 'text/csv', 'pdq')[0]?.why).toContain('names "value"')
  })

  test('of JSON lines', () => {
    const text = `{"value":"${'A'.repeat(32)}","class":"A1"}\n[]\nnot json\n{"val":1}\n`
    const parsed = parseListFile(text, 'application/x-ndjson', 'digest')
    expect(parsed.entries).toEqual([{ value: 'a'.repeat(32), class: 'A1' }])
    expect(parsed.bad.map(({ line }) => line)).toEqual([2, 3, 4])
  })

  test('of one value a line, with comments; what stands twice counts once', () => {
    expect(values('# a list\n bad.example. \nBAD.example\nbücher.example\n', 'text/plain', 'domain')).toEqual([
      'bad.example',
      'xn--bcher-kva.example',
    ])
    expect(whys('http://x.example/a\nuser@x.example\n', 'text/plain', 'domain')).toHaveLength(2)
  })

  test('may not hold hashes that match by chance', () => {
    expect(whys(`${'0'.repeat(63)}1\n${'f'.repeat(63)}e\n`, 'text/plain', 'pdq').map(({ why }) => why)).toEqual([
      expect.stringContaining('16 to 240'),
      expect.stringContaining('16 to 240'),
    ])
  })

  test('may not hold the digest of the empty file, which would hit every upload without bytes', () => {
    const empty = ['md5', 'sha1', 'sha256'].map((kind) => createHash(kind).digest('hex'))
    const text = [...empty, empty[0]?.toUpperCase(), 'a'.repeat(32)].join('\n')
    expect(values(text, 'text/plain', 'digest')).toEqual(['a'.repeat(32)])
    expect(whys(text, 'text/plain', 'digest')).toEqual(
      [1, 2, 3, 4].map((line) => ({ line, why: expect.stringContaining('digest of an empty file') })),
    )
  })

  test('lists at most a hundred bad rows and counts them all', () => {
    const parsed = parseListFile('x\n'.repeat(250), 'text/plain', 'digest')
    expect([parsed.bad.length, parsed.badCount, parsed.rows]).toEqual([100, 250, 250])
  })

  test('never throws, and every row is used or named', () => {
    const text = fc.array(
      fc.oneof(fc.string(), fc.constantFrom('value', '"', ',', PDQ, '{"value":"a.example"}', '{"__proto__":1}')),
    )
    fc.assert(
      fc.property(
        text.map((lines) => lines.join('\n')),
        fc.constantFrom('text/csv', 'application/x-ndjson', 'text/plain'),
        fc.constantFrom<ListKind>('pdq', 'digest', 'text', 'domain'),
        (body, type, kind) => {
          const parsed = parseListFile(body, type, kind)
          expect(parsed.entries.length + parsed.badCount).toBeLessThanOrEqual(parsed.rows)
          expect(new Set(parsed.entries.map(({ value }) => value)).size).toBe(parsed.entries.length)
        },
      ),
    )
  })
})

test('a host name becomes lower-case ASCII, or nothing', () => {
  const cases = {
    'Bad.Example.': 'bad.example',
    'a b': undefined,
    'x.example:80': undefined,
    '': undefined,
    '//x': undefined,
  }
  for (const [raw, expected] of Object.entries(cases)) expect([raw, asciiDomain(raw)]).toEqual([raw, expected])
})
