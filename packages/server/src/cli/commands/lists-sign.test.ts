import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { initialised, lamplighter } from '../testing/command-line.ts'

const file = {
  ...{ format: 'lamplighter-terms/1', id: 'fruit', version: 7, use: 'evidence', sealed: false, harm: 'fraud' },
  ...{ licence: 'MIT', source: 'own', made: '2026-11-02', terms: [{ id: 't1', text: 'pineapple' }] },
}

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'll-'))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const at = (name: string): string => join(folder, name)
const write = (name: string, value: unknown) => writeFileSync(at(name), JSON.stringify(value, null, 2))
const run = (line: string, env = {}) => lamplighter(folder, ['lists', ...line.split(' ')], env)
const signed = async (line: string): Promise<{ key: string; note: string; sha256: string }> => {
  const { code, out, err } = await run(`sign ${line} --json`)
  expect([code, err]).toEqual([0, ''])
  return JSON.parse(out)
}

describe('lists sign and check', () => {
  test('a file that a person wrote is put into its form, signed, and found good', async () => {
    write('fruit.json', file)
    expect(await run('check fruit.json')).toMatchObject({ code: 1, err: expect.stringContaining('not_canonical') })
    const { key, note } = await signed('fruit.json --key own.pem --name lists.example --new')
    expect(statSync(at('own.pem')).mode & 0o777).toBe(0o600)
    expect(note).toBe(at('fruit.note'))
    const { code, out } = await run('check fruit.json', { LAMPLIGHTER_LIST_KEYS: key })
    expect([code, out]).toEqual([
      0,
      expect.stringMatching(/^fruit version 7: 1 entries, good; signed by lists\.example on /),
    ])
  })

  test('a second person signs the same note with their own key', async () => {
    write('both.json', file)
    const first = await signed('both.json --key own.pem --name lists.example')
    const second = await signed('both.json --key other.pem --name other.example --new')
    const { out } = await run('check both.json', { LAMPLIGHTER_LIST_KEYS: `${first.key}, ${second.key}` })
    expect(out).toContain('signed by lists.example, other.example')
  })

  test('text L-1: one flipped bit, or a key that nobody set, is refused', async () => {
    write('flipped.json', file)
    const { key } = await signed('flipped.json --key own.pem --name lists.example')
    expect(await run('check flipped.json')).toMatchObject({
      code: 1,
      err: expect.stringContaining('LAMPLIGHTER_LIST_KEYS'),
    })
    const bytes = readFileSync(at('flipped.json'))
    const place = bytes.indexOf('pineapple')
    bytes.writeUInt8(bytes.readUInt8(place) ^ 1, place)
    writeFileSync(at('flipped.json'), bytes)
    const { code, err } = await run('check flipped.json', { LAMPLIGHTER_LIST_KEYS: key })
    expect([code, err]).toEqual([1, expect.stringMatching(/^signature: .*another SHA-256/)])
  })

  test('what is wrong in a file is told with its place, and no key is made for it', async () => {
    write('bad.json', { ...file, terms: [{ id: 't1', text: 'x' }] })
    const { code, err } = await run('sign bad.json --key never.pem --name lists.example --new')
    expect([code, err]).toEqual([1, expect.stringContaining('/terms/0 too_short')])
    expect([existsSync(at('never.pem')), existsSync(at('bad.note'))]).toEqual([false, false])
  })

  test.each([
    ['sign fruit.json', 'needs --key and --name'],
    ['sign fruit.json --key none.pem --name lists.example', 'add --new'],
    ['sign fruit.json --key fruit.json --name lists.example', 'holds no private Ed25519 key'],
    ['sign fruit.json --key own.pem --name a+b', 'no plus sign'],
    ['sign none.json --key own.pem --name lists.example', 'cannot be read'],
    ['check none.json', 'cannot be read'],
  ])('%s says what to do', async (line, expected) => {
    const { code, err } = await run(line)
    expect([code, err]).toEqual([2, expect.stringContaining(expected)])
  })

  test('a key that cannot be one is refused when the settings are read', async () => {
    const { code, err } = await run('check fruit.json', { LAMPLIGHTER_LIST_KEYS: 'lists.example' })
    expect([code, err]).toEqual([2, expect.stringContaining('LAMPLIGHTER_LIST_KEYS: expected verifier keys')])
  })
})

describe('lists import of a signed term file', () => {
  let house: string
  beforeAll(async () => {
    house = await initialised()
    writeFileSync(join(house, 'fruit.json'), JSON.stringify(file))
  })
  afterAll(() => rmSync(house, { recursive: true, force: true }))
  const there = (line: string, env = {}) => lamplighter(house, ['lists', ...line.split(' ')], env)

  test('needs its note, a known key and no option', async () => {
    expect(await there('import fruit.json')).toMatchObject({ code: 2, err: expect.stringContaining('lists sign') })
    const { out } = await there('sign fruit.json --key own.pem --name lists.example --new --json')
    const keys = { LAMPLIGHTER_LIST_KEYS: JSON.parse(out).key }
    expect(await there('import fruit.json')).toMatchObject({ code: 1, err: expect.stringMatching(/^signature: /) })
    const staged = await there('import fruit.json', keys)
    expect([staged.code, staged.out]).toEqual([
      0,
      expect.stringMatching(
        /^fruit version 1 is (staged|trial): 1 entries, 1 added, 0 removed; signed by lists\.example\n {2}because /,
      ),
    ])
    expect(await there('import fruit.json', keys)).toMatchObject({
      code: 1,
      err: expect.stringMatching(/^version_old: /),
    })
  }, 120_000)
})
