import { createHash } from 'node:crypto'
import { seeded } from '@lamplighter/text'
import { describe, expect, test } from 'vitest'
import { drawSynthetic, type SampleKind } from '../signals/sample-pictures.ts'
import { encodePng } from '../signals/sample-png.ts'
import { ACCOUNTS, MESSAGES, makeTown, REPORTS, TERM_LISTS } from './harbour.ts'

describe('console 6: the made-up town', () => {
  // Digests that another machine made: whoever makes the town gets these, or something depends on where it runs.
  test('is the same wherever it is made, and so is every picture, drawn anew from code', () => {
    expect(makeTown(2).chatter[0]?.text).not.toBe(makeTown(1).chatter[0]?.text)
    expect(sha256(JSON.stringify(makeTown(1)))).toBe('0fb1f215d593d0cbe26a15d581fb13a2695e327ee7d270bb8285435403b46033')
    const drawn = Object.keys(PICTURES).map((name) => {
      const [kind, seed] = name.split(' ')
      return [name, sha256(encodePng(drawSynthetic(kind as SampleKind, Number(seed), 256)))]
    })
    expect(Object.fromEntries(drawn)).toEqual(PICTURES)
  })

  test('says no word but these, which somebody has read: none is a slur', () => {
    const { chatter, trouble } = makeTown()
    const said = [...chatter, ...trouble].flatMap(({ text }) => text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [])
    expect([...new Set(said)].toSorted()).toEqual(WORDS.split(' '))
  })

  test('has as many people, messages and reports as the first screen says, each with an id of its own', () => {
    const { accounts, chatter, trouble, complaints } = makeTown()
    expect([accounts.length, chatter.length, complaints.length]).toEqual([ACCOUNTS, MESSAGES, REPORTS])
    for (const rows of [accounts, [...chatter, ...trouble], complaints]) {
      expect(new Set(rows.map(({ id }) => id)).size).toBe(rows.length)
    }
    expect(accounts.some(({ ageBand }) => ageBand === 'minor')).toBe(true)
  })

  test('names no host outside .example, no number that could be called, and no address', () => {
    const { chatter, trouble } = makeTown()
    const lists = TERM_LISTS.flatMap(({ kind, values }) => (kind === 'domain' ? values : []))
    const hosts = [...chatter, ...trouble].flatMap(({ text }) =>
      [...text.matchAll(/https?:\/\/([^\s/]+)/g)].map(([, host]) => host ?? ''),
    )
    expect(hosts.length).toBeGreaterThan(0)
    for (const host of [...hosts, ...lists]) expect(host).toMatch(/(^|\.)example$/)
    for (const { text } of [...chatter, ...trouble]) expect(text).not.toMatch(/\+?\d[\d ()-]{6,}\d|@\w+\.\w+/)
  })

  test('gets its chance from a generator that is uniform enough', () => {
    const random = seeded(1)
    const counts = new Array<number>(10).fill(0)
    for (let n = 0; n < 10_000; n += 1) {
      const place = Math.floor(random() * 10)
      counts[place] = (counts[place] ?? 0) + 1
    }
    for (const count of counts) expect(Math.abs(count - 1_000)).toBeLessThan(150)
  })
})

const sha256 = (made: string | Uint8Array) => createHash('sha256').update(made).digest('hex')

const PICTURES: Record<string, string> = {
  'hatched 1': '6b0bfc5e552a5f3bbb8270a6943ea0933fdcfe74290b9151fb82d2a173d08380',
  'pattern 7': '6eeaf866e38e4b402ff19ec8c8e014f2319efdd84d77196ab4e78f844a9f558b',
  'boat 3': '5bf884182658e188d6bd8880d8f753df7f9371e2003f5642392eff1db130e676',
  'boat 4': '91ad5117d519164e60f6c0c11c682d1f836e0aa18f692753cf65004b1de463be',
  'tiles 5': 'c7d0c79e802f6b868a2692f76065a9f01ef988ca393c7969e5059152cab29c9c',
}

const WORDS =
  '0 21 30 5 50 a about again all alone anybody at bad bakery before behind boathouse bring can children ' +
  'choir claim come do e else everybody example ferry fog for free front harbour has here https hurt i in ' +
  'it join know knows l library lighthouse log login love lunch market me meet more needs new next nobody ' +
  'noon not now of once or parents past pay pictures pier prizes question rain regatta s school see seen ' +
  'sees send should show station talk talks tea tell thank that the thermos this tickets tide to today ' +
  'tomorrow tonight walked we week who will win with year you your'
