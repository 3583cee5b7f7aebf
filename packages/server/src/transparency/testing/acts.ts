import { type ActFields, type ActKind, type Affected, instantOf, type LedgerAct, PLATFORM } from '../acts.ts'

const HASH = '3f'.repeat(32)
const UNTIL = instantOf(Date.UTC(2026, 11, 1))

const FIELDS: ActFields = {
  verdict: {
    event: 'message:8731',
    item: 'message:8731',
    account: 'u17',
    verdict: 'hold',
    effects: ['hold', 'queue'],
    policy: 'THREAT-1@3',
    rules: ['threat_to_life'],
    ruleset: 'starter@4',
    signals: ['list:threats'],
    unknown: ['score:grooming'],
    until: null,
    case: 'C-1042',
    automated: 'fully',
  },
  decision: {
    op: 'made',
    case: 'C-1042',
    item: 'message:8731',
    account: 'u17',
    policy: 'THREAT-1@3',
    effects: ['remove', 'notice'],
    reason: 'threat',
    statement: HASH,
    source: 'report',
    automated: 'no',
    by: 'R-7',
    second: null,
    solo: false,
    until: null,
    about: null,
  },
  action: {
    op: 'delivered',
    action: 'act_1',
    do: 'remove',
    item: 'message:8731',
    account: 'u17',
    decision: 'dec_1',
    attempts: 2,
    endpoint: 'webhook:main',
    undoes: null,
  },
  notice: {
    notice: 'not_1',
    action: 'act_1',
    account: 'u17',
    text: HASH,
    language: 'en',
    channel: 'webhook',
    delivered: null,
    appealUntil: UNTIL,
  },
  report: {
    op: 'accepted',
    report: 'rep_1',
    item: 'message:8731',
    reason: 'threat',
    outcome: null,
    case: 'C-1042',
    proof: null,
    code: null,
  },
  appeal: { op: 'received', appeal: 'app_1', of: 'not_1', outcome: null, reasons: null, by: null },
  hold: {
    op: 'placed',
    hold: 'hld_1',
    exhibits: 1,
    root: HASH,
    reason: 'preserve',
    until: UNTIL,
    order: null,
    by: 'R-7',
    second: null,
  },
  reveal: {
    staff: 'R-7',
    role: 'reviewer',
    case: 'C-1042',
    exhibit: 'x_1',
    step: 'full',
    span: null,
    reason: 'to decide',
    bytes: 4096,
    order: null,
  },
  access: {
    op: 'queried',
    staff: 'R-7',
    role: 'legal',
    purpose: 'appeal',
    query: 'C-1042',
    results: 1,
    of: null,
    to: null,
  },
  role: { op: 'granted', who: 'R-8', role: 'reviewer', by: 'R-1', second: null },
  ledger: { op: 'witnesses', origin: 'safety.example/log/actions', policy: 'quorum none' },
  list: {
    op: 'published',
    list: 'demo-hashes',
    version: '12',
    digest: HASH,
    entries: 120_000,
    added: 310,
    removed: 4,
    source: 'exchange',
    by: 'R-2',
    second: 'R-3',
    device: true,
  },
  ruleset: {
    op: 'live',
    ruleset: 'starter',
    version: 4,
    digest: HASH,
    previous: null,
    approvals: 1,
    by: 'R-2',
    solo: true,
    reason: 'first set',
    until: null,
  },
  model: {
    op: 'live',
    model: 'learner_threat',
    version: 'mdl_1',
    card: HASH,
    digest: HASH,
    previous: null,
    by: 'R-2',
  },
  setting: { name: 'retention.cases', from: '730', to: '365', by: 'R-1', second: null, solo: true },
  erasure: { run: 'era_1', openings: '1–9', ground: 'request', indices: ['3'] },
  software: { version: '0.1.0', digest: HASH, verifier: null, guard: null },
}

export const ALL_KINDS = Object.keys(FIELDS) as ActKind[]

const AFFECTED: Partial<Record<ActKind, Affected>> = {
  verdict: { kind: 'account', id: 'u17' },
  decision: { kind: 'account', id: 'u17' },
  action: { kind: 'account', id: 'u17' },
  notice: { kind: 'account', id: 'u17' },
  report: { kind: 'reporter', id: 'u99' },
  appeal: { kind: 'account', id: 'u17' },
}

/** A made-up act of that kind, with all fields that it has. */
export function someAct<K extends ActKind>(kind: K, change: Partial<ActFields[K]> = {}, more: object = {}): LedgerAct {
  const affected = AFFECTED[kind] ?? PLATFORM
  return { kind, affected, fields: { ...FIELDS[kind], ...change }, ...more } as LedgerAct
}

export function decisionOn(account: string, change: Partial<ActFields['decision']> = {}): LedgerAct {
  return someAct('decision', { account, ...change }, { affected: { kind: 'account', id: account } })
}
