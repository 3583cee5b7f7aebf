import { afterEach, expect, test } from 'vitest'
import { ncmec } from './ncmec.ts'
import type { Push } from './source.ts'
import { busy } from './testing/fake-server.ts'
import { NCMEC_REASONS, NCMEC_SIGN_IN, type NcmecFake, startNcmecFake } from './testing/ncmec-fake.ts'
import { askOn, pullAll } from './testing/pulling.ts'

const NOW = Date.parse('2026-03-10T12:00:00Z')
const MD5 = 'a1'.repeat(16)
const PDQ = 'f8f8f0cee0f4a84f06370a22038f63f0b36e2ed596621e1d33e6b39c4e9c9b22'
const fakes: NcmecFake[] = []
afterEach(async () => {
  for (const fake of fakes.splice(0)) await fake.close()
})

/** A fake with one entry, and that entry as it was pulled. */
async function pulled() {
  const fake = await startNcmecFake({ now: () => NOW })
  fakes.push(fake)
  fake.put({
    member: 42,
    id: 'one & only/1',
    type: 'image',
    at: NOW - 86_400_000,
    fingerprints: { md5: MD5, pdq: PDQ },
  })
  const settings = ncmec.settings.parse({ set: 'npo', root: fake.root })
  const source = ncmec.open(settings, ncmec.credentials.parse(NCMEC_SIGN_IN))
  const ask = askOn(fake.origin)
  const { entries } = await pullAll(source, ask, { now: NOW })
  const sourceId = [...entries.values()][0]?.sourceId ?? ''
  const send = async (push: Push) => source.pushes?.send(push, ask)
  return { fake, send, sourceId }
}

test('affirmative and negative feedback reach the fingerprint that was matched; a later one takes the place of the first', async () => {
  const { fake, send, sourceId } = await pulled()
  expect(await send({ act: 'say', says: 'upheld', about: { sourceId, value: MD5 } })).toEqual({ state: 'done' })
  const rejected = {
    act: 'say',
    says: 'rejected',
    about: { sourceId, value: PDQ },
    reasonId: NCMEC_REASONS[1] ?? '',
  } as const
  await send(rejected)
  await send(rejected)
  await send({ act: 'say', says: 'upheld', about: { sourceId, value: PDQ } })
  expect([...fake.feedback]).toEqual([
    ['42/one & only/1/MD5', { says: 'affirmative', reasons: [] }],
    ['42/one & only/1/PDQ', { says: 'affirmative', reasons: [] }],
  ])
})

test('matching 28: negative without the id of a reason is not sendable, nor is free text, nor what NCMEC has no call for', async () => {
  const { fake, send, sourceId } = await pulled()
  const before = fake.calls.length
  const about = { sourceId, value: MD5 }
  const refused: Push[] = [
    { act: 'say', says: 'rejected', about },
    { act: 'say', says: 'rejected', about, reasonId: 'a meme, says R-7' },
    { act: 'say', says: 'waiting', about },
    { act: 'unsay', said: 'upheld', about },
    { act: 'say', says: 'upheld', about: { sourceId, value: 'short' } },
  ]
  for (const push of refused) await expect(send(push)).rejects.toMatchObject({ code: 'refused' })
  expect([fake.calls.length, fake.feedback.size]).toEqual([before, 0])
})

test('an entry that is gone, a reason that is not theirs, a plea to wait: each is told', async () => {
  const { fake, send, sourceId } = await pulled()
  const about = { sourceId, value: MD5 }
  const unknown = '01234567-abcd-0123-4567-0123456789ff'
  await expect(send({ act: 'say', says: 'rejected', about, reasonId: unknown })).rejects.toMatchObject({
    code: 'refused',
  })
  fake.trap(busy(429, 60))
  await expect(send({ act: 'say', says: 'upheld', about })).rejects.toMatchObject({ code: 'wait', afterMs: 60_000 })
  await expect(
    send({ act: 'say', says: 'upheld', about: { sourceId: '42/nobody', value: MD5 } }),
  ).rejects.toMatchObject({ code: 'refused' })
  fake.retract(42, 'one & only/1', NOW)
  await expect(send({ act: 'say', says: 'upheld', about })).rejects.toMatchObject({ code: 'refused' })
})
