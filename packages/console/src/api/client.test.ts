import { getCase, getDeliveries, replayDelivery } from '@lamplighter/api'
import { expect, test } from 'vitest'
import { addressOf } from './client.ts'
import { errorFrom } from './errors.ts'
import { queriesOf } from './live.ts'

test('an address is made of the contract’s path and nothing else', () => {
  expect(addressOf(getCase, { number: 1042 }, undefined)).toBe('/v1/cases/1042')
  expect(addressOf(getDeliveries, { id: 'con_1' }, { limit: 20, state: undefined })).toBe(
    '/v1/connections/con_1/deliveries?limit=20',
  )
  expect(addressOf(replayDelivery, { id: 'a/b?c' }, {})).toBe('/v1/deliveries/a%2Fb%3Fc/replay')
})

test('a name from the live stream refreshes what it names, an unknown one nothing', () => {
  expect(queriesOf('lanes')).toEqual([['lanes'], ['me']])
  expect(queriesOf('case:1042')).toEqual([
    ['case', 1042],
    ['feedback', 1042],
  ])
  expect(queriesOf('deliveries')).toEqual([['deliveries'], ['connections']])
  expect(queriesOf('case')).toEqual([])
  expect(queriesOf('somebody-elses')).toEqual([])
})

test('a problem document becomes its code, with the id to look up', async () => {
  const body = { type: 'x', title: 't', status: 409, code: 'stale_revision', detail: 'expected 4', instance: 'req-1' }
  const error = await errorFrom(new Response(JSON.stringify(body), { status: 409 }))
  expect(error).toMatchObject({ code: 'stale_revision', status: 409, requestId: 'req-1', message: 'expected 4' })
})

test('an answer that is no problem document says so instead of guessing', async () => {
  const error = await errorFrom(new Response('<h1>Bad gateway</h1>', { status: 502, headers: { 'request-id': 'r9' } }))
  expect(error).toMatchObject({ code: 'unreadable', status: 502, requestId: 'r9' })
})
