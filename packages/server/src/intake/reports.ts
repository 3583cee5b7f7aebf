import type { RecordedJson } from '@lamplighter/api'
import { hmacHex } from '../http/crypto.ts'
import { AppError } from '../http/errors.ts'
import { reportDueMs } from '../review/index.ts'
import { newId } from '../storage/index.ts'
import { type Accepted, idOf, itemKey } from './event.ts'
import { evidenceOf } from './evidence.ts'
import { affectedBy, type Gate } from './gate.ts'
import { FOLLOW_MS, itemOf, judgedOf, judgeEvent } from './pipeline.ts'
import { reportWork } from './store.ts'

/**
 * Takes a user's report: it always becomes or joins a case (decisions.md 7), whatever the rules say of it, and the reporter gets a promise.
 *
 * @throws AppError `invalid` the event is no report, or names nothing and nobody
 */
export async function takeReport(accepted: Accepted, gate: Gate): Promise<{ id: string; recorded: RecordedJson }> {
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
  const seen = await judgeEvent(accepted, gate.bench, { phases: ['follow'], budgetMs: FOLLOW_MS, now })
  const item = itemOf(seen)
  if (item === null && target === null) {
    throw new AppError('invalid', 'A report needs the item or the account that it is about.', { pointer: '/item' })
  }
  const judged = await judgedOf(seen, gate.bench, { state: 'followed', append: null, replaces: null })
  const subject = item === null ? `account:${connection}:${target}` : itemKey(connection, item.type, item.id)
  const harm = harmOf(event.report)
  const { stored } = await evidenceOf(seen, gate.bench, { effects: [], itemState: null, item })
  const evidence = newId('ev', now)
  const id = newId('rep', now)
  const ruling =
    judged.ruling === null
      ? null
      : { ...judged.ruling, evidence: { ...judged.ruling.evidence, itemKey: subject, reported: true } }
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
      words: harm === undefined ? 'report' : `report: ${harm.replaceAll('_', ' ')}`,
      account: target,
      harms: harm === undefined ? [] : [harm],
    },
    evidence: {
      id: evidence,
      itemKey: subject,
      author: target ?? '',
      reported: true,
      sealed: await gate.bench.sealer.seal('evidence', 'sealed', evidence, {
        ...stored,
        author: { role: 'actor', id: target },
      }),
    },
    item: item?.id ?? null,
    reporter,
    ruling,
    means: await gate.meansFor([{ kind: 'reporter', id: reporter }, ...affectedBy([judged])]),
  })
  return { id: result.id, recorded: result.recorded }
}

function harmOf(report: unknown): string | undefined {
  if (typeof report !== 'object' || report === null) return undefined
  const harm: unknown = Reflect.get(report, 'harm')
  return typeof harm === 'string' ? harm : undefined
}
