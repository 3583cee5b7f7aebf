import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import type { Code } from '@lamplighter/api'
import { KeyringError } from '../storage/keyring/index.ts'
import { caseStates, revealStates } from './case-states.ts'
import { EntryMakes, entryStates } from './entry-calls.ts'
import { exchangeStates } from './exchange-calls.ts'
import type { Makes, Town } from './good-calls.ts'
import { type Answered, CSAM, freshId, LISTED, messageOf, picture, reportOf, uploadOf } from './house.ts'
import { operatorCalls } from './operator-calls.ts'
import { ruleStates } from './rule-states.ts'
import { agree, propose } from './switching.ts'
import { signedFile, signerOf } from './term-files.ts'

/** An endpoint, a code, and what brings the first to answer the second. */
export type State = readonly [endpoint: string, code: Code, provoke: () => Promise<Answered>]

const DAY_MS = 86_400_000
const NOBODYS = '00000000000000000000000000'

/** Refusals that depend on how things stand, for every call that declares them. */
export function statesOf(town: Town, make: Makes, word: string): readonly State[] {
  return [
    ...ofIntake(town, make, word),
    ...caseStates(town, make, word),
    ...revealStates(town, make),
    ...ofPeople(town, make, word),
    ...ofConnections(town, make, word),
    ...ruleStates(town, word),
    ...entryStates(town, make, new EntryMakes(town, word), word),
    ...ofSwitches(town, make, word),
    ...exchangeStates(town, word),
    ...ofTheRest(town, make, word),
  ]
}

function ofIntake({ house, poller }: Town, make: Makes, word: string): State[] {
  const events = (body: unknown, type = 'application/json') =>
    house.platform('POST', '/v1/events', { body, headers: { 'content-type': type } })
  const hashed = { ...messageOf(word), media: [{ id: word, pdq: [{ hash: word, quality: 1 }] }] }
  const appeal = (notice: string) =>
    house.platform('POST', '/v1/appeals', {
      body: { notice, text: word },
      headers: { 'idempotency-key': freshId() },
    })
  return [
    [
      'screen',
      'deadline',
      async () => {
        const { store } = house.context.storage
        const tx = store.tx.bind(store)
        let late: Promise<unknown> = Promise.resolve()
        store.tx = (...given: Parameters<typeof tx>) => {
          const written = new Promise((resolve) => setTimeout(resolve, 600)).then(() => tx(...given))
          late = written
          return written as never
        }
        const body = messageOf(`${word} ${LISTED.blackmail_terms}`)
        const answer = await house.platform('POST', '/v1/screen', { body })
        Reflect.deleteProperty(store, 'tx')
        // It is written all the same, and makes a case: not in the middle of what comes next.
        await late
        return answer
      },
    ],
    ['events', 'invalid', () => events({ [word]: word, kind: word })],
    ['events', 'bad_hash', () => events(hashed)],
    ['screen', 'bad_hash', () => house.platform('POST', '/v1/screen', { body: hashed })],
    [
      'reports',
      'bad_hash',
      () => house.platform('POST', '/v1/reports', { body: { ...hashed, ...reportOf(word), media: hashed.media } }),
    ],
    ['events', 'line_incomplete', () => events(`{"id":"${word}`, 'application/x-ndjson')],
    [
      'events',
      'backlog_full',
      async () => {
        await events(messageOf(word))
        house.clock.now += 600_001
        // The count of what waits is taken four times a second.
        await new Promise((resolve) => setTimeout(resolve, 300))
        const answer = await events(messageOf(word))
        await house.follow()
        return answer
      },
    ],
    [
      'putMedia',
      'conflict',
      async () => {
        const id = freshId()
        await house.putPicture(id, picture(['boat', 1], 64))
        return house.putPicture(id, picture(['boat', 2], 64))
      },
    ],
    [
      'putMedia',
      'digest_mismatch',
      () => house.putPicture(freshId(), picture(['boat', 3], 64), { 'content-digest': `sha-256=:${'A'.repeat(43)}=:` }),
    ],
    ['getMedia', 'not_found', () => house.platform('GET', `/v1/media/${freshId()}`)],
    [
      'deleteMedia',
      'held',
      async () => {
        const id = freshId()
        await house.putPicture(id, picture(CSAM), { prefer: 'wait=60' })
        await house.screen(uploadOf(id))
        return house.platform('DELETE', `/v1/media/${id}`)
      },
    ],
    ['hashFile', 'invalid', () => house.platform('POST', '/v1/hash', { body: { url: word } })],
    [
      'hashFile',
      'unsupported_type',
      () =>
        house.platform('POST', '/v1/hash', { body: `<svg>${word}</svg>`, headers: { 'content-type': 'image/png' } }),
    ],
    [
      'matchHashes',
      'bad_hash',
      () => house.platform('POST', '/v1/match', { body: { hashes: [{ kind: 'md5', value: word }] } }),
    ],
    ['matchHashes', 'invalid', () => house.platform('POST', '/v1/match', { body: { hashes: [], [word]: word } })],
    [
      'matchHashes',
      'sealed',
      () =>
        house.platform('POST', '/v1/match', {
          body: { hashes: [{ kind: 'md5', value: '0'.repeat(32) }], lists: ['csam_digests'] },
        }),
    ],
    ['sendAppeal', 'not_found', () => appeal(`not_${NOBODYS}`)],
    [
      'sendAppeal',
      'already_decided',
      async () => {
        const notice = await make.noticed()
        await appeal(notice)
        return appeal(notice)
      },
    ],
    [
      'sendAppeal',
      'gone',
      async () => {
        const notice = await make.noticed()
        const { now } = house.clock
        house.clock.now += 184 * DAY_MS
        const answer = await appeal(notice)
        house.clock.now = now
        return answer
      },
    ],
    ['getActions', 'conflict', () => house.platform('GET', '/v1/actions')],
    [
      'ackAction',
      'conflict',
      async () => house.platform('POST', `/v1/actions/${await make.offered()}/ack`, { body: { ok: true } }),
    ],
    [
      'ackAction',
      'not_found',
      () => house.visit('POST', `/v1/actions/${word}/ack`, { body: { ok: true }, headers: poller }),
    ],
  ]
}

function ofPeople({ house, admin }: Town, make: Makes, word: string): State[] {
  const on = (act: string, body: unknown) => async (id: string) =>
    admin.call('POST', `/v1/people/${id}/${act}`, { body })
  const revoke = on('revoke', { reason: word })
  const revoked = async () => {
    const id = await make.invited()
    await revoke(id)
    return id
  }
  /** The same call again, when the key that sealed what was shown once is gone. */
  const shownBefore = async (path: string, body: unknown) => {
    const once = { body, headers: { 'idempotency-key': freshId() } }
    await admin.call('POST', path, once)
    const { keyring } = house.context
    keyring.unseal = () => Promise.reject(new KeyringError('key_destroyed', word))
    const answer = await admin.call('POST', path, once)
    Reflect.deleteProperty(keyring, 'unseal')
    return answer
  }
  const invitation = { name: word, roles: ['reviewer'] }
  return [
    ['lookAs', 'conflict', () => admin.call('POST', '/v1/me/look-as', { body: { role: 'auditor' } })],
    [
      'invitePerson',
      'second_person_required',
      () => admin.call('POST', '/v1/people', { body: { name: word, roles: ['admin'] } }),
    ],
    ['invitePerson', 'conflict', () => shownBefore('/v1/people', invitation)],
    ['recoverPerson', 'second_person_required', async () => on('link', { reason: word })(await make.invited())],
    [
      'recoverPerson',
      'conflict',
      async () => operatorCalls(house, `/v1/people/${await revoked()}/link`, { reason: word }),
    ],
    [
      'changeRoles',
      'second_person_required',
      async () => on('roles', { roles: ['legal'], reason: word })(await make.invited()),
    ],
    ['changeRoles', 'conflict', async () => on('roles', { roles: ['lead'], reason: word })(await revoked())],
    ['revokePerson', 'conflict', async () => revoke(await revoked())],
    ['newKey', 'conflict', () => shownBefore('/v1/keys', { name: word, scopes: ['screen'] })],
    [
      'revokeKey',
      'conflict',
      async () => {
        const path = `/v1/keys/${await make.key()}/revoke`
        await admin.call('POST', path, { body: {} })
        return admin.call('POST', path, { body: {} })
      },
    ],
  ]
}

function ofConnections({ house, admin }: Town, make: Makes, word: string): State[] {
  const on = (path: string, body: unknown = {}) => admin.call('POST', path, { body })
  const poller = async () => (await house.rows('connections')).find(({ kind }) => kind === 'poll')?.id
  const cancelled = async () => {
    const path = `/v1/deliveries/${await make.delivery()}`
    await on(`${path}/cancel`, { reason: word })
    return path
  }
  return [
    ['newConnection', 'conflict', () => on('/v1/connections', { name: 'poller', kind: 'poll', does: ['warn'] })],
    ['rotateConnection', 'conflict', async () => on(`/v1/connections/${await poller()}/rotate`)],
    [
      'testConnection',
      'conflict',
      async () => {
        const path = `/v1/connections/${await make.connected()}`
        await on(`${path}/pause`, { reason: word })
        return on(`${path}/test`)
      },
    ],
    ['replayDelivery', 'conflict', async () => on(`${await cancelled()}/replay`)],
    ['cancelDelivery', 'conflict', async () => on(`${await cancelled()}/cancel`, { reason: word })],
  ]
}

function ofSwitches({ house, legal, lead }: Town, make: Makes, word: string): State[] {
  const withdrawn = async () => {
    const asked = await make.switchAsked()
    await legal.call('POST', `/v1/switch-changes/${asked.id}/withdraw`, { body: { reason: word } })
    return asked
  }
  return [
    [
      'proposeSwitch',
      'conflict',
      async () => {
        await make.switchAsked()
        return propose(house, legal, 'uk.private_scan', { reason: word })
      },
    ],
    [
      'approveSwitch',
      'stale_revision',
      async () => agree(lead, { id: (await make.switchAsked()).id, hash: `sha256:${'0'.repeat(64)}` }),
    ],
    ['approveSwitch', 'conflict', async () => agree(lead, await withdrawn())],
    ['approveSwitch', 'second_person_required', async () => agree(legal, await make.switchAsked())],
    [
      'withdrawSwitch',
      'conflict',
      async () =>
        legal.call('POST', `/v1/switch-changes/${(await withdrawn()).id}/withdraw`, { body: { reason: word } }),
    ],
  ]
}

function ofTheRest({ house, lead, admin, reviewer }: Town, make: Makes, word: string): State[] {
  const recordOf = async () => {
    const { decision } = await make.decided()
    return String((await house.rows('staff_decisions')).find(({ id }) => id === decision)?.record)
  }
  const changed = (list: string, revision: string, more: object) =>
    lead.call('PATCH', `/v1/lists/${list}`, {
      body: { ...more, reason: 'a made-up reason' },
      headers: { 'if-match': `"${revision}"` },
    })
  const step = (list: string, version: number, wish: string) =>
    lead.call('POST', `/v1/lists/${list}/versions/${version}/state`, {
      body: { step: wish, reason: 'a made-up reason' },
      headers: { 'idempotency-key': freshId() },
    })
  return [
    ['handInVersion', 'bad_terms', () => lead.call('POST', '/v1/lists/x/versions', { body: { file: '{}', note: '' } })],
    [
      'handInVersion',
      'signature',
      async () =>
        lead.call('POST', '/v1/lists/x/versions', { body: await signedFile({ id: 'x' }, signerOf('stranger')) }),
    ],
    [
      'handInVersion',
      'version_old',
      async () => {
        const body = await signedFile({ id: 'twice_sent' })
        await lead.call('POST', '/v1/lists/twice_sent/versions', { body })
        return lead.call('POST', '/v1/lists/twice_sent/versions', { body })
      },
    ],
    [
      'handInVersion',
      'conflict',
      async () =>
        lead.call('POST', '/v1/lists/bad_domains/versions', {
          body: await signedFile({ id: 'bad_domains', harm: 'malware' }),
        }),
    ],
    [
      'handInVersion',
      'manifest',
      () =>
        lead.call('POST', `/v1/lists/bad_domains/versions?manifest=${encodeURIComponent('{}')}`, {
          body: `${word}\n`,
          headers: { 'content-type': 'text/plain' },
        }),
    ],
    [
      'createList',
      'conflict',
      () => {
        const body = { id: 'bad_domains', kind: 'domain', harm: 'malware', sealed: false, source: 'made up' }
        return lead.call('POST', '/v1/lists', { body, headers: { 'idempotency-key': freshId() } })
      },
    ],
    ['changeList', 'stale_revision', () => changed('bad_domains', '9999', { disputed: 'hit' })],
    [
      'changeList',
      'conflict',
      async () => {
        const { body } = await lead.call('GET', '/v1/lists/bad_domains')
        await changed('bad_domains', body.revision, { source: 'another' })
        const answer = await changed('bad_domains', body.revision, { source: 'a third' })
        const { body: held } = await lead.call('GET', '/v1/lists/bad_domains')
        await step('bad_domains', held.waits.version, 'drop')
        return answer
      },
    ],
    ['stepListVersion', 'needs_unmet', async () => step(await make.listThatWaits(), 1, 'live')],
    [
      'resumeRestored',
      'conflict',
      async () => {
        make.quiet()
        await admin.call('POST', '/v1/restore/resume', { body: {} })
        return admin.call('POST', '/v1/restore/resume', { body: {} })
      },
    ],
    ['reopenLog', 'conflict', () => operatorCalls(house, '/v1/log/reopen', { log: 'sealed' })],
    [
      'askErasure',
      'opening_held',
      async () => {
        const account = freshId()
        await make.reported({ target: { id: account } })
        return operatorCalls(house, '/v1/erasures', { account, ground: 'request', reason: word })
      },
    ],
    ['getReceipt', 'record_unknown', () => house.platform('GET', `/v1/receipts/${word}`)],
    [
      'getReceipt',
      'not_yet',
      async () => {
        const record = await recordOf()
        const database = new DatabaseSync(join(house.place.folder, 'lamplighter.db'))
        database.prepare('update ledger_records set not_before = ? where id = ?').run(house.clock.now + DAY_MS, record)
        database.close()
        return reviewer.call('GET', `/v1/receipts/${record}`)
      },
    ],
    [
      'getReceipt',
      'opening_destroyed',
      async () => {
        const record = await recordOf()
        await house.context.transparency.erase({ kind: 'account', id: 'kestrel' }, 'request')
        return reviewer.call('GET', `/v1/receipts/${record}`)
      },
    ],
  ]
}
