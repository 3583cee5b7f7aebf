import { type Code, endpoints, verdicts } from '@lamplighter/api'
import { linesLost, write } from './log.ts'
import { metrics, namesNow } from './metrics.ts'

const routeNames = [...endpoints.map((one) => one.id), 'page', 'unknown']
const statusClasses = ['2xx', '3xx', '4xx', '5xx']
const requestsTotal = metrics.counter({
  name: 'lamplighter_http_requests_total',
  help: 'Requests by route and class of status.',
  labels: { route: routeNames, status: statusClasses },
})
const requestSeconds = metrics.histogram({
  name: 'lamplighter_http_request_duration_seconds',
  help: 'Time until the answer was made.',
  labels: { route: routeNames, status: statusClasses },
})
const residentBytes = metrics.gauge({ name: 'lamplighter_process_resident_bytes', help: 'Resident memory.' })
const logLinesLost = metrics.gauge({ name: 'lamplighter_log_lines_lost', help: 'Log lines that could not be written.' })
metrics.collect(() => {
  residentBytes.set(process.memoryUsage.rss())
  logLinesLost.set(linesLost())
})

/** Routes of machines that hand in much: counted, not logged line by line (platform.md §16). */
const UNLOGGED = new Set(['screen', 'events', 'live', 'page'])

export function requestAnswered(done: {
  route: string
  request: string
  status: number
  durationMs: number
  code?: Code
}): void {
  const labels = { route: done.route, status: `${Math.floor(done.status / 100)}xx` }
  requestsTotal.add(labels)
  requestSeconds.observe(done.durationMs / 1000, labels)
  if (done.status < 500 && UNLOGGED.has(done.route)) return
  write(done.status >= 500 ? 'error' : 'info', {
    event: `http.${done.route}`,
    request: done.request,
    duration_ms: Math.round(done.durationMs),
    ...(done.code !== undefined && { code: done.code }),
  })
}

const abandonedTotal = metrics.counter({
  name: 'lamplighter_http_abandoned_total',
  help: 'Requests whose sender hung up in the middle of the body.',
  labels: { route: routeNames },
})

/** A caller that hangs up is a matter of the network, not a fault of ours: counted, and told only who looks closely. */
export function requestAbandoned(route: string): void {
  abandonedTotal.add({ route })
  write('debug', { event: 'http.abandoned' })
}

const failures: { at: number; request: string; stack: string }[] = []

/** Keeps the stack of an unexpected error in memory (last 100), with its message removed: it may quote what a user wrote. */
export function requestFailed(request: string, thrown: unknown, now: number): void {
  failures.push({ at: now, request, stack: stackOf(thrown) })
  if (failures.length > 100) failures.shift()
  write('error', { event: 'http.failed', request, code: 'internal' })
}

export function lastFailures(): readonly { at: number; request: string; stack: string }[] {
  return failures
}

const stackOf = (thrown: unknown): string => {
  if (!(thrown instanceof Error)) return typeof thrown
  const frames = (thrown.stack ?? '').split('\n').filter((line) => /^\s+at /.test(line))
  return [thrown.name, ...frames].join('\n')
}

export function serverListening(): void {
  write('info', { event: 'server.listening' })
}

export function serverStopping(): void {
  write('info', { event: 'server.stopping' })
}

export function serverStopped(clean: boolean, durationMs: number): void {
  write('info', { event: 'server.stopped', duration_ms: durationMs, code: clean ? 'clean' : 'late' })
}

export function signedIn(request: string): void {
  write('info', { event: 'people.signed_in', request })
}

export function signInRefused(request: string): void {
  write('warn', { event: 'people.sign_in_refused', request })
}

/** A key was shown from an address that it is not bound to: stolen, or its servers moved. */
export function keyElsewhere(key: string): void {
  write('warn', { event: 'keys.elsewhere', key })
}

export function configurationWarned(code: string): void {
  write('warn', { event: 'config.warning', code })
}

const unknownFieldsTotal = metrics.counter({
  name: 'lamplighter_intake_unknown_fields_total',
  help: 'Fields of events that the schema does not know.',
  labels: {},
})

/** Fields that a platform sent and the schema does not know: ignored, but counted. */
export function unknownFields(count: number): void {
  if (count > 0) unknownFieldsTotal.add({}, count)
}

const canaryHitsTotal = metrics.counter({
  name: 'lamplighter_canary_hits_total',
  help: 'Entries of lists that hit a harmless picture and were put aside.',
  labels: { list: () => namesNow().lists() },
})

/** An entry of a list hits a harmless picture. */
export function canaryHit(list: string): void {
  canaryHitsTotal.add({ list })
}

const listHitsTotal = metrics.counter({
  name: 'lamplighter_list_hits_total',
  help: 'Hits of lists in events from which anything followed.',
  labels: { list: () => namesNow().lists() },
})

/** @param signals lists that hit, as a ruling cites them: `csam_media v4` */
export function listsHit(signals: readonly string[]): void {
  for (const signal of signals) listHitsTotal.add({ list: signal.replace(/ v\d+$/, '') })
}

const lookedBackTotal = metrics.counter({
  name: 'lamplighter_lookback_found_total',
  help: 'Public items that nothing had flagged and that a newer version of a list was found to hold.',
  labels: { list: () => namesNow().lists() },
})

/** A list that became newer holds something that was there before. */
export const lookedBack = (list: string): void => lookedBackTotal.add({ list })

const followedTotal = metrics.counter({
  name: 'lamplighter_follow_records_total',
  help: 'Events judged after delivery.',
  labels: {},
})
const followSeconds = metrics.histogram({
  name: 'lamplighter_follow_batch_seconds',
  help: 'Time of one batch of events judged after delivery.',
  labels: {},
})

export function followed(records: number, ms: number): void {
  followedTotal.add({}, records)
  followSeconds.observe(ms / 1000, {})
}

const deliveryResults = ['delivered', 'failed', 'gone', 'lost', 'fault', 'other']
const deliveryTotal = metrics.counter({
  name: 'lamplighter_delivery_total',
  help: 'Attempts to deliver a webhook, by result.',
  labels: { result: deliveryResults },
})

export function delivered(result: string, ms: number): void {
  deliveryTotal.add({ result: deliveryResults.includes(result) ? result : 'other' })
  if (result === 'fault') write('error', { event: 'delivery.fault', duration_ms: Math.round(ms) })
}

const ledgerPending = metrics.gauge({ name: 'lamplighter_ledger_pending', help: 'Acts that wait for the next batch.' })
const ledgerOldest = metrics.gauge({
  name: 'lamplighter_ledger_oldest_pending_seconds',
  help: 'Age of the oldest act that waits.',
})
const ledgerHalted = metrics.gauge({
  name: 'lamplighter_ledger_halted',
  help: '1 while a log signs nothing.',
  labels: { log: ['actions', 'sealed'] },
})
const ledgerPromisesLate = metrics.gauge({
  name: 'lamplighter_ledger_promises_late_total',
  help: 'Promises whose leaf was not in the log in time.',
})

/** How the logs stand. Numbers of the sealed log would tell of orders: of it, only whether it is halted. */
export function ledgerStands(at: {
  pending: number
  oldestS: number
  promisesLate: number
  halted: { actions: boolean; sealed: boolean }
}): void {
  ledgerPending.set(at.pending)
  ledgerOldest.set(at.oldestS)
  ledgerPromisesLate.set(at.promisesLate)
  ledgerHalted.set(at.halted.actions ? 1 : 0, { log: 'actions' })
  ledgerHalted.set(at.halted.sealed ? 1 : 0, { log: 'sealed' })
}

/** A file could not be fetched from its address. The code is one of ours and says nothing of the address. */
export function fetchFailed(code: string): void {
  write('warn', { event: 'media.fetch_failed', code })
}

/** Somebody asked sealed lists: whoever holds such a key could find out what they hold, so each use is told, by numbers alone. */
export function sealedListsAsked(asked: {
  request: string
  key: string
  lists: number
  lookups: number
  hits: number
}): void {
  write('info', { event: 'match.sealed', ...asked })
}

/** The log halted, or something about it needs a person. The code is one of ledger.md §17. */
export function ledgerAlarm(code: string): void {
  write('error', { event: 'ledger.alarm', code })
}

const levels = ['small', 'middle', 'base']
const indexMergeSeconds = metrics.histogram({
  name: 'lamplighter_index_merge_seconds',
  help: 'Time to build a segment of the index of picture hashes, by the level that it became.',
  labels: { level: levels },
})

/** A segment was built beside the lookups. */
export function indexMerged(rows: number, ms: number): void {
  indexMergeSeconds.observe(ms / 1000, { level: rows <= 65_536 ? 'small' : rows <= 1_048_576 ? 'middle' : 'base' })
}

/** A snapshot of the index was not what was written, or of newer software: the lists are read from their entries. The code says which. */
export function snapshotRefused(error: unknown): void {
  write('warn', { event: 'index.snapshot_refused', code: codeOf(error) })
}

const listsRefused = metrics.counter({
  name: 'lamplighter_lists_refused_total',
  help: 'Term files that were refused, by the reason: whoever sees some that nobody sent by mistake should look who sends them.',
  labels: { why: ['bad_terms', 'signature', 'version_old'] },
})

/** A term file was refused, and the running version goes on (text.md §4). */
export function listRefused(code: string): void {
  listsRefused.add({ why: code })
  write('warn', { event: 'lists.refused', code })
}

const exchangePullTotal = metrics.counter({
  name: 'lamplighter_exchange_pull_total',
  help: 'Pulls of exchanges: done, told to wait, or stopped until a person looks.',
  labels: { exchange: () => namesNow().exchanges(), result: ['done', 'waits', 'stopped'] },
})

/** How a pull ended, or that it waits. One that stopped is an alarm: its lists grow stale. */
export function exchangePulled(event: { exchange: string; result: 'done' | 'waits' | 'stopped' }): void {
  const { exchange, result } = event
  exchangePullTotal.add({ exchange, result })
  if (result === 'stopped') write('error', { event: 'exchange.stopped' })
}

/** Something beside the calls failed: it is tried again or waits for a person, and is never silent. */
export function failed(
  part: 'gate' | 'follow' | 'index' | 'job' | 'ledger' | 'models' | 'rules' | 'schedule' | 'switches',
  thrown?: unknown,
): void {
  if (thrown !== undefined) {
    failures.push({ at: Date.now(), request: part, stack: stackOf(thrown) })
    if (failures.length > 100) failures.shift()
  }
  write('error', { event: `${part}.failed`, code: codeOf(thrown) })
}

const codeOf = (thrown: unknown): string =>
  thrown instanceof Error && 'code' in thrown && typeof thrown.code === 'string' ? thrown.code : 'internal'

/** Why something is *unknown*; a code of ours, never words of a caller. */
const unknownWhys = [
  ...[
    'late',
    'broken',
    'not_sent',
    'not_measured',
    'damaged',
    'no_decoder',
    'too_large',
    'unsupported',
    'fetch_failed',
  ],
  ...['down', 'stale', 'no_model', 'unfamiliar'],
]

/** Kinds of the shipped schema of facts (rules.md §6.1). */
const eventKinds = [
  ...['message', 'post', 'upload', 'profile_changed', 'follow', 'contact_request', 'group_join', 'account_created'],
  ...['chat_setting', 'block', 'report', 'sealed_message', 'sealed_report'],
]
const verdictLabels = { type: eventKinds, verdict: [...verdicts] }
const eventsTotal = metrics.counter({
  name: 'lamplighter_events_total',
  help: 'Events judged, in the gate or after delivery.',
  labels: verdictLabels,
})
const screenSeconds = metrics.histogram({
  name: 'lamplighter_screen_duration_seconds',
  help: 'Time until the gate’s verdict was durable.',
  labels: verdictLabels,
})
const signalUnknownTotal = metrics.counter({
  name: 'lamplighter_signal_unknown_total',
  help: 'Signals and lists that could not say anything of an event.',
  labels: { signal: () => [...namesNow().signals, ...namesNow().lists(), 'media.bytes'], why: unknownWhys },
})
const ruleFiredTotal = metrics.counter({
  name: 'lamplighter_rule_fired_total',
  help: 'Rules that fired.',
  labels: { rule: () => namesNow().rules(), mode: ['live'] },
})

const unreadTotal = metrics.counter({
  name: 'lamplighter_events_unread_total',
  help: 'Events whose private content was not measured, by the switch that is off; in the gate and after delivery.',
  labels: { switch: () => namesNow().switches },
})

/** One event was judged. */
export function judged(what: {
  kind: string
  verdict: string
  /** In the gate: until the verdict was durable. */
  ms?: number
  unknown: readonly { signal: string; why: string }[]
  rules: readonly string[]
  /** The switch that kept its content from being read. */
  off?: string
}): void {
  const labels = { type: what.kind, verdict: what.verdict }
  eventsTotal.add(labels)
  if (what.ms !== undefined) screenSeconds.observe(what.ms / 1000, labels)
  for (const { signal, why } of what.unknown) signalUnknownTotal.add({ signal, why })
  if (what.off !== undefined) unreadTotal.add({ switch: what.off })
  for (const rule of what.rules) ruleFiredTotal.add({ rule, mode: 'live' })
}
