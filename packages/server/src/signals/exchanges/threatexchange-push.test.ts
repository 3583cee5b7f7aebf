import { afterEach, expect, test } from 'vitest'
import { ExchangeError, type Push } from './source.ts'
import { fakeApp, graphProblem, graphToken } from './testing/fake-graph.ts'
import { busy, cut } from './testing/fake-server.ts'
import { fakeGroup, fakeThreatExchange } from './testing/fake-threatexchange.ts'
import { madePdq } from './testing/hashes.ts'
import { askOn, pullAll } from './testing/pulling.ts'
import { threatExchange } from './threatexchange.ts'

const open: { close(): Promise<void> }[] = []
afterEach(async () => {
  for (const one of open.splice(0)) await one.close()
})

async function started() {
  const fake = await fakeThreatExchange()
  open.push(fake)
  const ask = askOn(fake.origin)
  const settings = { address: `${fake.origin}/v22.0`, group: fakeGroup, shareLevel: 'AMBER' as const }
  const source = threatExchange.open(settings, { accessToken: graphToken })
  const { pushes } = source
  if (pushes === undefined) throw new Error('it takes pushes')
  const send = (push: Push) => pushes.send(push, ask)
  return { fake, ask, source, pushes, send }
}

const about = { sourceId: '1', value: madePdq(1) }
const row = { id: '1', indicator: madePdq(1), type: 'HASH_PDQ' }
const shareOf = (n: number): Push => ({
  act: 'share',
  hash: { kind: 'pdq', value: madePdq(n), madeBy: 'exact' },
  tags: ['reviewed'],
  at: 0,
})
const codeOf = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => undefined,
    (error: unknown) => (error instanceof ExchangeError ? error.code : error),
  )

test('matching 28: an opinion is a reaction to what others say, sent once, and taken back', async () => {
  const { fake, send } = await started()
  fake.put({
    ...row,
    said: [{ status: 'MALICIOUS' }, { status: 'UNKNOWN', owner: fakeApp }, { status: 'UNKNOWN', owner: '600' }],
  })
  const reactions = () =>
    fake
      .rows()
      .flatMap(({ descriptors }) =>
        descriptors.map(({ reactions: all }) =>
          [...all].flatMap(([name, who]) => [...who].map((app) => `${name} ${app}`)),
        ),
      )
  await send({ act: 'say', says: 'upheld', about })
  await send({ act: 'say', says: 'upheld', about })
  expect(reactions()).toEqual([[`HELPFUL ${fakeApp}`], [], [`HELPFUL ${fakeApp}`]])
  await send({ act: 'unsay', said: 'upheld', about })
  expect(reactions()).toEqual([[], [], []])
  await send({ act: 'say', says: 'waiting', about })
  await send({ act: 'unsay', said: 'waiting', about })
  await send({ act: 'say', says: 'rejected', about })
  expect(reactions()).toEqual([[`NON_MALICIOUS ${fakeApp}`], [], [`NON_MALICIOUS ${fakeApp}`]])
})

test('an entry that is gone there takes no opinion, and has none to take back', async () => {
  const { fake, send } = await started()
  expect(await codeOf(send({ act: 'say', says: 'upheld', about }))).toBe('refused')
  expect(await send({ act: 'unsay', said: 'upheld', about })).toEqual({ state: 'done' })
  fake.put({ ...row, said: [{ status: 'MALICIOUS', owner: fakeApp }] })
  expect(await codeOf(send({ act: 'say', says: 'upheld', about }))).toBe('refused')
  const sent = fake.calls.length
  expect(await codeOf(send({ act: 'say', says: 'upheld', about: { ...about, sourceId: '1/../me' } }))).toBe('refused')
  expect(fake.calls.length).toBe(sent)
})

test('an own hash is shared with the group alone, comes back with the next pull, and is taken back by the id that it was given', async () => {
  const { fake, ask, source, send } = await started()
  const shared = await send(shareOf(5))
  const { entries } = await pullAll(source, ask)
  expect([...entries.values()].map(({ value, class: word, tags }) => [value, word, tags])).toEqual([
    [madePdq(5), 'MALICIOUS', ['reviewed']],
  ])
  const form = new URLSearchParams(fake.calls.find(({ path }) => path.endsWith('/threat_descriptors'))?.body)
  expect(Object.fromEntries(form)).toMatchObject({
    privacy_type: 'HAS_PRIVACY_GROUP',
    privacy_members: fakeGroup,
    share_level: 'AMBER',
    type: 'HASH_PDQ',
  })
  const remoteId = shared.state === 'done' ? shared.remoteId : undefined
  expect(remoteId).toMatch(/^\d+$/)
  const back = {
    act: 'unshare',
    hash: { kind: 'pdq', value: madePdq(5), madeBy: 'exact' },
    ...(remoteId !== undefined && { remoteId }),
  } as const
  expect(await send(back)).toEqual({ state: 'done' })
  expect(await send(back)).toEqual({ state: 'done' })
  expect((await pullAll(source, ask)).entries.size).toBe(0)
  const { remoteId: _, ...unknown } = back
  expect(await codeOf(send(unknown))).toBe('refused')
})

test('a share whose answer is lost is unclear and not sent again; one that was not taken may be', async () => {
  const { fake, pushes, send } = await started()
  expect(pushes.isRepeatable(shareOf(1))).toBe(false)
  expect(pushes.isRepeatable({ act: 'say', says: 'upheld', about })).toBe(true)
  fake.trap(
    cut,
    busy(503),
    graphProblem(2, 500),
    () => ({ status: 200, body: 'thanks' }),
    (answer) => ({ ...answer, cutAfter: 0 }),
  )
  for (const n of [1, 2, 3, 4, 5]) expect([n, await send(shareOf(n))]).toEqual([n, { state: 'unclear' }])
  fake.trap(graphProblem(4, 403), busy(429, 7), graphProblem(190), graphProblem(506))
  for (const code of ['wait', 'wait', 'sign_in', 'refused']) expect(await codeOf(send(shareOf(6)))).toBe(code)
  await fake.close()
  await expect(send(shareOf(7))).rejects.toMatchObject({ code: 'connect_failed' })
  open.length = 0
})

test('a call that is wrong is not taken for an entry that is gone', async () => {
  const { fake, send } = await started()
  fake.put(row)
  fake.trap(graphProblem(100), graphProblem(100))
  expect(await codeOf(send({ act: 'unsay', said: 'upheld', about }))).toBe('refused')
  const hash = { kind: 'pdq', value: madePdq(1), madeBy: 'exact' } as const
  expect(await codeOf(send({ act: 'unshare', hash, remoteId: '77' }))).toBe('refused')
  expect(await send({ act: 'unshare', hash, remoteId: '77' })).toEqual({ state: 'done' })
})

test('what is refused is said without the hash', async () => {
  const { fake, send } = await started()
  fake.put(row)
  fake.trap(undefined, () => ({
    status: 400,
    body: JSON.stringify({ error: { code: 100, message: `not taken: ${madePdq(1)}` } }),
  }))
  const error = await send({ act: 'say', says: 'upheld', about }).then(
    () => undefined,
    (thrown: ExchangeError) => thrown,
  )
  expect(error?.message).toContain('not taken: …')
})
