import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { BoundLists } from '../signals/index.ts'
import {
  CSAM,
  freshId,
  type House,
  LISTED,
  messageOf,
  openHouse,
  type Person,
  picture,
  reportOf,
  uploadOf,
} from '../testing/house.ts'
import { propose, switchOn } from '../testing/switching.ts'

/** All that measures, as it stands in the house, with a note of whatever comes to its eyes. */
interface Eyes {
  readonly saw: string[]
  reset(): void
}

function watch(house: House): Eyes {
  const saw: string[] = []
  const { bench, vault } = house.context.intake
  const providers = bench.providers as Map<string, (inputs: readonly unknown[], signal: AbortSignal) => unknown>
  for (const [name, provider] of [...providers])
    providers.set(name, (inputs, signal) => {
      saw.push(`${name} saw ${JSON.stringify(inputs)}`)
      return provider(inputs, signal)
    })
  const bind = bench.lists.bind.bind(bench.lists)
  bench.lists.bind = (...given): BoundLists => {
    const bound = bind(...given)
    return {
      ...bound,
      get: (name) => {
        const list = bound.get(name)
        if (list === undefined) return undefined
        const find: typeof list.find = (how, value) => {
          saw.push(`${name} saw ${value}`)
          return list.find(how, value)
        }
        return { ...list, find }
      },
    }
  }
  const { decoder } = house.context
  const measure = decoder.measure.bind(decoder)
  Object.assign(decoder, {
    measure: (bytes: Uint8Array, ...rest: [string | undefined, number | undefined]) => {
      saw.push('the decoder saw a file')
      return measure(bytes, ...rest)
    },
  })
  const find = vault.find.bind(vault)
  Object.assign(vault, {
    find: (...given: Parameters<typeof find>) => {
      saw.push(`the vault gave ${given[1]}`)
      return find(...given)
    },
  })
  return { saw, reset: () => saw.splice(0) }
}

const HARM = `${LISTED.threat_terms}, ${LISTED.blackmail_terms}, ${LISTED.meeting_terms} at school tonight https://${LISTED.bad_domains}/x`
const inPrivate = { room: { id: 'dm', type: 'direct', audience: 'private' } }
const between = (actor: string | undefined, target: string | undefined) => ({
  actor: { id: 'kestrel', age: 86_400_000, age_band: 'adult', ...(actor && { country: actor }) },
  target: { id: 'plover', age_band: 'adult', ...(target && { country: target }) },
})
const OFF = 'eu.private_scan'

let house: House
let legal: Person
let lead: Person
let eyes: Eyes
beforeAll(async () => {
  house = await openHouse({ demo: true })
  legal = await house.person('legal')
  lead = await house.person('lead', 'child-safety')
  eyes = watch(house)
})
afterAll(() => house.close())
beforeEach(async () => {
  // What an earlier test has left in the stream is its own matter.
  await house.follow()
  eyes.reset()
})

describe('with the switch off, a private message', () => {
  test('is seen by no matcher, term list, learner or decoder, and nothing is held (R-67)', async () => {
    const said = await house.screen(messageOf(HARM, { ...inPrivate, ...between('DE', 'FR') }))
    await house.follow()
    expect(said.body).toEqual({ verdict: 'allow', effects: [], unknown: [], because: [], off: OFF })
    expect(eyes.saw).toEqual([])
  })

  test('is measured like any other where everybody may see it: the eyes of this test are open', async () => {
    const said = await house.screen(messageOf(HARM, between('DE', 'FR')))
    await house.follow()
    expect(said.body.verdict).not.toBe('allow')
    expect(said.body.off).toBeUndefined()
    expect(eyes.saw.join('\n')).toContain('blackmail_terms saw')
    expect(eyes.saw.join('\n')).toContain('place_finder saw')
  })

  test('gets the same answer again', async () => {
    const message = messageOf(HARM, inPrivate)
    const first = await house.screen(message)
    expect((await house.screen(message)).body).toEqual({ ...first.body, repeat: true })
    await house.follow()
    expect((await house.screen(message)).body).toEqual({ ...first.body, repeat: true })
  })

  test('is taken for private where nobody says who may see it; a post and a profile are not', async () => {
    expect((await house.screen(messageOf(HARM, { room: undefined }))).body.off).toBe(OFF)
    expect((await house.screen(messageOf(HARM, { room: { id: 'r', type: 'forum' } }))).body.off).toBe(OFF)
    expect(eyes.saw).toEqual([])
    const post = messageOf(HARM, { kind: 'post', room: undefined, target: undefined, tie: undefined })
    expect((await house.screen(post)).body.off).toBeUndefined()
    const profile = { ...post, kind: 'profile_changed', id: freshId() }
    expect((await house.screen(profile)).body.off).toBeUndefined()
    expect((await house.screen({ ...post, id: freshId(), ...inPrivate })).body.off).toBe(OFF)
  })

  test('handed in by the batch is judged by the same rule', async () => {
    await house.platform('POST', '/v1/events', { body: messageOf(HARM, inPrivate) })
    const cases = (await house.rows('cases')).length
    await house.follow()
    expect(eyes.saw).toEqual([])
    expect((await house.rows('cases')).length).toBe(cases)
  })

  test('with hashes of a known picture: nobody looks them up', async () => {
    const hashes = { id: freshId(), type: 'image/png', size: 9, sha256: '0'.repeat(64), pdq: [] }
    const upload = { ...uploadOf(hashes), ...inPrivate }
    expect((await house.screen(upload)).body).toMatchObject({ verdict: 'allow', off: OFF })
    expect((await house.screen({ ...upload, id: freshId(), room: undefined })).body).toMatchObject({ off: OFF })
    expect(eyes.saw).toEqual([])
    expect((await house.screen({ ...uploadOf(hashes) })).body.verdict).toBe('block')
  })

  test('is judged by rules that need no content, and the case says what was not looked at', async () => {
    const from = { actor: { id: freshId(), age_band: 'adult' } }
    for (let n = 0; n < 10; n += 1) {
      const target = { id: freshId(), age_band: 'minor' }
      await house.screen(messageOf(HARM, { ...from, target, tie: { connected: false }, ...inPrivate }))
    }
    await house.follow()
    const { number } = await house.newestCase()
    const opened = await lead.take(Number(number))
    expect(opened.lane.id).toBe('csea-behaviour')
    expect(opened.evidence.map(({ off, text, links }: Record<string, unknown>) => [off, text, links])).toContainEqual([
      OFF,
      null,
      [],
    ])
    expect(JSON.stringify(opened)).not.toContain(LISTED.meeting_terms)
    const off = opened.signals.filter(({ state }: { state: string }) => state === 'off')
    expect(off.map(({ why }: { why: string }) => why)).toContain(OFF)
    const { decision } = opened.fired[0]
    const { body } = await lead.call('GET', `/v1/decisions/${decision}/explanation`)
    expect(body.event.flags).toEqual([`off:${OFF}`])
    expect(eyes.saw).toEqual([])
  })

  test('that its receiver reports is read: reports are not touched', async () => {
    const { item } = messageOf(HARM) as { item: { id: string } }
    await house.screen(messageOf(HARM, { id: item.id, ...inPrivate }))
    expect((await house.report(reportOf(item.id, { item: { id: item.id, text: HARM } }))).status).toBe(201)
    const opened = await lead.take(Number((await house.newestCase()).number))
    expect(opened.evidence[0]).toMatchObject({ text: HARM, off: null })
  })
})

describe('a private file', () => {
  const put = (query: string) =>
    house.platform('PUT', `/v1/media/${freshId()}?audience=private${query}`, {
      body: picture(CSAM),
      headers: { 'content-type': 'image/png', prefer: 'wait=10' },
    })

  test('is dropped as it comes: no row, no blob, no look', async () => {
    const rows = (await house.rows('media')).length
    expect(await put('')).toMatchObject({ status: 200, body: { state: 'off', by: OFF } })
    expect(await put('&countries=GB,us')).toMatchObject({ body: { state: 'off', by: 'uk.private_scan' } })
    expect((await house.rows('media')).length).toBe(rows)
    expect(eyes.saw).toEqual([])
  })

  test('whose countries are no countries is refused', async () => {
    expect((await put('&countries=Harbour')).status).toBe(422)
  })

  test('handed in for everybody makes its upload public, whose event says nothing else', async () => {
    const id = freshId()
    await house.putPicture(id, picture(CSAM))
    const said = await house.screen({ ...uploadOf(id), room: undefined })
    expect(said.body.verdict).toBe('block')
    expect(said.body.off).toBeUndefined()
  })
})

describe('with switches on', () => {
  beforeAll(() => switchOn(house, [legal, lead], 'uk.private_scan'))

  test.each<[string, string | undefined, string | undefined, string | undefined]>([
    ['all parties are under it: measured', 'GB', 'gb', undefined],
    ['the strictest of all parties counts', 'GB', 'DE', 'eu.private_scan'],
    ['one of whom nobody knows where they are counts as EU', 'GB', undefined, 'eu.private_scan'],
    ['another one is off', 'GB', 'US', 'us.private_scan'],
  ])('%s', async (_, actor, target, by) => {
    const said = await house.screen(messageOf(HARM, { ...inPrivate, ...between(actor, target) }))
    expect(said.body.off).toBe(by)
    expect(eyes.saw.length > 0).toBe(by === undefined)
    expect(said.body.verdict === 'allow').toBe(by !== undefined)
  })

  test('in a group somebody else is somewhere, and so in the EU', async () => {
    const group = { room: { id: 'g', type: 'group', audience: 'private' } }
    expect((await house.screen(messageOf(HARM, { ...group, ...between('GB', 'GB') }))).body.off).toBe(OFF)
    expect(eyes.saw).toEqual([])
  })

  test('what came before it was on is not read afterwards', async () => {
    await house.platform('POST', '/v1/events', { body: messageOf(HARM, { ...inPrivate, ...between('US', 'US') }) })
    house.clock.now += 1_000
    await switchOn(house, [legal, lead], 'us.private_scan')
    await house.follow()
    expect(eyes.saw).toEqual([])
    expect((await house.screen(messageOf(HARM, { ...inPrivate, ...between('US', 'US') }))).body.off).toBeUndefined()
  })

  test('an encrypted message is opened by none of them (R-68)', async () => {
    await switchOn(house, [legal, lead], OFF)
    const sealed = { ...messageOf(HARM, inPrivate), kind: 'sealed_message' }
    const said = await house.screen({ ...sealed, id: freshId() })
    await house.follow()
    expect(said.body.verdict).toBe('allow')
    expect(eyes.saw).toEqual([])
    expect((await house.screen(messageOf(HARM, inPrivate))).body.off).toBeUndefined()
  })

  test('past its review nothing is read any more, whoever forgot it', async () => {
    const early = messageOf(HARM, { ...inPrivate, ...between('GB', 'GB') })
    await house.platform('POST', '/v1/events', { body: early })
    house.clock.now += 31 * 86_400_000
    // What came while it was on is not read later than that either.
    await house.follow()
    expect(eyes.saw).toEqual([])
    await Promise.all([legal.signIn(), lead.signIn()])
    expect((await house.screen(messageOf(HARM, { ...inPrivate, ...between('GB', 'GB') }))).body.off).toBe(
      'uk.private_scan',
    )
    expect(eyes.saw).toEqual([])
    expect((await propose(house, legal, 'uk.private_scan')).status).toBe(201)
  })
})

test('nothing went wrong on our side', () => expect(house.failures).toEqual([]))
