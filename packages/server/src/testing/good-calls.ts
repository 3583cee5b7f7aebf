import { type Example, featuresOf, train } from '@lamplighter/text'
import { beginQuiet } from '../restore/index.ts'
import { endWithholdingWork } from '../review/store.ts'
import { haltLog } from '../transparency/store.ts'
import { EntryMakes, entryCalls } from './entry-calls.ts'
import { exchangeCalls } from './exchange-calls.ts'
import { freshId, type House, LISTED, messageOf, type Person, picture, reportOf, TERROR, uploadOf } from './house.ts'
import { operatorCalls } from './operator-calls.ts'
import type { Who } from './refusals.ts'
import { RuleMakes } from './rule-calls.ts'
import { operatorDoer } from './server.ts'
import { propose } from './switching.ts'
import { verifyLog } from './thin-path.ts'

/** A call that would be answered well: what it needs was made just before. */
export interface GoodCall {
  /** With its parameters, and with its query. */
  readonly path: string
  readonly body?: unknown
  readonly headers?: Readonly<Record<string, string>>
  /** Where not everybody who may do the act can do it here. */
  readonly who?: Who
}

export interface Town {
  readonly house: House
  readonly reviewer: Person
  readonly lead: Person
  readonly admin: Person
  readonly legal: Person
  /** A second lead, who hands versions of rules in. */
  readonly author: Person
  /** What a platform sends that asks for its actions instead of being called. */
  readonly poller: Readonly<Record<string, string>>
}

const json = (value: unknown) => ({ body: JSON.stringify(value), headers: { 'content-type': 'application/json' } })
const text = (body: string, type: string) => ({ body, headers: { 'content-type': type } })
const madeList = (): string => `made_${freshId().toLowerCase().replaceAll('-', '_')}`
/** `withhold because … for 14d` of the rule on propaganda. */
const WITHHELD_MS = 14 * 86_400_000

/** People of each kind of duty, and a platform that polls. */
export async function openTown(house: House): Promise<Town> {
  const reviewer = await house.person('reviewer')
  const lead = await house.person('lead')
  const admin = await house.person('admin')
  const author = await house.person('lead')
  const legal = await house.person('legal')
  const poll = { name: 'poller', kind: 'poll', does: ['warn'] }
  const added = await admin.call('POST', '/v1/connections', { body: poll })
  if (added.status !== 201) throw new Error(`adding a connection was answered ${added.status} ${added.text}`)
  const wish = { name: 'poller', connection: 'poller', scopes: ['actions'] as const, days: 300, doer: operatorDoer }
  const { key } = await house.context.people.newKey(wish)
  return { house, reviewer, lead, admin, legal, author, poller: { authorization: `Bearer ${key}` } }
}

/** Makes what calls are about: cases, decisions, notices, deliveries. Each call of each function makes a new one. */
export class Makes {
  readonly #town: Town
  /** Stands wherever a caller's words can stand. */
  readonly #word: string

  constructor(town: Town, word: string) {
    this.#town = town
    this.#word = word
  }

  /** A list of which the first version waits. */
  async listThatWaits(): Promise<string> {
    const id = madeList()
    await this.#town.house.context.library.import({
      facts: {
        id,
        kind: 'domain',
        harm: 'malware',
        sealed: false,
        context: false,
        source: 'made up',
        staleAfterMs: null,
      },
      text: 'made.example',
      contentType: 'text/plain',
      by: 'operator',
    })
    return id
  }

  /** The address of an import that is done. */
  async importEnded(): Promise<string> {
    const { context } = this.#town.house
    const facts = { id: madeList(), kind: 'domain', harm: 'malware', sealed: false, context: false } as const
    const bytes = (async function* () {
      yield new TextEncoder().encode('made.example')
    })()
    const id = await context.imports.take({
      ...{ facts: { ...facts, source: 'made up', staleAfterMs: null }, by: 'operator', live: false },
      ...{ type: 'text/plain', bytes },
    })
    await context.imports.idle()
    return `/v1/lists/${facts.id}/imports/${id}`
  }

  async reported(more: Record<string, unknown> = {}): Promise<number> {
    const item = freshId()
    await this.#town.house.report(reportOf(item, { item: { id: item, text: this.#word }, ...more }))
    return Number((await this.#town.house.newestCase()).number)
  }

  /** A file of the platform's: its id. */
  async handedIn(): Promise<string> {
    const id = freshId()
    await this.#town.house.putPicture(id, picture(['boat', 7], 64), { prefer: 'wait=30' })
    return id
  }

  async taken(by = this.#town.reviewer): Promise<{ number: number; revision: number }> {
    return by.take(await this.reported())
  }

  async decided(by = this.#town.reviewer): Promise<{ number: number; decision: string }> {
    const { number, revision } = await this.taken(by)
    const { status, body, text: said } = await by.decide({ number, revision }, 'warn')
    if (status !== 201) throw new Error(`deciding was answered ${status} ${said}`)
    return { number, decision: body.decision }
  }

  async noticed(by = this.#town.reviewer): Promise<string> {
    await this.decided(by)
    return String((await this.#town.house.rows('notices')).at(-1)?.id)
  }

  /** An appeal against a decision of the reviewer, and its case. */
  async appealed(by = this.#town.reviewer): Promise<{ appeal: string; number: number }> {
    const { body } = await this.#town.house.platform('POST', '/v1/appeals', {
      body: { notice: await this.noticed(by), text: this.#word },
      headers: { 'idempotency-key': freshId() },
    })
    return { appeal: body.id, number: Number((await this.#town.house.newestCase()).number) }
  }

  /** A case that asks a lead about a notice which has waited its time. Its day is over when this returns: sessions do not last so long. */
  async askedAboutNotice(): Promise<number> {
    const { house } = this.#town
    const text = `Join ${LISTED.proscribed_orgs}, see https://front.example`
    await house.screen(messageOf(text, { kind: 'post', target: undefined, tie: undefined }))
    const id = String((await house.rows('withheld_notices')).find(({ state }) => state === 'withheld')?.id)
    house.clock.now += WITHHELD_MS
    await house.context.storage.store.tx(endWithholdingWork, { id })
    house.clock.now -= WITHHELD_MS
    const asked = (await house.rows('cases')).filter(({ kind }) => kind === 'notice')
    return Math.max(...asked.map(({ number }) => Number(number)))
  }

  /** A held picture in a case that the reviewer works on. */
  async pictured(): Promise<{ case: number; exhibit: string }> {
    const { house, reviewer } = this.#town
    const id = freshId()
    await house.putPicture(id, picture(TERROR))
    await house.screen(uploadOf(id))
    const opened = await reviewer.take(Number((await house.newestCase()).number))
    return { case: opened.number, exhibit: opened.evidence[0].media.exhibit }
  }

  async revealed(): Promise<string> {
    const wish = { ...(await this.pictured()), step: 'lowpass' }
    return (await this.#town.reviewer.call('POST', '/v1/reveals', { body: wish })).body.url
  }

  async connected(): Promise<string> {
    const body = { name: freshId(), kind: 'webhook', url: 'https://hook.example/', does: ['label'] }
    return (await this.#town.admin.call('POST', '/v1/connections', { body })).body.id
  }

  async delivery(): Promise<string> {
    const { admin } = this.#town
    return (await admin.call('POST', `/v1/connections/${await this.connected()}/test`, { body: {} })).body.delivery
  }

  async invited(): Promise<string> {
    const body = { name: this.#word, roles: ['reviewer'] }
    return (await this.#town.admin.call('POST', '/v1/people', { body })).body.id
  }

  async key(): Promise<string> {
    return (await this.#town.admin.call('POST', '/v1/keys', { body: { name: 'k', scopes: ['screen'] } })).body.id
  }

  /** An action that the polling platform was offered. */
  async offered(): Promise<string> {
    const { house, reviewer, poller } = this.#town
    // An account of its own: a second action of one account waits for the first.
    const account = freshId()
    await reviewer.decide(await reviewer.take(await this.reported({ target: { id: account } })), 'warn')
    house.clock.now += 11_000
    const { body } = await house.visit('GET', '/v1/actions', { headers: poller })
    return body.items.find(({ data }: { data: { account: string } }) => data.account === account).id
  }

  model(): Promise<string> {
    const examples = Array.from({ length: 40 }, (_, place): Example => {
      const label = place % 2 === 0 ? 0 : 1
      return {
        ...{ id: String(place), label, account: String(place) },
        features: featuresOf(label === 1 ? 'it rots' : 'it shines'),
      }
    })
    const heldOut = { positive: 0, negative: 0, at: [], unfamiliar: 0 }
    const card = { madeOf: 'x', licence: 'CC0-1.0', heldOut, limits: 'x', blind: [] }
    return this.#town.house.context.models.publish('threat', train(examples), { card, by: 'operator' })
  }

  async erasure(): Promise<string> {
    const wish = { account: freshId(), ground: 'court', reason: this.#word }
    return (await operatorCalls(this.#town.house, '/v1/erasures', wish)).body.id
  }

  /** A change of a switch that legal has asked for; none other waits. */
  async switchAsked(): Promise<{ id: string; hash: string }> {
    const { house, legal } = this.#town
    const { items } = (await legal.call('GET', '/v1/switches')).body
    const waiting = items.flatMap(({ proposed }: { proposed: { id: string } | null }) => proposed?.id ?? [])
    for (const id of waiting)
      await legal.call('POST', `/v1/switch-changes/${id}/withdraw`, { body: { reason: this.#word } })
    const { status, body, text } = await propose(house, legal, 'uk.private_scan', { reason: this.#word })
    if (status !== 201) throw new Error(`asking for a change of a switch was answered ${status} ${text}`)
    return body
  }

  async halted(): Promise<void> {
    await verifyLog(this.#town.house)
    await this.#town.house.context.storage.store.tx(haltLog, { log: 'actions', why: 'tiles_differ' })
  }

  quiet(): void {
    const { house } = this.#town
    beginQuiet(house.place.folder, { backupAt: house.clock.now - 60_000, restoredAt: house.clock.now })
  }
}

/** A good call of each endpoint that has parameters or a body; the others are good as they are. */
export function goodCalls(town: Town, make: Makes, word: string): Record<string, () => Promise<GoodCall>> {
  const { lead, legal, house, poller } = town
  const onCase = (act: string, body: unknown) => async () => ({
    path: `/v1/cases/${(await make.taken()).number}/${act}`,
    ...json(body),
  })
  const onConnection = (act: string, body: unknown) => async () => ({
    path: `/v1/connections/${await make.connected()}/${act}`,
    ...json(body),
  })
  const reason = word
  const statement = { language: 'en', text: word }
  return {
    lookAs: async () => ({ path: '/v1/me/look-as', ...json({ role: 'lead' }) }),
    signOut: async () => ({ path: '/v1/me/sign-out', ...json({}) }),
    invitePerson: async () => ({ path: '/v1/people', ...json({ name: word, roles: ['reviewer'] }) }),
    recoverPerson: async () => ({
      path: `/v1/people/${await make.invited()}/link`,
      ...json({ reason }),
      who: 'operator',
    }),
    changeRoles: async () => ({
      path: `/v1/people/${await make.invited()}/roles`,
      ...json({ roles: ['lead'], reason }),
    }),
    revokePerson: async () => ({ path: `/v1/people/${await make.invited()}/revoke`, ...json({ reason }) }),
    newKey: async () => ({ path: '/v1/keys', ...json({ name: word, scopes: ['screen'] }) }),
    revokeKey: async () => ({ path: `/v1/keys/${await make.key()}/revoke`, ...json({}) }),
    async resumeRestored() {
      make.quiet()
      return { path: '/v1/restore/resume', ...json({}) }
    },
    screen: async () => ({ path: '/v1/screen', ...json(messageOf(word)) }),
    events: async () => ({ path: '/v1/events', ...json(messageOf(word)) }),
    reports: async () => ({ path: '/v1/reports', ...json(reportOf(freshId())) }),
    putMedia: async () => ({
      path: `/v1/media/${freshId()}?audience=public`,
      body: picture(['boat', 5], 64),
      headers: { 'content-type': 'image/png' },
    }),
    getMedia: async () => ({ path: `/v1/media/${await make.handedIn()}` }),
    deleteMedia: async () => ({ path: `/v1/media/${await make.handedIn()}` }),
    hashFile: async () => ({
      path: '/v1/hash',
      body: picture(['boat', 6], 64),
      headers: { 'content-type': 'image/png' },
    }),
    matchHashes: async () => ({
      path: '/v1/match',
      ...json({ hashes: [{ kind: 'sha256', value: '0'.repeat(64) }], lists: ['csam_digests'] }),
      who: 'operator',
    }),
    async claimNext() {
      await make.reported()
      return { path: '/v1/lanes/reports/next', ...json({}) }
    },
    getCase: async () => ({ path: `/v1/cases/${await make.reported()}` }),
    claimCase: async () => ({ path: `/v1/cases/${await make.reported()}/claim`, ...json({}) }),
    releaseCase: onCase('release', {}),
    skipCase: onCase('skip', { reason: 'unsure' }),
    handoffCase: onCase('handoff', { to: 'lead', reason }),
    noteCase: onCase('note', { text: word }),
    async decideCase() {
      const { number, revision } = await make.taken()
      const body = { policy: 'HAR-1', choice: 'warn', reasonCode: 'insult', statement }
      const { headers, ...rest } = json(body)
      return { path: `/v1/cases/${number}/decisions`, ...rest, headers: { ...headers, 'if-match': `"${revision}"` } }
    },
    undoDecision: async () => ({ path: `/v1/decisions/${(await make.decided()).decision}/undo`, ...json({}) }),
    async reverseDecision() {
      const { decision } = await make.decided()
      house.clock.now += 11_000
      return { path: `/v1/decisions/${decision}/reverse`, ...json({ reason }) }
    },
    async decideNotice() {
      const { number, revision } = await lead.take(await make.askedAboutNotice())
      const { headers, ...rest } = json({ do: 'send' })
      return {
        path: `/v1/cases/${number}/notice`,
        ...rest,
        headers: { ...headers, 'if-match': `"${revision}"` },
        who: lead.credentials,
      }
    },
    async decideAppeal() {
      const { appeal, number } = await make.appealed()
      const { revision } = await lead.take(number)
      const { headers, ...rest } = json({ outcome: 'reversed', reasons: word })
      return {
        path: `/v1/appeals/${appeal}/decide`,
        ...rest,
        headers: { ...headers, 'if-match': `"${revision}"` },
        who: lead.credentials,
      }
    },
    async getExplanation() {
      await house.screen(messageOf(`${word} or else`))
      return { path: `/v1/decisions/${(await house.rows('verdicts')).at(-1)?.id}/explanation` }
    },
    makeReveal: async () => ({ path: '/v1/reveals', ...json({ ...(await make.pictured()), step: 'lowpass' }) }),
    serveRendition: async () => ({ path: await make.revealed() }),
    ...new RuleMakes(town).calls(word),
    ...exchangeCalls(town, word),
    ...entryCalls(new EntryMakes(town, word), word),
    handInVersion: async () => ({
      path: '/v1/lists/handed_in/versions?kind=domain&harm=malware',
      ...text(`${freshId()}.example\n`, 'text/plain'),
    }),
    getListImport: async () => ({ path: await make.importEnded() }),
    getList: async () => ({ path: '/v1/lists/bad_domains' }),
    getListVersions: async () => ({ path: '/v1/lists/bad_domains/versions' }),
    createList: async () => ({
      path: '/v1/lists',
      ...json({ id: madeList(), kind: 'domain', harm: 'malware', sealed: false, source: 'made up' }),
    }),
    changeList: async () => {
      const { body } = await town.lead.call('GET', '/v1/lists/bad_domains')
      const { body: sent, headers } = json({ disputed: 'hit', reason: 'said again' })
      return { path: '/v1/lists/bad_domains', body: sent, headers: { ...headers, 'if-match': `"${body.revision}"` } }
    },
    stepListVersion: async () => {
      const list = await make.listThatWaits()
      return { path: `/v1/lists/${list}/versions/1/state`, ...json({ step: 'drop', reason: 'a wrong file' }) }
    },
    getActions: async () => ({ path: '/v1/actions', who: poller }),
    ackAction: async () => ({ path: `/v1/actions/${await make.offered()}/ack`, ...json({ ok: true }), who: poller }),
    newConnection: async () => ({
      path: '/v1/connections',
      ...json({ name: freshId(), kind: 'poll', does: ['warn'] }),
    }),
    pauseConnection: onConnection('pause', { reason }),
    resumeConnection: onConnection('resume', {}),
    rotateConnection: onConnection('rotate', {}),
    testConnection: onConnection('test', {}),
    getDeliveries: async () => ({ path: `/v1/connections/${await make.connected()}/deliveries` }),
    replayDelivery: async () => ({ path: `/v1/deliveries/${await make.delivery()}/replay`, ...json({}) }),
    cancelDelivery: async () => ({ path: `/v1/deliveries/${await make.delivery()}/cancel`, ...json({ reason }) }),
    sendAppeal: async () => ({ path: '/v1/appeals', ...json({ notice: await make.noticed(), text: word }) }),
    async recheckLog() {
      await make.halted()
      return { path: '/v1/log/recheck', ...json({ log: 'actions' }) }
    },
    async reopenLog() {
      await make.halted()
      return { path: '/v1/log/reopen', ...json({ log: 'actions' }) }
    },
    async getReceipt() {
      await make.decided()
      return { path: `/v1/receipts/${(await house.rows('staff_decisions')).at(-1)?.record}` }
    },
    planErasure: async () => ({ path: '/v1/erasures/plan', ...json({ account: word }) }),
    askErasure: async () => ({ path: '/v1/erasures', ...json({ account: freshId(), ground: 'request', reason }) }),
    getErasure: async () => ({ path: `/v1/erasures/${await make.erasure()}` }),
    getModel: async () => ({ path: `/v1/models/${await make.model()}` }),
    proposeSwitch: async () => ({
      path: '/v1/switches/us.private_scan/changes',
      ...json({ on: true, law: word, reviewBy: house.clock.now + 86_400_000, reason }),
      who: legal.credentials,
    }),
    async approveSwitch() {
      const { id, hash } = await make.switchAsked()
      return { path: `/v1/switch-changes/${id}/approvals`, ...json({ hash }), who: lead.credentials }
    },
    withdrawSwitch: async () => ({
      path: `/v1/switch-changes/${(await make.switchAsked()).id}/withdraw`,
      ...json({ reason }),
      who: legal.credentials,
    }),
    putSetting: async () => ({ path: '/v1/settings/platform.name', ...json({ value: word, reason }) }),
  }
}
