import { randomUUID } from 'node:crypto'

export type Mood = 'plain' | 'blackmail' | 'link' | 'threat'

/** What the starter rules do about each text: the measures that are asked for, and whether a verdict is kept. */
export const follows: Readonly<Record<Mood, { readonly does: readonly string[]; readonly verdicts: 0 | 1 }>> = {
  plain: { does: [], verdicts: 0 },
  blackmail: { does: ['hold'], verdicts: 1 },
  link: { does: ['limit', 'remove'], verdicts: 1 },
  threat: { does: [], verdicts: 1 },
}

const TEXTS: Readonly<Record<Mood, string>> = {
  plain: 'see you at the ferry',
  blackmail: 'send me 50 or else',
  link: 'look at https://bad-prizes.example/win',
  threat: 'a made-up threat, tonight at the harbour',
}

export interface Acknowledged {
  readonly events: Map<string, Mood>
  /** By the id that the reporter gave it. */
  readonly reports: Map<string, { readonly id: string; readonly commitment: string }>
  readonly decisions: Map<
    string,
    { readonly case: number; readonly choice: 'none' | 'remove'; readonly commitment: string }
  >
}

interface Answer {
  readonly status: number
  readonly body: Record<string, unknown>
}

/**
 * A platform and its one reviewer. They send as fast as they are answered, keep every answer, and send again, under the same id or key,
 * what brought none.
 */
export class PlatformDouble {
  readonly acknowledged: Acknowledged = { events: new Map(), reports: new Map(), decisions: new Map() }
  /** Answers that a right server does not give. */
  readonly wrong: string[] = []
  /** Calls that were sent again because nobody had answered. */
  repeats = 0
  /** Calls that were answered, whatever the answer. */
  answers = 0
  readonly #key: string
  readonly #prefix = randomUUID().slice(0, 8)
  #url: PromiseWithResolvers<string> = Promise.withResolvers()
  #cookie = ''
  #count = 0
  #stopping = false
  #abandoned = false
  #callers: Promise<void>[] = []

  constructor(key: string) {
    this.#key = key
  }

  /** The server listens at `url` now; undefined: it is gone. */
  found(url: string | undefined): void {
    if (url === undefined) this.#url = Promise.withResolvers()
    else this.#url.resolve(url)
  }

  async signIn(link: string): Promise<void> {
    const answer = await fetch((await this.#url.promise) + link, { method: 'POST', redirect: 'manual' })
    this.#cookie = answer.headers.getSetCookie()[0]?.split(';', 1)[0] ?? ''
  }

  /** Sends until `finish`. */
  start(): void {
    const screens = Array.from({ length: 4 }, () => () => this.#screen())
    const all = [...screens, () => this.#batch(), () => this.#batch(), () => this.#report(), () => this.#decide()]
    this.#stopping = false
    this.#callers = all.map(async (act) => {
      try {
        while (!this.#stopping) await act()
      } catch (error) {
        if (!this.#abandoned) throw error
      }
    })
  }

  /** Waits for so many further answers: a life that is killed then was worth living, however slow the machine. */
  async hears(answers: number, withinMs = 60_000): Promise<void> {
    const enough = this.answers + answers
    const until = Date.now() + withinMs
    while (this.answers < enough && Date.now() < until) await pause(5)
  }

  /** Lets what is under way come to its answer. */
  async finish(): Promise<void> {
    this.#stopping = true
    await Promise.all(this.#callers)
  }

  /** Gives up what has not been answered. */
  async abandon(): Promise<void> {
    this.#abandoned = true
    this.#url.reject(new Error('abandoned'))
    await this.finish()
  }

  async #screen(): Promise<void> {
    const mood = this.#mood()
    const id = this.#id('s')
    const answer = await this.call('POST', '/v1/screen', this.event(id, mood), { prefer: 'wait=5' })
    if (answer.status === 200) this.acknowledged.events.set(id, mood)
    else this.#complain('screen', answer)
    await pause(5)
  }

  async #batch(): Promise<void> {
    const events = Array.from({ length: 20 }, () => ({ id: this.#id('n'), mood: this.#mood() }))
    await this.sendBatch(events)
    // There is always a backlog to die in; more of it would only be waited for at the end.
    await pause(150)
  }

  /** Hands in a batch and returns when it is acknowledged. */
  async sendBatch(events: readonly { readonly id: string; readonly mood: Mood }[]): Promise<void> {
    const body = events.map(({ id, mood }) => `${JSON.stringify(this.event(id, mood))}\n`).join('')
    const answer = await this.call('POST', '/v1/events', body, { 'content-type': 'application/x-ndjson' })
    if (answer.status !== 202 || answer.body.accepted !== events.length) this.#complain('events', answer)
    else for (const { id, mood } of events) this.acknowledged.events.set(id, mood)
  }

  async #report(): Promise<void> {
    await this.report(this.#id('r'))
    await pause(50)
  }

  /** Reports one message and returns when that is acknowledged. */
  async report(id: string): Promise<void> {
    const answer = await this.call('POST', '/v1/reports', {
      kind: 'report',
      id,
      occurred_at: occurredAt,
      actor: person('reporter'),
      target: person(`author-${id}`),
      item: { id: `about-${id}`, text: 'an unkind word' },
      report: { id, harm: 'harassment' },
    })
    const { commitment } = recordedOf(answer)
    if (answer.status === 201) this.acknowledged.reports.set(id, { id: String(answer.body.id), commitment })
    else this.#complain('report', answer)
  }

  async #decide(): Promise<void> {
    await this.decideNext(this.#count % 2 === 0 ? 'none' : 'remove')
    await pause(20)
  }

  /** Claims the next report and decides it; returns the decision when that is acknowledged, undefined when there was nothing to decide. */
  async decideNext(choice: 'none' | 'remove'): Promise<string | undefined> {
    const claimed = await this.#staff('POST', '/v1/lanes/reports/next', {})
    const number = claimed.body.number
    if (typeof number !== 'number') return undefined
    const { body } = await this.#staff('GET', `/v1/cases/${number}`)
    const removes = { policy: 'BLACKMAIL-1', statement: { language: 'en', text: 'You broke a rule.' } }
    const decided = await this.#staff(
      'POST',
      `/v1/cases/${number}/decisions`,
      { choice, reasonCode: 'blackmail', ...(choice === 'remove' ? removes : { policy: null, statement: null }) },
      { 'if-match': `"${body.revision}"` },
    )
    if (decided.status !== 201) {
      this.#complain('decision', decided)
      return undefined
    }
    const decision = String(decided.body.decision)
    this.acknowledged.decisions.set(decision, { case: number, choice, commitment: recordedOf(decided).commitment })
    return decision
  }

  #staff(method: string, path: string, body?: unknown, headers: Record<string, string> = {}): Promise<Answer> {
    const own = { cookie: this.#cookie, 'sec-fetch-site': 'same-origin', 'idempotency-key': randomUUID() }
    return this.call(method, path, body, { authorization: '', ...own, ...headers })
  }

  /** Sends until there is an answer that is not *later*. */
  async call(method: string, path: string, body?: unknown, headers: Record<string, string> = {}): Promise<Answer> {
    for (;;) {
      if (this.#abandoned) throw new Error('abandoned')
      const url = await this.#url.promise
      try {
        const answer = await fetch(url + path, {
          method,
          ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
          headers: withoutEmpty({
            authorization: `Bearer ${this.#key}`,
            'content-type': 'application/json',
            ...headers,
          }),
          signal: AbortSignal.timeout(20_000),
        })
        const said = (await answer.json()) as Record<string, unknown>
        this.answers += 1
        if (answer.status !== 429 && answer.status !== 503) return { status: answer.status, body: said }
      } catch {
        // Killed before it answered, or already gone: the same again, to whoever comes after it.
        this.repeats += 1
      }
      await pause(20)
    }
  }

  event(id: string, mood: Mood): Record<string, unknown> {
    const { room, friend, mutuals, family } = factsOf(id)
    return {
      kind: 'message',
      id,
      occurred_at: occurredAt,
      actor: person(`author-${id}`),
      target: person(friend),
      tie: { connected: true, first_contact: false, mutuals, ...(family !== undefined && { family }) },
      room: { id: room, type: 'channel', audience: 'public' },
      item: { id, text: TEXTS[mood] },
    }
  }

  #id(kind: string): string {
    this.#count += 1
    return `${kind}-${this.#prefix}-${this.#count}`
  }

  // One in ten is trouble.
  #mood(): Mood {
    const moods: readonly Mood[] = ['blackmail', 'link', 'threat']
    return this.#count % 10 === 0 ? (moods[(this.#count / 10) % 3] ?? 'plain') : 'plain'
  }

  #complain(what: string, { status, body }: Answer): void {
    this.wrong.push(`${what}: ${status} ${JSON.stringify(body)}`)
  }
}

/** Rooms in which messages are counted; few enough that each has many. */
export const ROOMS = Array.from({ length: 40 }, (_, n) => `room-${n}`)

/** What the launched server counts in each room: messages, people written to, mutual friends, and messages to family. */
export const COUNTERS = ['in_room', 'met_in_room', 'mutuals_in_room', 'family_in_room'] as const
export type CounterName = (typeof COUNTERS)[number]

/** What a message says besides its text; all of it follows from its number. */
export interface Facts {
  readonly room: string
  readonly friend: string
  readonly mutuals: number
  /** Of one message in three nobody knows. */
  readonly family: boolean | undefined
}

export function factsOf(id: string): Facts {
  const number = Number(id.split('-').at(-1))
  return {
    room: ROOMS[number % ROOMS.length] ?? '',
    friend: `friend-${number % 7}`,
    mutuals: Math.floor(number / ROOMS.length) % 4,
    family: [true, false, undefined][number % 3],
  }
}

const occurredAt = new Date().toISOString()
const person = (id: string) => ({ id, age: 40 * 86_400_000, age_band: 'adult', age_source: 'declared', kind: 'person' })
const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))
const recordedOf = ({ body }: Answer) => body.recorded as { readonly commitment: string }
const withoutEmpty = (headers: Record<string, string>) =>
  Object.fromEntries(Object.entries(headers).filter(([, value]) => value !== ''))
