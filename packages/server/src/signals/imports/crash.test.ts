import { createHash } from 'node:crypto'
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeEach, describe, expect, test } from 'vitest'
import { engines } from '../../storage/testing/engines.ts'
import { type House, openHouse } from '../../testing/house.ts'
import { operatorDoer } from '../../testing/server.ts'
import type { ListChange } from '../lists/changes.ts'
import { inAnotherProcess } from './testing/list-life.ts'

const ROWS = Number(process.env.LAMPLIGHTER_ROWS ?? 20_000)
/** Rows that are written in one transaction. */
const SLICE = 1_000
/** More would say that a change does not come to an end. */
const MOST_LIVES = 40

const files = mkdtempSync(join(tmpdir(), 'll-import-'))
afterAll(() => rmSync(files, { recursive: true, force: true }))
const path = join(files, 'digests.txt')
const text = Array.from({ length: ROWS }, (_, row) => createHash('sha256').update(`made up ${row}`).digest('hex')).join(
  '\n',
)
writeFileSync(path, `${text}\n`)
const sha256 = createHash('sha256').update(`${text}\n`).digest('hex')

describe.each(engines)('kill -9 while a list is being changed ($name)', (engine) => {
  let house: House
  beforeEach(async () => {
    house = await openHouse({ engine, bare: true })
  })
  afterEach(() => house.close())

  const facts = (id: string, kind: 'digest' | 'domain') => ({
    ...{ id, kind, harm: 'malware', sealed: false, context: false, source: 'made up', staleAfterMs: null },
  })
  const rowOf = async (list: string) => (await house.rows('lists')).find(({ id }) => id === list)
  const blobs = (): string[] =>
    readdirSync(join(house.place.folder, 'blobs'), { recursive: true, encoding: 'utf8' }).filter((name) =>
      name.includes('im_'),
    )

  /** What the schedule does: a dead process' claim of an import ends by itself. */
  const goesOn = async () => {
    for (let wait = 0; wait < 300 && blobs().length > 0; wait += 1) {
      await house.context.imports.resume()
      await new Promise((resolve) => setTimeout(resolve, 200))
    }
    await house.context.imports.idle()
  }

  test('matching 31: stopped at 40 %, an import goes on by itself: nothing is written twice, and the version is the same', async () => {
    const whole = {
      list: 'whole',
      act: { do: 'import' as const, facts: facts('whole', 'digest'), path, type: 'text/plain', sha256 },
    }
    const stopped = { ...whole, list: 'stopped', act: { ...whole.act, facts: facts('stopped', 'digest') } }
    await house.reopen({}, async () => {
      await inAnotherProcess(house, { ...whole, dieAfter: null })
      const times = Math.floor((ROWS / SLICE) * 0.4)
      expect(await inAnotherProcess(house, { ...stopped, dieAfter: { work: 'signals.stage-rows', times } })).toBe(
        'SIGKILL',
      )
      expect(blobs()).toHaveLength(1)
    })
    await goesOn()
    const [one, other] = [await rowOf('whole'), await rowOf('stopped')]
    expect([other?.version, Number(other?.entries), other?.digest]).toEqual([1, ROWS, one?.digest])
    expect(Number(other?.last_n)).toBe(ROWS)
    expect(blobs()).toEqual([])
    expect((await house.rows('list_imports')).map(({ list, state }) => `${list} ${state}`).sort()).toEqual([
      'stopped done',
      'whole done',
    ])
  }, 300_000)

  test('an import that is killed right after its version was made is done, and makes no other one', async () => {
    const act = { do: 'import' as const, facts: facts('once', 'digest'), path, type: 'text/plain', sha256 }
    await house.reopen({}, async () => {
      const dieAfter = { work: 'signals.publish-versions', times: 1 }
      expect(await inAnotherProcess(house, { list: 'once', act, dieAfter })).toBe('SIGKILL')
    })
    await goesOn()
    expect([Number((await rowOf('once'))?.last_version), blobs()]).toEqual([1, []])
    expect((await house.rows('list_imports')).map(({ state, version }) => [state, Number(version)])).toEqual([
      ['done', 1],
    ])
  }, 300_000)

  test('killed after each of its transactions, what removes at once while a version waits takes nothing from that one', async () => {
    const put = (n: number): ListChange => ({
      op: 'put',
      kind: 'domain',
      sourceId: `s${n}`,
      entry: { value: `h${n}.example` },
    })
    const drop = (n: number): ListChange => ({ op: 'drop', sourceId: `s${n}` })
    const list = 'moved'
    const change = (changes: readonly ListChange[]) =>
      house.context.library.change({
        list,
        by: 'operator',
        full: false,
        changes: [changes],
        rows: changes.length,
        bad: 0,
      })
    await house.context.library.create(facts(list, 'domain'))
    await change(Array.from({ length: 100 }, (_, n) => put(n)))
    await house.context.library.step({
      ...{ list, version: 1, step: 'live', reason: 'because', by: { kind: 'operator' }, doer: operatorDoer },
      withoutTrial: true,
    })
    // It grows too much and waits; what it takes away is gone at once.
    await change([...Array.from({ length: 20 }, (_, n) => put(100 + n)), drop(5), drop(6)])
    const next = [put(500), put(6), drop(5), drop(20), drop(105)]
    let lives = 0
    await house.reopen({}, async () => {
      for (let ended = 'SIGKILL'; ended === 'SIGKILL'; ) {
        lives += 1
        if (lives > MOST_LIVES) throw new Error('it does not come to an end')
        const dieAfter = { work: 'signals.', times: lives }
        ended = await inAnotherProcess(house, { list, act: { do: 'change', changes: next }, dieAfter })
      }
    })
    expect(lives).toBeGreaterThan(5)
    const versions = (await house.rows('list_versions'))
      .filter((row) => row.list === list && (row.state === 'live' || row.state === 'staged'))
      .map(({ state, entries }) => [state, Number(entries)])
    expect(Object.fromEntries(versions)).toEqual({ live: 100 - 3, staged: 120 - 2 + 2 - 2 })
    const finds = (n: number) =>
      house.context.library.book.bind([], house.clock.now, new Set()).get(list)?.find('in', `h${n}.example`) !== null
    expect([finds(20), finds(5), finds(6), finds(50), finds(500)]).toEqual([false, false, false, true, false])
  }, 300_000)
})
