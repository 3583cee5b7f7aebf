import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import type { Town } from './good-calls.ts'
import { type Answered, freshId } from './house.ts'
import { operatorCalls } from './operator-calls.ts'
import { archived, RuleMakes, starterAs, type Version } from './rule-calls.ts'
import type { State } from './states.ts'

const RULESET = '/v1/rulesets/starter'
const NOBODYS = `sha256:${'0'.repeat(64)}`
const STEPS = [
  ['shadowRuleset', 'shadow', {}],
  ['tryRuleset', 'trial', { percent: 5, by: 'actor.id' }],
  ['liveRuleset', 'live', { reason: 'x' }],
  ['retireRuleset', 'retire', {}],
] as const

/** Refusals of the calls that hand versions in and take them through their states. */
export function ruleStates(town: Town, word: string): State[] {
  const { house, lead, author } = town
  const make = new RuleMakes(town)
  const change = (sql: string): void => {
    const database = new DatabaseSync(join(house.place.folder, 'lamplighter.db'))
    database.exec(sql)
    database.close()
  }
  const on = ({ path, hash }: Version, act: string, body: unknown, by = author): Promise<Answered> =>
    by.call('POST', `${path}/${act}`, { body, headers: { 'if-match': `"${hash}"` } })
  /** A draft that this software no longer takes. */
  const outgrown = async (): Promise<Version> => {
    const draft = await make.drafted()
    const hash = `sha256:${String(draft.version).padStart(64, '0')}`
    change(`update ruleset_versions set text = 'rule x', hash = '${hash}' where version = ${draft.version}`)
    return { ...draft, hash }
  }
  /** As if another version had gone live since the two were compared. */
  const overtaken = async (run: () => Promise<Answered>): Promise<Answered> => {
    const { registry } = house.context
    const { kept } = registry
    registry.kept = (row) => {
      const found = kept(row)
      return { ...found, compared: { ...found.compared, against: NOBODYS } }
    }
    try {
      return await run()
    } finally {
      registry.kept = kept
    }
  }
  const approve = ({ path }: Version, hash: string) =>
    lead.call('POST', `${path}/approvals`, { body: { hash, note: word } })
  const rollBack = (hash: string) =>
    lead.call('POST', `${RULESET}/rollback`, { body: { reason: word }, headers: { 'if-match': `"${hash}"` } })
  const onRule = (method: 'POST' | 'DELETE', rule: string, given: { hash?: string; key?: string } = {}) =>
    lead.call(method, `${RULESET}/rules/${rule}/pause`, {
      ...(method === 'POST' && { body: { reason: word, until: house.clock.now + 60_000 } }),
      headers: {
        'if-match': `"${given.hash ?? house.context.registry.live().hash}"`,
        'idempotency-key': given.key ?? freshId(),
      },
    })
  const handIn = (text: string) => author.call('POST', `${RULESET}/versions`, { body: { text } })
  const put = (text: string) => operatorCalls(house, '/v1/rulesets/live', { text, reason: word }, 'PUT')
  /** What ran before versions were locked, with a rule that does something else. */
  const ranOtherwise = async (): Promise<string> => {
    const { version } = await make.wentLive()
    change(`update ruleset_versions set lock = null where version = ${version}`)
    return starterAs(version)
      .replace('rule bad_link v1', 'rule bad_link v9')
      .replace('block, limit "links" for 1h', 'block, limit "links" for 3h')
      .replace('expect effect limit "links" for 1h', 'expect effect limit "links" for 3h')
  }

  return [
    ...STEPS.flatMap(([id, act, body]): State[] => [
      [id, 'stale_revision', async () => on({ ...(await make.drafted()), hash: NOBODYS }, act, body)],
      [id, 'needs_unmet', async () => on(await make.wentLive(), act, body)],
      [id, 'conflict', () => overtaken(async () => on(await make.drafted(), act, body))],
      [id, 'rules_refused', async () => on(await outgrown(), act, body)],
    ]),
    ['approveRuleset', 'stale_revision', async () => approve(await make.opened(), NOBODYS)],
    [
      'approveRuleset',
      'needs_unmet',
      async () => {
        const draft = await make.drafted()
        return approve(draft, draft.hash)
      },
    ],
    [
      'approveRuleset',
      'rules_refused',
      async () => {
        const draft = await outgrown()
        return approve(draft, draft.hash)
      },
    ],
    ['getShadowReport', 'rules_refused', async () => lead.call('GET', `${(await outgrown()).path}/shadow-report`)],
    ...backtestStates(town, make, { change, outgrown }),
    ...retroStates(town, make, { change, outgrown }),
    ...uploadStates(town, make),
    ...backfillStates(town, make, outgrown),
    ['rollBackRuleset', 'stale_revision', () => rollBack(NOBODYS)],
    [
      'rollBackRuleset',
      'needs_unmet',
      async () => {
        const { hash } = await make.wentLive()
        change("update ruleset_versions set before_hash = null where state = 'live'")
        return rollBack(hash)
      },
    ],
    [
      'rollBackRuleset',
      'conflict',
      async () => {
        const { hash } = await make.wentLive()
        change(`update ruleset_versions set before_hash = '${NOBODYS}' where state = 'live'`)
        return rollBack(hash)
      },
    ],
    [
      'rollBackRuleset',
      'rules_refused',
      async () => {
        const draft = await outgrown()
        const { hash } = await make.wentLive()
        change(`update ruleset_versions set before_hash = '${draft.hash}' where state = 'live'`)
        return rollBack(hash)
      },
    ],
    ['pauseRule', 'stale_revision', () => onRule('POST', 'bad_link', { hash: NOBODYS })],
    ['resumeRule', 'stale_revision', () => onRule('DELETE', 'bad_link', { hash: NOBODYS })],
    ['resumeRule', 'conflict', () => onRule('DELETE', 'blackmail')],
    [
      'resumeRule',
      'idempotency_mismatch',
      async () => {
        await make.paused('bad_link')
        const key = freshId()
        await onRule('DELETE', 'bad_link', { key })
        return onRule('DELETE', 'blackmail', { key })
      },
    ],
    ['addRulesetVersion', 'rules_refused', () => handIn(`rule ${word}`)],
    ['addRulesetVersion', 'conflict', async () => handIn(await ranOtherwise())],
    ['putRuleset', 'rules_refused', () => put(`rule ${word}`)],
    ['putRuleset', 'needs_unmet', async () => put(starterAs((await make.wentLive()).version))],
    ['putRuleset', 'conflict', async () => put(await ranOtherwise())],
  ]
}

/** Refusals of the calls that ask versions about the past. */
function backtestStates(
  { author }: Town,
  make: RuleMakes,
  over: { change(sql: string): void; outgrown(): Promise<Version> },
): State[] {
  const start = ({ path }: Version) => author.call('POST', `${path}/backtests`, { body: { source: 'log', from: 0 } })
  const cancel = (id: string, key = freshId()) =>
    author.call('DELETE', `/v1/jobs/${id}`, { headers: { 'idempotency-key': key } })
  return [
    ['startBacktest', 'rules_refused', async () => start(await over.outgrown())],
    [
      'startBacktest',
      'conflict',
      async () => {
        const draft = await make.drafted()
        over.change(`update ruleset_versions set schema_text = schema_text || '# x' where version = ${draft.version}`)
        return start(draft)
      },
    ],
    [
      'cancelJob',
      'conflict',
      async () => {
        const id = await make.backtested()
        await cancel(id)
        return cancel(id)
      },
    ],
    [
      'cancelJob',
      'idempotency_mismatch',
      async () => {
        const key = freshId()
        await cancel(await make.backtested(), key)
        return cancel(await make.backtested(), key)
      },
    ],
  ]
}

/** Refusals of the calls that apply versions to the past. */
function retroStates(
  { author, lead }: Town,
  make: RuleMakes,
  over: { change(sql: string): void; outgrown(): Promise<Version> },
): State[] {
  const start = ({ path }: Version) =>
    author.call('POST', `${path}/retros`, { body: { source: 'log', from: 0, maxCases: 1, reason: 'x' } })
  const approve = ({ id, hash }: { id: string; hash: string }, by = lead) =>
    by.call('POST', `/v1/retros/${id}/approvals`, { body: { hash } })
  return [
    ['startRetro', 'rules_refused', async () => start(await over.outgrown())],
    [
      'startRetro',
      'conflict',
      async () => {
        const draft = await make.drafted()
        over.change(`update ruleset_versions set schema_text = schema_text || '# x' where version = ${draft.version}`)
        return start(draft)
      },
    ],
    ['approveRetro', 'second_person_required', async () => approve(await make.proposed(), author)],
    ['approveRetro', 'stale_revision', async () => approve({ ...(await make.proposed()), hash: NOBODYS })],
    [
      'approveRetro',
      'conflict',
      async () => {
        const retro = await make.proposed()
        await approve(retro)
        return approve(retro)
      },
    ],
  ]
}

/** Refusals of the calls that hand an archive in. */
function uploadStates({ author }: Town, make: RuleMakes): State[] {
  const kinds = [
    ['Backtest', 'backtests', (more: number) => make.collecting(more)],
    ['Retro', 'retros', (more: number) => make.collectingRetro(more)],
  ] as const
  return kinds.flatMap(([name, kind, started]): State[] => {
    const hand = async (after: number, body: string) =>
      author.call('POST', `/v1/${kind}/${await started(0)}/events?after=${after}`, { ...archived(0), body })
    return [
      [`hand${name}Events`, 'invalid', () => hand(0, '{}\n')],
      [`hand${name}Events`, 'line_incomplete', () => hand(0, '{"kind":"mess')],
      [`hand${name}Events`, 'conflict', () => hand(1, archived(1).body)],
      [
        `finish${name}Upload`,
        'conflict',
        async () => author.call('POST', `/v1/${kind}/${await started(1)}/finish`, { body: { events: 2 } }),
      ],
    ]
  })
}

/** Refusals of the call that fills counters from the past. */
function backfillStates({ author }: Town, make: RuleMakes, outgrown: () => Promise<Version>): State[] {
  const start = ({ path }: Version) => author.call('POST', `${path}/backfills`, { body: { source: 'log' } })
  return [
    ['startBackfill', 'rules_refused', async () => start(await outgrown())],
    ['startBackfill', 'conflict', async () => start(await make.drafted(COUNTED.replace('50m', '49m')))],
    ['startBackfill', 'counter_not_logged', async () => start(await make.inShadow(COUNTED))],
  ]
}

/** Of encrypted messages nothing is kept. */
const COUNTED = '\ncounter unlogged = count by actor.id on sealed_message over 50m exact up to 9\n'
