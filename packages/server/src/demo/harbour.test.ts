import { describe, expect, test } from 'vitest'
import { drawSynthetic } from '../signals/sample-pictures.ts'
import { encodePng } from '../signals/sample-png.ts'
import { ACCOUNTS, MESSAGES, makeTown, REPORTS, seededRandom, TERM_LISTS } from './harbour.ts'

describe('console 6: the made-up town', () => {
  test('is the same wherever it is made', () => {
    expect(makeTown(1)).toEqual(makeTown(1))
    expect(makeTown(2).chatter[0]?.text).not.toBe(makeTown(1).chatter[0]?.text)
    expect(Buffer.from(encodePng(drawSynthetic('boat', 3, 64)))).toEqual(
      Buffer.from(encodePng(drawSynthetic('boat', 3, 64))),
    )
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
    const random = seededRandom(1)
    const counts = new Array<number>(10).fill(0)
    for (let n = 0; n < 10_000; n += 1) {
      const place = Math.floor(random() * 10)
      counts[place] = (counts[place] ?? 0) + 1
    }
    for (const count of counts) expect(Math.abs(count - 1_000)).toBeLessThan(150)
  })
})
