import { randomBytes } from 'node:crypto'
import type { Do } from '@lamplighter/api'
import { allowNetsFrom } from '../../http/address.ts'
import { outgoing } from '../../http/outgoing.ts'
import type { Storage } from '../../storage/index.ts'
import { engines, type Place, type TestEngine } from '../../storage/testing/engines.ts'
import { type Affected, openTransparency, type Transparency } from '../../transparency/index.ts'
import { memoryKeyring, START } from '../../transparency/testing/ledger.ts'
import { addConnection, openSecret } from '../connections.store.ts'
import { type DeliveryServices, deliverDue } from '../deliver.ts'
import type { ActionMeans, ActionWish, NoticeWish } from '../wishes.ts'
import { allOf, decide, notify } from './acts.store.ts'
import { modules } from './modules.ts'
import { Receiver } from './platform.ts'

const columns = { id: 'key_test', key: new Uint8Array(randomBytes(32)) }
// Generous, because the machine that runs the tests may be busy; only the test of a hanging receiver waits for them.
const times = { connectMs: 2_000, firstByteMs: 2_000, totalMs: 2_500 }
const limits = { workMs: 5_000 }

/** The real outbox on a real database with a clock that the test sets, and a receiver on loopback. */
export class TestOutbox implements DeliveryServices {
  readonly storage: Storage
  readonly receiver: Receiver
  readonly place: Place
  readonly #ledger: Transparency
  readonly outgoing = outgoing({ allowNets: allowNetsFrom('webhook:main=127.0.0.0/8'), times })
  readonly #clock: { at: number }
  connection = ''

  private constructor(parts: {
    storage: Storage
    ledger: Transparency
    receiver: Receiver
    place: Place
    clock: { at: number }
  }) {
    this.storage = parts.storage
    this.#ledger = parts.ledger
    this.receiver = parts.receiver
    this.place = parts.place
    this.#clock = parts.clock
  }

  static async open(
    does: readonly Do[] = ['remove', 'label', 'unlabel', 'limit', 'suspend', 'warn'],
    engine: TestEngine | undefined = engines[0],
  ): Promise<TestOutbox> {
    if (engine === undefined) throw new Error('there is no engine to test on')
    const clock = { at: START }
    const place = await engine.place()
    const storage = await place.open(modules, { now: () => clock.at, limits })
    const software = { version: '0.1.0', digest: '00'.repeat(32) }
    const config = {
      url: 'https://safety.example',
      everyMs: 300_000,
      software,
      now: () => clock.at,
      alarm: () => undefined,
    }
    const ledger = await openTransparency(storage, memoryKeyring(), config)
    const receiver = await Receiver.open()
    const outbox = new TestOutbox({ storage, ledger, receiver, place, clock })
    const made = await outbox.add({ name: 'main', kind: 'webhook', url: receiver.url, does })
    outbox.connection = made.id
    receiver.secrets = made.secret === null ? [] : [made.secret]
    return outbox
  }

  get store() {
    return this.storage.store
  }
  get wakeup() {
    return this.storage.wakeup
  }
  now(): number {
    return this.#clock.at
  }
  chance(): number {
    return 0.5
  }

  async meansFor(affected: readonly Affected[]): Promise<ActionMeans> {
    return { columns, record: await this.#ledger.keysFor(affected), site: 'https://safety.example' }
  }

  async add(wish: { name: string; kind: 'webhook' | 'poll'; url: string | null; does: readonly Do[] }) {
    const { id, secret } = await this.store.tx(addConnection, { wish, means: await this.meansFor([]) })
    return { id, secret: openSecret(columns, id, secret) }
  }

  /** A decision with one action on `u17`. @returns the action's id */
  async ask(act: Do, more: Partial<ActionWish> = {}): Promise<string> {
    const account = more.account === undefined ? 'u17' : more.account
    const wish = { ...plain, do: act, decision: `dec_${act}`, notBefore: this.now(), ...more, account }
    const means = await this.meansFor(account === null ? [] : [{ kind: 'account', id: account }])
    const [action = ''] = await this.store.tx(decide, { wishes: [wish], means })
    return action
  }

  /** The same action on many items of nobody. */
  async askMany(act: Do, many: { from: number; count: number }): Promise<void> {
    const wishes = Array.from({ length: many.count }, (_, n) => ({
      ...plain,
      do: act,
      item: { type: 'message', id: String(many.from + n) },
      account: null,
      decision: `dec_${many.from + n}`,
      notBefore: this.now(),
    }))
    await this.store.tx(decide, { wishes, means: await this.meansFor([]) })
  }

  /** A notice to `u17`. @returns its id and the token of its page, as the platform received it */
  async notify(more: Partial<NoticeWish> = {}): Promise<{ notice: string; token: string }> {
    const wish: NoticeWish = { ...statement, notBefore: this.now(), ...more }
    const means = await this.meansFor([{ kind: 'account', id: wish.account }])
    const { notice } = await this.store.tx(notify, { wish, means })
    await this.deliver()
    const call = this.receiver.calls.findLast(({ data }) => data.notice === notice)
    return { notice, token: String(call?.data.page).split('/').at(-1) ?? '' }
  }

  /** Lets time pass and sends what is due, each second anew. */
  async pass(seconds: number, stepSeconds = 1): Promise<void> {
    for (let left = seconds; left > 0; left -= stepSeconds) {
      this.#clock.at += Math.min(stepSeconds, left) * 1_000
      await this.deliver()
    }
  }

  /** Sends what is due now, until nothing is. */
  async deliver(): Promise<number> {
    let sum = 0
    for (let sent = await deliverDue(this); sent > 0; sent = await deliverDue(this)) sum += sent
    return sum
  }

  all() {
    return this.store.read(allOf, null)
  }

  async states(): Promise<string[]> {
    return (await this.all()).outbox.map((row) => row.state)
  }

  async close(): Promise<void> {
    this.receiver.close()
    await this.storage.close()
    await this.place.remove()
  }
}

const statement = {
  account: 'u17',
  item: { type: 'message', id: '8731' },
  decision: 'dec_1',
  case: 1042,
  policy: { id: 'THREAT-1', name: 'Threats' },
  automated: false,
  effects: ['1 message was removed'],
  facts: 'Two people reported the message.',
  statement: { language: 'en', text: 'The message threatens somebody.' },
  until: null,
  tookPart: ['st_first'],
}

const plain = {
  item: null,
  policy: { id: 'P-1', name: 'Threats' },
  by: 'person' as const,
  reason: { code: 'threat', text: 'It threatens.' },
  until: null,
}
