import { encodePng } from '../signals/sample-png.ts'
import type { GoodCall, Makes, Town } from './good-calls.ts'
import { type Answered, freshId, type Person, picture } from './house.ts'
import type { State } from './states.ts'

const json = (value: unknown) => ({ body: JSON.stringify(value), headers: { 'content-type': 'application/json' } })
/** Terms that allow a list to leave the house. */
const OPEN = { name: 'x', share: false, export: true, device: false, feedback: 'none', harms: ['malware'] } as const
const DIGEST = '7'.repeat(64)

let seeds = 1_000_000
/** A picture that no other call has. */
const freshSeed = (): number => {
  seeds += 1
  return seeds
}

/** Makes what calls about single entries are about: each call of each function makes a new one. */
export class EntryMakes {
  readonly #town: Town
  readonly #word: string
  #safety: Person | undefined

  constructor(town: Town, word: string) {
    this.#town = town
    this.#word = word
  }

  /** Somebody who keeps children safe; the same one each time. */
  async safety(): Promise<Person> {
    this.#safety ??= await this.#town.house.person('child-safety')
    return this.#safety
  }

  /** A list with one entry that is not sealed. */
  async list(
    kind: 'domain' | 'digest' = 'domain',
    more: { readonly exchange?: string; readonly terms?: typeof OPEN } = {},
  ): Promise<string> {
    const id = `own_${freshId()
      .toLowerCase()
      .replaceAll(/[^a-z0-9]/g, '')}`
    await this.#town.house.context.library.import({
      facts: {
        ...{ id, kind, harm: 'malware', sealed: false, context: false, source: 'test', staleAfterMs: null },
        ...more,
      },
      text: kind === 'domain' ? 'listed.example' : DIGEST,
      ...{ contentType: 'text/plain', by: 'operator', live: true },
    })
    return id
  }

  async exception(): Promise<string> {
    const body = { list: await this.list('digest'), entry: 1, sha256: DIGEST, reason: this.#word }
    return (await this.#town.lead.call('POST', '/v1/exceptions', { body })).body.id
  }

  /** A picture of the platform's own that somebody who keeps children safe has added. */
  async canary(): Promise<string> {
    const safety = await this.safety()
    const answer = await safety.call('POST', `/v1/canaries?name=${this.#word}`, {
      body: picture(['tiles', freshSeed()], 64),
      headers: { 'content-type': 'image/png' },
    })
    if (answer.status !== 201) throw new Error(`adding a picture was answered ${answer.status} ${answer.text}`)
    return answer.body.id
  }

  /** A picture that was taken out again. */
  async removedCanary(): Promise<void> {
    const safety = await this.safety()
    const body = { reason: this.#word }
    const { status, text } = await safety.call('DELETE', `/v1/canaries/${await this.canary()}`, { body })
    if (status !== 200) throw new Error(`taking a picture out was answered ${status} ${text}`)
  }

  /** What somebody else has asked for on a sealed list. */
  async waiting(): Promise<string> {
    const body = { list: 'csam_digests', entry: 1, sha256: DIGEST, reason: this.#word }
    return (await (await this.safety()).call('POST', '/v1/exceptions', { body })).body.waits
  }

  /** Something that two people agreed to, and something that one of them took back. */
  async agreed(): Promise<void> {
    await this.exception()
    const path = `/v1/entry-acts/${await this.waiting()}/approvals`
    const { status, text } = await this.#town.lead.call('POST', path, { body: {} })
    if (status !== 200) throw new Error(`agreeing was answered ${status} ${text}`)
  }
}

/** A good call of each endpoint about single entries that has parameters or a body. */
export function entryCalls(make: EntryMakes, word: string): Record<string, () => Promise<GoodCall>> {
  const reason = word
  const onEntry = (more: string, body: unknown) => async () => ({
    path: `/v1/lists/${await make.list()}/entries/1${more}`,
    ...json(body),
  })
  return {
    getEntries: async () => ({ path: '/v1/lists/bad_domains/entries' }),
    exportList: async () => ({ path: `/v1/lists/${await make.list('domain', { terms: OPEN })}/export` }),
    getManifest: async () => ({ path: `/v1/lists/${await make.list('domain', { terms: OPEN })}/export/manifest` }),
    getListWorth: async () => ({ path: '/v1/lists/bad_domains/hits' }),
    addEntry: async () => ({
      path: `/v1/lists/${await make.list()}/entries`,
      ...json({ value: 'new.example', reason }),
    }),
    dropEntry: onEntry('', { reason }),
    changeEntry: onEntry('', { state: 'aside', reason }),
    sayOfEntry: onEntry('/opinions', { says: 'doubt', reason }),
    addException: async () => ({
      path: '/v1/exceptions',
      ...json({ list: await make.list('digest'), entry: 1, sha256: DIGEST, reason }),
    }),
    endException: async () => ({ path: `/v1/exceptions/${await make.exception()}`, ...json({ reason }) }),
    approveEntryAct: async () => ({ path: `/v1/entry-acts/${await make.waiting()}/approvals`, ...json({}) }),
    withdrawEntryAct: async () => ({ path: `/v1/entry-acts/${await make.waiting()}/withdraw`, ...json({}) }),
    addCanary: async () => ({
      path: `/v1/canaries?name=${word}`,
      body: picture(['tiles', freshSeed()], 64),
      headers: { 'content-type': 'image/png' },
    }),
    approveCanary: async () => ({ path: `/v1/canaries/${await make.canary()}/approvals`, ...json({}) }),
    removeCanary: async () => ({ path: `/v1/canaries/${await make.canary()}`, ...json({ reason }) }),
  }
}

export function entryStates({ lead }: Town, make: Makes, entries: EntryMakes, word: string): State[] {
  const reason = word
  const canary = (body: unknown) =>
    lead.call('POST', `/v1/canaries?name=${word}`, { body, headers: { 'content-type': 'image/png' } })
  const agree = (by: Person, id: string) => by.call('POST', `/v1/canaries/${id}/approvals`, { body: {} })
  const add = (list: string, body: object): Promise<Answered> =>
    lead.call('POST', `/v1/lists/${list}/entries`, { body: { reason, ...body } })
  const except = (body: object) => lead.call('POST', '/v1/exceptions', { body: { entry: 1, reason, ...body } })
  const withdrawn = async () => {
    const id = await entries.waiting()
    await lead.call('POST', `/v1/entry-acts/${id}/withdraw`, { body: {} })
    return id
  }
  const approve = (by: Person, id: string) => by.call('POST', `/v1/entry-acts/${id}/approvals`, { body: {} })
  return [
    ['getEntries', 'sealed', () => lead.call('GET', '/v1/lists/csam_media/entries')],
    ...(['export', 'export/manifest'] as const).flatMap((path): State[] => {
      const id = path === 'export' ? 'exportList' : 'getManifest'
      return [
        [id, 'sealed', () => lead.call('GET', `/v1/lists/csam_media/${path}`)],
        [id, 'terms', async () => lead.call('GET', `/v1/lists/${await entries.list()}/${path}`)],
      ]
    }),
    [
      'addEntry',
      'conflict',
      async () => add(await entries.list(), { value: 'x.example', decision: (await make.decided()).decision }),
    ],
    ['addEntry', 'bad_hash', async () => add(await entries.list('digest'), { value: word })],
    [
      'dropEntry',
      'conflict',
      async () =>
        lead.call('DELETE', `/v1/lists/${await entries.list('domain', { exchange: 'x' })}/entries/1`, {
          body: { reason },
        }),
    ],
    [
      'changeEntry',
      'conflict',
      async () =>
        lead.call('PATCH', `/v1/lists/${await entries.list()}/entries/1`, { body: { state: 'active', reason } }),
    ],
    ['addException', 'sealed', () => except({ list: 'csam_media', pdq: `${'0f'.repeat(32)}` })],
    ['addException', 'not_found', () => except({ list: 'nothing_here', sha256: DIGEST })],
    [
      'endException',
      'conflict',
      async () => {
        const path = `/v1/exceptions/${await entries.exception()}`
        await lead.call('DELETE', path, { body: { reason } })
        return lead.call('DELETE', path, { body: { reason } })
      },
    ],
    ['addCanary', 'invalid', () => canary(encodePng({ width: 64, height: 64, data: new Uint8Array(64 * 64 * 4) }))],
    ['addCanary', 'unsupported_type', () => canary(`<svg>${word}</svg>`)],
    ['approveCanary', 'second_person_required', async () => agree(await entries.safety(), await entries.canary())],
    [
      'approveCanary',
      'conflict',
      async () => {
        const id = await entries.canary()
        await agree(lead, id)
        return agree(lead, id)
      },
    ],
    [
      'removeCanary',
      'conflict',
      async () => {
        const id = await entries.canary()
        await lead.call('DELETE', `/v1/canaries/${id}`, { body: { reason } })
        return lead.call('DELETE', `/v1/canaries/${id}`, { body: { reason } })
      },
    ],
    ['approveEntryAct', 'conflict', async () => approve(lead, await withdrawn())],
    ['approveEntryAct', 'second_person_required', async () => approve(await entries.safety(), await entries.waiting())],
    [
      'withdrawEntryAct',
      'conflict',
      async () => lead.call('POST', `/v1/entry-acts/${await withdrawn()}/withdraw`, { body: {} }),
    ],
  ]
}
