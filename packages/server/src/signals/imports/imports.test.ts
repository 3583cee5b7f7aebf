import { createHash } from 'node:crypto'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { engines } from '../../storage/testing/engines.ts'
import { type House, openHouse } from '../../testing/house.ts'
import { operatorHandsIn } from '../../testing/operator-calls.ts'

const HOST = 'malware'
const names = (count: number): string => Array.from({ length: count }, (_, n) => `host${n}.example`).join('\n')
const sha256Of = (text: string): string => createHash('sha256').update(text).digest('hex')

describe.each(engines)('list files ($name)', (engine) => {
  let house: House
  let made = 0
  beforeAll(async () => {
    house = await openHouse({ engine, bare: true })
  })
  afterAll(async () => {
    const { failures } = house
    await house.close()
    expect(failures).toEqual([])
  })

  const freshList = (): string => {
    made += 1
    return `file_${made}`
  }
  const hand = (list: string, text: string, more: Record<string, string> = {}, type = 'text/plain') =>
    operatorHandsIn(
      house,
      `/v1/lists/${list}/versions?${new URLSearchParams({ kind: 'domain', harm: HOST, ...more })}`,
      text,
      type,
    )
  const terms = {
    ...{ name: 'made up', share: false, export: true, device: false, harms: [HOST], feedback: 'none' },
  }
  const manifestOf = (list: string, text: string, more: object = {}) => ({
    ...{ format: 'lamplighter-hashes/1', list, kind: 'domain', version: 4, source: 'the source' },
    ...{ made: '2026-05-01T00:00:00.000Z', rows: text.split('\n').length, sha256: sha256Of(text), terms },
    ...more,
  })
  const rowOf = async (list: string) => (await house.rows('lists')).find(({ id }) => id === list)
  /** What is left of files: blobs, and rows of what never ended. */
  const left = async () => [
    readdirSync(join(house.place.folder, 'blobs'), { recursive: true, encoding: 'utf8' }).filter((name) =>
      name.includes('im_'),
    ),
    (await house.rows('list_imports')).filter(({ ended_at }) => ended_at === null),
    house.context.keyring.live('import'),
  ]

  test('a list is declared by the manifest beside its file: kind, source and terms', async () => {
    const list = freshList()
    const text = names(3)
    const manifest = JSON.stringify(manifestOf(list, text))
    const path = `/v1/lists/${list}/versions?${new URLSearchParams({ manifest })}`
    const { body } = await operatorHandsIn(house, path, text)
    expect(body).toMatchObject({ state: 'done', rows: 3, bad: 0, version: { version: 1, state: 'staged', entries: 3 } })
    expect(await rowOf(list)).toMatchObject({
      kind: 'domain',
      harm: HOST,
      source: 'the source',
      terms: JSON.stringify(terms),
    })
    expect(await left()).toEqual([[], [], []])
  })

  test.each([
    ['another list', { list: 'another' }],
    ['another kind', { kind: 'digest' }],
    ['another number of rows', { rows: 4 }],
    ['another SHA-256', { sha256: sha256Of('another') }],
    ['no format that is known', { format: 'lamplighter-hashes/9' }],
    ['terms that are none', { terms: { name: 'x' } }],
  ])('a file whose manifest names %s changes nothing', async (_, more) => {
    const list = freshList()
    const text = names(3)
    const answer = await hand(list, text, { manifest: JSON.stringify(manifestOf(list, text, more)) })
    expect([answer.status, answer.body.code]).toEqual([422, 'manifest'])
    expect([await rowOf(list), await left()]).toEqual([undefined, [[], [], []]])
  })

  test.each([
    ['no row', '', 422, 'invalid'],
    ['only a header', 'value\n', 422, 'invalid'],
    ['no header', 'a.example,3\nb.example,4', 422, 'invalid'],
    ['rows of another kind', `${'f'.repeat(65)}\n`.repeat(20).replaceAll('f', '%'), 422, 'invalid'],
    ['a column that nobody knows', 'value,expire\na.example,2027-01-31\n', 422, 'invalid'],
    ['a column twice', 'value,value\na.example,b.example\n', 422, 'invalid'],
    ['its last row cut off', `value,note\n${'a.example,x\n'.repeat(40)}b.exam`, 422, 'invalid'],
    ['one line without an end', 'a'.repeat(270_000), 400, 'malformed'],
  ])('a file with %s changes nothing', async (_, text, status, code) => {
    const list = freshList()
    const answer = await hand(list, text, {}, 'text/csv')
    expect([answer.status, answer.body.code]).toEqual([status, code])
    expect([await rowOf(list), await left()]).toEqual([undefined, [[], [], []]])
  })

  test('a file that is no UTF-8, or that is cut off in the middle, changes nothing', async () => {
    const list = freshList()
    const cut = (async function* () {
      yield new TextEncoder().encode(names(100))
      throw new Error('cut off')
    })()
    const facts = {
      id: list,
      kind: 'domain',
      harm: HOST,
      sealed: false,
      context: false,
      source: 's',
      staleAfterMs: null,
    } as const
    const given = { facts, by: 'operator', live: true, type: 'text/plain' }
    await expect(house.context.imports.take({ ...given, bytes: cut })).rejects.toThrow('cut off')
    const latin = (async function* () {
      yield Uint8Array.of(0xe9, 0x0a)
    })()
    await expect(house.context.imports.take({ ...given, bytes: latin })).rejects.toMatchObject({ code: 'malformed' })
    expect([await rowOf(list), await left()]).toEqual([undefined, [[], [], []]])
  })

  test('matching 31: 0.2 % of bad rows wait for a person, told by line, whoever hands them in; below the rail they do not', async () => {
    const list = freshList()
    const text = `${names(998)}\nhttp://x/\nno host\n`
    const staged = await hand(list, text, { live: 'yes' })
    expect(staged.body).toMatchObject({
      ...{ state: 'done', rows: 1_000, bad: 2, version: { state: 'staged', entries: 998 } },
      badRows: [{ line: 999 }, { line: 1_000 }],
    })
    expect(staged.body.version.reasons).toContainEqual({ code: 'bad_rows', share: 0.002, limit: 0.001 })
    const fewer = freshList()
    expect((await hand(fewer, `${names(999)}\nhttp://x/\n`, { live: 'yes' })).body).toMatchObject({
      version: { state: 'live', entries: 999 },
    })
  })

  test('matching 31: a file that shrinks its list by 90 % is staged with the number, and what runs goes on', async () => {
    const list = freshList()
    await hand(list, names(100), { live: 'yes' })
    const { body } = await hand(list, names(10))
    expect(body.version).toMatchObject({ state: 'staged', entries: 10, removed: 90 })
    expect(body.version.reasons).toContainEqual({ code: 'shrink', share: 0.9, limit: 0.05 })
    const find = house.context.library.book.bind([], house.clock.now, new Set()).get(list)
    expect(find?.find('in', 'host99.example')).toEqual({ entry: '100' })
  })

  test('a value that comes twice, in another piece of the file too, counts once', async () => {
    const list = freshList()
    const { body } = await hand(list, `${names(2_500)}\n${names(2_500)}`, { live: 'yes' })
    expect(body).toMatchObject({ rows: 5_000, version: { entries: 2_500, added: 2_500 } })
  })

  test('what is not said of a list that is there stays as it is: a sealed one stays sealed', async () => {
    const list = freshList()
    await hand(list, names(3), { live: 'yes', sealed: 'yes', source: 'them' })
    const path = `/v1/lists/${list}/versions?live=yes`
    const { body } = await operatorHandsIn(house, path, names(4))
    expect(body.version).toMatchObject({ state: 'live', entries: 4, added: 1, removed: 0 })
    expect(await rowOf(list)).toMatchObject({ sealed: 1, source: 'them', harm: HOST })
  })

  test('JSON Lines and CSV are read in pieces that end anywhere', async () => {
    const list = freshList()
    const text = `value,note\r\n${Array.from({ length: 50 }, (_, n) => `höst${n}.example,"a, ü ${n}"`).join('\r\n')}`
    const bytes = new TextEncoder().encode(text)
    const facts = {
      id: list,
      kind: 'domain',
      harm: HOST,
      sealed: false,
      context: false,
      source: 's',
      staleAfterMs: null,
    } as const
    await house.context.imports.take({
      ...{ facts, by: 'operator', live: true, type: 'text/csv' },
      bytes: (async function* () {
        for (let at = 0; at < bytes.length; at += 7) yield bytes.subarray(at, at + 7)
      })(),
    })
    await house.context.imports.idle()
    expect(await rowOf(list)).toMatchObject({ entries: 50 })
    const find = house.context.library.book.bind([], house.clock.now, new Set()).get(list)
    expect(find?.find('in', 'xn--hst49-jua.example')).toEqual({ entry: '50' })
  })
})
