/** Under whose key the fields of a record are sealed. */
export type SealedFor = 'account' | 'reporter' | 'appellant' | 'platform'

/** One field of a kind; its slot is its place in the list. */
export interface FieldKind {
  readonly name: string
  /** Whether the person named may see it; of an open kind, whether everyone may. The auditor may see all. */
  readonly shown: boolean
  /** Of open kinds, also of those that are open only where listed: left out of the published opening. */
  readonly kept: boolean
}

/** One row of the table of acts that are logged. Its values of `op` are in `OPS`. */
export interface Kind {
  readonly no: number
  readonly name: string
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

// Number, name, sealed for, fields by slot; `*`: shown to the person named, `(…)`: not published.
const TABLE = `
1 verdict account *at event *item account *verdict *effects *policy rules ruleset signals *unknown *until case *automated
2 decision account *at *op case *item *account *policy *effects *reason *statement *source *automated by second *solo *until *about
3 action account *at *op *action *do *item account *decision attempts endpoint *undoes
4 notice account *at *notice *action *account *text *language *channel *delivered *appealUntil
5 report reporter *at *op *report *item *reason *outcome case *proof *code
6 appeal appellant *at *op *appeal *of *outcome *reasons by
7 hold platform at op hold exhibits root reason until order by second
8 reveal platform at staff role case exhibit step span reason bytes order
9 referral platform *at *op *referral adapter incident *document *files receipt viewed by second solo
10 access platform at op staff role purpose query results of to
11 role platform at op who role by second
12 breach platform at clock of due late
20 order platform *at *op *order *instrument *authority *officer *lines *ground *fingerprint *plan *manifest *notBefore second account about
30 ledger platform at op origin key policy size root note
31 franking platform at op kid from to key seed stamps reason (by) (second)
32 list platform at op list version digest entries added removed source (by) (second) device
33 ruleset platform at op ruleset version digest previous approvals (by) solo reason until
34 setting platform at name from to (by) (second) solo
35 statistics platform at op period kind run files facts factsRoot previous
36 erasure platform at run openings ground (indices)
37 software platform at version digest verifier guard
38 model platform at op model version card digest previous (by)`

/** The table of acts that are logged, by number. 0 is a pad and has no row. */
export const KINDS: Kinds = new Map(TABLE.trim().split('\n').map(kindOfRow))

function kindOfRow(row: string): [number, Kind] {
  const [number = '', name = '', sealedFor, ...words] = row.split(' ')
  const no = Number(number)
  const isOpen = no === 34 ? 'listed' : no >= 30
  const fields = words.map((word) => ({
    name: word.replace(/[*()]/g, ''),
    shown: word.startsWith('*') || (isOpen === true && !word.startsWith('(')),
    kept: word.startsWith('('),
  }))
  return [no, { no, name, open: isOpen, sealedFor: sealedFor as SealedFor, fields }]
}

/** The kinds that the sealed log may hold; order always, the others where they speak of an order or of that log. */
export const SEALED_KINDS: ReadonlySet<number> = new Set([7, 8, 10, 12, 20, 30, 36])
