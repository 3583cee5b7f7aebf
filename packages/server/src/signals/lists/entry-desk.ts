import { AppError } from '../../http/errors.ts'
import type { CommandKey } from '../../http/route.ts'
import { allStaff, type Doer, staffLabel } from '../../people/index.ts'
import { newId, type Storage } from '../../storage/index.ts'
import type { Sealer } from '../../storage/sealer.ts'
import type { Affected, RecordKeys } from '../../transparency/index.ts'
import type { ListLibrary } from '../library.ts'
import { oneList } from '../store.ts'
import type { ListChange } from './changes.ts'
import type { Codec } from './codec.ts'
import type { Entries } from './entries.ts'
import type { ActDone } from './entry-acts.store.ts'
import type { EntryAct, ListedEntry, StandingAct } from './entry-acts.ts'
import { actEnded, actOnEntry, agreeToAct, entryNamed, oneAct, oneEntry, waitingActs } from './store.ts'
import type { EntryActsTable } from './tables.ts'

/** What people do with single entries. It holds in this process when a call returns, and in the others as soon as they hear of it. */
export interface EntryDesk {
  /** Does it, or on a sealed list keeps it until another person agrees. */
  act(act: EntryAct, doer: Doer, once?: CommandKey): Promise<ActEnd>
  /** @throws AppError as `agreeToAct` */
  agree(id: string, doer: Doer, once?: CommandKey): Promise<ActEnd>
  /** What waits for a second person. */
  waiting(): Promise<readonly EntryActsTable[]>
  /** Carries out what was agreed to and a crash cut off. */
  resume(): Promise<void>
}

export interface ActEnd extends Pick<ActDone, 'waits' | 'exception' | 'recorded'> {
  /** What became of an entry that was added or dropped. */
  readonly listed: ListedEntry | null
}

export interface EntryDeskParts {
  readonly storage: Storage
  readonly sealer: Sealer
  readonly codec: Codec
  readonly entries: Entries
  readonly library: Pick<ListLibrary, 'change'>
  readonly now: () => number
  keysFor(affected: readonly Affected[]): Promise<RecordKeys>
  onFailure(error: unknown): void
}

export function makeEntryDesk({
  storage,
  sealer,
  codec,
  entries,
  library,
  now,
  keysFor,
  onFailure,
}: EntryDeskParts): EntryDesk {
  const { store } = storage
  const actOf = ({ id, body }: EntryActsTable) => sealer.open<EntryAct>('entry_acts', 'body', id, body)

  /** Changes the list. The same act again finds the list changed, and says so. */
  const changeList = async (id: string): Promise<ListedEntry> => {
    const row = await store.read(oneAct, id)
    if (row.result !== null) return JSON.parse(row.result) as ListedEntry
    if (row.state !== 'agreed') throw new AppError('conflict', 'The list could not be changed; do it anew.')
    const act = (await actOf(row)) as Exclude<EntryAct, StandingAct>
    try {
      const listed = await changed(row, act)
      await store.tx(actEnded, { id, result: listed })
      return listed
    } catch (error) {
      // What the list refuses it will refuse again; where another change was faster, or the fault is ours, it is tried again.
      if (error instanceof AppError && error.code !== 'conflict') await store.tx(actEnded, { id, result: null })
      throw error
    }
  }

  const changed = async (row: EntryActsTable, act: Exclude<EntryAct, StandingAct>): Promise<ListedEntry> => {
    const { list } = act
    const sealed = (await store.read(oneList, list)).row.sealed === 1
    const { change, fingerprint } = await changeOf(act, sealed)
    const staff = await store.read(allStaff, undefined)
    const label = (id: string): string => {
      const person = staff.find((one) => one.id === id)
      return person === undefined ? id : staffLabel(person.number)
    }
    const { version, state } = await library.change({
      ...{ list, by: label(row.asked_by), full: false, changes: [[change]], rows: 1, bad: 0 },
      entry: { second: row.agreed_by === null ? null : label(row.agreed_by) },
    })
    return { entry: await store.read(entryNamed, { list, fingerprint }), version, state }
  }

  const changeOf = async (
    act: Exclude<EntryAct, StandingAct>,
    sealed: boolean,
  ): Promise<{ change: ListChange; fingerprint: string }> => {
    const { list } = act
    if (act.op === 'add') {
      const { kind, decision, entry } = act
      const sourceId = decision ?? undefined
      const fingerprint = codec.fingerprint({ id: list, sealed }, { value: entry.value, sourceId })
      return { change: { op: 'put', kind, entry, ...(sourceId !== undefined && { sourceId }) }, fingerprint }
    }
    const found = await store.read(oneEntry, { list, n: act.n })
    const { value, sourceId } = await codec.entry(list, found)
    const { fingerprint } = found
    return { change: sourceId === undefined ? { op: 'drop', value } : { op: 'drop', sourceId, value }, fingerprint }
  }

  const ended = async ({ agreed, ...done }: ActDone): Promise<ActEnd> => {
    await entries.load()
    return { ...done, listed: agreed === null ? null : await changeList(agreed) }
  }

  return {
    async act(act, doer, once) {
      const id = newId('ea', now())
      const sealed = await sealer.seal('entry_acts', 'body', id, act)
      const input = { id, act, sealed, doer, keys: await keysFor([]) }
      return ended(await store.tx(actOnEntry, input, once && { once }))
    },
    async agree(id, doer, once) {
      const row = (await store.read(waitingActs, undefined)).find((one) => one.id === id && one.state === 'open')
      // Without its row the work says what is wrong, or what was answered before to the same command.
      const act = row === undefined ? undefined : await actOf(row)
      return ended(await store.tx(agreeToAct, { id, act, doer, keys: await keysFor([]) }, once && { once }))
    },
    waiting: () => store.read(waitingActs, undefined),
    async resume() {
      for (const { id, state } of await store.read(waitingActs, undefined))
        if (state === 'agreed') await changeList(id).catch(onFailure)
    },
  }
}
