import { readFileSync } from 'node:fs'
import {
  BACKFILL,
  BACKTEST,
  backfillHandler,
  backtestHandler,
  RETRO,
  retroHandler,
  startProgress,
} from '../replay/index.ts'
import type { GoodCall, Town } from './good-calls.ts'
import { freshId, messageOf } from './house.ts'

export const starter = readFileSync(new URL(import.meta.resolve('@lamplighter/rules/wick/starter.wick')), 'utf8')

/** The starter rules under another number: nothing that a rule does is changed, so nothing has to be watched or agreed to. */
export const starterAs = (version: number): string =>
  starter.replace(/ruleset starter version \d+/, `ruleset starter version ${version}`)

/** A rule that finds messages as the house sends them. */
const ANYBODY = `
rule anybody v1 {
  harm spam policy "SPAM-3" severity low phase follow
  on message
  when actor.age == 400d and target.kind == "person"
  then queue "reports" within 24h
  on unknown ignore
  because "anybody"
}`

export interface Version {
  readonly version: number
  readonly hash: string
  readonly path: string
}

const HOUR_MS = 3_600_000
const RULESET = '/v1/rulesets/starter'
const json = (body: unknown, hash?: string) => ({
  body: JSON.stringify(body),
  headers: { 'content-type': 'application/json', ...(hash !== undefined && { 'if-match': `"${hash}"` }) },
})

/** Some past events, as a platform hands them in. */
export const archived = (count: number) => ({
  body: Array.from({ length: count }, () => `${JSON.stringify(messageOf('hello'))}\n`).join(''),
  headers: { 'content-type': 'application/x-ndjson' },
})

let counters = 0

/** Makes versions of the rule set that runs, by somebody who is nobody else here: so the lead may agree to them. */
export class RuleMakes {
  readonly #town: Town

  constructor(town: Town) {
    this.#town = town
  }

  async drafted(more = ''): Promise<Version> {
    const rows = await this.#town.house.rows('ruleset_versions')
    const version = 1 + Math.max(...rows.map((row) => Number(row.version)))
    const { body } = await this.#call(`${RULESET}/versions`, { text: starterAs(version) + more })
    return { version, hash: body.hash, path: `${RULESET}/versions/${version}` }
  }

  /** One runs beside at most: the one that did is taken back. */
  async inShadow(more = ''): Promise<Version> {
    const rows = await this.#town.house.rows('ruleset_versions')
    for (const { version, hash, state } of rows)
      if (state === 'shadow' || state === 'trial') await this.#call(`${RULESET}/versions/${version}/retire`, {}, hash)
    const draft = await this.drafted(more)
    await this.#call(`${draft.path}/shadow`, {}, draft.hash)
    return draft
  }

  async wentLive(): Promise<Version> {
    const next = await this.inShadow()
    await this.#call(`${next.path}/live`, { reason: 'x' }, next.hash)
    return next
  }

  /** A version whose shadow report the lead has opened. */
  async opened(): Promise<Version> {
    const next = await this.inShadow()
    await this.#town.lead.call('GET', `${next.path}/shadow-report`)
    return next
  }

  async approved(): Promise<Version> {
    const next = await this.opened()
    await this.#town.lead.call('POST', `${next.path}/approvals`, { body: { hash: next.hash, note: 'x' } })
    return next
  }

  /** The hash of the live version, in which this rule does nothing for an hour. */
  async paused(rule: string): Promise<string> {
    const { hash } = this.#town.house.context.registry.live()
    await this.#call(`${RULESET}/rules/${rule}/pause`, { reason: 'x', until: this.#inAnHour() }, hash)
    return hash
  }

  /** A backtest that waits for its turn. */
  async backtested(): Promise<string> {
    const { path } = await this.drafted()
    const { body } = await this.#call(`${path}/backtests`, { source: 'log', from: 0 })
    return body.id
  }

  /** A backtest that waits for events. @param more how many are there already */
  async collecting(more = 0): Promise<string> {
    const { path } = await this.drafted()
    const { body } = await this.#call(`${path}/backtests`, { source: 'upload', from: 0 })
    if (more > 0) await this.#hand(`/v1/backtests/${body.id}`, more)
    return body.id
  }

  /** A retro that somebody agreed to and that waits for events. */
  async collectingRetro(more = 0): Promise<string> {
    const { path, hash } = await this.drafted()
    const wish = { source: 'upload', connection: 'main', from: 0, maxCases: 1, reason: 'x' }
    const { body } = await this.#call(`${path}/retros`, wish)
    await this.#town.lead.call('POST', `/v1/retros/${body.id}/approvals`, { body: { hash } })
    if (more > 0) await this.#hand(`/v1/retros/${body.id}`, more)
    return body.id
  }

  async #hand(run: string, count: number): Promise<void> {
    const { body, headers } = archived(count)
    const answer = await this.#town.author.call('POST', `${run}/events?after=0`, { body, headers })
    if (answer.status !== 202) throw new Error(`${run} was answered ${answer.status} ${answer.text}`)
  }

  /** A backtest that has found what there is to find. */
  async foundOut(): Promise<string> {
    const { storage, registry, keyring, uploads } = this.#town.house.context
    const id = await this.backtested()
    const handler = backtestHandler({
      ...{ storage, registry, keyring, uploads },
      progress: startProgress(() => performance.now()),
    })
    // Held for no time: those of others stay as they are.
    const jobs = await storage.jobs.claim(BACKTEST.queue, 1_000, 1)
    for (const job of jobs.filter(({ payload }) => JSON.stringify(payload).includes(id)))
      await handler(job, { signal: AbortSignal.timeout(60_000), claimed: () => job })
    return id
  }

  /** A retro that waits for somebody to agree, with the hash that they agree to. */
  async proposed(more?: string): Promise<{ id: string; hash: string }> {
    const { path, hash } = await this.drafted(more)
    const { body } = await this.#call(`${path}/retros`, { source: 'log', from: 0, maxCases: 1, reason: 'x' })
    return { id: body.id, hash }
  }

  /** A retro that has made a case. */
  async lookedBack(): Promise<string> {
    const { house, lead } = this.#town
    const { storage, registry, keyring, uploads, intake } = house.context
    const { id, hash } = await this.proposed(ANYBODY)
    await lead.call('POST', `/v1/retros/${id}/approvals`, { body: { hash } })
    const handler = retroHandler({
      ...{ storage, registry, keyring, uploads, sealer: intake.bench.sealer, sealKey: intake.bench.sealKey },
      now: () => house.clock.now,
      keysFor: async (affected) => (await house.context.meansFor(affected)).record,
      progress: startProgress(() => performance.now()),
    })
    const jobs = await storage.jobs.claim(RETRO.queue, 1_000, 1)
    for (const job of jobs.filter(({ payload }) => JSON.stringify(payload).includes(id)))
      await handler(job, { signal: AbortSignal.timeout(60_000), claimed: () => job })
    return id
  }

  /** A version in shadow with a counter that nobody has counted before. */
  counting(): Promise<Version> {
    counters += 1
    return this.inShadow(
      `\ncounter fresh_${counters} = count by actor.id on message over ${60 + counters}m exact up to 9\n`,
    )
  }

  /** A backfill that waits for its turn. */
  async wanted(): Promise<string> {
    const { path } = await this.counting()
    const { body } = await this.#call(`${path}/backfills`, { source: 'log' })
    return body.id
  }

  /** A backfill that is done. */
  async filled(): Promise<string> {
    const { context, clock } = this.#town.house
    const { storage, registry, keyring, counters: kept, settings } = context
    const id = await this.wanted()
    const handler = backfillHandler({
      ...{ storage, registry, keyring, counters: kept },
      now: () => clock.now,
      progress: startProgress(() => performance.now()),
      takenByNow: async () => async () => true,
      changedAt: () => settings.changedAt('replay.days', 'replay.segmentDays'),
    })
    const jobs = await storage.jobs.claim(BACKFILL.queue, 1_000, 1)
    for (const job of jobs.filter(({ payload }) => JSON.stringify(payload).includes(id)))
      await handler(job, { signal: AbortSignal.timeout(60_000), claimed: () => job })
    return id
  }

  calls(word: string): Record<string, () => Promise<GoodCall>> {
    const { house, author } = this.#town
    const reason = word
    const on = (make: () => Promise<Version>, act: string, body: unknown) => async () => {
      const { path, hash } = await make()
      return { path: `${path}/${act}`, ...json(body, hash) }
    }
    const [drafted, inShadow] = [() => this.drafted(), () => this.inShadow()]
    return {
      checkRules: async () => ({ path: '/v1/rules/check', ...json({ text: starter }) }),
      getRuleHits: async () => ({ path: `${RULESET}/hits` }),
      getRuleset: async () => ({ path: RULESET }),
      getRulesetVersion: async () => ({ path: (await this.drafted()).path }),
      getShadowReport: async () => ({ path: `${(await this.inShadow()).path}/shadow-report` }),
      addRulesetVersion: async () => {
        const { version } = await this.drafted()
        return { path: `${RULESET}/versions`, ...json({ text: starterAs(version + 1) }) }
      },
      shadowRuleset: async () => {
        const { path, hash } = await this.inShadow()
        await this.#call(`${path}/retire`, {}, hash)
        return { ...(await on(drafted, 'shadow', {})()), who: author.credentials }
      },
      tryRuleset: on(inShadow, 'trial', { percent: 5, by: 'actor.id' }),
      liveRuleset: on(inShadow, 'live', { reason }),
      retireRuleset: on(drafted, 'retire', {}),
      approveRuleset: async () => {
        const { path, hash } = await this.opened()
        return { path: `${path}/approvals`, ...json({ hash, note: word }) }
      },
      rollBackRuleset: async () => ({
        path: `${RULESET}/rollback`,
        ...json({ reason }, (await this.wentLive()).hash),
      }),
      pauseRule: async () => ({
        path: `${RULESET}/rules/bad_link/pause`,
        ...json({ reason, until: this.#inAnHour() }, house.context.registry.live().hash),
      }),
      resumeRule: async () => ({
        path: `${RULESET}/rules/bad_link/pause`,
        headers: { 'if-match': `"${await this.paused('bad_link')}"` },
      }),
      startBacktest: async () => ({
        path: `${(await this.drafted()).path}/backtests`,
        ...json({ source: 'log', from: 0 }),
      }),
      getBacktests: async () => ({ path: `${(await this.drafted()).path}/backtests` }),
      getBacktest: async () => ({ path: `/v1/backtests/${await this.foundOut()}` }),
      getDifferences: async () => ({ path: `/v1/backtests/${await this.backtested()}/differences` }),
      startRetro: async () => ({
        path: `${(await this.drafted()).path}/retros`,
        ...json({ source: 'log', from: 0, maxCases: 1, reason }),
      }),
      getRetros: async () => ({ path: `${(await this.drafted()).path}/retros` }),
      getRetro: async () => ({ path: `/v1/retros/${await this.lookedBack()}` }),
      approveRetro: async () => {
        const { id, hash } = await this.proposed()
        return { path: `/v1/retros/${id}/approvals`, ...json({ hash }) }
      },
      handBacktestEvents: async () => ({
        path: `/v1/backtests/${await this.collecting()}/events?after=0`,
        ...archived(1),
      }),
      finishBacktestUpload: async () => ({
        path: `/v1/backtests/${await this.collecting(1)}/finish`,
        ...json({ events: 1 }),
      }),
      handRetroEvents: async () => ({
        path: `/v1/retros/${await this.collectingRetro()}/events?after=0`,
        ...archived(1),
      }),
      finishRetroUpload: async () => ({
        path: `/v1/retros/${await this.collectingRetro(1)}/finish`,
        ...json({ events: 1 }),
      }),
      startBackfill: async () => ({ path: `${(await this.counting()).path}/backfills`, ...json({ source: 'log' }) }),
      getBackfills: async () => ({ path: `${(await this.drafted()).path}/backfills` }),
      getBackfill: async () => ({ path: `/v1/backfills/${await this.filled()}` }),
      getJob: async () => ({ path: `/v1/jobs/${await this.backtested()}` }),
      cancelJob: async () => ({ path: `/v1/jobs/${await this.backtested()}` }),
      putRuleset: async () => {
        const { version } = await this.drafted()
        return { path: '/v1/rulesets/live', ...json({ text: starterAs(version + 1), reason }) }
      },
    }
  }

  #inAnHour(): number {
    return this.#town.house.clock.now + HOUR_MS
  }

  async #call(path: string, body: object, hash?: unknown) {
    const headers = { 'idempotency-key': freshId(), ...(hash !== undefined && { 'if-match': `"${hash}"` }) }
    const answer = await this.#town.author.call('POST', path, { body, headers })
    if (answer.status >= 300) throw new Error(`${path} was answered ${answer.status} ${answer.text}`)
    return answer
  }
}
