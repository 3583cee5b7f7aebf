import type { Move } from '@lamplighter/rules/counters'
import type { StoredOp } from './store.ts'

/** An op as the journal keeps it: of the counter only its number. Ids are hashed as they are in the rows. */
export interface JournalOp extends Omit<StoredOp, 'counter' | 'readOnly'> {
  readonly no: number
}

type Line = readonly [
  no: number,
  findable: number | null,
  at: number,
  event: string,
  hidden: 0 | 1,
  where: 0 | 1 | null,
  value: number | null,
  eventBefore: string | null,
  member: string | null,
  memberBefore: string | null,
  now: readonly string[],
  last: readonly string[] | null,
]

/** One text for the ops of one record; lists without names, which are half as long. */
export function encodeOps(ops: readonly JournalOp[]): string {
  return JSON.stringify(
    ops.map(
      ({ no, findable, key, move }): Line => [
        no,
        // There is no text for "never".
        Number.isFinite(findable) ? findable : null,
        move.at,
        move.event,
        move.hidden ? 1 : 0,
        move.where === undefined ? null : move.where ? 1 : 0,
        move.value ?? null,
        move.eventBefore ?? null,
        move.member ?? null,
        move.memberBefore ?? null,
        key.now,
        key.last ?? null,
      ],
    ),
  )
}

/** The ops again. */
export function decodeOps(text: string): JournalOp[] {
  return (JSON.parse(text) as Line[]).map((line) => {
    const [no, findable, at, event, hidden, where, value, eventBefore, member, memberBefore, now, last] = line
    const move: Move = {
      at,
      event,
      hidden: hidden === 1,
      where: where === null ? undefined : where === 1,
      ...(value !== null && { value }),
      ...(eventBefore !== null && { eventBefore }),
      ...(member !== null && { member }),
      ...(memberBefore !== null && { memberBefore }),
    }
    return { no, findable: findable ?? Number.NEGATIVE_INFINITY, key: { now, ...(last !== null && { last }) }, move }
  })
}
