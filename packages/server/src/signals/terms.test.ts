import { setImmediate as turn } from 'node:timers/promises'
import type { TermMatcher } from '@lamplighter/matching'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type House, openHouse } from '../testing/house.ts'
import { TermBuild, TextReader } from './terms.ts'

/** More than are compiled where they are. */
const MANY = 30_000
/** Made-up words, all different. */
const wordsOf = (count: number): string[] =>
  Array.from(
    { length: count },
    (_, at) => `w${at.toString(26).replace(/\d/g, (digit) => 'qrstuvwxyz'.charAt(Number(digit)))}x`,
  )

const facts = { id: 'words', version: 1, use: 'evidence', sealed: false } as const

describe('a build of terms', () => {
  test.each([
    ['few', 100],
    ['many', 2_000],
  ])('of %s finds the terms of each list under its own name', async (_, count) => {
    const build = new TermBuild()
    const words = wordsOf(count)
    for (const id of ['first', 'second']) {
      build.list({ ...facts, id })
      build.add(words.map((term, at) => ({ n: at + 1, term: `${term}${id}` })))
    }
    const matcher = await build.done()
    const reader = new TextReader()
    const last = words.at(-1)
    expect(matcher.terms).toBe(2 * count)
    expect(reader.find({ list: 'second', matcher, about: new Map() }, `a ${last}second b`)).toEqual({
      n: count,
      from: 2,
      to: 8 + (last ?? '').length,
    })
    expect(reader.find({ list: 'first', matcher, about: new Map() }, `a ${last}second b`)).toBeUndefined()
  })

  test('never holds up this thread for more than 50 ms, also with many', async () => {
    const words = wordsOf(MANY)
    const build = new TermBuild()
    build.list(facts)
    build.add(words.slice(0, 501).map((term, at) => ({ n: at + 1, term })))
    let longestMs = 0
    let done = false
    const watched = (async () => {
      // By processor time: what else the machine does is not this thread's doing.
      for (let before = cpuMs(); !done; before = cpuMs()) {
        await turn()
        longestMs = Math.max(longestMs, cpuMs() - before)
      }
    })()
    for (let from = 501; from < MANY; from += 1_000) {
      build.add(words.slice(from, from + 1_000).map((term, at) => ({ n: from + at + 1, term })))
      await turn()
    }
    const matcher = await build.done()
    done = true
    await watched
    expect(new TextReader().find({ list: 'words', matcher, about: new Map() }, `so ${words.at(-1)}`)).toMatchObject({
      n: MANY,
    })
    expect(longestMs).toBeLessThan(50)
  })

  test('of a single close term is left to the thread: it is compared with all common words', async () => {
    const build = new TermBuild()
    build.list(facts)
    build.add([{ n: 1, term: 'whisper', about: { id: 't1', close: true } }])
    const terms = build.setOf(facts.id, await build.done())
    const found = (text: string) => new TextReader().find(terms, text)?.n
    expect([found('whispr'), found('whispers')]).toEqual([1, undefined])
    const stopped = new TermBuild()
    stopped.list(facts)
    stopped.add([{ n: 1, term: 'whisper', about: { id: 't1', close: true } }])
    await stopped.stop()
    await expect(stopped.done()).rejects.toThrow('ended')
  })

  test('whose thread was stopped says so', async () => {
    const build = new TermBuild()
    build.list(facts)
    build.add(wordsOf(1_000).map((term, at) => ({ n: at + 1, term })))
    await build.stop()
    await expect(build.done()).rejects.toThrow('ended')
  })
})

test('a text is looked through once, however many lists are asked', async () => {
  const build = new TermBuild()
  for (const id of ['first', 'second', 'third']) {
    build.list({ ...facts, id })
    build.add([{ n: 1, term: `${id}word` }])
  }
  const real = await build.done()
  const searched: string[] = []
  const matcher: TermMatcher = {
    ...{ version: real.version, terms: real.terms, bytes: real.bytes, image: () => real.image() },
    match(text, lists) {
      searched.push(text)
      return real.match(text, lists)
    },
  }
  const reader = new TextReader()
  const found = ['first', 'second', 'third'].map(
    (list) => reader.find({ list, matcher, about: new Map() }, 'a secondword')?.n,
  )
  reader.find({ list: 'first', matcher, about: new Map() }, 'another text')
  expect([found, searched]).toEqual([
    [undefined, 1, undefined],
    ['a secondword', 'another text'],
  ])
})

function cpuMs(): number {
  const { user, system } = process.threadCpuUsage()
  return (user + system) / 1_000
}

describe('the library', () => {
  let house: House
  beforeAll(async () => {
    house = await openHouse({ bare: true })
  })
  afterAll(() => house.close())

  const put = (id: string, words: readonly string[]) =>
    house.context.library.import({
      facts: {
        id,
        kind: 'text',
        harm: 'fraud',
        sealed: id === 'sealed',
        context: false,
        source: 'test',
        staleAfterMs: null,
      },
      text: words.join('\n'),
      contentType: 'text/plain',
      by: 'operator',
      live: true,
    })
  const ask = (list: string, text: string) => {
    const bound = house.context.library.book.bind([], house.clock.now, new Set()).get(list)
    return { version: bound?.version, found: bound?.find('in', text) }
  }

  test('text L-2: while a list is swapped, each answer is wholly old or wholly new', async () => {
    const words = wordsOf(1_500)
    await put('swapped', ['oldword', ...words])
    let swapped = false
    const importing = put('swapped', ['newword', ...words]).finally(() => {
      swapped = true
    })
    const seen = new Set<string>()
    // The last rounds come after the swap.
    for (let round = 0, after = 0; after < 1_000; round += 1) {
      if (swapped) after += 1
      const { version, found } = ask('swapped', 'an oldword and a newword')
      const entry = found === null || found === undefined ? 'none' : found.entry
      seen.add(`${version} ${entry}`)
      if (round % 50 === 0) await turn()
    }
    await importing
    expect([...seen]).toEqual(['v1 1', 'v2 1502'])
  })

  test('a file is refused that takes all lists beyond what is looked for, or holds what would never be', async () => {
    await put('kept', ['keptword'])
    await expect(put('full', wordsOf(100_000))).rejects.toMatchObject({
      code: 'invalid',
      message: expect.stringContaining('100000'),
    })
    await expect(put('kept', ['newword', '!?'])).rejects.toMatchObject({ code: 'invalid' })
    expect([ask('full', 'anything').version, ask('kept', 'a keptword').found]).toEqual([
      undefined,
      expect.objectContaining({ entry: '1' }),
    ])
  })

  test('terms of several lists are found by their own list, sealed ones too, and after a restart', async () => {
    await put('plain', ['firstword', 'sharedword'])
    await put('sealed', ['secondword', 'sharedword'])
    const answers = () =>
      ['plain', 'sealed'].map((list) =>
        ['firstword', 'secondword', 'sharedword'].map((word) => ask(list, `a ${word}`).found),
      )
    const expected = [
      [expect.objectContaining({ entry: '1' }), null, expect.objectContaining({ entry: '2' })],
      [null, expect.objectContaining({ entry: '1' }), expect.objectContaining({ entry: '2' })],
    ]
    expect(answers()).toEqual(expected)
    await house.reopen()
    expect(answers()).toEqual(expected)
  })
})
