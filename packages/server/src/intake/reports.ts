import type { RecordedJson } from '@lamplighter/api'
import { hmacHex } from '../http/crypto.ts'
import { AppError } from '../http/errors.ts'
import { itemKey, openSubject, reportDueMs } from '../review/index.ts'
import { newId } from '../storage/index.ts'
import { type Accepted, idOf } from './event.ts'
import { evidenceOf } from './evidence.ts'
import { affectedBy, type Gate } from './gate.ts'
import { FOLLOW_MS, judgeEvent } from './pipeline.ts'
import { isReport, itemOf, judgedOf, typeOf } from './ruling.ts'
import { reportWork } from './store.ts'
import { traceOf } from './trace.ts'

/**
 * Takes a user's report: it always becomes or joins a case (decisions.md 7), whatever the rules say of it, and the reporter gets a promise.
 *
 * @throws AppError `invalid` the event is no report, or names nothing and nobody
 */
export function takeReport(accepted: Accepted, gate: Gate): Promise<Taken> {
  return gate.flights.track(judgeReport(accepted, gate))
}

interface Taken {
  readonly id: string
  readonly recorded: RecordedJson
}

async function judgeReport(accepted: Accepted, gate: Gate): Promise<Taken> {
  const { event, connection, receivedAt: now } = accepted
  if (event.kind !== 'report') {
    throw new AppError(
      'invalid',
      `Expected an event of kind "report", found "${event.kind.slice(0, 40)}"; other events go to /v1/events.`,
      { pointer: '/kind' },
    )
  }
  const reporter = idOf(event, 'actor') ?? ''
  const target = idOf(event, 'target') ?? null
  const reported = await typeOfReported(accepted, gate)
  const seen = await judgeEvent(accepted, gate.bench, {
    phases: ['follow'],
    budgetMs: FOLLOW_MS,
    now,
    ...(reported !== undefined && { reported }),
  })
  const item = itemOf(seen)
  if (item === null && target === null) {
    throw new AppError('invalid', 'A report needs the item or the account that it is about.', { pointer: '/item' })
  }
  const judged = await judgedOf(seen, gate.bench, { state: 'followed', gated: false, hold: null })
  const subject = item === null ? `account:${connection}:${target}` : itemKey(connection, item.type, item.id)
  const harm = harmOf(event.report)
  const { stored, exhibits } = await evidenceOf(seen, gate.bench, { effects: [], itemState: null, item })
  const evidence = newId('ev', now)
  const id = newId('rep', now)
  const pen = await gate.replay.pen()
  const trace = traceOf(seen, null, pen)
  const result = await gate.storage.store.tx(reportWork, {
    key: accepted.key,
    bodyHash: accepted.bodyHash,
    report: {
      id,
      eventKey: accepted.key,
      reporter: hmacHex(gate.bench.sealKey, `reporter ${connection} ${reporter}`),
      harm: harm ?? null,
      sealed: await gate.bench.sealer.seal('reports', 'sealed', id, { text: '', reporter }),
    },
    seed: {
      lane: 'reports',
      dueAt: now + reportDueMs(harm),
      subject: { kind: item === null ? 'account' : 'item', key: subject },
      title: { what: 'report', harm: harm ?? null },
      account: target,
      harms: harm === undefined ? [] : [harm],
    },
    evidence: {
      id: evidence,
      itemKey: subject,
      author: target ?? '',
      reported: true,
      grade: stored.text === null && stored.files.length === 0 ? 'named' : 'told',
      sealed: await gate.bench.sealer.seal('evidence', 'sealed', evidence, {
        ...stored,
        provenance: 'unproven',
        author: { role: 'actor', id: target },
      }),
    },
    exhibits,
    item: item?.id ?? null,
    reporter,
    // One piece of evidence for both: what the report told of the item.
    ruling: judged.ruling === null ? null : { ...judged.ruling, evidence: null, exhibits: [] },
    means: await gate.meansFor([{ kind: 'reporter', id: reporter }, ...affectedBy([judged])]),
    logged: pen === undefined || trace === null ? null : { tray: pen.tray, trace },
  })
  return { id: result.id, recorded: result.recorded }
}

/** The type of the reported item, where a case about an item with this id is open; the platform names only the id. */
async function typeOfReported({ event, connection }: Accepted, gate: Gate): Promise<string | undefined> {
  const id = idOf(event, 'item')
  if (id === undefined) return undefined
  const kinds = [...gate.bench.rules().schema.events.values()]
  const types = kinds.flatMap(({ name, item }) => (item === 'item' && !isReport(name) ? [typeOf(name)] : []))
  const keys = new Map([...types, 'media'].map((type) => [itemKey(connection, type, id), type]))
  const open = await gate.storage.store.read(openSubject, [...keys.keys()])
  return open === null ? undefined : keys.get(open)
}

function harmOf(report: unknown): string | undefined {
  if (typeof report !== 'object' || report === null) return undefined
  const harm: unknown = Reflect.get(report, 'harm')
  return typeof harm === 'string' ? harm : undefined
}
