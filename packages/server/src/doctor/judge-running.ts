import { MOST_EXCEPTED } from '../signals/index.ts'
import type { Halt, LogStand } from '../transparency/index.ts'
import { type Finding, look, ok, wrong } from './finding.ts'

// What a running installation shows: what waits, what is old, what was given up.

const MINUTE_MS = 60_000

/** Events that nobody has judged yet. From ten minutes on no more are taken (platform.md §10). */
export function judgeStream({ records, oldestMs }: { records: number; oldestMs: number }): Finding {
  const found = records === 0 ? 'nothing unread' : `${records} unread events, the oldest ${words(oldestMs)} old`
  if (oldestMs > 10 * MINUTE_MS || records > 1_000_000) {
    return wrong(
      'stream',
      found,
      'Start the server, and look in the log for "follow.failed": new events are refused now.',
    )
  }
  return oldestMs > MINUTE_MS
    ? look('stream', found, 'If it grows, the machine is too small or "follow.failed" is in the log.')
    : ok('stream', found)
}

export function judgeJobs(queues: readonly { queue: string; parked: number }[]): Finding {
  const parked = queues.filter((one) => one.parked > 0)
  if (parked.length === 0) return ok('jobs', 'none given up')
  const found = parked.map(({ queue, parked: count }) => `${count} given up in ${queue}`).join(', ')
  return look('jobs', found, 'Look in the log for "job.failed": its code says why. No machine deletes them.')
}

interface Outbox {
  readonly waiting: number
  readonly oldestMs: number
}

export function judgeDeliveries(outbox: readonly Outbox[], endpoints: readonly { parked: number }[]): Finding {
  const parked = endpoints.reduce((sum, one) => sum + one.parked, 0)
  const waiting = outbox.reduce((sum, one) => sum + one.waiting, 0)
  const oldestMs = Math.max(0, ...outbox.map((one) => one.oldestMs))
  if (parked > 0) {
    return look(
      'deliveries',
      `${parked} given up`,
      'See where: lamplighter connection list. There: lamplighter connection deliveries NAME --state parked, then for each: lamplighter connection replay ID, or lamplighter connection cancel ID --reason WHY.',
    )
  }
  const found = waiting === 0 ? 'none waits' : `${waiting} wait, the oldest for ${words(oldestMs)}`
  return oldestMs > 10 * MINUTE_MS
    ? look('deliveries', found, 'To see what the endpoint answered, run: lamplighter connection deliveries NAME.')
    : ok('deliveries', found)
}

export function judgeEndpoints(endpoints: readonly { paused: boolean }[]): Finding {
  if (endpoints.length === 0) {
    return look(
      'endpoints',
      'none',
      'Nothing can be asked of the platform. Run: lamplighter connection new NAME --url URL',
    )
  }
  const paused = endpoints.filter((one) => one.paused).length
  return paused === 0
    ? ok('endpoints', `${endpoints.length} active`)
    : look(
        'endpoints',
        `${paused} of ${endpoints.length} paused`,
        'See which: lamplighter connection list. When its cause is gone: lamplighter connection resume NAME',
      )
}

/**
 * @param ages of the lists that were ever published
 * @param most how old each may become, where somebody said so
 * @param empty ids of the lists that a live rule asks and that hold nothing
 */
export function judgeLists(
  ages: readonly { id: string; ageMs: number }[],
  most: Readonly<Record<string, number>>,
  empty: readonly string[],
): Finding {
  if (ages.length === 0) {
    return look('lists', 'none', 'Nothing can be matched: run lamplighter lists import, see docs/operator.md.')
  }
  const old = ages.filter(({ id, ageMs }) => ageMs > (most[id] ?? Number.POSITIVE_INFINITY))
  if (old.length > 0) {
    const found = old.map(({ id, ageMs }) => `${id} ${words(ageMs)} old`).join(', ')
    return wrong(
      'lists',
      found,
      'An old list answers "unknown", so items are held. For each run: lamplighter lists import FILE --list ID --kind KIND --harm HARM, then lamplighter lists promote ID VERSION --reason WHY, see docs/operator.md.',
    )
  }
  return empty.length === 0
    ? ok('lists', `${ages.length} loaded`)
    : look(
        'lists',
        `empty, though a live rule asks: ${empty.join(', ')}`,
        'Nothing in them can be matched. For each run: lamplighter lists import FILE --list ID --kind KIND --harm HARM, then lamplighter lists promote ID VERSION --reason WHY, see docs/operator.md.',
      )
}

/** @param lists with the time until their licence is over; null where it names no end */
export function judgeLicences(lists: readonly { id: string; endsMs: number | null }[]): Finding {
  const ending = lists.flatMap(({ id, endsMs }) =>
    endsMs === null || endsMs > LICENCE_WARNS_MS ? [] : [{ id, endsMs }],
  )
  if (ending.length === 0) return ok('licences', 'no list ends within 30 days')
  const judge = ending.some(({ endsMs }) => endsMs <= DAY_MS) ? wrong : look
  return judge(
    'licences',
    ending.map(({ id, endsMs }) => `${id} ends in ${words(endsMs)}`).join(', '),
    'A list is retired when its licence is over, and rules that ask it are undecided. Renew it and change its terms with PATCH /v1/lists/ID, or take it out of the rules.',
  )
}

/** @param staged versions of lists that wait for a person */
export function judgeStaged(staged: readonly { id: string; version: number; why: readonly string[] }[]): Finding {
  return staged.length === 0
    ? ok('staged', 'no version of a list waits')
    : look(
        'staged',
        staged.map(({ id, version, why }) => `${id} version ${version}: ${why.join(', ')}`).join('; '),
        'What runs goes on. See each with: lamplighter lists preview ID. Then: lamplighter lists promote ID VERSION --reason WHY, or lists drop.',
      )
}

/** @param silent what of each list is silent */
export function judgeSilent(
  silent: readonly { list: string; entries: number; exceptions: number; endSoon: number }[],
): Finding {
  const many = silent.filter(({ entries, exceptions }) => exceptions > MOST_EXCEPTED * entries)
  if (many.length > 0) {
    const found = many.map(({ list, entries, exceptions }) => `${list} ${exceptions} of ${entries}`).join(', ')
    return look(
      'exceptions',
      `more than one in a thousand entries: ${found}`,
      'Either the list is bad or somebody silences too much. GET /v1/exceptions shows each pair, who made it and how often it was used.',
    )
  }
  const soon = silent.filter(({ endSoon }) => endSoon > 0)
  return soon.length === 0
    ? ok('exceptions', `${silent.reduce((sum, { exceptions }) => sum + exceptions, 0)} hold`)
    : look(
        'exceptions',
        `end within 30 days: ${soon.map(({ list, endSoon }) => `${list} ${endSoon}`).join(', ')}`,
        'They are hits again from then on. Who still wants them silent has to say so anew.',
      )
}

/** @param switches as they stand; none that is off is a fault */
export function judgeSwitches(switches: readonly { id: string; on: boolean; lapsed: boolean }[]): Finding {
  const lapsed = switches.filter((one) => one.lapsed).map(({ id }) => id)
  if (lapsed.length > 0)
    return wrong(
      'switches',
      `past their end or their review, and so off: ${lapsed.join(', ')}`,
      'Private content that they permitted to be measured is no longer measured. See who and why with: lamplighter switches list. Two people renew it, or switch it off.',
    )
  const on = switches.filter((one) => one.on).map(({ id }) => id)
  return ok('switches', on.length === 0 ? 'all off: private content is not measured' : `on: ${on.join(', ')}`)
}

const DAY_MS = 86_400_000
/** A licence is renewed by people, who need weeks. */
const LICENCE_WARNS_MS = 30 * DAY_MS

const recheck = (log: string) => `lamplighter ledger recheck --log ${log}`
const reopen = (log: string) => `lamplighter ledger reopen --log ${log}`

/** What each halt means, and what ends it: the table of docs/ledger.md. */
const HALTS: Readonly<Record<Halt, { readonly why: string; readonly remedy: (log: string) => string }>> = {
  tiles_differ: {
    why: 'a file of the log is not what was written',
    remedy: (log) => `Put the file back from a copy, then run: ${recheck(log)}`,
  },
  head_behind: {
    why: 'the database is older than what was signed',
    remedy: (log) => `Put back the newer database. Where there is none, run: ${reopen(log)}`,
  },
  head_differs: {
    why: 'the log grew another way than what was signed',
    remedy: (log) => `Find out which copy is the right one. Where nobody can say, run: ${reopen(log)}`,
  },
  state_unknown: {
    why: 'nobody knows what was signed last, as after a restore',
    remedy: (log) => `Put back the data that was last in use. Where there is none, run: ${reopen(log)}`,
  },
  wrong_place: {
    why: 'LAMPLIGHTER_URL is not the address in the log’s name',
    remedy: (log) => `On a copy: nothing. If you really moved, run: ${recheck(log)} --moved`,
  },
}

const isHalt = (word: string): word is Halt => Object.hasOwn(HALTS, word)

/** What ends this halt of that log. */
export const remedyOfHalt = (log: string, halt: string | null): string | undefined =>
  halt !== null && isHalt(halt) ? HALTS[halt].remedy(log) : undefined

/** A halted log signs nothing, so no act carries a promise, until a person ends it (docs/ledger.md). */
export function judgeLog({ log, halt, restored }: LogStand): Finding {
  const check = `log ${log}`
  if (halt !== null) {
    const { why, remedy } = HALTS[halt]
    return wrong(check, `halted, signs nothing: ${halt}, ${why}`, remedy(log))
  }
  return restored
    ? wrong(
        check,
        'restored from a backup, signs nothing: it may lack what was published since',
        `Run: lamplighter restore resume, then ${recheck(log)}, which says how to go on.`,
      )
    : ok(check, 'not halted')
}

/** Walls without which no picture is decoded (security.md §7); the others are wished for. */
const NEEDED: readonly string[] = ['permission', 'limits', 'secrets']

/** @param fallen walls of the decoder that do not stand on this machine */
export function judgeWalls(fallen: readonly string[]): Finding {
  if (fallen.length === 0) return ok('decoder', 'all walls stand')
  const found = `without the walls ${fallen.join(', ')}`
  return fallen.some((name) => NEEDED.includes(name))
    ? wrong('decoder', found, 'Pictures stay unknown. Run with the Node that npm start brings, on Linux with /bin/sh.')
    : look('decoder', found, 'Allow user namespaces to this account, so that a decoder has no network of its own.')
}

/** How a program that decodes stands: `fallen` it does not start, or a wall is missing. */
export type ProgramState = 'on' | 'off' | 'absent' | 'fallen'

const RARER = 'GIF, TIFF, CMYK and animated WebP'

/** @param state of the decoder for rarer forms (matching.md §5.1) */
export function judgeNative(state: ProgramState): Finding {
  if (state === 'on') return ok('rarer pictures', `${RARER} are decoded`)
  const remedies = {
    off: 'If that is not wished for, take LAMPLIGHTER_DECODER_NATIVE out.',
    absent: 'The package sharp is not installed. Run npm install again, without --omit=optional.',
    fallen: 'The package sharp does not start on this machine, or a wall is missing: see decoder above.',
  }
  return look('rarer pictures', `${RARER} stay unknown: ${state}`, remedies[state])
}

/** @param state of ffmpeg (matching.md §7) */
export function judgeVideo(state: ProgramState): Finding {
  if (state === 'on') return ok('videos', 'frames are read')
  const remedies = {
    off: 'If that is not wished for, take LAMPLIGHTER_DECODER_NATIVE out.',
    absent: 'Install ffmpeg with ffprobe into /usr/bin, and start the server again.',
    fallen: 'A wall is missing: see decoder above.',
  }
  return look('videos', `frames stay unknown, digests count: ${state}`, remedies[state])
}

/** Partitions of PostgreSQL's event stream; one an hour, made ahead, dropped whole when its events are judged. */
export function judgePartitions(ahead: number): Finding {
  const found = ahead === 0 ? 'none for this hour' : `for the next ${ahead} hours`
  return ahead >= 2
    ? ok('partitions', found)
    : wrong(
        'partitions',
        found,
        'Start the server again: it makes those of the next hours. If they are missing again, look in its log for "job.failed".',
      )
}

const SYNCED = ['on', 'remote_apply', 'remote_write', 'local']

export function judgePostgres(settings: Readonly<Record<string, string | number>>): Finding {
  const { fsync, full_page_writes: pages, synchronous_commit: commit, server_encoding: encoding } = settings
  const version = Math.floor(Number(settings.server_version_num) / 10_000)
  const found = `PostgreSQL ${version}, fsync ${fsync}, full_page_writes ${pages}, synchronous_commit ${commit}, ${encoding}`
  const sound = fsync === 'on' && pages === 'on' && SYNCED.includes(String(commit)) && encoding === 'UTF8'
  return sound && version >= 15
    ? ok('engine', found)
    : wrong(
        'engine',
        found,
        'Set fsync, full_page_writes and synchronous_commit to on; use version 15 or later and UTF8.',
      )
}

function words(ms: number): string {
  if (ms >= 2 * 86_400_000) return `${Math.floor(ms / 86_400_000)} days`
  if (ms >= 2 * 3_600_000) return `${Math.floor(ms / 3_600_000)} hours`
  return ms >= 2 * MINUTE_MS ? `${Math.floor(ms / MINUTE_MS)} minutes` : `${Math.floor(ms / 1000)} seconds`
}
