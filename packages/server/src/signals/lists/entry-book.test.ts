import { type Pdq, parsePdq } from '@lamplighter/matching'
import { describe, expect, test } from 'vitest'
import { ListBook, type LoadedList, loadList } from '../book.ts'
import { EntryBook, type Exception, type Standing, stateAt } from './entry-book.ts'
import type { ListKind } from './parse.ts'

const PDQ = 'f8f8f0cee0f4a84f06370a22038f63f0b36e2ed596621e1d33e6b39c4e9c9b22'
/** The same with so many bits of its end changed, one in each digit. */
const away = (bits: number): string => [...PDQ].map((digit, at) => (at >= 64 - bits ? flip(digit) : digit)).join('')
const flip = (digit: string): string => (Number.parseInt(digit, 16) ^ 1).toString(16)
const pdq = (hex: string): Pdq => parsePdq(hex) ?? expect.fail(hex)
const NOW = 1_000

const stood = (n: number, more: Partial<Standing> = {}): Standing => ({
  ...{ list: 'l', n, state: 'active', untilAt: null, expiresAt: null },
  ...more,
})
const excepted = (n: number, more: Partial<Exception> = {}): Exception => ({
  ...{ id: `ex${n}`, list: 'l', n, fileKey: null, pdq: null, endsAt: NOW + 1 },
  ...more,
})

/** A list of these values, the first of which is entry 1, and what one event with these files hears of it. */
function house(kind: ListKind, values: readonly string[], of: Partial<LoadedList> = {}) {
  const entries = new EntryBook((sha256) => `key of ${sha256}`)
  const book = new ListBook(entries)
  const facts = { id: 'l', kind, harm: 'csea', sealed: false, context: false, version: 1, ...of }
  book.set(
    loadList(
      { ...facts, updatedAt: 0, staleAfterMs: null },
      values.map((value, place) => ({ n: place + 1, entry: { value } })),
    ),
  )
  return {
    entries,
    ask(
      value: string,
      o: { files?: readonly (string | undefined)[]; now?: number; variants?: readonly string[] } = {},
    ) {
      const readings = parsePdq(value) === undefined ? [] : [reading(value, o.variants)]
      const files = new Map(o.files === undefined ? [] : [[value, o.files]])
      const lists = book.bind(readings, o.now ?? NOW, new Set(['sha256', 'sha1', 'md5']), files)
      return { said: lists.get('l')?.find('near', value), lists }
    },
  }
}
const reading = (value: string, variants: readonly string[] = []) => ({
  ...{ pdq: pdq(value), quality: 90, variants: variants.map(pdq) },
})

describe('an entry that does not stand is passed over, and the next nearest of the list is found', () => {
  const passed: [string, Partial<Standing>][] = [
    ['aside', { state: 'aside', untilAt: NOW + 1 }],
    ['withdrawn', { state: 'withdrawn' }],
    ['expired', { expiresAt: NOW }],
  ]
  test.each(passed)('%s', (_, standing) => {
    for (const [kind, values, asked] of [
      ['pdq', [away(1), away(2)], PDQ],
      ['domain', ['win.prize.example', 'prize.example'], 'a.win.prize.example'],
      ['text', ['or else', 'else you'], 'pay or else you will'],
    ] as const) {
      const { entries, ask } = house(kind, values)
      expect([kind, ask(asked).said]).toEqual([kind, expect.objectContaining({ entry: '1' })])
      entries.stand([stood(1, standing)])
      expect([kind, ask(asked).said]).toEqual([kind, expect.objectContaining({ entry: '2' })])
      entries.stand([stood(2, standing)])
      expect([kind, ask(asked).said]).toEqual([kind, null])
    }
    const digest = house('digest', ['a'.repeat(64), 'b'.repeat(64)])
    digest.entries.stand([stood(1, standing)])
    expect([digest.ask('a'.repeat(64)).said, digest.ask('b'.repeat(64)).said]).toEqual([
      null,
      expect.objectContaining({ entry: '2' }),
    ])
  })

  test('also where the same hash stands twice on the list, and where only a turned picture hits', () => {
    const twice = house('pdq', [PDQ, PDQ])
    twice.entries.stand([stood(1, { state: 'withdrawn' })])
    expect(twice.ask(PDQ).said).toMatchObject({ entry: '2', distance: 0 })
    const turned = house('pdq', [away(20), away(3)])
    turned.entries.stand([stood(1, { state: 'withdrawn' })])
    const far = [...PDQ].map((digit) => (15 - Number.parseInt(digit, 16)).toString(16)).join('')
    expect(turned.ask(far, { variants: [far, away(20)] }).said).toMatchObject({ entry: '2', distance: 17 })
  })

  test('and is no hash that an event keeps before others', () => {
    const entries = new EntryBook()
    const book = new ListBook(entries)
    const facts = { id: 'l', kind: 'pdq', harm: 'csea', sealed: false, context: false, version: 1 } as const
    book.set(loadList({ ...facts, updatedAt: 0, staleAfterMs: null }, [{ n: 1, entry: { value: PDQ } }]))
    entries.stand([stood(1, { expiresAt: NOW })])
    expect([...book.known([reading(PDQ)], NOW - 1), ...book.known([reading(PDQ)], NOW)]).toEqual([PDQ])
  })
})

test('an entry expires at its instant, and comes back when its time aside is over; nothing has to be written for it', () => {
  const of = (more: Partial<Standing>, now: number) => stateAt(stood(1, more), now)
  expect([of({ expiresAt: NOW }, NOW - 1), of({ expiresAt: NOW }, NOW)]).toEqual(['active', 'expired'])
  const aside = { state: 'aside', untilAt: NOW } as const
  expect([of(aside, NOW - 1), of(aside, NOW)]).toEqual(['aside', 'active'])
  expect(of({ ...aside, expiresAt: NOW - 1 }, NOW - 1)).toBe('expired')
  expect(of({ state: 'withdrawn', expiresAt: NOW + 1 }, NOW)).toBe('withdrawn')
})

describe('a disputed entry', () => {
  const disputed = stood(1, { state: 'disputed' })
  test('is a hit that says so', () => {
    const { entries, ask } = house('pdq', [away(1)])
    entries.stand([disputed])
    const { said, lists } = ask(PDQ)
    expect([said, lists.hits]).toEqual([
      { entry: '1', distance: 1 },
      [expect.objectContaining({ entry: 1, flags: ['disputed'] })],
    ])
  })

  test('is what nobody can tell, where the list says so, unless an entry that nobody disputes hits too', () => {
    const { entries, ask } = house('pdq', [away(1)], { disputed: 'cannot_tell' })
    entries.stand([disputed])
    const { said, lists } = ask(PDQ)
    expect([said, lists.hits, lists.unsure.get('l')]).toEqual([undefined, [], 'disputed'])
    const both = house('pdq', [away(1), away(9)], { disputed: 'cannot_tell' })
    both.entries.stand([disputed])
    expect(both.ask(PDQ).said).toEqual({ entry: '2', distance: 9 })
  })
})

describe('matching 25: an exception silences one pair', () => {
  const pair = excepted(1, { fileKey: 'key of f1' })

  test('of an entry and a file; another file of the same entry still hits, and so does another entry', () => {
    for (const [kind, value] of [
      ['pdq', PDQ],
      ['digest', 'a'.repeat(32)],
    ] as const) {
      const { entries, ask } = house(kind, [value])
      entries.except([pair])
      const { said, lists } = ask(value, { files: ['f1'] })
      expect([kind, said, lists.hits, lists.silenced]).toEqual([
        ...[kind, null, []],
        [{ exception: 'ex1', value, hit: expect.objectContaining({ list: 'l', entry: 1 }) }],
      ])
      expect(ask(value, { files: ['f2'] }).said).toMatchObject({ entry: '1' })
      // One of them is unknown, or is another: somebody may have sent the listed file itself.
      for (const files of [['f1', 'f2'], ['f1', undefined], undefined])
        expect(ask(value, files && { files }).said).toMatchObject({ entry: '1' })
      entries.except([pair, { ...pair, id: 'ex2', fileKey: 'key of f2' }])
      expect(ask(value, { files: ['f1', 'f2'] }).said).toBeNull()
    }
    const two = house('pdq', [away(1), away(2)])
    two.entries.except([pair])
    expect(two.ask(PDQ, { files: ['f1'] }).said).toEqual({ entry: '2', distance: 2 })
  })

  test('of an entry and a look, within 6 bits of it and not within 7', () => {
    const { entries, ask } = house('pdq', [away(20)])
    entries.except([excepted(1, { pdq: PDQ })])
    expect([ask(away(6)).said, ask(away(7)).said]).toEqual([null, { entry: '1', distance: 13 }])
  })

  test('until it ends', () => {
    const { entries, ask } = house('pdq', [PDQ])
    entries.except([pair])
    const at = (now: number) => ask(PDQ, { files: ['f1'], now }).said
    expect([at(pair.endsAt - 1), at(pair.endsAt)]).toEqual([null, { entry: '1', distance: 0 }])
    entries.except([])
    expect(at(NOW)).toEqual({ entry: '1', distance: 0 })
  })

  test('is told once, however many turned readings of the picture hit', () => {
    const { entries, ask } = house('pdq', [PDQ])
    entries.except([pair])
    const { lists } = ask(PDQ, { files: ['f1'], variants: [PDQ, away(1), away(2)] })
    expect(lists.silenced).toHaveLength(1)
  })
})
