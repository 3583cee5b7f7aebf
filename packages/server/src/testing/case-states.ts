import type { Makes, Town } from './good-calls.ts'
import { freshId, type Person, uploadOf } from './house.ts'
import type { State } from './states.ts'

// Refusals in review, by who holds a case, who decided it before, and what is left of a picture.

const DAY_MS = 86_400_000
const NOBODYS = '00000000000000000000000000'

export function caseStates(town: Town, make: Makes, word: string): State[] {
  const { house, reviewer, lead } = town
  const statement = { language: 'en', text: word }
  const decision = { policy: 'HAR-1', choice: 'warn', reasonCode: 'insult', statement }
  const acts: readonly [id: string, path: string, body: unknown][] = [
    ['releaseCase', 'release', {}],
    ['skipCase', 'skip', { reason: 'unsure', note: word }],
    ['handoffCase', 'handoff', { to: 'lead', reason: word }],
    ['decideCase', 'decisions', decision],
  ]
  const on = (by: Person, path: string, body: unknown, number: number) =>
    by.call('POST', `/v1/cases/${number}/${path}`, { body, headers: { 'if-match': '"1"' } })
  const heldByLead = async () => (await make.taken(lead)).number
  const ofLead = async () => (await make.appealed(lead)).number
  const send = { do: 'send' }
  const claims = [...acts, ['decideNotice', 'notice', send] as const].flatMap(([id, path, body]): State[] => [
    [id, 'not_claimed', async () => on(reviewer, path, body, await make.reported())],
    [id, 'not_yours', async () => on(reviewer, path, body, await heldByLead())],
    [id, 'already_decided', async () => on(reviewer, path, body, (await make.decided()).number)],
    ...(id === 'decideNotice'
      ? []
      : [[id, 'first_decider', async () => on(lead, path, body, await ofLead())] satisfies State]),
  ])
  const decide = async (change: object) => {
    const { number, revision } = await make.taken()
    return reviewer.call('POST', `/v1/cases/${number}/decisions`, {
      body: { ...decision, ...change },
      headers: { 'if-match': `"${revision}"` },
    })
  }
  const onAppeal = (appeal: string, revision = 1) =>
    lead.call('POST', `/v1/appeals/${appeal}/decide`, {
      body: { outcome: 'upheld', reasons: word },
      headers: { 'if-match': `"${revision}"` },
    })
  const undo = (id: string, by = reviewer) => by.call('POST', `/v1/decisions/${id}/undo`, { body: {} })
  const reverse = (id: string) => reviewer.call('POST', `/v1/decisions/${id}/reverse`, { body: { reason: word } })
  const settled = async () => {
    const { decision: id } = await make.decided()
    house.clock.now += 11_000
    return id
  }
  return [
    ...claims,
    ['claimCase', 'not_yours', async () => on(reviewer, 'claim', {}, await heldByLead())],
    ['claimCase', 'already_decided', async () => on(reviewer, 'claim', {}, (await make.decided()).number)],
    ['claimCase', 'first_decider', async () => on(lead, 'claim', {}, await ofLead())],
    ['decideCase', 'stale_revision', async () => on(reviewer, 'decisions', decision, (await make.taken()).number)],
    ['decideNotice', 'stale_revision', async () => on(reviewer, 'notice', send, (await make.taken()).number)],
    [
      'decideNotice',
      'conflict',
      async () => {
        const { number, revision } = await make.taken()
        const headers = { 'if-match': `"${revision}"` }
        return reviewer.call('POST', `/v1/cases/${number}/notice`, { body: send, headers })
      },
    ],
    ['decideCase', 'placeholder_left', () => decide({ statement: { language: 'en', text: `${word} {{how}}` } })],
    ['decideCase', 'unknown_policy', () => decide({ policy: word })],
    [
      'decideCase',
      'unsupported_action',
      async () => {
        const { number, revision } = await reviewer.take(await make.reported({ target: undefined }))
        return reviewer.decide({ number, revision }, 'suspend')
      },
    ],
    [
      'decideCase',
      'conflict',
      async () => lead.decide(await lead.take((await make.appealed()).number), 'none', { policy: null }),
    ],
    ['decideAppeal', 'not_claimed', async () => onAppeal((await make.appealed()).appeal)],
    [
      'decideAppeal',
      'not_yours',
      async () => {
        const { appeal, number } = await make.appealed()
        await (await house.person('lead')).take(number)
        return onAppeal(appeal)
      },
    ],
    [
      'decideAppeal',
      'already_decided',
      async () => {
        const { appeal, number } = await make.appealed()
        await onAppeal(appeal, (await lead.take(number)).revision)
        return onAppeal(appeal)
      },
    ],
    ['decideAppeal', 'first_decider', async () => onAppeal((await make.appealed(lead)).appeal)],
    [
      'decideAppeal',
      'stale_revision',
      async () => {
        const { appeal, number } = await make.appealed()
        return onAppeal(appeal, (await lead.take(number)).revision + 1)
      },
    ],
    ['undoDecision', 'window_closed', async () => undo(await settled())],
    ['undoDecision', 'not_yours', async () => undo((await make.decided()).decision, lead)],
    [
      'undoDecision',
      'conflict',
      async () => {
        const { decision: id } = await make.decided()
        await undo(id)
        return undo(id)
      },
    ],
    ['reverseDecision', 'conflict', async () => reverse((await make.decided()).decision)],
    [
      'reverseDecision',
      'already_decided',
      async () => {
        const id = await settled()
        await reverse(id)
        return reverse(id)
      },
    ],
  ]
}

export function revealStates({ house, reviewer, lead }: Town, make: Makes): State[] {
  const reveal = (by: Person, number: number, exhibit: string) =>
    by.call('POST', '/v1/reveals', { body: { case: number, exhibit, step: 'lowpass' } })
  return [
    ['makeReveal', 'not_found', async () => reveal(reviewer, (await make.pictured()).case, `ex_${NOBODYS}`)],
    [
      'makeReveal',
      'not_claimed',
      async () => {
        const pictured = await make.pictured()
        return reveal(lead, pictured.case, pictured.exhibit)
      },
    ],
    [
      'makeReveal',
      'gone',
      async () => {
        const pictured = await make.pictured()
        const { revision } = (await reviewer.call('GET', `/v1/cases/${pictured.case}`)).body
        await reviewer.decide({ number: pictured.case, revision }, 'warn')
        const { id } = (await house.rows('notices')).at(-1) ?? {}
        const appealed = { body: { notice: id, text: 'x' }, headers: { 'idempotency-key': freshId() } }
        await house.platform('POST', '/v1/appeals', appealed)
        const { number } = await house.newestCase()
        const { now } = house.clock
        house.clock.now += 400 * DAY_MS
        await house.context.vault.sweep()
        const late = await house.person('lead')
        await late.take(Number(number))
        const answer = await reveal(late, Number(number), pictured.exhibit)
        house.clock.now = now
        return answer
      },
    ],
    ['serveRendition', 'token_used', () => reviewer.call('GET', `/v1/renditions/${'x'.repeat(43)}`)],
    [
      'serveRendition',
      'gone',
      async () => {
        const id = freshId()
        await house.putPicture(id, Buffer.from('GIF89a, and no picture'))
        await house.screen(uploadOf(id))
        const { number, evidence } = await reviewer.take(Number((await house.newestCase()).number))
        const { url } = (await reveal(reviewer, number, evidence[0].media.exhibit)).body
        return reviewer.call('GET', url)
      },
    ],
  ]
}
