import { listConnections } from './actions/index.ts'
import { newestAct } from './audit/index.ts'
import type { NativeState, WallName, Walls } from './evidence/decoder/index.ts'
import type { Standing } from './gauges.ts'
import { FOLLOW } from './intake/index.ts'
import { hasLapsed, type SwitchSet, stateAt } from './policy/index.ts'
import { laneStands } from './review/index.ts'
import { type EntryStand, entryStands, listAges } from './signals/index.ts'
import { type Storage, storageStands } from './storage/index.ts'
import { type LogStand, logStands } from './transparency/index.ts'

/** All that waits, is old, or takes room: for metrics when they are read, and for `doctor`. Numbers and our own names only. */
export interface Stands extends Standing {
  readonly engine: string
  readonly settings: Readonly<Record<string, string | number>>
  /** How old a list may become, where somebody said so. */
  readonly staleAfterMs: Readonly<Record<string, number>>
  /** What of lists is silent. */
  readonly silent: readonly EntryStand[]
  /** Lists that the live rules ask, and that hold nothing. */
  readonly emptyLists: readonly string[]
  readonly endpoints: readonly { readonly paused: boolean; readonly parked: number }[]
  readonly logs: readonly LogStand[]
  readonly clock: {
    /** When the newest act was noted. */
    readonly writtenAt: number | null
    /** How far the database's clock is ahead; null where there is none but ours. */
    readonly databaseOffMs: number | null
  }
  /** Hours for which the stream has partitions; null where it has none. */
  readonly partitionsAhead: number | null
  /** Walls of the decoder that do not stand on this machine. */
  readonly fallen: readonly WallName[]
  /** Whether pictures in rarer forms are decoded. */
  readonly native: NativeState
  /** Whether videos are. */
  readonly video: NativeState
}

/** The walls that do not stand. */
export const fallenWalls = (walls: Walls): WallName[] =>
  (Object.keys(walls) as WallName[]).filter((name) => !walls[name].stands)

interface From {
  readonly storage: Storage
  /** Ids of the lists that the live rules ask. */
  readonly asked: () => readonly string[]
  readonly fallen: () => Promise<readonly WallName[]>
  readonly native: () => Promise<NativeState>
  readonly video: () => Promise<NativeState>
  readonly switches: () => SwitchSet
  readonly now: () => number
}

export async function standsOf({ storage, asked, fallen, native, video, switches, now }: From): Promise<Stands> {
  const { store, stream } = storage
  const at = now()
  const [lanes, connections, lists, silent, stored, logs, writtenAt, backlog, { engine, settings, numbers }] =
    await Promise.all([
      store.read(laneStands, undefined),
      store.read(listConnections, null),
      store.read(listAges, undefined),
      store.read(entryStands, at),
      store.read(storageStands, undefined),
      store.read(logStands, null),
      store.read(newestAct, undefined),
      stream.backlog(FOLLOW),
      storage.facts(),
    ])
  const outbox = (['webhook', 'poll'] as const).map((kind) => {
    const own = connections.filter((one) => one.kind === kind)
    const oldest = Math.min(at, ...own.map(({ oldestAt }) => oldestAt ?? at))
    return { kind, waiting: own.reduce((sum, one) => sum + one.waiting, 0), oldestMs: at - oldest }
  })
  return {
    lanes: lanes.map(({ lane, waiting, overdue, oldestAt }) => ({
      lane,
      waiting,
      overdue,
      oldestMs: oldestAt === null ? 0 : Math.max(0, at - oldestAt),
    })),
    outbox,
    lists: lists.flatMap(({ id, updatedAt, entries, unmatched, hot, endsAt }) =>
      updatedAt === null
        ? []
        : [
            {
              id,
              ageMs: Math.max(0, at - updatedAt),
              entries,
              unmatched,
              hot,
              endsMs: endsAt === null ? null : Math.max(0, endsAt - at),
            },
          ],
    ),
    stagedLists: lists.flatMap(({ id, staged }) => (staged === null ? [] : [{ id, ...staged }])),
    switches: switches().switches.map((one) => ({
      id: one.id,
      on: stateAt(one, at) === 'on',
      lapsed: hasLapsed(one, at),
    })),
    stream: { group: FOLLOW, ...backlog },
    queues: stored.queues,
    bytes: stored.bytes,
    engine,
    settings,
    staleAfterMs: Object.fromEntries(
      lists.flatMap(({ id, staleAfterMs }) => (staleAfterMs === null ? [] : [[id, staleAfterMs]])),
    ),
    silent,
    emptyLists: asked().filter((id) => !lists.some((list) => list.id === id && list.entries > 0)),
    endpoints: connections.map(({ state, parked }) => ({ paused: state === 'paused', parked })),
    logs,
    clock: { writtenAt, databaseOffMs: numbers.clockOffMs ?? null },
    partitionsAhead: numbers.partitionsAhead ?? null,
    fallen: await fallen(),
    native: await native(),
    video: await video(),
  }
}
