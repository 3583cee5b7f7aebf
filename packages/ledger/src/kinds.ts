/** Under whose key the fields of a record are sealed. */
export type SealedFor = 'account' | 'reporter' | 'appellant' | 'platform'

/** One field of a kind; its slot is its place in the list. */
export interface FieldKind {
  readonly name: string
  /** Whether the person named may see it. The auditor may see all. */
  readonly shown: boolean
  /** Of open kinds: left out of the published opening. */
  readonly kept: boolean
}

/** One row of the table of acts that are logged. */
export interface Kind {
  readonly no: number
  readonly name: string
  /** The values that `op` may have; empty where the kind has no such field. */
  readonly ops: readonly string[]
  /** Whether everyone may see it. `listed`: only where the setting is named in `public-settings.ts`. */
  readonly open: boolean | 'listed'
  readonly sealedFor: SealedFor
  /** Slot 0 first. Slots are never used again for something else. */
  readonly fields: readonly FieldKind[]
}

/** The kinds that a verifier knows, by number. */
export type Kinds = ReadonlyMap<number, Kind>

/** Slots of every commitment, used or not. */
export const SLOTS = 16

/** Fields are words; `*` before one: the person named may see it. `(…)`: of an open kind, not published. */
function kind(no: number, name: string, ops: string, fields: string, sealedFor: SealedFor = 'platform'): Kind {
  const open = no === 34 ? 'listed' : no >= 30
  return {
    no,
    name,
    ops: ops.split(' ').filter((op) => op !== ''),
    open,
    sealedFor,
    fields: fields.split(' ').map((word) => ({
      name: word.replace(/[*()]/g, ''),
      shown: open === true ? !word.startsWith('(') : word.startsWith('*'),
      kept: word.startsWith('('),
    })),
  }
}

const ORDER_OPS =
  'receive authenticate mark_fake ask answer time_out decide accept refuse execute confirm_effect reinstate confirm ' +
  'extend convert end collect prepare approve send_back seal release stop fetch expire recall close withdraw reopen ' +
  'gagged gag_extended gag_ended'

const TABLE: readonly Kind[] = [
  kind(
    1,
    'verdict',
    '',
    '*at event *item account *verdict *effects *policy rules ruleset signals *unknown *until case *automated',
    'account',
  ),
  kind(
    2,
    'decision',
    'made undone reversed',
    '*at *op case *item *account *policy *effects *reason *statement *source *automated by second *solo *until *about',
    'account',
  ),
  kind(
    3,
    'action',
    'delivered cancelled',
    '*at *op *action *do *item account *decision attempts endpoint *undoes',
    'account',
  ),
  kind(4, 'notice', '', '*at *notice *action *account *text *language *channel *delivered *appealUntil', 'account'),
  kind(5, 'report', 'accepted verified closed', '*at *op *report *item *reason *outcome case *proof *code', 'reporter'),
  kind(6, 'appeal', 'received decided', '*at *op *appeal *of *outcome *reasons by', 'appellant'),
  kind(7, 'hold', 'placed extended ended destroyed', 'at op hold exhibits root reason until order by second'),
  kind(8, 'reveal', '', 'at staff role case exhibit step span reason bytes order'),
  kind(
    9,
    'referral',
    'approved sent unclear cancelled supplemented',
    '*at *op *referral adapter incident *document *files receipt viewed by second solo',
  ),
  kind(10, 'access', 'queried opened shown', 'at op staff role purpose query results of to'),
  kind(11, 'role', 'granted removed enrolled revoked', 'at op who role by second'),
  kind(12, 'breach', '', 'at clock of due late'),
  kind(
    20,
    'order',
    ORDER_OPS,
    '*at *op *order *instrument *authority *officer *lines *ground *fingerprint *plan *manifest *notBefore second account about',
  ),
  kind(
    30,
    'ledger',
    'opened key_added key_retired key_compromised witnesses resumed recovered continues',
    'at op origin key policy size root note',
  ),
  kind(
    31,
    'franking',
    'epoch desk counted revoked destroying destroyed seed_published desk_destroyed',
    'at op kid from to key seed stamps reason (by) (second)',
  ),
  kind(
    32,
    'list',
    'published withdrawn',
    'at op list version digest entries added removed source (by) (second) device',
  ),
  kind(
    33,
    'ruleset',
    'shadow trial live rollback paused resumed retired',
    'at op ruleset version digest previous approvals (by) solo reason until',
  ),
  kind(34, 'setting', 'changed', 'at name from to (by) (second) solo'),
  kind(35, 'statistics', 'published corrected', 'at op period kind run files facts factsRoot previous'),
  kind(36, 'erasure', '', 'at run openings ground (indices)'),
  kind(37, 'software', '', 'at version digest verifier guard'),
  kind(38, 'model', 'live rollback bar', 'at op model version card digest previous (by)'),
]

/** The table of acts that are logged, by number. 0 is a pad and has no row. */
export const KINDS: Kinds = new Map(TABLE.map((row) => [row.no, row]))

/** The kinds that the sealed log may hold; order always, the others where they speak of an order or of that log. */
export const SEALED_KINDS: ReadonlySet<number> = new Set([7, 8, 10, 12, 20, 30, 36])
