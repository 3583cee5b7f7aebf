import { createHash } from 'node:crypto'
import { crc32 } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { acceptEvent, screenEvent } from '../intake/index.ts'
import { sqlite } from '../storage/testing/engines.ts'
import { CSAM, type House, openHouse, type Person, picture, TERROR, uploadOf } from '../testing/house.ts'

let house: House
let ravi: Person
let mira: Person
let safety: Person
beforeAll(async () => {
  house = await openHouse({ engine: sqlite })
  ravi = await house.person('reviewer')
  mira = await house.person('reviewer')
  safety = await house.person('child-safety')
})
afterAll(() => house.close())

const lastCase = () => house.newestCase()
let count = 0
async function upload(bytes: Uint8Array): Promise<{ id: string; answer: Record<string, unknown> }> {
  count += 1
  const id = `file-${count}`
  const put = await house.putPicture(id, bytes)
  expect(put.status).toBe(201)
  return { id, answer: (await house.screen(uploadOf(id))).body }
}

const MARK = 'CANARY-IN-METADATA'
const TAIL = 'CANARY-BEHIND-THE-END'
/** The picture with a text chunk behind its header, and with bytes behind its end. */
function stuffed(png: Uint8Array): Uint8Array {
  const content = Buffer.from(`eXIf${MARK}`)
  const chunk = Buffer.alloc(content.length + 8)
  chunk.writeUInt32BE(content.length - 4, 0)
  content.copy(chunk, 4)
  chunk.writeUInt32BE(crc32(content), content.length + 4)
  return Buffer.concat([png.subarray(0, 33), chunk, png.subarray(33), Buffer.from(TAIL)])
}

describe('a file that is handed in', () => {
  const png = picture(['boat', 40], 64)
  const digest = (bytes: Uint8Array) => createHash('sha256').update(bytes)

  test('is answered with its size and digest; the same again changes nothing; other bytes are refused', async () => {
    const first = await house.putPicture('same', png)
    expect([first.status, first.body]).toEqual([
      201,
      { id: 'same', size: png.length, sha256: digest(png).digest('hex'), state: 'measured', unknown: [] },
    ])
    const again = await house.putPicture('same', png)
    expect([again.status, again.body]).toEqual([200, first.body])
    const other = await house.putPicture('same', picture(['boat', 41], 64))
    expect([other.status, other.body.code]).toEqual([409, 'conflict'])
    expect((await house.rows('media')).filter((row) => row.media_id === 'same')).toHaveLength(1)
  })

  test('must have the digest that was sent with it', async () => {
    const header = (bytes: Uint8Array) => ({ 'content-digest': `sha-256=:${digest(bytes).digest('base64')}:` })
    expect((await house.putPicture('right', png, header(png))).status).toBe(201)
    const wrong = await house.putPicture('wrong', png, header(png.subarray(1)))
    expect([wrong.status, wrong.body.code]).toEqual([422, 'digest_mismatch'])
    expect((await house.putPicture('short', png, { digest: 'sha-256=AAAA' })).status).toBe(400)
    expect((await house.rows('media')).map((row) => row.media_id)).not.toContain('wrong')
    expect((await house.putPicture('wrong', png)).status).toBe(201)
  })
})

describe('known and unknown pictures', () => {
  test('a known picture is blocked, and only child safety sees the case', async () => {
    const { answer } = await upload(picture(CSAM))
    expect(answer.verdict).toBe('block')
    const number = Number((await lastCase()).number)
    expect((await ravi.call('GET', `/v1/cases/${number}`)).status).toBe(404)
    const opened = await safety.take(number)
    expect(opened.evidence[0].media.hits[0]).toMatchObject({ sealed: true, distanceBits: 0 })
    expect(opened.signals.find(({ name }: { name: string }) => name === 'csam_media').state).toBe('hit')
  })

  test('a harmless picture is let through and nothing of it is kept', async () => {
    const before = (await house.rows('exhibits')).length
    const { id, answer } = await upload(picture(['boat', 11]))
    expect(answer).toMatchObject({ verdict: 'allow', effects: [], unknown: [] })
    await house.follow()
    expect((await house.rows('exhibits')).length).toBe(before)
    house.clock.now += 60_001
    await house.context.vault.sweep()
    expect((await house.rows('media')).filter((row) => row.media_id === id)).toEqual([])
  })

  test('console 12: a broken picture is unknown, held for a while, and goes to a person who sees "unknown" and why', async () => {
    const { answer } = await upload(picture(['boat', 3]).subarray(0, 4_000))
    expect(answer.verdict).toBe('hold')
    expect(answer.effects).toContainEqual(expect.objectContaining({ do: 'queue', what: 'unscreened-media' }))
    const opened = await ravi.next('unscreened-media')
    const state = Object.fromEntries(
      opened.signals.map(({ name, state: word, why }: Record<string, string>) => [name, [word, why]]),
    )
    expect(state.csam_media).toEqual(['unknown', expect.any(String)])
    expect(state.csam_media[1]).not.toBe('')
    expect(opened.evidence[0].media.unknown[0].part).toBe('pixels')
    expect(JSON.stringify(opened)).not.toMatch(/"clear"|"clean"/i)
    await ravi.call('POST', `/v1/cases/${opened.number}/release`, { body: {} })
  })

  test('console 12: a file that was not sent is unknown, and the case says so', async () => {
    const { body } = await house.screen(uploadOf('never-handed-in'))
    expect([body.verdict, body.unknown]).toEqual(['hold', [{ signal: 'media.bytes', why: 'not_sent' }]])
    const opened = await ravi.take(Number((await lastCase()).number))
    const unsure = opened.signals.filter(({ state }: { state: string }) => state === 'unknown')
    expect(unsure.map(({ name, why }: Record<string, string>) => [name, why])).toEqual(
      expect.arrayContaining([
        ['csam_digests', 'not_sent'],
        ['csam_media', 'not_sent'],
      ]),
    )
    expect(opened.signals.filter(({ state }: { state: string }) => state === 'no_hit')).toEqual([])
  })

  test('console 12: with the lists down a harmless picture is unknown, in its facts too', async () => {
    const down = await openHouse({ engine: sqlite, bare: true })
    const reviewer = await down.person('reviewer')
    await down.putPicture('fine', picture(['boat', 5]))
    expect((await down.screen(uploadOf('fine'))).body.verdict).toBe('hold')
    const opened = await reviewer.next('unscreened-media')
    const [{ media }] = opened.evidence
    expect([media.hits, media.unknown]).toEqual([
      [],
      ['csam_digests', 'csam_media', 'terror_media'].map((part) => ({ part, why: 'not_loaded' })),
    ])
    expect(opened.signals.filter(({ state }: { state: string }) => state === 'no_hit')).toEqual([])
    await down.close()
  })

  test('what was late in the gate is judged in follow: harmless, so the hold ends at once', async () => {
    const { event, answer } = await screenedBlind(picture(['tiles', 21]))
    expect(answer.verdict).toBe('hold')
    await house.pass(0)
    const words = () =>
      house.receiver.calls
        .filter(({ data }) => (data.item as { id?: string } | null)?.id === event)
        .map(({ data }) => data.do)
    expect(words()).toEqual(['hold'])
    await house.follow()
    await house.pass(1)
    expect(words()).toEqual(['hold', 'release'])
  })

  test('what was late in the gate and is known in follow is never released', async () => {
    const { event } = await screenedBlind(picture(CSAM, 640))
    await house.pass(0)
    await house.follow()
    await house.pass(600_000)
    const words = house.receiver.calls
      .filter(({ type, data }) => type === 'action.requested' && (data.item as { id?: string } | null)?.id === event)
      .map(({ data }) => data.do)
    expect(words).toEqual(['hold', 'remove'])
  })

  /** Screens an upload whose picture is not measured in time. */
  async function screenedBlind(bytes: Uint8Array) {
    count += 1
    const id = `blind-${count}`
    await house.putPicture(id, bytes)
    const { intake, registry } = house.context
    const event = uploadOf(id)
    const edge = acceptEvent(event, registry.live().schema, { connection: 'main', now: house.clock.now })
    if (!('accepted' in edge)) throw new Error('not accepted')
    const { vault } = intake.bench
    const find = async (...given: Parameters<typeof vault.find>) => {
      const found = await vault.find(...given)
      return found && { row: found.row, facts: undefined }
    }
    const answer = await screenEvent(
      edge.accepted,
      { ...intake, bench: { ...intake.bench, vault: { ...vault, find } } },
      5_000,
    )
    return { event: id, answer }
  }

  test('a held propaganda picture may be revealed again after it was judged twice', async () => {
    count += 1
    const id = `twice-${count}`
    await house.putPicture(id, picture(TERROR))
    const event = uploadOf(id)
    await house.screen(event)
    await house.screen({ ...event, room: { id: 'square' } })
    const opened = await mira.next('terrorism')
    const answer = await mira.call('POST', '/v1/reveals', {
      body: { case: opened.number, exhibit: opened.evidence[0].media.exhibit, step: 'lowpass' },
    })
    expect(answer.status).toBe(201)
    await mira.decide(opened, 'none', { policy: null })
  })
})

describe('reveals', () => {
  let opened: { number: number; evidence: { media: { exhibit: string } }[] }
  const reveal = (who: Person, step: string, more = {}) =>
    who.call('POST', '/v1/reveals', {
      body: { case: opened.number, exhibit: opened.evidence[0]?.media.exhibit, step, ...more },
    })

  test('console 9: no rendition holds metadata or what was behind the picture', async () => {
    const { answer } = await upload(stuffed(picture(TERROR, 640)))
    expect(answer.verdict).toBe('hold')
    opened = await ravi.take(Number((await lastCase()).number))
    for (const step of ['lowpass', 'reduced', 'full']) {
      const granted = await reveal(ravi, step)
      expect([step, granted.status]).toEqual([step, 201])
      const served = await ravi.call('GET', granted.body.url)
      expect([step, served.status, served.headers.get('content-type')]).toEqual([step, 200, 'image/jpeg'])
      expect(served.headers.get('cache-control')).toBe('no-store')
      const bytes = Buffer.from(served.body)
      for (const word of [MARK, TAIL, 'Exif', 'eXIf']) expect(bytes.includes(word)).toBe(false)
    }
  })

  test('one press, one step: no view without the one below it, for this person, file and case', async () => {
    const { answer } = await upload(picture(TERROR, 620))
    expect(answer.verdict).toBe('hold')
    const before = opened
    opened = await ravi.take(Number((await lastCase()).number))
    const region = { region: { x: 0.5, y: 0.5 } }
    const said = async (who: Person, step: string, more = {}) => {
      const { status, body } = await reveal(who, step, more)
      return status === 201 ? status : [status, body.code]
    }
    const logged = (await house.rows('reveals')).length
    for (const step of ['full', 'reduced']) expect(await said(ravi, step)).toEqual([409, 'conflict'])
    expect(await said(ravi, 'lowpass')).toBe(201)
    expect(await said(ravi, 'full')).toEqual([409, 'conflict'])
    expect(await said(ravi, 'reduced', region)).toEqual([409, 'conflict'])
    expect((await house.rows('reveals')).length).toBe(logged + 1)
    for (const more of [{}, region]) expect(await said(ravi, 'reduced', more)).toBe(201)
    expect(await said(ravi, 'full')).toBe(201)
    // What one person has seen opens nothing to another.
    await ravi.call('POST', `/v1/cases/${opened.number}/release`, { body: {} })
    await mira.take(opened.number)
    expect(await said(mira, 'full')).toEqual([409, 'conflict'])
    await mira.call('POST', `/v1/cases/${opened.number}/release`, { body: {} })
    opened = before
  })

  test('console 7: an address works once, for that person, for 60 s', async () => {
    const first = (await reveal(ravi, 'lowpass')).body.url
    expect((await mira.call('GET', first)).status).toBe(403)
    expect((await ravi.call('GET', first)).status).toBe(200)
    expect((await ravi.call('GET', first)).body.code).toBe('token_used')
    const second = (await reveal(ravi, 'lowpass')).body.url
    house.clock.now += 61_000
    expect((await ravi.call('GET', second)).status).toBe(403)
    const made = (await house.rows('reveals')).length
    expect((await reveal(mira, 'lowpass')).body.code).toBe('not_claimed')
    expect((await house.rows('reveals')).length).toBe(made)
  })

  test('an exhibit outlives its hold while the case is open; then its key goes, then its bytes', async () => {
    const days = 86_400_000
    house.clock.now += 100 * days
    await house.context.vault.sweep()
    const states = async () => (await house.rows('exhibits')).filter((row) => row.case_number === opened.number)
    expect((await states()).map(({ state }) => state)).toEqual(['kept'])
    const again = await house.person('reviewer')
    const now = await again.take(opened.number)
    expect((await again.decide(now, 'none', { policy: null })).status).toBe(201)
    await house.context.vault.sweep()
    const [ended] = await states()
    expect(ended?.state).toBe('destroyed')
    await expect(
      house.context.vault.bytes({ blob: String(ended?.blob), keyId: String(ended?.key_id) }),
    ).rejects.toThrow()
    await expect(house.context.storage.blobs.get(String(ended?.blob))).rejects.toThrow()
    expect((await house.rows('media')).filter((row) => row.blob === ended?.blob)).toEqual([])
  })
})

test('console 7: where the log of reveals cannot be written, nothing is served', async () => {
  const { answer } = await upload(picture(TERROR, 600))
  expect(answer.verdict).toBe('hold')
  const number = Number((await lastCase()).number)
  await house.reopen({ faults: { morePages: 24 } })
  const who = await house.person('reviewer')
  const opened = await who.take(number)
  let refused: { status: number; text: string } | undefined
  const before = (await house.rows('reveals')).length
  let granted = 0
  for (; refused === undefined && granted < 200; granted += 1) {
    house.clock.now += 1_000
    const made = await who.call('POST', '/v1/reveals', {
      body: { case: number, exhibit: opened.evidence[0].media.exhibit, step: 'lowpass', reason: 'x'.repeat(500) },
    })
    if (made.status !== 201) refused = made
  }
  expect([refused?.status, refused?.text]).toEqual([503, expect.not.stringContaining('renditions')])
  expect((await house.rows('reveals')).length).toBe(before + granted - 1)
  await house.reopen()
})
