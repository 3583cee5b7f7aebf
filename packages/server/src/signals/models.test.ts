import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { type Example, featuresOf, train } from '@lamplighter/text'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { engines } from '../storage/testing/engines.ts'
import { type House, openHouse } from '../testing/house.ts'
import type { Card } from './models.ts'

const card: Card = {
  madeOf: 'three planks',
  licence: 'CC0-1.0',
  heldOut: { positive: 0, negative: 0, at: [], unfamiliar: 0 },
  limits: 'nothing was measured',
  blind: ['everything'],
}
const examples = [
  'the plank rots',
  'this plank should sink',
  'a plank is worth nothing',
  'a lamp shines',
  'the lamp is lit',
  'one lamp is enough',
].flatMap((said, place) =>
  ['today', 'at noon', 'again', 'once', 'here', 'now'].map(
    (when, turn): Example => ({
      id: `${place} ${turn}`,
      label: place < 3 ? 1 : 0,
      account: `${turn}`,
      features: featuresOf(`${said} ${when}`),
    }),
  ),
)
const made = train(examples)
const other = train(examples, { seed: 2 })

/** Somebody with a way of their own to the database changes the live model. */
async function spoil({ place }: House, weights: Uint8Array): Promise<void> {
  if (place.url === undefined) {
    const database = new DatabaseSync(join(place.folder, 'lamplighter.db'))
    database.prepare("update models set weights = ? where state = 'live'").run(weights)
    database.close()
    return
  }
  const client = new pg.Client(place.url)
  await client.connect()
  await client.query(`update ${place.schema}.models set weights = $1 where state = 'live'`, [Buffer.from(weights)])
  await client.end()
}

describe.each(engines)('the model of a policy on $name', (engine) => {
  let house: House
  beforeAll(async () => {
    house = await openHouse({ engine })
  }, 120_000)
  afterAll(() => house.close())
  const models = () => house.context.models
  const publish = (what: ReturnType<typeof train>) => models().publish('threat', what, { card, by: 'operator' })
  const ready = async () => (await house.context.readiness.missing()).filter(({ name }) => name === 'models')

  test('is unknown as long as there is none', () => {
    expect(models().score('threat', 'the plank should sink')).toEqual({ unknown: 'no_model' })
  })

  test('scores once it is live, is in the log with its card, and is the same after a restart', async () => {
    const id = await publish(made)
    const said = models().score('threat', 'the plank should sink')
    expect(said).toEqual({ value: expect.any(Number), model: id })
    expect(models().score('spam', 'the plank should sink')).toEqual({ unknown: 'no_model' })
    expect(models().score('threat', '明日の朝、駅で会いましょう。天気が良ければ')).toEqual({
      unknown: 'unfamiliar',
      model: id,
    })
    const [row] = await house.rows('models')
    expect(row).toMatchObject({ id, policy: 'threat', state: 'live', retired_at: null })
    expect(JSON.parse(String(row?.card))).toEqual(card)
    const records = (await house.rows('ledger_records')).filter(({ id: record }) => record === row?.record)
    expect(records).toHaveLength(1)
    await house.reopen()
    expect(models().score('threat', 'the plank should sink')).toEqual(said)
  })

  test('made live again changes nothing; another one takes its place at once, and the first is kept as retired', async () => {
    const before = await publish(made)
    expect(await house.rows('models')).toHaveLength(1)
    const after = await publish(other)
    const rows = await house.rows('models')
    expect(rows.map(({ id, state }) => [id, state])).toEqual(
      expect.arrayContaining([
        [before, 'retired'],
        [after, 'live'],
      ]),
    )
    expect(rows.find(({ id }) => id === before)?.retired_at).toBe(house.clock.now)
    expect(models().score('threat', 'the plank should sink')).toMatchObject({ model: after })
  })

  test('that is not what its digest says is unknown after a restart, and the server says that it is not ready', async () => {
    expect(await ready()).toEqual([])
    const [row] = (await house.rows('models')).filter(({ state }) => state === 'live')
    const bytes = Uint8Array.from(row?.weights as Uint8Array)
    const changed = bytes.map((byte, at) => (at === 1 ? byte ^ 1 : byte))
    await spoil(house, changed)
    // What runs goes on with what it has.
    await models().load()
    expect(models().score('threat', 'the plank should sink')).toMatchObject({ value: expect.any(Number) })
    await house.reopen()
    expect(models().score('threat', 'the plank should sink')).toEqual({ unknown: 'broken' })
    expect(await ready()).toEqual([{ name: 'models', why: expect.stringContaining('the model for threat') }])
    await spoil(house, bytes)
    await models().load()
    expect(await ready()).toEqual([])
  })

  test('holds no text: its bytes are bucket numbers, weights and rarities', () => {
    const text = Buffer.from(made.weights).toString('latin1')
    for (const word of ['plank', 'lamp', 'rots']) expect(text).not.toContain(word)
  })
})
