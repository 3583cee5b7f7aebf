import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { sha256Hex } from '../../http/crypto.ts'
import { engines } from '../../storage/testing/engines.ts'
import { type House, openHouse, type Person } from '../../testing/house.ts'
import { operatorCalls } from '../../testing/operator-calls.ts'
import { LIST_KEY, type SomeFile, signedFile, signerOf } from '../../testing/term-files.ts'
import { beginFile } from './store.ts'

describe.each(engines)('signed term files on $name', (engine) => {
  let house: House
  let lead: Person
  let guard: Person
  beforeAll(async () => {
    house = await openHouse({ engine, demo: true })
    lead = await house.person('lead')
    guard = await house.person('child-safety')
  })
  afterAll(async () => {
    const { failures } = house
    await house.close()
    expect(failures).toEqual([])
  })

  const send = (list: string, body: object, who: Person = lead) =>
    who.call('POST', `/v1/lists/${list}/versions`, { body })
  /** At once, as the operator may. */
  const put = async (file: SomeFile) => {
    const body = { ...(await signedFile(file)), live: true }
    return operatorCalls(house, `/v1/lists/${file.id}/versions`, body)
  }
  const ask = (list: string, text: string, now = house.clock.now) => {
    const bound = house.context.library.book.bind([], now, new Set())
    const found = bound.get(list)?.find('in', text)
    return { found, hit: bound.hits[0], shown: found ? text.slice(found.from, found.to) : found }
  }
  const refusedTotal = async (why: string): Promise<number> => {
    const { text } = await operatorMetrics(house)
    return Number(new RegExp(`lamplighter_lists_refused_total\\{why="${why}"\\} (\\d+)`).exec(text)?.[1] ?? 0)
  }

  test('a file becomes a version of its list, which waits for a person unless the operator puts it live', async () => {
    const sent = await send('waiting', await signedFile({ id: 'waiting' }))
    expect([sent.status, sent.body]).toMatchObject([
      201,
      { version: 1, fileVersion: 1, entries: 1, recorded: null, signed: { by: ['lists.example'], day: '2026-06-01' } },
    ])
    expect(['staged', 'trial']).toContain(sent.body.state)
    expect(ask('waiting', 'a pineapple').found).toBeUndefined()
    expect((await put({ id: 'waiting', version: 2 })).body).toMatchObject({ state: 'live', fileVersion: 2 })
    expect(ask('waiting', 'a pineapple').shown).toBe('pineapple')
  })

  test('what it says of a term is what the matcher does', async () => {
    const terms = [
      { id: 'a', text: 'melon', except: ['melon juice'] },
      { id: 'b', text: 'berry', part: true },
      { id: 'c', text: 'cucumber', close: true },
      { id: 'd', text: 'whisper', close: true },
    ]
    const patterns = [{ id: 'e', pattern: 'grapes? at \\d+' }]
    expect((await put({ id: 'said', terms, patterns })).status).toBe(201)
    const shown = (text: string) => ask('said', text).shown
    expect(shown('a melon')).toBe('melon')
    expect(shown('melon juice')).toBeNull()
    expect(shown('blueberryish')).toBe('berry')
    expect(shown('a cucumbar')).toBe('cucumbar')
    // One letter from "whisper", and a word of its own.
    expect(shown('whispers')).toBeNull()
    expect(shown('whispr')).toBe('whispr')
    expect(shown('buy grapes at 9')).toBe('grape')
    expect(shown('buy grapes at home')).toBeNull()
  })

  test('another exception is a new entry, found after a restart too', async () => {
    const of = (version: number, except: readonly string[]) =>
      put({
        ...{
          id: 'again',
          version,
          terms: [
            { id: 'a', text: 'melon', except },
            { id: 'b', text: 'lemon' },
          ],
        },
      })
    await of(1, ['melon juice'])
    expect((await of(2, ['melon tea'])).body).toMatchObject({ added: 1, removed: 1, entries: 2 })
    const answers = () => [ask('again', 'melon juice').shown, ask('again', 'melon tea').shown]
    expect(answers()).toEqual(['melon', null])
    await house.reopen()
    expect(answers()).toEqual(['melon', null])
  })

  test('text L-1: a flipped bit, an unknown key and a lower version are refused; what runs still hits, and each is counted', async () => {
    await put({ id: 'kept', version: 5 })
    const good = await signedFile({ id: 'kept', version: 6, terms: [{ id: 't1', text: 'lemon' }] })
    const before = [await refusedTotal('signature'), await refusedTotal('version_old')] as const
    const flipped = { ...good, file: good.file.replace('lemon', 'melon') }
    const strange = await signedFile({ id: 'kept', version: 6 }, signerOf('stranger.example'))
    for (const body of [flipped, strange, { ...good, note: 'none' }]) {
      const refused = await send('kept', body)
      expect([refused.status, refused.body.code]).toEqual([422, 'signature'])
    }
    for (const version of [5, 4]) {
      const refused = await send(
        'kept',
        await signedFile({ id: 'kept', version, terms: [{ id: 't1', text: 'lemon' }] }),
      )
      expect([refused.status, refused.body.code]).toEqual([409, 'version_old'])
    }
    const spelled = await send('kept', { ...good, file: good.file.trimEnd() })
    expect([spelled.status, spelled.body.code, spelled.body.errors[0].code]).toEqual([
      422,
      'bad_terms',
      'not_canonical',
    ])
    expect([ask('kept', 'a pineapple').shown, ask('kept', 'a lemon').found]).toEqual(['pineapple', null])
    expect([await refusedTotal('signature'), await refusedTotal('version_old')]).toEqual([before[0] + 3, before[1] + 2])
    const rows = (await house.rows('term_files')).filter(({ list }) => list === 'kept')
    expect(rows.map(({ file_version, list_version }) => [Number(file_version), Number(list_version)])).toEqual([[5, 1]])
  })

  test('the same file twice at once is taken in once', async () => {
    const body = await signedFile({ id: 'at_once' })
    const answers = await Promise.all([send('at_once', body), send('at_once', body)])
    expect(answers.map(({ status }) => status).toSorted()).toEqual([201, 409])
    expect((await house.rows('list_versions')).filter(({ list }) => list === 'at_once').length).toBe(1)
  })

  test('a file whose taking in was cut off may come again, another of its version may not', async () => {
    const body = await signedFile({ id: 'cut_off' })
    const begun = { list: 'cut_off', fileVersion: 1, sha256: sha256Hex(body.file), note: body.note, by: 'R-1' }
    await house.context.storage.store.tx(beginFile, begun)
    const other = await signedFile({ id: 'cut_off', terms: [{ id: 't1', text: 'lemon' }] })
    expect((await send('cut_off', other)).body.code).toBe('version_old')
    expect((await send('cut_off', body)).status).toBe(201)
    expect((await send('cut_off', body)).body.code).toBe('version_old')
  })

  test('a file that no version could be made of can be sent again', async () => {
    const body = await signedFile({ id: 'bad_domains', harm: 'malware' })
    const refused = await send('bad_domains', body)
    expect([refused.status, refused.body.code]).toEqual([409, 'conflict'])
    expect((await send('bad_domains', body)).body.code).toBe('conflict')
    expect((await house.rows('term_files')).filter(({ list }) => list === 'bad_domains')).toEqual([])
  })

  test('a file goes to its own list, about a harm that there is, and only the operator skips the trial', async () => {
    const body = await signedFile({ id: 'mine' })
    expect((await send('other', body)).body).toMatchObject({
      code: 'invalid',
      detail: expect.stringContaining('another list'),
    })
    expect((await send('mine', await signedFile({ id: 'mine', harm: 'weather' }))).body.code).toBe('invalid')
    expect((await send('mine', { ...body, live: true })).status).toBe(403)
  })

  test('text L-3: a sealed list is handed in by child-safety, and tells no term', async () => {
    const body = await signedFile({ id: 'hidden', sealed: true, terms: [{ id: 'secret-one', text: 'quincequince' }] })
    expect((await send('hidden', body)).status).toBe(403)
    const sent = await send('hidden', body, guard)
    expect(sent.status).toBe(201)
    expect(
      (await put({ id: 'hidden', version: 2, sealed: true, terms: [{ id: 'secret-one', text: 'quincequince' }] }))
        .status,
    ).toBe(201)
    const { hit } = ask('hidden', 'a quincequince')
    expect(hit).toMatchObject({ list: 'hidden', sealed: true, entry: 1 })
    expect(`${sent.text} ${JSON.stringify(hit)}`).not.toMatch(/quince|secret-one/)
    const bodies = (await house.rows('list_entries')).filter(({ list }) => list === 'hidden')
    for (const { body: kept } of bodies)
      expect(Buffer.from(kept as Uint8Array).toString('latin1')).not.toContain('quince')
  })

  describe('organisations', () => {
    const listing = { jurisdiction: 'uk', act: 'Terrorism Act 2000', listed: '2020-03-01', source: 'uk.xml' }
    const organisation = {
      ...{ id: 'uk-lantern', name: 'The Lantern Brigade', listings: [listing] },
      aliases: [{ text: 'LB', kind: 'acronym', ambiguous: true }],
    }
    const file = (id: string, version: number, more: object = {}): SomeFile => ({
      ...{ format: 'lamplighter-organisations/1', id, version, use: 'context', harm: 'terrorism', accepted: 'Robin' },
      organisations: [{ ...organisation, ...more }],
    })

    test('an ambiguous name hits in its capitals and beside the full name only', async () => {
      expect((await put(file('proscribed_orgs', 1))).status).toBe(201)
      const shown = (text: string) => ask('proscribed_orgs', text).shown
      expect([shown('the lantern brigade'), shown('LB said'), shown('the lb')]).toEqual(['lantern brigade', null, null])
      expect(shown('LB, the Lantern Brigade')).toBe('LB')
    })

    test('text L-4: a delisted one stops hitting on that date', async () => {
      const day = 86_400_000
      const delisted = new Date(house.clock.now + 2 * day).toISOString().slice(0, 10)
      await put(file('ending', 1, { listings: [{ ...listing, delisted }] }))
      const shown = (now: number) => ask('ending', 'the Lantern Brigade', now).shown
      const at = Date.parse(delisted)
      expect([shown(at - 1), shown(at)]).toEqual(['Lantern Brigade', null])
    })

    const rules = (declared: string, effects = 'block') => `
      ruleset tiny version 2 owner "lead@example.org"
      use schema chat version 1
      list proscribed_orgs: text ${declared} from "test"
      rule naming v1 {
        harm terrorism policy "TERR-2" severity low phase gate
        on message
        when item.text contains any proscribed_orgs
        then ${effects}
        on unknown queue "terrorism" within 4h
        because "a name"
        tell user "We look at this."
      }`
    const codesOf = async (text: string): Promise<string[]> => {
      const { body } = await operatorCalls(house, '/v1/rulesets/live', { text, reason: 'x' }, 'PUT')
      return (body.errors ?? []).map(({ code }: { code: string }) => code)
    }

    test('text L-5: a rule that acts on such a list alone does not load, nor one that calls the list evidence', async () => {
      expect((await put(file('proscribed_orgs', 2))).status).toBe(201)
      expect(await codesOf(rules('context'))).toContain('P01')
      expect(await codesOf(rules(''))).toEqual(['D01'])
    })

    test('no file makes evidence of it, and none makes context of a list that live rules call evidence', async () => {
      const evidence = await signedFile({ id: 'proscribed_orgs', version: 9, harm: 'terrorism' })
      expect((await send('proscribed_orgs', evidence)).body).toMatchObject({ code: 'conflict' })
      const context = await signedFile(file('threat_terms', 1))
      expect((await send('threat_terms', context)).body).toMatchObject({
        ...{ code: 'conflict', detail: expect.stringContaining('without "context"') },
      })
    })
  })

  test('the key of the house is the one that it trusts', () => {
    expect(house.context.config.listKeys).toEqual([LIST_KEY])
  })
})

async function operatorMetrics(house: House): Promise<{ readonly text: string }> {
  const request = new Request(new URL('/metrics', house.context.config.url))
  return { text: await (await house.context.app.fetch(request, { operator: true })).text() }
}
