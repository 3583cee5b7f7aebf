import { metrics, namesNow } from './metrics.ts'

/** The shipped lanes (decisions.md 6). */
const laneNames = [
  ...['life-at-risk', 'csea-verified', 'csea-behaviour', 'csea-encrypted', 'terrorism', 'unscreened-media'],
  ...['unscreened', 'reports', 'appeals', 'second-review', 'notices'],
]

const laneWaiting = metrics.gauge({
  name: 'lamplighter_lane_waiting',
  help: 'Open cases.',
  labels: { lane: laneNames },
})
const laneOldest = metrics.gauge({
  name: 'lamplighter_lane_oldest_seconds',
  help: 'Age of the oldest open case.',
  labels: { lane: laneNames },
})
const laneOverdue = metrics.gauge({
  name: 'lamplighter_lane_overdue',
  help: 'Open cases past their due time.',
  labels: { lane: laneNames },
})
const kinds = { kind: ['webhook', 'poll'] }
const outboxWaiting = metrics.gauge({
  name: 'lamplighter_outbox_waiting',
  help: 'Messages to the platform that wait.',
  labels: kinds,
})
const outboxOldest = metrics.gauge({
  name: 'lamplighter_outbox_oldest_seconds',
  help: 'Age of the oldest message that waits.',
  labels: kinds,
})
const listAge = metrics.gauge({
  name: 'lamplighter_list_age_seconds',
  help: 'Time since a list was last replaced.',
  labels: { list: () => namesNow().lists() },
})
const listEntries = metrics.gauge({
  name: 'lamplighter_list_entries',
  help: 'Entries of the version of a list that runs, and hashes of its source that nothing here can match.',
  labels: { list: () => namesNow().lists(), matchable: ['yes', 'no'] },
})
const listHot = metrics.gauge({
  name: 'lamplighter_list_hot_entries',
  help: 'Entries that hit something of more than 20 people within a day: somebody should look at one example of each.',
  labels: { list: () => namesNow().lists() },
})
const listEnds = metrics.gauge({
  name: 'lamplighter_list_ends_seconds',
  help: 'Time until the licence of a list is over, where it ends.',
  labels: { list: () => namesNow().lists() },
})
const listsStaged = metrics.gauge({
  name: 'lamplighter_lists_staged',
  help: 'Lists of which a version waits for a person.',
})
const listExceptions = metrics.gauge({
  name: 'lamplighter_list_exceptions',
  help: 'Pairs of a list that are not a hit.',
  labels: { list: () => namesNow().lists() },
})
const listExceptionShare = metrics.gauge({
  name: 'lamplighter_list_exceptions_share',
  help: 'Pairs of a list that are not a hit, as a share of its entries; above 0.001 somebody should ask what the list is worth.',
  labels: { list: () => namesNow().lists() },
})
const groups = { group: ['follow'] }
const streamLag = metrics.gauge({ name: 'lamplighter_stream_lag_records', help: 'Unread events.', labels: groups })
const streamOldest = metrics.gauge({
  name: 'lamplighter_stream_oldest_seconds',
  help: 'Age of the oldest unread event.',
  labels: groups,
})
const queueNames = ['review.settle', 'schedule']
const queues = { queue: queueNames }
const jobsWaiting = metrics.gauge({ name: 'lamplighter_jobs_waiting', help: 'Jobs that are not done.', labels: queues })
const jobsParked = metrics.gauge({
  name: 'lamplighter_jobs_parked',
  help: 'Jobs that the machine has given up and a person must look at.',
  labels: queues,
})
const switches = { switch: () => namesNow().switches }
const switchOn = metrics.gauge({
  name: 'lamplighter_switch_on',
  help: '1 while a switch permits what it is about.',
  labels: switches,
})
const switchLapsed = metrics.gauge({
  name: 'lamplighter_switch_lapsed',
  help: '1 while a switch that was switched on is past its end or its review, and so is off.',
  labels: switches,
})
const indexRows = metrics.gauge({ name: 'lamplighter_index_rows', help: 'Different picture hashes that are matched.' })
const indexBytes = metrics.gauge({ name: 'lamplighter_index_bytes', help: 'Memory of the index of picture hashes.' })
const indexFlat = metrics.gauge({
  name: 'lamplighter_index_flat_fallback_total',
  help: 'Searches of a segment that looked at every row, because its tables would have cost more.',
})
const lookBackHours = metrics.gauge({
  name: 'lamplighter_lookback_hours',
  help: 'Hours for which public media are looked up against lists that become newer; 0 while that is off.',
})
const lookBackItems = metrics.gauge({
  name: 'lamplighter_lookback_items',
  help: 'Public events of which readings and digests are kept to be looked up.',
})
const dbSize = metrics.gauge({ name: 'lamplighter_db_size_bytes', help: 'Size of the database.' })

/** How things stand when the metrics are read. */
export interface Standing {
  readonly lanes: readonly { lane: string; waiting: number; overdue: number; oldestMs: number }[]
  readonly outbox: readonly { kind: 'webhook' | 'poll'; waiting: number; oldestMs: number }[]
  readonly lists: readonly {
    id: string
    ageMs: number
    entries: number
    unmatched: number | null
    hot: number
    endsMs: number | null
  }[]
  /** Versions of lists that wait for a person, with the reasons. */
  readonly stagedLists: readonly { id: string; version: number; why: readonly string[] }[]
  readonly silent: readonly { list: string; entries: number; exceptions: number }[]
  readonly switches: readonly { id: string; on: boolean; lapsed: boolean }[]
  readonly stream: { group: string; records: number; oldestMs: number }
  readonly queues: readonly { queue: string; waiting: number; parked: number }[]
  readonly bytes: number
}

/** What the index of picture hashes holds. */
export function indexStands(index: {
  readonly rows: number
  readonly bytes: number
  readonly flatScans: number
}): void {
  indexRows.set(index.rows)
  indexBytes.set(index.bytes)
  indexFlat.set(index.flatScans)
}

/** Whether is looked back, and at how much. */
export function lookBackStands({ hours, items }: { readonly hours: number; readonly items: number }): void {
  lookBackHours.set(hours)
  lookBackItems.set(items)
}

export function thingsStand(at: Standing): void {
  for (const gauge of [listAge, listEntries, listHot, listEnds, listExceptions, listExceptionShare]) gauge.reset()
  listsStaged.set(at.stagedLists.length)
  // What is empty is there with a zero, so that an alert can tell it from a gauge that nobody sets.
  for (const lane of laneNames) for (const gauge of [laneWaiting, laneOldest, laneOverdue]) gauge.set(0, { lane })
  for (const queue of queueNames) for (const gauge of [jobsWaiting, jobsParked]) gauge.set(0, { queue })
  for (const { lane, waiting, overdue, oldestMs } of at.lanes) {
    laneWaiting.set(waiting, { lane })
    laneOldest.set(oldestMs / 1000, { lane })
    laneOverdue.set(overdue, { lane })
  }
  for (const { kind, waiting, oldestMs } of at.outbox) {
    outboxWaiting.set(waiting, { kind })
    outboxOldest.set(oldestMs / 1000, { kind })
  }
  for (const { id, ageMs, entries, unmatched, hot, endsMs } of at.lists) {
    listAge.set(ageMs / 1000, { list: id })
    listEntries.set(entries, { list: id, matchable: 'yes' })
    if (unmatched !== null) listEntries.set(unmatched, { list: id, matchable: 'no' })
    listHot.set(hot, { list: id })
    if (endsMs !== null) listEnds.set(endsMs / 1000, { list: id })
  }
  for (const { list, entries, exceptions } of at.silent) {
    listExceptions.set(exceptions, { list })
    listExceptionShare.set(exceptions / Math.max(1, entries), { list })
  }
  streamLag.set(at.stream.records, { group: at.stream.group })
  streamOldest.set(at.stream.oldestMs / 1000, { group: at.stream.group })
  for (const { queue, waiting, parked } of at.queues) {
    jobsWaiting.set(waiting, { queue })
    jobsParked.set(parked, { queue })
  }
  for (const { id, on, lapsed } of at.switches) {
    switchOn.set(on ? 1 : 0, { switch: id })
    switchLapsed.set(lapsed ? 1 : 0, { switch: id })
  }
  dbSize.set(at.bytes)
}
