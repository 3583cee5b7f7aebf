import { type Act, acts as actNames, type Role, roles } from '@lamplighter/api'
import { describe, expect, it } from 'vitest'
import { acts } from './acts.ts'
import { may } from './may.ts'
import type { Principal } from './principal.ts'

/** The table of console.md §11, row by row as it stands there; the columns are the roles in their order. */
const TABLE = `
open and decide cases in granted lanes | ✓ | ✓ | ✓ | – | – | –
reveal media of one's own case | ✓ | ✓ | ✓ | – | – | –
decide appeals (never one's own) | by grant | ✓ | ✓ | – | – | –
write and test rules / approve (never one's own) | – | ✓ / ✓ | ✓ / ✓ | ✓ / ✓ | r | –
edit lists / sealed lists | – | ✓ / – | ✓ / 2 | – | r (versions) | –
decision records, log, ledger | own | r | r | r | r | r (no content)
people, roles / grant child-safety, legal, admin | – | – | – | – | r | ✓ / 2
connections, keys, retention | – | – | – | – | r | ✓`

/** Which acts a row is about: those that change something, and those that only read it. */
const ROWS: Readonly<Record<string, { does: readonly Act[]; reads: readonly Act[] }>> = {
  'open and decide cases in granted lanes': {
    does: ['lanes.read', 'cases.read', 'cases.work', 'cases.decide'],
    reads: [],
  },
  "reveal media of one's own case": { does: ['reveals.make', 'reveals.serve'], reads: [] },
  "decide appeals (never one's own)": { does: ['appeals.decide'], reads: [] },
  "write and test rules / approve (never one's own)": {
    does: ['rules.check', 'rules.write', 'rules.approve', 'rules.live'],
    reads: ['rules.read'],
  },
  'edit lists / sealed lists': { does: ['lists.edit'], reads: ['lists.read'] },
  'decision records, log, ledger': { does: [], reads: ['decisions.explain', 'log.read', 'receipts.read'] },
  'people, roles / grant child-safety, legal, admin': { does: ['people.manage'], reads: ['people.read'] },
  'connections, keys, retention': {
    does: ['connections.manage', 'keys.manage', 'settings.edit'],
    reads: ['connections.read', 'settings.read'],
  },
}

/** Acts of staff that the table does not speak of: of oneself, of the shell, or ruled on elsewhere. */
const BESIDE: readonly Act[] = [
  'me.read',
  'me.change',
  'live.read',
  'policies.read',
  'jobs.read',
  'demo.use',
  'decisions.undo',
  'decisions.reverse',
  'restore.resume',
  // A lead alone (rules.md §8.1).
  'rules.rollback',
  'rules.pause',
  // Legal asks, another person agrees (referrals.md §15).
  'switches.read',
  'switches.propose',
  'switches.approve',
  // An admin sets up, another person agrees (matching.md §11.2).
  'exchanges.read',
  'exchanges.manage',
  'exchanges.approve',
  'exchanges.pull',
  'exchanges.feedback',
  'exchanges.share',
]

const staff = (...held: Role[]): Principal => ({ kind: 'staff', id: 'st_1', number: 1, roles: held, session: 'se_1' })
const allowed = (act: Act, role: Role) => may(staff(role), act, {}, { kind: 'demo' }, 0).ok

const rows = TABLE.trim()
  .split('\n')
  .map((line) => {
    const [name = '', ...cells] = line.split('|').map((cell) => cell.trim())
    return { name, cells: roles.map((role, n) => ({ role, cell: cells[n] ?? expect.fail(line) })) }
  })

describe('the table of acts', () => {
  it.each(rows)('security S-11, console 31: "$name"', ({ name, cells }) => {
    const { does, reads } = ROWS[name] ?? expect.fail(name)
    for (const { role, cell } of cells) {
      for (const act of does) expect([act, role, allowed(act, role)]).toEqual([act, role, /^(✓|by grant)/.test(cell)])
      for (const act of reads) expect([act, role, allowed(act, role)]).toEqual([act, role, cell !== '–'])
    }
  })

  it('leaves no act of staff out', () => {
    const spoken = Object.values(ROWS).flatMap(({ does, reads }) => [...does, ...reads])
    const ofStaff = actNames.filter((act) => acts[act].roles !== undefined)
    expect(ofStaff.filter((act) => !spoken.includes(act) && !BESIDE.includes(act))).toEqual([])
  })

  it('one’s own and granted objects are open, others are not', () => {
    const ask = (act: Act, facts: object) => may(staff('reviewer'), act, facts, undefined, 0).ok
    expect([ask('decisions.explain', { own: true }), ask('decisions.explain', { own: false })]).toEqual([true, false])
    expect([ask('appeals.decide', { granted: true }), ask('appeals.decide', { granted: false })]).toEqual([true, false])
  })

  it('power is given by two; a key or a link has no row among people', () => {
    const give = (gives: Role[], seconded: boolean) =>
      may(staff('admin'), 'people.manage', { gives, seconded }, { kind: 'demo' }, 0)
    expect(give(['reviewer'], false)).toEqual({ ok: true })
    expect(give(['legal'], false)).toEqual({ ok: false, code: 'second_person_required' })
    expect(give(['legal'], true)).toEqual({ ok: true })
    for (const act of actNames) {
      if (acts[act].public || acts[act].link) continue
      expect(may({ kind: 'link', purpose: 'notice', matter: 'n_1' }, act, {}, { kind: 'demo' }, 0).ok).toBe(false)
      if (acts[act].scopes === undefined) {
        const key: Principal = { kind: 'key', id: 'k', connection: 'main', scopes: ['screen', 'metrics', 'accounts'] }
        expect(may(key, act, {}, { kind: 'demo' }, 0).ok).toBe(false)
      }
    }
  })

  it('the operator sees no content', () => {
    for (const act of ['cases.read', 'cases.decide', 'reveals.make', 'appeals.decide', 'decisions.explain'] as const) {
      expect(may({ kind: 'operator' }, act, {}, { kind: 'operator' }, 0).ok).toBe(false)
    }
  })

  it('taking a role away never adds a right', () => {
    for (const act of actNames) {
      for (const one of roles) {
        for (const other of roles) {
          if (allowed(act, one)) expect(may(staff(one, other), act, {}, { kind: 'demo' }, 0).ok).toBe(true)
        }
      }
    }
  })
})
