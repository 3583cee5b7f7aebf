import { type Engine, table } from '../storage/index.ts'

export function connections(engine: Engine): string[] {
  return [
    table(engine, 'connections', {
      id: 'text primary key',
      name: 'text not null unique',
      kind: "text not null check (kind in ('webhook', 'poll'))",
      url: 'text',
      does: 'text not null',
      state: "text not null default 'active'",
      paused_why: 'text',
      secret: 'bytes',
      secret_last4: 'text',
      secret_set_at: 'bigint',
      old_secret: 'bytes',
      old_until: 'bigint',
      fails: 'bigint not null default 0',
      probe_at: 'bigint not null default 0',
      offers: 'bigint not null default 0',
      revision: 'bigint not null default 1',
      created_at: 'bigint not null',
    }),
  ]
}

export function actions(engine: Engine): string[] {
  return [
    table(engine, 'actions', {
      id: 'text primary key',
      decision: 'text not null',
      // A reserved word of PostgreSQL.
      '"do"': 'text not null',
      what: 'text',
      item_type: 'text',
      item_id: 'text',
      account: 'text',
      undo_of: 'text',
      requested_at: 'bigint not null',
      withdrawn_by: 'text',
    }),
    'create index actions_decision on actions (decision)',
    'create index actions_requested on actions (requested_at)',
  ]
}

export function outbox(engine: Engine): string[] {
  const columns = {
    id: 'text primary key',
    connection: 'text not null references connections (id)',
    type: 'text not null',
    repeatable: 'smallint not null',
    webhook_id: 'text not null unique',
    body: 'bytes not null',
    words: 'text not null',
    action: 'text',
    notice: 'text',
    decision: 'text',
    record: 'text',
    order_key: 'text not null',
    order_no: 'bigint not null',
    state_no: 'bigint not null',
    family: 'text',
    withdraws: 'text',
    restates: 'smallint not null default 0',
    overtakes: 'text',
    state: 'text not null',
    not_before: 'bigint not null',
    next_at: 'bigint not null',
    lease_until: 'bigint not null default 0',
    token: 'text',
    attempts: 'bigint not null default 0',
    fails: 'bigint not null default 0',
    intent_at: 'bigint',
    offer: 'bigint',
    why: 'text',
    created_at: 'bigint not null',
    delivered_at: 'bigint',
    closed_at: 'bigint',
    closed_by: 'text',
  }
  // Nothing that tells of an act leaves without the record of that act (ledger.md §4).
  const recorded = "constraint outbox_recorded check (type = 'ping' or (record is not null and record <> ''))"
  return [
    table(engine, 'outbox', columns, [recorded, 'unique (order_key, order_no)']),
    "create index outbox_waiting on outbox (connection, id) where state = 'waiting'",
    "create index outbox_sending on outbox (connection, lease_until) where state = 'sending'",
    "create index outbox_open on outbox (order_key, order_no) where state not in ('delivered', 'cancelled')",
    'create index outbox_action on outbox (action) where action is not null',
    'create index outbox_decision on outbox (decision) where decision is not null',
    'create index outbox_notice on outbox (notice) where notice is not null',
    'create index outbox_connection on outbox (connection, id)',
    'create index outbox_closed on outbox (closed_at) where closed_at is not null',
    table(engine, 'outbox_orders', { order_key: 'text primary key', last_no: 'bigint not null' }),
    table(engine, 'outbox_attempts', {
      id: 'text primary key',
      outbox: 'text not null',
      connection: 'text not null',
      at: 'bigint not null',
      status: 'bigint',
      error: 'text',
      ms: 'bigint not null',
      answer: 'bytes',
    }),
    'create index outbox_attempts_row on outbox_attempts (outbox, id)',
    'create index outbox_attempts_at on outbox_attempts (at)',
  ]
}

export function withheld(engine: Engine): string[] {
  return [
    table(engine, 'withheld_notices', {
      id: 'text primary key',
      account: 'text not null',
      decision: 'text not null',
      subject: 'text not null',
      content: 'bytes not null',
      state: 'text not null',
      until: 'bigint not null',
      case_number: 'bigint',
      created_at: 'bigint not null',
      closed_at: 'bigint',
    }),
    'create index withheld_notices_decision on withheld_notices (decision)',
    'create index withheld_notices_case on withheld_notices (case_number)',
    'create index withheld_notices_closed on withheld_notices (closed_at)',
  ]
}

export function notices(engine: Engine): string[] {
  return [
    table(engine, 'notices', {
      id: 'text primary key',
      account: 'text not null',
      decision: 'text not null',
      state: "text not null default 'standing'",
      content: 'bytes not null',
      took_part: 'text not null',
      record: 'text not null',
      commitment: 'text not null',
      appeal_until: 'bigint not null',
      created_at: 'bigint not null',
    }),
    'create index notices_decision on notices (decision)',
    'create index notices_created on notices (created_at)',
    table(engine, 'notice_links', {
      hash: 'bytes primary key',
      notice: 'text not null',
      ends_at: 'bigint not null',
    }),
    'create index notice_links_notice on notice_links (notice)',
    'create index notice_links_ends on notice_links (ends_at)',
    table(engine, 'used_form_numbers', { hash: 'bytes primary key', used_at: 'bigint not null' }),
    'create index used_form_numbers_at on used_form_numbers (used_at)',
    table(engine, 'appeals', {
      id: 'text primary key',
      // One appeal against one notice: a second attempt is told of the first.
      notice: 'text not null unique',
      account: 'text not null',
      decision: 'text not null',
      case_number: 'bigint',
      state: 'text not null',
      outcome: 'text',
      content: 'bytes not null',
      answer: 'bytes',
      record: 'text not null',
      commitment: 'text not null',
      received_at: 'bigint not null',
      decided_at: 'bigint',
    }),
    'create index appeals_decided on appeals (decided_at) where decided_at is not null',
  ]
}
