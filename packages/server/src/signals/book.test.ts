import { type Pdq, parsePdq } from '@lamplighter/matching'
import { describe, expect, test } from 'vitest'
import { type BoundReading, type DigestKind, isStale, ListBook, loadList } from './book.ts'
import type { ListKind } from './lists/parse.ts'

const PDQ = 'f8f8f0cee0f4a84f06370a22038f63f0b36e2ed596621e1d33e6b39c4e9c9b22'
const OTHER = '07070f311f0b57b0f9c8f5ddfc709c0f4c91d12a699de1e2cc194c63b16364dd'
const everyKind = new Set<DigestKind>(['sha256', 'sha1', 'md5'])
const pdq = (hex: string): Pdq => {
  const parsed = parsePdq(hex)
  if (parsed === undefined) throw new Error(`${hex} is no PDQ`)
  return parsed
}

function bookOf(
  kind: ListKind,
  entries: readonly string[],
  more: { sealed?: boolean; updatedAt?: number; staleAfterMs?: number } = {},
) {
  const book = new ListBook()
  const facts = {
    id: 'l',
    kind,
    harm: 'csea',
    sealed: false,
    context: false,
    version: 3,
    updatedAt: 0,
    staleAfterMs: null,
    ...more,
  }
  book.set(
    loadList(
      facts,
      entries.map((value, place) => ({ n: place + 7, entry: { value } })),
    ),
  )
  return book
}
const ask = (book: ListBook, value: string, readings: readonly BoundReading[] = [], now = 1_000, kinds = everyKind) => {
  const lists = book.bind(readings, now, kinds)
  return { answer: lists.get('l')?.find('in', value), lists }
}

describe('a list answers', () => {
  test('hit, with entry, version and distance; or no hit', () => {
    const near = `${PDQ.slice(0, -1)}3`
    const { answer, lists } = ask(bookOf('pdq', [OTHER, PDQ], { sealed: true }), near)
    expect(answer).toEqual({ entry: '8', distance: 1 })
    expect(lists.hits).toEqual([
      { list: 'l', version: 3, sealed: true, kind: 'pdq', entry: 8, distanceBits: 1, variant: 'original' },
    ])
    expect(ask(bookOf('pdq', [OTHER]), PDQ).answer).toBeNull()
  })

  test('nothing, when it was never loaded: the rules then say what happens', () => {
    expect(new ListBook().bind([], 0, everyKind).get('l')).toBeUndefined()
  })

  test('a hit by a turned picture says so', () => {
    const reading = { pdq: pdq(OTHER), quality: 90, variants: [pdq(OTHER), pdq(PDQ)] }
    const { lists } = ask(bookOf('pdq', [PDQ]), OTHER, [reading])
    expect(lists.hits[0]).toMatchObject({ variant: 'turned_90', distanceBits: 0 })
    const plain = { ...reading, variants: [pdq(OTHER)] }
    expect(ask(bookOf('pdq', [OTHER]), OTHER, [plain]).lists.hits[0]).toMatchObject({ variant: 'original' })
  })

  test('"cannot tell" for a hit by a picture with almost nothing in it; a miss stays a miss', () => {
    const weak = [{ pdq: pdq(PDQ), quality: 49, variants: [] }]
    const { answer, lists } = ask(bookOf('pdq', [PDQ]), PDQ, weak)
    expect([answer, lists.hits, lists.unsure.get('l')]).toEqual([undefined, [], 'featureless'])
    expect(ask(bookOf('pdq', [OTHER]), PDQ, weak).answer).toBeNull()
    const both = [...weak, { pdq: pdq(PDQ), quality: 50, variants: [] }]
    for (const order of [both, both.toReversed()])
      expect(ask(bookOf('pdq', [PDQ]), PDQ, order).answer).toMatchObject({ entry: '7' })
  })

  test('past its age: still a hit, but no "no hit"', () => {
    const book = bookOf('digest', ['a'.repeat(64)], { updatedAt: 0, staleAfterMs: 100 })
    expect(ask(book, 'a'.repeat(64), [], 101).answer).toMatchObject({ entry: '7' })
    const missed = ask(book, 'b'.repeat(64), [], 101)
    expect([missed.answer, missed.lists.unsure.get('l')]).toEqual([undefined, 'stale'])
    expect(ask(book, 'b'.repeat(64), [], 100).answer).toBeNull()
    expect(isStale({ updatedAt: null, staleAfterMs: 1 }, 0)).toBe(true)
  })

  test('"cannot tell" of digests of a kind that it holds and that was not sent', () => {
    const book = bookOf('digest', ['a'.repeat(32)])
    const { answer, lists } = ask(book, 'b'.repeat(64), [], 0, new Set(['sha256']))
    expect([answer, lists.unsure.get('l')]).toEqual([undefined, 'not_sent'])
    expect(ask(book, 'b'.repeat(64), [], 0, new Set(['sha256', 'md5'])).answer).toBeNull()
  })

  test('for a domain and all that stands under it, however it is written', () => {
    const book = bookOf('domain', ['prize.example'])
    for (const host of ['prize.example', 'win.prize.example', 'WIN.Prize.Example.'])
      expect(ask(book, host).answer).toMatchObject({ entry: '7' })
    for (const host of ['surprize.example', 'prize.example.org', 'example']) expect(ask(book, host).answer).toBeNull()
    expect(ask(book, 'https://prize.example/').answer).toBeUndefined()
  })

  test('words with their place in the text', () => {
    const { answer } = ask(bookOf('text', ['or else']), 'pay OR ELSE.')
    expect(answer).toMatchObject({ entry: '7', from: 4, to: 11 })
  })
})
