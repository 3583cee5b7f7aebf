import { describe, expect, test } from 'vitest'
import { AppError, type Fault } from '../../http/errors.ts'
import { canonicalTermFile, readTermFile } from './read.ts'

const good = {
  format: 'lamplighter-terms/1',
  id: 'fruit',
  version: 7,
  use: 'evidence',
  sealed: false,
  harm: 'fraud',
  lang: 'en',
  licence: 'MIT',
  source: 'own',
  made: '2026-11-02',
  terms: [
    { id: 't1', text: 'pineapple', severity: 3, except: ['pineapple juice'] },
    { id: 't2', text: 'melon', part: true },
  ],
}
const bytes = (text: string) => new TextEncoder().encode(text)
const canonical = (file: unknown) => bytes(canonicalTermFile(bytes(JSON.stringify(file))))

/** The places and codes of what is refused. */
function faultsOf(read: () => unknown): string[] {
  try {
    read()
  } catch (thrown) {
    if (!(thrown instanceof AppError) || thrown.code !== 'bad_terms') throw thrown
    return (thrown.extra.errors ?? []).map(({ code, pointer }: Fault) => `${pointer} ${code}`)
  }
  return []
}

describe('a term file', () => {
  test('is read with everything that it says of a term', () => {
    const file = readTermFile(canonical({ ...good, patterns: [{ id: 'p1', pattern: 'win \\d+ melons' }] }))
    expect(file.entries).toEqual([
      { value: 'pineapple', term: { id: 't1', lang: 'en', severity: 3, except: ['pineapple juice'] } },
      { value: 'melon', term: { id: 't2', lang: 'en', part: true } },
      { value: 'win \\d+ melons', term: { id: 'p1', pattern: true } },
    ])
    expect(file.sha256).toMatch(/^[0-9a-f]{64}$/)
  })

  test('is canonical JSON: another spelling of the same is refused', () => {
    const text = new TextDecoder().decode(canonical(good))
    expect(faultsOf(() => readTermFile(bytes(text)))).toEqual([])
    for (const other of [
      text.trimEnd(),
      `${text}\n`,
      `\ufeff${text}`,
      text.replace(':7', ': 7'),
      text.replace('{', '{"id":"fruit",'),
    ]) {
      expect(faultsOf(() => readTermFile(bytes(other)))).toEqual([expect.stringMatching(/^ not_(canonical|json)$/)])
    }
  })

  test.each([
    ['what is no JSON', '{', ' not_json'],
    ['what is not UTF-8', new Uint8Array([0xff]), ' not_utf8'],
    ['an unknown field', { ...good, colour: 'red' }, ' shape'],
    ['an unknown field of a term', { ...good, terms: [{ id: 't', text: 'melon', weight: 2 }] }, '/terms/0 shape'],
    ['another format', { ...good, format: 'lamplighter-terms/2' }, '/format shape'],
    ['a use that is none', { ...good, use: 'proof' }, '/use shape'],
    ['a severity of five', { ...good, terms: [{ id: 't', text: 'melon', severity: 5 }] }, '/terms/0/severity shape'],
    [
      'a view that is none',
      { ...good, terms: [{ id: 't', text: 'melon', views: ['xray'] }] },
      '/terms/0/views/0 shape',
    ],
    ['a day that is none', { ...good, made: '2026-02-30' }, '/made shape'],
    ['an id twice', { ...good, terms: [good.terms[0], good.terms[0]] }, '/terms/1 twice'],
    ['a term of one letter', { ...good, terms: [{ id: 't', text: 'x' }] }, '/terms/0 too_short'],
    ['a term of 201 characters', { ...good, terms: [{ id: 't', text: 'x'.repeat(201) }] }, '/terms/0 too_long'],
    ['a short close term', { ...good, terms: [{ id: 't', text: 'melon', close: true }] }, '/terms/0 close_too_short'],
    ['a pattern without a literal', { ...good, patterns: [{ id: 'p', pattern: '\\d+' }] }, '/patterns/0 no_literal'],
    [
      'a pattern with a look-behind',
      { ...good, patterns: [{ id: 'p', pattern: '(?<=a)melon' }] },
      '/patterns/0 bad_pattern',
    ],
    ['no term at all', { ...good, terms: [] }, '/terms empty'],
    ['a licence for non-commercial use', { ...good, licence: 'CC BY-NC 4.0' }, '/licence licence'],
  ])('with %s is refused, with the place', (_, file, expected) => {
    const raw = file instanceof Uint8Array ? file : bytes(typeof file === 'string' ? file : JSON.stringify(file))
    expect(faultsOf(() => canonicalTermFile(raw))).toEqual([expected])
  })

  test('the 201st pattern is refused with the reason', () => {
    const patterns = Array.from({ length: 201 }, (_, at) => ({ id: `p${at}`, pattern: `melon ${at} \\d` }))
    expect(faultsOf(() => canonicalTermFile(bytes(JSON.stringify({ ...good, patterns }))))).toEqual([
      '/patterns/200 too_many',
    ])
  })

  test('that is sealed tells no pattern of it in an error', () => {
    const sealed = { ...good, sealed: true, patterns: [{ id: 'p', pattern: '(?<=secret)melon' }] }
    try {
      canonicalTermFile(bytes(JSON.stringify(sealed)))
      expect.unreachable()
    } catch (thrown) {
      expect(JSON.stringify(thrown instanceof AppError ? [thrown.message, thrown.extra] : '')).not.toContain('melon')
    }
  })
})

describe('a file of organisations', () => {
  const listing = { jurisdiction: 'uk', act: 'Terrorism Act 2000', listed: '2020-03-01', source: 'uk.xml' }
  const organisation = {
    id: 'uk-lantern-brigade',
    name: 'The Lantern Brigade',
    aliases: [{ text: 'LB', kind: 'acronym', ambiguous: true }],
    listings: [listing],
  }
  const { terms: _, lang: __, ...about } = good
  const file = {
    ...about,
    format: 'lamplighter-organisations/1',
    use: 'context',
    accepted: 'A. Lead',
    organisations: [organisation],
  }

  test('is read as its names, each in the group of its organisation', () => {
    expect(readTermFile(canonical(file)).entries).toEqual([
      { value: 'Lantern Brigade', term: { id: 'uk-lantern-brigade/0', group: 'uk-lantern-brigade' } },
      { value: 'LB', term: { id: 'uk-lantern-brigade/1', group: 'uk-lantern-brigade', ambiguous: true } },
    ])
  })

  test('ends with the last law that lists it', () => {
    const two = (delisted?: string) => [
      { ...listing, delisted: '2024-05-01' },
      { ...listing, jurisdiction: 'un', ...(delisted && { delisted }) },
    ]
    const until = (listings: unknown) =>
      readTermFile(canonical({ ...file, organisations: [{ ...organisation, listings }] })).entries[0]?.expires
    expect([until(two()), until(two('2025-01-31'))]).toEqual([undefined, '2025-01-31T00:00:00.000Z'])
  })

  test('is context and nothing else', () => {
    expect(faultsOf(() => canonicalTermFile(bytes(JSON.stringify({ ...file, use: 'evidence' }))))).toEqual([
      '/use shape',
    ])
    expect(faultsOf(() => canonicalTermFile(bytes(JSON.stringify({ ...file, sealed: true }))))).toEqual([
      '/sealed shape',
    ])
  })
})
