import { createHash } from 'node:crypto'
import { failPull, openWindow, settlePush, stagePage } from '../signals/exchanges/store.ts'
import type { GoodCall, Town } from './good-calls.ts'
import { freshId, type Person, pdqOf, picture, TERROR, uploadOf } from './house.ts'
import type { State } from './states.ts'

const json = (value: unknown) => ({ body: JSON.stringify(value), headers: { 'content-type': 'application/json' } })
const ncmec = (word: string) => ({
  ...{ source: 'ncmec', settings: { set: 'npo' } },
  credentials: { username: 'x', password: word },
})
const stopNcii = { source: 'stopncii', settings: {}, credentials: { subscriptionKey: 'x', fetchKey: 'x' } }
let made = 0

/** Makes exchanges and what stands around them. What they call cannot be reached from here, and need not be. */
export class ExchangeMakes {
  readonly #town: Town
  #safety: Person | undefined
  #upheld: Promise<{ value: string; decision: string }> | undefined

  constructor(town: Town) {
    this.#town = town
  }

  /** A list of digests that nothing feeds. */
  async list(sealed = false): Promise<string> {
    made += 1
    const id = `pulled_${made}`
    const facts = { id, kind: 'digest', harm: 'csea', sealed, context: false, source: 'x', staleAfterMs: null } as const
    await this.#town.house.context.library.create(facts)
    return id
  }

  body(list: string, word: string) {
    return {
      ...{ source: 'http', settings: { url: 'https://hashes.example/list', form: 'pages', kind: 'digest' } },
      ...{ credentials: { token: word }, lists: { digest: list } },
    }
  }

  /** An exchange that the admin has set up. */
  async set(word: string, sealed = false): Promise<{ id: string; revision: number; list: string }> {
    const list = await this.list(sealed)
    const id = `x_${list}`
    const { status, body, text } = await this.#town.admin.call('PUT', `/v1/exchanges/${id}`, {
      body: this.body(list, word),
    })
    if (status !== 200) throw new Error(`setting an exchange up was answered ${status} ${text}`)
    return { id, revision: body.revision, list }
  }

  async approved(word: string): Promise<string> {
    const { id, revision } = await this.set(word)
    const { status, text } = await this.#town.lead.call('POST', `/v1/exchanges/${id}/approve`, { body: { revision } })
    if (status !== 200) throw new Error(`approving an exchange was answered ${status} ${text}`)
    return id
  }

  /** A case about a picture that is on a list which this exchange feeds; nobody has decided it. */
  async matched(source: object): Promise<{ exchange: string; list: string; entry: number; number: number }> {
    const { house, admin } = this.#town
    const list = 'terror_media'
    const pdq = pdqOf(TERROR)
    const terms = { name: 'x', share: false, export: false, device: false, harms: ['terrorism'] } as const
    const facts = { id: list, kind: 'pdq', harm: 'terrorism', sealed: true, context: false, source: 'x' } as const
    await house.context.library.import({
      facts: { ...facts, staleAfterMs: null, terms: { ...terms, feedback: 'welcome' } },
      ...{ text: `value,source_id\n${pdq},42/x\n`, contentType: 'text/csv', by: 'operator', live: true },
    })
    const exchange = 'x_terror'
    await admin.call('PUT', `/v1/exchanges/${exchange}`, { body: { ...source, lists: { pdq: list } } })
    const id = freshId()
    const media = [{ id, type: 'image/png', pdq: [{ hash: pdq, quality: 100, profile: 'full' }] }]
    await house.screen({ ...uploadOf(id), media })
    const entries = (await house.rows('list_entries')).filter((row) => row.list === list)
    const entry = Math.max(...entries.map(({ n }) => Number(n)))
    return { exchange, list, entry, number: Number((await house.newestCase()).number) }
  }

  /** An entry of a list that NCMEC feeds, and a decision on a match with it that nobody can undo any more. */
  async tellable(word: string): Promise<{ exchange: string; list: string; entry: number; decision: string }> {
    const { house, reviewer } = this.#town
    const { number, ...about } = await this.matched(ncmec(word))
    const { body, status, text } = await reviewer.decide(await reviewer.take(number), 'warn')
    if (status !== 201) throw new Error(`deciding was answered ${status} ${text}`)
    house.clock.now += 11_000
    return { ...about, decision: body.decision }
  }

  /** Feedback that was sent. */
  async told(word: string): Promise<void> {
    const { house, lead } = this.#town
    const { exchange, ...body } = await this.tellable(word)
    const answer = await lead.call('POST', `/v1/exchanges/${exchange}/feedback`, { body })
    if (answer.status !== 202) throw new Error(`telling an exchange was answered ${answer.status} ${answer.text}`)
    await house.context.storage.store.tx(settlePush, { id: answer.body.push, state: 'delivered', why: null })
  }

  /** An own entry whose terms allow sharing, and an exchange that takes it. @param sealed two people hand it in */
  async shareable(sealed = false, share = true): Promise<{ exchange: string; list: string; entry: number }> {
    const { house, admin, lead } = this.#town
    const harm = 'terrorism'
    made += 1
    const [list, fed] = [`ours_${made}`, `group_${made}`]
    const terms = { name: 'x', share, export: false, device: false, harms: [harm], feedback: 'none' } as const
    const facts = { kind: 'digest', harm, sealed, context: false, source: 'x', staleAfterMs: null } as const
    await house.context.library.import({
      ...{ facts: { ...facts, id: list, terms, rails: { max_growth: 9, max_shrink: 1, max_bad_rows: 1 } } },
      ...{ text: `${'5'.repeat(64)}\n`, contentType: 'text/plain', by: 'operator', live: true },
    })
    await house.context.library.create({ ...facts, id: fed, sealed: false })
    const exchange = `x_${fed}`
    const wish = { source: 'threatexchange', settings: { group: '12345' }, lists: { digest: fed } }
    const credentials = { accessToken: `12345|${'a'.repeat(20)}` }
    await admin.call('PUT', `/v1/exchanges/${exchange}`, { body: { ...wish, credentials } })
    this.#upheld ??= this.#uphold()
    const { value, decision } = await this.#upheld
    const ask = { value, decision, reason: 'x' }
    const added = await lead.call('POST', `/v1/lists/${list}/entries`, { body: ask })
    if (added.status !== 201) throw new Error(`adding an entry was answered ${added.status} ${added.text}`)
    if (added.body.listed !== null) return { exchange, list, entry: added.body.listed.entry }
    const agreed = await (await this.safety()).call('POST', `/v1/entry-acts/${added.body.waits}/approvals`, {
      body: {},
    })
    return { exchange, list, entry: agreed.body.listed.entry }
  }

  /** A decision on a file that is kept, and the file's SHA-256; one for all. */
  async #uphold(): Promise<{ value: string; decision: string }> {
    const { house, reviewer } = this.#town
    const media = freshId()
    const bytes = picture(TERROR)
    await house.putPicture(media, bytes)
    await house.screen(uploadOf(media))
    const number = Number((await house.newestCase()).number)
    const { body } = await reviewer.decide(await reviewer.take(number), 'warn')
    house.clock.now += 11_000
    return { value: createHash('sha256').update(bytes).digest('hex'), decision: body.decision }
  }

  /** Somebody who keeps children safe; the same one each time. */
  async safety(): Promise<Person> {
    this.#safety ??= await this.#town.house.person('child-safety')
    return this.#safety
  }

  /** From now on the terms of this list allow nothing. */
  async forbid(list: string): Promise<void> {
    const terms = {
      name: 'x',
      share: false,
      export: false,
      device: false,
      harms: ['terrorism'],
      feedback: 'none',
    } as const
    const facts = { id: list, kind: 'digest', harm: 'terrorism', sealed: true, context: false } as const
    await this.#town.house.context.library.import({
      ...{ facts: { ...facts, source: 'x', staleAfterMs: null, terms }, text: `${'6'.repeat(64)}\n` },
      ...{ contentType: 'text/plain', by: 'operator', live: true },
    })
  }

  /** A share of a sealed list that somebody of the duty child-safety has asked for. */
  async askedShare(): Promise<string> {
    const { exchange, ...body } = await this.shareable(true)
    const answer = await (await this.safety()).call('POST', `/v1/exchanges/${exchange}/shares`, { body })
    if (answer.status !== 202) throw new Error(`asking for a share was answered ${answer.status} ${answer.text}`)
    return answer.body.push
  }

  /** A pull with a row that could not be read, which was stopped. */
  async pulled(word: string): Promise<void> {
    const { store } = this.#town.house.context.storage
    const { body } = await this.#town.lead.call('POST', `/v1/exchanges/${await this.approved(word)}/pull`, { body: {} })
    const raw = new Uint8Array([1])
    await store.tx(openWindow, { pull: body.pull, at: {}, full: true })
    const turn = { rows: 1, bad: 1, unmatched: {}, next: { at: {} } }
    const bad = [{ n: 0, why: 'x', raw }]
    await store.tx(stagePage, { pull: body.pull, page: 0, rows: [], bad, isFirst: true, turn })
    await store.tx(failPull, { pull: body.pull, trouble: { code: 'refused', words: 'x' } })
  }
}

export function exchangeCalls(town: Town, word: string): Record<string, () => Promise<GoodCall>> {
  const make = new ExchangeMakes(town)
  return {
    async putExchange() {
      const list = await make.list()
      return { path: `/v1/exchanges/y_${list}`, ...json(make.body(list, word)) }
    },
    async approveExchange() {
      const { id, revision } = await make.set(word)
      return { path: `/v1/exchanges/${id}/approve`, ...json({ revision }) }
    },
    pullExchange: async () => ({ path: `/v1/exchanges/${await make.approved(word)}/pull`, ...json({}) }),
    async tellExchange() {
      const { exchange, ...body } = await make.tellable(word)
      return { path: `/v1/exchanges/${exchange}/feedback`, ...json(body) }
    },
    async getExchangeReasons() {
      const { exchange, list, entry, decision } = await make.tellable(word)
      // The same exchange, now of a source that wants no reasons.
      await make.matched(stopNcii)
      return { path: `/v1/exchanges/${exchange}/reasons?list=${list}&entry=${entry}&decision=${decision}` }
    },
    async shareEntry() {
      const { exchange, ...body } = await make.shareable()
      return { path: `/v1/exchanges/${exchange}/shares`, ...json(body) }
    },
    approveShare: async () => ({ path: `/v1/shares/${await make.askedShare()}/approve`, ...json({}) }),
    withdrawShare: async () => ({ path: `/v1/shares/${await make.askedShare()}/withdraw`, ...json({}) }),
    getCaseFeedback: async () => ({ path: `/v1/cases/${(await make.matched(stopNcii)).number}/feedback` }),
    async tellWaiting() {
      const { exchange, number, ...about } = await make.matched(stopNcii)
      return { path: `/v1/exchanges/${exchange}/waiting`, ...json({ ...about, case: number }) }
    },
    checkExchange: async () => ({ path: `/v1/exchanges/${(await make.set(word)).id}/check`, ...json({}) }),
  }
}

export function exchangeStates(town: Town, word: string): State[] {
  const make = new ExchangeMakes(town)
  const { admin, lead } = town
  const approve = (id: string, revision: number) =>
    lead.call('POST', `/v1/exchanges/${id}/approve`, { body: { revision } })
  return [
    [
      'putExchange',
      'conflict',
      async () => {
        const { list } = await make.set(word)
        return admin.call('PUT', '/v1/exchanges/another', { body: make.body(list, word) })
      },
    ],
    [
      'approveExchange',
      'stale_revision',
      async () => {
        const { id, revision } = await make.set(word)
        return approve(id, revision + 1)
      },
    ],
    [
      'approveExchange',
      'second_person_required',
      async () => {
        const { id, revision } = await make.set(word, true)
        return approve(id, revision)
      },
    ],
    [
      'tellExchange',
      'conflict',
      async () => {
        const { list, ...body } = await make.tellable(word)
        const other = await make.set(word)
        return lead.call('POST', `/v1/exchanges/${other.id}/feedback`, { body: { ...body, list } })
      },
    ],
    [
      'tellWaiting',
      'conflict',
      async () => {
        const { exchange, number, ...about } = await make.matched(ncmec(word))
        return lead.call('POST', `/v1/exchanges/${exchange}/waiting`, { body: { ...about, case: number } })
      },
    ],
    [
      'shareEntry',
      'terms',
      async () => {
        const { exchange, ...body } = await make.shareable(false, false)
        return lead.call('POST', `/v1/exchanges/${exchange}/shares`, { body })
      },
    ],
    [
      'shareEntry',
      'conflict',
      async () => {
        const { exchange } = await make.shareable()
        const { list, entry } = await make.matched(ncmec(word))
        return lead.call('POST', `/v1/exchanges/${exchange}/shares`, { body: { list, entry } })
      },
    ],
    [
      'approveShare',
      'second_person_required',
      async () => (await make.safety()).call('POST', `/v1/shares/${await make.askedShare()}/approve`, { body: {} }),
    ],
    [
      'approveShare',
      'terms',
      async () => {
        const push = await make.askedShare()
        const row = (await town.house.rows('exchange_pushes')).find(({ id }) => id === push)
        await make.forbid(String(row?.list))
        return lead.call('POST', `/v1/shares/${push}/approve`, { body: {} })
      },
    ],
    ...(['approve', 'withdraw'] as const).map(
      (act): State => [
        `${act}Share`,
        'conflict',
        async () => {
          const path = `/v1/shares/${await make.askedShare()}/withdraw`
          await lead.call('POST', path, { body: {} })
          return lead.call('POST', path.replace('withdraw', act), { body: {} })
        },
      ],
    ),
    [
      'getExchangeReasons',
      'conflict',
      async () => {
        const { list, entry, decision } = await make.tellable(word)
        const { id } = await make.set(word)
        return lead.call('GET', `/v1/exchanges/${id}/reasons?list=${list}&entry=${entry}&decision=${decision}`)
      },
    ],
    [
      'pullExchange',
      'pull_running',
      async () => {
        const path = `/v1/exchanges/${await make.approved(word)}/pull`
        await lead.call('POST', path, { body: {} })
        return lead.call('POST', path, { body: {} })
      },
    ],
    [
      'pullExchange',
      'conflict',
      async () => lead.call('POST', `/v1/exchanges/${(await make.set(word)).id}/pull`, { body: {} }),
    ],
  ]
}
