import { AppError } from '../../http/errors.ts'
import { allStaff } from '../../people/index.ts'
import { finalStateOf } from '../../review/index.ts'
import type { Tx } from '../../storage/index.ts'
import type { ListsTable } from '../tables.ts'
import type { EntryAct } from './entry-acts.ts'
import { stateAt } from './entry-book.ts'
import { assertHeld, standingOf } from './standing.store.ts'

/** Refuses what would change nothing, and what the list does not allow. */
export async function assertFits(tx: Tx, act: EntryAct, list: ListsTable): Promise<void> {
  if (act.op !== 'add') await assertHeld(tx, list, act.n)
  switch (act.op) {
    case 'aside':
    case 'restore': {
      const row = await standingOf(tx, act.list, act.n)
      const state = row === undefined ? 'active' : stateAt({ ...row, untilAt: row.until_at, expiresAt: null }, tx.now)
      if ((state === 'aside') === (act.op === 'aside'))
        throw new AppError('conflict', `The entry is ${state} already; read the list again.`)
      return
    }
    case 'except':
      if (list.kind !== 'pdq' && ((list.kind !== 'digest' && list.kind !== 'vpdq') || act.pdq !== null))
        throw new AppError(
          'invalid',
          'Only lists of hashes have exceptions, and only lists of pictures by what they look like.',
          { pointer: '/list' },
        )
      if (act.pdq !== null && list.sealed === 1)
        throw new AppError(
          'sealed',
          'On a sealed list an exception names a file by its SHA-256, not what it looks like.',
        )
      return
    case 'unexcept':
      return assertExcepted(tx, act.exception)
    case 'drop':
      if (list.exchange !== null)
        throw new AppError('conflict', 'What an exchange lists comes back with its next pull; put the entry aside.')
      return
    case 'add':
      return assertMayList(tx, act, list)
  }
}

async function assertExcepted(tx: Tx, id: string): Promise<void> {
  const found = await tx.db
    .selectFrom('exceptions')
    .select(['ended_at', 'ends_at'])
    .where('id', '=', id)
    .executeTakeFirst()
  if (found === undefined) throw new AppError('not_found', 'There is no such exception.')
  if (found.ended_at !== null || found.ends_at <= tx.now)
    throw new AppError('conflict', 'The exception has ended already.')
}

/** An entry of our own rests on a decision that nobody can undo any more (matching.md §9.2). */
async function assertMayList(
  tx: Tx,
  { kind, decision }: Extract<EntryAct, { op: 'add' }>,
  list: ListsTable,
): Promise<void> {
  if (kind !== list.kind) throw new AppError('conflict', `This list holds entries of kind "${list.kind}" now.`)
  if (list.exchange !== null)
    throw new AppError('conflict', 'An exchange feeds this list; keep entries of your own in a list of your own.')
  if (decision === null) {
    if (list.sealed === 0) return
    throw new AppError('invalid', 'decision: an entry of a sealed list rests on a decision; name it.', {
      pointer: '/decision',
    })
  }
  const state = await finalStateOf(tx, decision)
  if (state === 'upheld') return
  const words = {
    open: 'can still be undone; add the entry when that time is over',
    over: 'was undone or reversed',
    none: 'found nothing wrong',
  }
  throw new AppError('conflict', `The decision ${words[state]}.`)
}

/** @throws AppError `forbidden` neither of them keeps children safe */
export async function assertChildSafety(tx: Tx, staff: readonly string[]): Promise<void> {
  const people = await allStaff.run(tx, undefined)
  if (people.some(({ id, roles }) => staff.includes(id) && roles.includes('child-safety'))) return
  throw new AppError(
    'forbidden',
    'At least one of the two must hold the role child-safety; ask such a person to approve.',
  )
}
