import { existsSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { dsaCategories } from '@lamplighter/api'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { sqlite } from '../storage/testing/engines.ts'
import { type House, openHouse, type Person } from '../testing/house.ts'
import { operatorCalls, operatorHandsIn } from '../testing/operator-calls.ts'
import { shippedPolicies } from './index.ts'

interface Edition {
  readonly harm?: string
  readonly when?: string
}

/** One rule, which asks a list about blackmail, or counts what is on it. */
const rulesOf = (
  version: number,
  { harm = 'intimate_images', when = 'item.text contains any words' }: Edition = {},
) => `
  ruleset tiny version ${version} owner "lead@example.org"
  use schema chat version 1
  list words: text from "test"
  ${when.includes('said') ? 'counter said = count by actor.id on message where item.text contains any words over 1h exact up to 9' : ''}
  rule asking v${version} {
    harm ${harm} policy "HAR-1" severity low phase follow
    on message
    when ${when}
    then queue "reports" within 24h
    on unknown ignore
    because "asked"
  }`

let house: House
let ada: Person
let admin: Person
beforeAll(async () => {
  house = await openHouse({ engine: sqlite, demo: true, rules: rulesOf(1) })
  ada = await house.person('lead')
  admin = await house.person('admin')
  expect((await imported('')).status).toBe(200)
})
afterAll(async () => {
  const { failures } = house
  await house.close()
  expect(failures).toEqual([])
})

const imported = (harms: string) =>
  operatorHandsIn(house, `/v1/lists/words/versions?kind=text&harm=intimate_images&live=yes${harms}`, 'pay me')
const handIn = (version: number, edition: Edition) =>
  ada.call('POST', '/v1/rulesets/tiny/versions', { body: { text: rulesOf(version, edition) } })
const shadow = (version: number, hash: string) =>
  ada.call('POST', `/v1/rulesets/tiny/versions/${version}/shadow`, { body: {}, headers: { 'if-match': `"${hash}"` } })
const checked = async (version: number, edition: Edition) =>
  (await ada.call('POST', '/v1/rules/check', { body: { text: rulesOf(version, edition) } })).body.diagnostics

const OTHER_HARM = "the terms of list 'words' do not allow harm 'spam' (rule 'asking')"

test('D02: a rule of another harm than a list is for does not load, whether it asks or only counts', async () => {
  for (const when of ['item.text contains any words', 'said >= 2', 'item.link_count > 0 and said of actor.id >= 2']) {
    const refused = await handIn(2, { harm: 'spam', when })
    expect([refused.status, refused.body.code]).toEqual([422, 'rules_refused'])
    expect(refused.body.errors).toEqual([{ code: 'D02', pointer: '/text/4:8', detail: OTHER_HARM }])
  }
  expect(await checked(2, { harm: 'spam' })).toMatchObject([
    {
      code: 'D02',
      severity: 'error',
      message: OTHER_HARM,
      fix: 'it is for intimate_images; where its terms allow more, import it with --harms intimate_images,spam',
    },
  ])
  const put = { text: rulesOf(2, { harm: 'spam' }), reason: 'x' }
  expect((await operatorCalls(house, '/v1/rulesets/live', put, 'PUT')).body.errors).toMatchObject([{ code: 'D02' }])
  expect(await checked(2, {})).toEqual([])
  // What does not ask it is free of its terms.
  expect(await checked(2, { harm: 'spam', when: 'item.link_count > 3' })).toMatchObject([{ code: 'N05' }])
})

test('D02: terms are given with an import, stay until others are, and are asked again before a step', async () => {
  for (const [harms, pointer] of [
    ['&harms=spam', '/query/harms'],
    ['&harms=intimate_images,mischief', '/query/harms'],
    ['&harms=A', '/query/harms'],
  ])
    expect((await imported(harms ?? '')).body).toMatchObject({ code: 'invalid', pointer })
  expect((await imported('&harms=intimate_images,spam')).status).toBe(200)
  expect((await imported('')).status).toBe(200)
  const { items } = (await ada.call('GET', '/v1/lists')).body
  expect(items.find(({ id }: { id: string }) => id === 'words').harms).toEqual(['intimate_images', 'spam'])
  const made = await handIn(2, { harm: 'spam' })
  expect(made.status).toBe(201)
  await imported('&harms=intimate_images')
  const step = await shadow(2, made.body.hash)
  expect([step.body.code, step.body.errors]).toEqual(['rules_refused', [expect.objectContaining({ code: 'D02' })]])
  await imported('&harms=spam,intimate_images')
  expect((await shadow(2, made.body.hash)).status).toBe(200)
  // What runs goes on when the terms change under it, also after a start.
  await imported('&harms=intimate_images')
  await house.reopen()
  const retired = await ada.call('POST', '/v1/rulesets/tiny/versions/2/retire', {
    body: {},
    headers: { 'if-match': `"${made.body.hash}"` },
  })
  expect(retired.status).toBe(200)
})

test('D03: while notices of the EU are on, no rule cites a policy without a DSA category', async () => {
  const cited = shippedPolicies.find(({ id }) => id === 'HAR-1')
  const { dsaCategory } = cited ?? {}
  // As a platform's own policy begins.
  Object.assign(cited ?? {}, { dsaCategory: null })
  try {
    expect(await checked(3, {})).toEqual([])
    const made = await handIn(3, {})
    expect(made.status).toBe(201)
    const set = (value: string) =>
      admin.call('PUT', '/v1/settings/eu.dsa.notices', { body: { value, reason: 'the DSA applies' } })
    expect((await set('yes')).status).toBe(422)
    expect((await set('on')).status).toBe(200)
    const diagnostics = await checked(4, {})
    expect(diagnostics).toMatchObject([
      { code: 'D03', message: "policy 'HAR-1' has no DSA category: policy_without_category (rule 'asking')" },
    ])
    expect((await handIn(4, {})).body.errors).toMatchObject([{ code: 'D03', pointer: '/text/7:34' }])
    expect((await shadow(3, made.body.hash)).body.errors).toMatchObject([{ code: 'D03' }])
    Object.assign(cited ?? {}, { dsaCategory })
    expect((await shadow(3, made.body.hash)).status).toBe(200)
  } finally {
    Object.assign(cited ?? {}, { dsaCategory })
  }
})

test('every shipped policy has a category, and the platform hears it', async () => {
  expect(shippedPolicies.filter(({ dsaCategory }) => dsaCategory === null)).toEqual([])
  const { items } = (await ada.call('GET', '/v1/policies')).body
  expect(items.map(({ id, dsaCategory }: { id: string; dsaCategory: string }) => [id, dsaCategory])).toContainEqual([
    'CSEA-1',
    'PROTECTION_OF_MINORS',
  ])
})

const enums = join(resolve(process.env.LAMPLIGHTER_CONFORMANCE ?? '../shared/data'), 'authorities/dsa-tdb/enums.json')
test.skipIf(!existsSync(enums))('the categories are those of the EU transparency database', () => {
  const { STATEMENT_CATEGORIES: theirs } = JSON.parse(readFileSync(enums, 'utf8'))
  const names = Object.keys(theirs).map((name) => name.replace('STATEMENT_CATEGORY_', ''))
  expect([...dsaCategories, 'NOT_SPECIFIED_NOTICE'].toSorted()).toEqual(names.toSorted())
})
