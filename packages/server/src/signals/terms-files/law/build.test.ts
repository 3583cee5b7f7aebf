import { describe, expect, test } from 'vitest'
import { readTermFile } from '../read.ts'
import type { Organisation } from '../shapes.ts'
import { euFile, ukFile, unFile } from '../testing/law.ts'
import { buildOrganisations, readSource, writtenFile } from './build.ts'

const about = { id: 'proscribed_orgs', harm: 'terrorism', regimes: [], day: '2026-11-01' } as const
const bytes = (text: string) => new TextEncoder().encode(text)
const file = (name: string, text: string) => ({ name, text })
const read = (name: string, text: string) => readSource(file(name, text), [])
const brigade = { reference: 'QDe.901', name: 'LANTERN BRIGADE' }
const built = (files: Parameters<typeof buildOrganisations>[0], before?: string) =>
  buildOrganisations(files, { ...about, before: before === undefined ? undefined : bytes(before) })
const named = (organisations: readonly Organisation[], name: string): Organisation =>
  organisations.find((one) => one.name === name) ?? expect.fail(name)

describe('text L-4: a source is read strictly', () => {
  test.each([
    ['UN', unFile([{ ...brigade, extra: '<RISK_SCORE>9</RISK_SCORE>' }]), '<RISK_SCORE> in <ENTITY>'],
    [
      'EU',
      euFile([{ reference: 'EU.9.9', names: [{ text: 'Lantern' }], extra: '<vessel/>' }]),
      '<vessel> in <sanctionEntity>',
    ],
    ['UK', ukFile(['The Lantern Brigade <Image/>']), '<Image> in <Text>'],
  ])('%s: an unknown element is named, with its line', (_, text, expected) => {
    expect(() => read('law.xml', text)).toThrow(expected)
    expect(() => read('law.xml', text)).toThrow(/^law\.xml: line \d+:/)
  })

  test.each([
    ['UN, nobody listed', unFile([])],
    ['UN, of these regimes nobody', unFile([{ ...brigade, regime: 'DPRK' }])],
    ['EU, persons only', euFile([{ reference: 'EU.9.9', subject: 'person', names: [{ text: 'Jane' }] }])],
    ['UK, only what was repealed', ukFile(['<Repeal ChangeId="x">. . . . .</Repeal>'])],
  ])('%s: an empty list is not made', (_, text) => {
    expect(() => read('law.xml', text)).toThrow(/empty list is not made/)
  })

  test.each([
    ['another document', '<rss version="2.0"/>', /begins no law source/],
    ['another Act', ukFile(['X Y']).replace('ukpga/2000/11', 'ukpga/2006/11'), /not the Terrorism Act/],
    ['a document type', `<!DOCTYPE export [<!ENTITY a "b">]>${euFile([])}`, /document type/],
    ['an entity of its own', unFile([{ ...brigade, name: '&secret;' }]), /no good XML/],
    ['a torn file', unFile([brigade]).slice(0, -20), /no good XML/],
    ['an unknown quality', unFile([{ ...brigade, aliases: [['Sure', 'Lamp']] }]), /quality "Sure"/],
    [
      'an unknown subject',
      euFile([{ reference: 'EU.9.9', subject: 'vessel', names: [{ text: 'Lamp' }] }]),
      /subject "vessel"/,
    ],
    ['no date', unFile([brigade]).replace('2004-05-06', 'last May'), /expected a date/],
  ])('%s is refused', (_, text, why) => {
    expect(() => read('law.xml', text)).toThrow(why)
  })
})

describe('what a source says of an organisation', () => {
  test('UN: name, other names, the original script, and from when until when', () => {
    const text = unFile([
      {
        ...{ ...brigade, original: 'لواء الفانوس', delisted: '2026-09-09' },
        aliases: [
          ['a.k.a.', 'Brigade of the Lantern'],
          ['Low', 'The Lamp People'],
          ['', ''],
        ],
      },
    ])
    expect(read('un.xml', text)).toMatchObject({
      ...{ jurisdiction: 'un', day: '2026-10-01' },
      entries: [
        {
          ...{ id: 'un-QDe.901', name: 'LANTERN BRIGADE', listed: '2004-05-06', delisted: '2026-09-09' },
          aliases: [
            { text: 'لواء الفانوس' },
            { text: 'Brigade of the Lantern' },
            { text: 'The Lamp People', weak: true },
          ],
        },
      ],
    })
  })

  test('EU: enterprises of the programmes, the English name first; what is left out is counted', () => {
    const source = read(
      'eu.xml',
      euFile([
        {
          reference: 'EU.9.1',
          names: [
            { text: 'Laternenbrigade', lang: 'DE' },
            { text: 'Lantern Brigade', lang: 'EN' },
          ],
        },
        { reference: 'EU.9.2', programme: 'UKR', names: [{ text: 'Some Shipyard' }] },
        { reference: 'EU.9.3', subject: 'person', names: [{ text: 'Jane Doe' }] },
      ]),
    )
    expect(source.entries).toMatchObject([
      {
        id: 'eu-EU.9.1',
        name: 'Lantern Brigade',
        listed: '2007-12-20',
        aliases: [
          { text: 'Laternenbrigade', lang: 'de' },
          { text: 'Lantern Brigade', lang: 'en' },
        ],
      },
    ])
    expect([...source.leftOut]).toEqual([['UKR', 1]])
  })

  test('UK: lines of the Schedule with what stands in brackets, since the order that added them', () => {
    const { entries } = read(
      'uk.xml',
      ukFile([
        'The Lantern Brigade.',
        '<Addition ChangeId="a" CommentaryRef="c1">Wick Front (Front de la Mèche) (WF)</Addition>',
        '<Addition ChangeId="b" CommentaryRef="c1">Tallow League (including Tallow Youth (TY))</Addition>',
        'Harbour Group, including the Quay Battalions',
        'The military wing of Ropewalk, including the Council and all units reporting to it',
        '<Repeal ChangeId="c" CommentaryRef="c2">Candle Club</Repeal>',
        '. . . . . . .',
        'The entry for The Lantern Brigade refers to the organisation which uses that name.',
      ]),
    )
    expect(entries.map(({ id, name, aliases, listed }) => [id, name, aliases.map(({ text }) => text), listed])).toEqual(
      [
        ['uk-the-lantern-brigade', 'The Lantern Brigade', [], '2001-02-19'],
        ['uk-wick-front', 'Wick Front', ['Front de la Mèche', 'WF'], '2014-03-29'],
        ['uk-tallow-league', 'Tallow League', ['Tallow Youth', 'TY'], '2014-03-29'],
        ['uk-harbour-group', 'Harbour Group', ['Quay Battalions'], '2001-02-19'],
        ['uk-the-military-wing-of-ropewalk', 'The military wing of Ropewalk', [], '2001-02-19'],
      ],
    )
  })
})

describe('a build', () => {
  const un = file(
    'un.xml',
    unFile([
      {
        ...brigade,
        aliases: [
          ['a.k.a.', 'LB'],
          ['a.k.a.', 'Lanturn Brigad'],
          ['a.k.a.', 'The Harbour'],
        ],
      },
    ]),
  )
  const uk = file('uk.xml', ukFile(['The Lantern Brigade (Laternenbrigade)', 'Wick Front (Omar)']))
  const eu = file(
    'eu.xml',
    euFile([{ reference: 'EU.9.1', un: 'QDe.901', names: [{ text: 'Brigade de la lanterne', lang: 'FR' }] }]),
  )

  test('puts the same organisation of several laws together, and marks names that prove nothing alone', () => {
    const { file: made } = built([uk, eu, un])
    expect(made.organisations.map(({ id }) => id)).toEqual(['uk-wick-front', 'un-QDe.901'])
    expect(named(made.organisations, 'LANTERN BRIGADE')).toMatchObject({
      aliases: [
        { text: 'LB', kind: 'acronym', ambiguous: true },
        { text: 'Lanturn Brigad', kind: 'transliteration' },
        { text: 'The Harbour', kind: 'name', ambiguous: true },
        { text: 'Laternenbrigade', kind: 'name' },
        { text: 'Brigade de la lanterne', kind: 'name', lang: 'fr' },
      ],
      listings: [
        { jurisdiction: 'un', listed: '2004-05-06', source: 'un.xml of 2026-10-01' },
        { jurisdiction: 'uk', listed: '2001-02-19' },
        { jurisdiction: 'eu', listed: '2007-12-20' },
      ],
    })
    expect(named(made.organisations, 'Wick Front').aliases).toEqual([{ text: 'Omar', kind: 'name', ambiguous: true }])
  })

  test('is context, names its licences, and can be read back', () => {
    const { file: made } = built([uk, un])
    const text = writtenFile(made, 'A. Lead')
    const back = readTermFile(bytes(text))
    expect(back.text).toMatchObject({
      use: 'context',
      sealed: false,
      version: 1,
      accepted: 'A. Lead',
      harm: 'terrorism',
    })
    expect(back.text.licence).toContain('Open Government Licence v3.0')
    expect(back.entries.find(({ value }) => value === 'LB')?.term).toMatchObject({
      group: 'un-QDe.901',
      ambiguous: true,
    })
  })

  test('says what is new, renamed and delisted, and ends what a law no longer lists on the day of its file', () => {
    const first = writtenFile(built([un, uk, eu]).file, 'A. Lead')
    expect(built([un, uk, eu], first).changes).toEqual({ added: [], renamed: [], delisted: [], changed: [] })
    const { file: made, changes } = built(
      [
        file(
          'un.xml',
          unFile(
            [
              { ...brigade, name: 'LANTERN ARMY' },
              { reference: 'QDe.902', name: 'TALLOW LEAGUE' },
            ],
            '2026-12-01',
          ),
        ),
        file('uk.xml', ukFile(['Rope Club'], '2026-12-02')),
      ],
      first,
    )
    expect(made.version).toBe(2)
    expect(changes).toEqual({
      added: ['Rope Club', 'TALLOW LEAGUE'],
      renamed: [{ from: 'LANTERN BRIGADE', to: 'LANTERN ARMY' }],
      delisted: ['Wick Front'],
      changed: [],
    })
    expect(named(made.organisations, 'Wick Front').listings).toMatchObject([
      { jurisdiction: 'uk', delisted: '2026-12-02' },
    ])
    // The file of the EU was not handed in: what it said stays.
    expect(
      named(made.organisations, 'LANTERN ARMY').listings.map(({ jurisdiction, delisted }) => [jurisdiction, delisted]),
    ).toEqual([
      ['un', undefined],
      ['uk', '2026-12-02'],
      ['eu', undefined],
    ])
    expect(
      readTermFile(bytes(writtenFile(made, 'A. Lead'))).entries.find(({ value }) => value === 'Wick Front')?.expires,
    ).toBe('2026-12-02T00:00:00.000Z')
  })

  test('keeps a mark of ambiguity that a person added', () => {
    const first = built([un, uk]).file
    const marked = {
      ...first,
      organisations: first.organisations.map((one) => ({
        ...one,
        aliases: one.aliases.map((alias) => (alias.text === 'Laternenbrigade' ? { ...alias, ambiguous: true } : alias)),
      })),
    }
    const again = built([un, uk], writtenFile(marked, 'A. Lead'))
    expect(again.changes.changed).toEqual([])
    expect(named(again.file.organisations, 'LANTERN BRIGADE').aliases).toContainEqual({
      ...{ text: 'Laternenbrigade', kind: 'name', ambiguous: true },
    })
  })

  test('refuses two files of one source', () => {
    expect(() => built([un, file('old.xml', un.text)])).toThrow(/old\.xml: un\.xml is a file of the same source/)
  })
})

test('a name that proves nothing alone and is not marked is refused when the file is read', () => {
  const { file: made } = built([file('un.xml', unFile([{ ...brigade, aliases: [['a.k.a.', 'LB']] }]))])
  const [organisation] = made.organisations
  const bare = { ...made, organisations: [{ ...organisation, aliases: [{ text: 'LB', kind: 'acronym' as const }] }] }
  expect(() => writtenFile(bare as typeof made, 'A. Lead')).toThrow(/1 problem/)
})
