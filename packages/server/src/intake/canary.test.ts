import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { trimStream } from '../jobs/index.ts'
import { sqlite } from '../storage/testing/engines.ts'
import { type House, messageOf, openHouse, picture, reportOf, uploadOf } from '../testing/house.ts'

const CANARY = 'quixotic-heliotrope'

/** Files below a folder that hold these bytes, in UTF-8, UTF-16, base64 or hex. */
function filesWith(folder: string, word: string): string[] {
  const forms = [Buffer.from(word), Buffer.from(word, 'utf16le'), Buffer.from(Buffer.from(word).toString('hex'))]
  return readdirSync(folder, { recursive: true })
    .map((name) => join(folder, String(name)))
    .filter((path) => statSync(path).isFile())
    .filter((path) => forms.some((form) => readFileSync(path).includes(form)))
}

test('platform P-29: what nothing flagged is in no file, neither while it waits nor after its hour', async () => {
  const house: House = await openHouse({ engine: sqlite })
  try {
    for (let place = 0; place < 20; place += 1) {
      await house.screen(messageOf(`${CANARY} ${place}, see you`, { actor: { id: `account-${CANARY}` } }))
      await house.platform('POST', '/v1/events', { body: messageOf(`${CANARY} again`, { actor: { id: 'k' } }) })
    }
    expect(filesWith(house.place.folder, CANARY)).toEqual([])
    await house.follow()
    house.clock.now += 2 * 3_600_000
    await trimStream(house.context.storage, house.context.keyring, house.clock.now)
    expect((await house.rows('stream_chunks')).length).toBe(0)
    await house.context.storage.compact()
    expect(filesWith(house.place.folder, CANARY)).toEqual([])
  } finally {
    await house.close()
  }
})

test('what was flagged is sealed: no text, no reporter and no picture lies open in a file', async () => {
  const house = await openHouse({ engine: sqlite })
  try {
    const png = picture(['pattern', 7])
    await house.putPicture('f1', png)
    await house.screen(uploadOf('f1'))
    await house.report(
      reportOf('m1', { item: { id: 'm1', text: `${CANARY} is rude` }, actor: { id: `reporter-${CANARY}` } }),
    )
    const reviewer = await house.person('reviewer')
    const number = Number((await house.newestCase()).number)
    const opened = await reviewer.take(number)
    expect(opened.evidence[0].text).toBe(`${CANARY} is rude`)
    await reviewer.call('POST', `/v1/cases/${number}/note`, { body: { text: `${CANARY} note` } })
    await reviewer.decide(opened, 'warn', { statement: { language: 'en', text: `You wrote ${CANARY}.` } })
    await house.pass(10_001)
    expect(filesWith(house.place.folder, CANARY)).toEqual([])
    expect(filesWith(house.place.folder, png.subarray(40, 72).toString())).toEqual([])
  } finally {
    await house.close()
  }
})
