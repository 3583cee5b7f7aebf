import { failPull, openWindow, settlePush, stagePage } from '../signals/exchanges/store.ts'
import type { GoodCall, Town } from './good-calls.ts'
import { freshId, pdqOf, TERROR, uploadOf } from './house.ts'
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
