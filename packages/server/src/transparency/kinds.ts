import { type Field, fieldsOf, KINDS, type Kind } from '@lamplighter/ledger'
import { type ActKind, instantOf, type LedgerAct } from './acts.ts'
import { isPublicSetting } from './public-settings.ts'

const BY_NAME = new Map([...KINDS.values()].map((kind) => [kind.name, kind]))

/** The row of the table of kinds. */
export function kindNamed(name: ActKind): Kind {
  const kind = BY_NAME.get(name)
  if (kind === undefined) throw new RangeError(`the table of kinds has no "${name}"`)
  return kind
}

/** 1 where everyone may read the act; else 0, which looks like a pad. */
export function classOf(act: LedgerAct): 0 | 1 {
  const { open } = kindNamed(act.kind)
  if (open === 'listed') return act.kind === 'setting' && isPublicSetting(act.fields.name) ? 1 : 0
  return open ? 1 : 0
}

/** The fields of an act in the slots of its kind; `at` is the instant of the act. */
export function slotsOf(act: LedgerAct, now: number): Map<number, Field> {
  const given = Object.entries(act.fields).filter(([, value]) => value !== undefined)
  return fieldsOf(KINDS, kindNamed(act.kind).no, { ...Object.fromEntries(given), at: instantOf(act.at ?? now) })
}

/** The slots that the person named may see; of an act that everyone may read, those that are published. */
export function shownSlots(kindNo: number, open: boolean): Set<number> {
  const kind = KINDS.get(kindNo)
  // A setting that is not public is shown to nobody.
  if (kind === undefined || (kind.open !== false && !open)) return new Set()
  return new Set(kind.fields.flatMap((field, slot) => (field.shown ? [slot] : [])))
}
