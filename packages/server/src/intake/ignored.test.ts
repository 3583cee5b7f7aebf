import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { freshId, type House, messageOf, openHouse, type Person, reportOf } from '../testing/house.ts'
import { operatorDoer } from '../testing/server.ts'

const DAY_MS = 86_400_000
let house: House
let admin: Person
beforeAll(async () => {
  house = await openHouse()
  admin = await house.person('admin')
})
afterAll(() => house.close())

/** A key of its own, and what it is said to have sent in vain. */
async function newKey(): Promise<{ headers: Record<string, string>; named: () => Promise<object[]> }> {
  const wish = { name: 'own', connection: 'main', scopes: ['screen', 'events', 'reports'] as const, days: 300 }
  const { id, key } = await house.context.people.newKey({ ...wish, doer: operatorDoer })
  const named = async () => {
    const { body } = await admin.call('GET', '/v1/keys')
    return body.items.find((one: { id: string }) => one.id === id).ignoredFields
  }
  return { headers: { authorization: `Bearer ${key}` }, named }
}

describe('a field that the schema does not know', () => {
  const misspelt = (field: string) => {
    const event = messageOf('hello')
    return { ...event, item: { ...(event.item as object), [field]: 'hello' } }
  }

  test('is left out of the event and named of its key, once a day', async () => {
    const { headers, named } = await newKey()
    const send = (body: object) =>
      house.visit('POST', '/v1/screen', { body, headers: { ...headers, prefer: 'wait=10' } })
    expect((await send(messageOf('hello'))).status).toBe(200)
    expect(await named()).toEqual([])
    expect((await send(misspelt('txet'))).status).toBe(200)
    const day = new Date(house.clock.now).toISOString().slice(0, 10)
    await expect.poll(named).toEqual([{ field: '/item/txet', day }])
    await send(misspelt('tetx'))
    expect(await named()).toEqual([{ field: '/item/txet', day }])
    await house.follow()
    house.clock.now += DAY_MS
    admin = await house.person('admin')
    const next = new Date(house.clock.now).toISOString().slice(0, 10)
    await send(misspelt('tetx'))
    await expect.poll(named).toEqual([
      { field: '/item/tetx', day: next },
      { field: '/item/txet', day },
    ])
  })

  test.each([
    ['a batch of JSON', '/v1/events', JSON.stringify([messageOf('a'), misspelt('one')]), 'application/json'],
    [
      'a batch of lines, some of them broken',
      '/v1/events',
      `${JSON.stringify(misspelt('one'))}\n{"\n${JSON.stringify(messageOf('b'))}\n`,
      'application/x-ndjson',
    ],
    ['a report', '/v1/reports', JSON.stringify({ ...reportOf(freshId()), one: 1 }), 'application/json'],
  ])('is named also in %s', async (_, path, body, type) => {
    const { headers, named } = await newKey()
    const { status } = await house.visit('POST', path, { body, headers: { ...headers, 'content-type': type } })
    expect([201, 202]).toContain(status)
    await expect.poll(named).toMatchObject([{ field: expect.stringMatching(/^(\/item)?\/one$/) }])
  })

  test('is not repeated where its name may be a word of a person', async () => {
    const { headers, named } = await newKey()
    await house.visit('POST', '/v1/screen', { body: misspelt('robin@mail.example'), headers })
    await expect.poll(named).toMatchObject([{ field: '(a name that is no word)' }])
  })

  test('is named by the next call when it could not be written down', async () => {
    const { headers, named } = await newKey()
    const { store } = house.context.storage
    const tx = store.tx.bind(store)
    let failed = 0
    store.tx = (...given: Parameters<typeof tx>) => {
      if (given[0].name !== 'keys.ignored') return tx(...given) as never
      failed += 1
      return Promise.reject(new Error('made up'))
    }
    await house.visit('POST', '/v1/screen', { body: misspelt('txet'), headers })
    Reflect.deleteProperty(store, 'tx')
    expect([failed, await named()]).toEqual([1, []])
    await house.visit('POST', '/v1/screen', { body: misspelt('txet'), headers })
    await expect.poll(named).toMatchObject([{ field: '/item/txet' }])
  })
})

test('nothing of it was a fault of ours', () => expect(house.failures).toEqual([]))
