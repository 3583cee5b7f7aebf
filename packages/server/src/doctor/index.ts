import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import type { Config } from '../http/config.ts'
import type { LogStand } from '../transparency/index.ts'
import type { Finding } from './finding.ts'
import {
  backupElsewhere,
  judgeBackup,
  judgeClock,
  judgeEngine,
  judgeFileSystem,
  judgeHugePages,
  judgeMode,
  judgeNode,
  judgeRefused,
  judgeSchema,
  judgeSpace,
  judgeSync,
  judgeUnusable,
  type OtherClocks,
} from './judge.ts'
import {
  judgeDeliveries,
  judgeEndpoints,
  judgeJobs,
  judgeLicences,
  judgeLists,
  judgeLog,
  judgeNative,
  judgePartitions,
  judgePostgres,
  judgeSilent,
  judgeStaged,
  judgeStream,
  judgeSwitches,
  judgeVideo,
  judgeWalls,
  type ProgramState,
} from './judge-running.ts'
import { isPortFree, measureFolder, modeOf, readHugePages } from './measure.ts'

export type { Finding } from './finding.ts'

/** What the database and the decoder of this installation say. */
export interface Stood {
  readonly engine: string
  /** As the engine reports them. */
  readonly settings: Readonly<Record<string, string | number>>
  readonly stream: { readonly records: number; readonly oldestMs: number }
  readonly queues: readonly { readonly queue: string; readonly parked: number }[]
  readonly outbox: readonly { readonly waiting: number; readonly oldestMs: number }[]
  readonly endpoints: readonly { readonly paused: boolean; readonly parked: number }[]
  readonly lists: readonly { readonly id: string; readonly ageMs: number; readonly endsMs: number | null }[]
  readonly stagedLists: readonly { readonly id: string; readonly version: number; readonly why: readonly string[] }[]
  readonly silent: Parameters<typeof judgeSilent>[0]
  readonly emptyLists: readonly string[]
  readonly staleAfterMs: Readonly<Record<string, number>>
  readonly logs: readonly LogStand[]
  readonly fallen: readonly string[]
  readonly native: ProgramState
  readonly video: ProgramState
  readonly switches: readonly { readonly id: string; readonly on: boolean; readonly lapsed: boolean }[]
  readonly clock: OtherClocks
  readonly partitionsAhead: number | null
}

/** What only the caller can find out: whether a server runs, and what its database says. */
export interface Looked {
  readonly now: number
  readonly warnings: readonly string[]
  /** What a running server misses to be ready; undefined when none runs. */
  readonly missing: readonly { name: string; why: string }[] | undefined
  /** How the installation stands; undefined where there is no database yet. */
  readonly stands: Stood | undefined
  readonly waiting: readonly string[]
  /** Why an installation that is there could not be opened. */
  readonly refused?: string
}

/** Looks at everything that can be looked at here; each finding that is not *ok* says what to do. */
export async function examine(config: Config, looked: Looked): Promise<Finding[]> {
  const room = measureFolder(config.data)
  const masterKey = config.keyFile ?? join(config.keyring ?? config.data, 'master.key')
  const floor = config.diskFloor !== undefined && 'bytes' in config.diskFloor ? config.diskFloor.bytes : undefined
  return [
    judgeNode(process.versions.node),
    ...configuration(looked),
    await server(config, looked),
    judgeClock(looked.stands?.clock ?? null, looked.now),
    ...(room.usable
      ? [judgeFileSystem(room.magic), judgeSpace(room.free, room.total, floor), judgeSync(room.syncUs)]
      : [judgeUnusable(config.data, room.why)]),
    judgeHugePages(readHugePages()),
    ...(looked.refused === undefined ? [] : [judgeRefused(looked.refused)]),
    ...(looked.stands === undefined ? [] : installation(looked.stands)),
    judgeSchema(looked.waiting),
    judgeMode('data folder', modeOf(config.data), config.data),
    judgeMode('master key', modeOf(masterKey), masterKey),
    config.database === 'embedded' ? judgeBackup(backupAge(config.data, looked.now)) : backupElsewhere(),
  ]
}

function installation(at: Stood): Finding[] {
  return [
    at.engine === 'postgres' ? judgePostgres(at.settings) : judgeEngine(at.settings),
    ...(at.partitionsAhead === null ? [] : [judgePartitions(at.partitionsAhead)]),
    judgeStream(at.stream),
    judgeJobs(at.queues),
    judgeDeliveries(at.outbox, at.endpoints),
    judgeEndpoints(at.endpoints),
    judgeLists(at.lists, at.staleAfterMs, at.emptyLists),
    judgeLicences(at.lists),
    judgeStaged(at.stagedLists),
    judgeSilent(at.silent),
    ...at.logs.map(judgeLog),
    judgeWalls(at.fallen),
    judgeNative(at.native),
    judgeVideo(at.video),
    judgeSwitches(at.switches),
  ]
}

function configuration({ warnings }: Looked): Finding[] {
  if (warnings.length === 0) return [{ check: 'configuration', state: 'ok', found: 'every name is known' }]
  return warnings.map((warning) => {
    const [found = '', remedy = ''] = warning.split('. ')
    return { check: 'configuration', state: 'look', found, remedy }
  })
}

async function server(config: Config, { missing }: Looked): Promise<Finding> {
  if (missing === undefined) {
    const { host, port } = config.listen
    if (port === 0 || (await isPortFree(host, port)))
      return { check: 'server', state: 'ok', found: `not running; port ${port} is free` }
    return {
      check: 'server',
      state: 'wrong',
      found: `not running, and port ${port} is taken`,
      remedy: 'Stop what listens there, or set LAMPLIGHTER_LISTEN.',
    }
  }
  if (missing.length === 0) return { check: 'server', state: 'ok', found: 'running and ready' }
  const words = missing.map(({ name, why }) => `${name} (${why})`).join(', ')
  return {
    check: 'server',
    state: 'wrong',
    found: `running, but misses ${words}`,
    remedy: missing.map(({ name }) => REMEDIES[name] ?? 'See below, and the log of the server.').join(' '),
  }
}

/** What to do where a running server misses something, by the names of its readiness. */
const REMEDIES: Readonly<Record<string, string>> = {
  database: 'See disk and engine below; with PostgreSQL, whether it answers under LAMPLIGHTER_DATABASE.',
  keyring: 'Look at the folder of the keyring (LAMPLIGHTER_KEYRING, else LAMPLIGHTER_DATA): its disk, owner and mode.',
  lists: 'They are being read; if it stays so, start the server again.',
  rules: 'Run: lamplighter rules live FILE --reason WHY',
  draining: 'It is stopping; start it again when it has ended.',
}

const LastBackup = z.object({ at: z.int() })

/** The note that `backup` leaves in the data folder. */
export const backupNote = (data: string): string => join(data, 'last-backup.json')

function backupAge(data: string, now: number): number | undefined {
  const path = backupNote(data)
  if (!existsSync(path)) return undefined
  return now - LastBackup.parse(JSON.parse(readFileSync(path, 'utf8'))).at
}
