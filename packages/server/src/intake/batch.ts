import type { BatchAnswer, LineResult } from '@lamplighter/api'
import { AppError, type Fault } from '../http/errors.ts'
import { parseJson, readJson, textOf } from '../http/json.ts'
import type { Prefer } from '../http/prefer.ts'
import type { LiveRules } from '../policy/index.ts'
import type { NewRecord, Storage } from '../storage/index.ts'
import { BATCH, linesOf } from './body.ts'
import { type Accepted, acceptEvent } from './event.ts'
import type { KeyedName } from './names.ts'
import { recordOf } from './record.ts'

export interface BatchDoor {
  readonly storage: Storage
  readonly rules: () => LiveRules
  readonly nameOf: KeyedName
  /** Fields that the schema does not know, for metrics. */
  readonly onIgnored: (count: number) => void
}

type Checked = { readonly line: number; readonly accepted: Accepted } | { readonly line: number; readonly fault: Fault }

/**
 * Takes a batch of events: good ones are durable when this resolves, bad ones are named by line (platform.md §10).
 *
 * @throws AppError `malformed` · `invalid` none is good, or `handling=strict` and one is bad · `too_large`
 */
export async function takeBatch(
  body: Uint8Array,
  how: { readonly ndjson: boolean; readonly connection: string; readonly now: number; readonly prefer: Prefer },
  door: BatchDoor,
): Promise<BatchAnswer> {
  const { records, lines, bad, ignored } = checked(body, how, door)
  if (records.length === 0 || (how.prefer.strict && bad.length > 0)) throw refusal(bad, records.length)
  door.onIgnored(ignored)
  await door.storage.stream.append(records)
  const results: LineResult[] = bad.map(({ line, fault }) => ({ line, status: 'rejected', problem: problemOf(fault) }))
  if (how.prefer.representation) results.push(...lines.map((line) => ({ line, status: 'accepted' as const })))
  return { accepted: records.length, rejected: bad.length, results: results.sort((a, b) => a.line - b.line) }
}

/** What the wait for the disk needs, and no more: the events themselves are gone by then, and nobody has to carry them on. */
function checked(
  body: Uint8Array,
  how: From & { readonly ndjson: boolean },
  door: BatchDoor,
): {
  readonly records: readonly NewRecord[]
  readonly lines: readonly number[]
  readonly bad: readonly { readonly line: number; readonly fault: Fault }[]
  /** How many fields the schema does not know. */
  readonly ignored: number
} {
  const all = how.ndjson ? checkLines(body, how, door) : checkJson(body, how, door)
  const good = all.flatMap((one) => ('accepted' in one ? [one] : []))
  return {
    ignored: good.reduce((sum, { accepted }) => sum + accepted.ignored.length, 0),
    records: good.map(({ accepted }) => recordOf(accepted, door.nameOf)),
    lines: good.map(({ line }) => line),
    bad: all.flatMap((one) => ('fault' in one ? [one] : [])),
  }
}

function problemOf(fault: Fault): NonNullable<LineResult['problem']> {
  const code =
    fault.code === 'malformed' || fault.code === 'too_large' || fault.code === 'line_incomplete'
      ? fault.code
      : 'invalid'
  return { code, pointer: fault.pointer, detail: fault.detail }
}

function refusal(bad: readonly { readonly line: number; readonly fault: Fault }[], good: number): AppError {
  const only = bad.length === 1 && good === 0 ? bad[0]?.fault : undefined
  const code = only?.code === 'line_incomplete' ? 'line_incomplete' : 'invalid'
  const detail =
    bad.length === 0
      ? 'The body holds no event; send at least one.'
      : `${bad.length} of ${bad.length + good} events cannot be taken; nothing was accepted.`
  return new AppError(code, detail, {
    errors: bad
      .slice(0, 100)
      .map(({ line, fault }) => ({ code: fault.code, pointer: `/${line - 1}${fault.pointer}`, detail: fault.detail })),
  })
}

interface From {
  readonly connection: string
  readonly now: number
}

// Not a byte-order mark: those bytes would not stand inside a record.
const BRACE = 0x7b

function checkLines(body: Uint8Array, from: From, door: BatchDoor): Checked[] {
  const { schema } = door.rules()
  const lines = linesOf(body)
  assertCount(lines.length)
  return lines.map(({ number: line, bytes, open }): Checked => {
    if (bytes.length > BATCH.lineBytes)
      return {
        line,
        fault: { code: 'too_large', pointer: '', detail: `expected at most ${BATCH.lineBytes} bytes a line` },
      }
    let json: ReturnType<typeof readJson>
    try {
      json = readJson(bytes)
    } catch (error) {
      // The last line without its end is a body that was cut off on the way, not a mistake in the line.
      const cut = open ? { code: 'line_incomplete', detail: 'the last line was cut off; send it again' } : undefined
      return {
        line,
        fault: {
          code: 'malformed',
          pointer: '',
          detail: error instanceof AppError ? error.message : 'not JSON',
          ...cut,
        },
      }
    }
    const origin = json.plain && bytes[0] === BRACE ? { ...from, bytes } : from
    return checkedOf(line, acceptEvent(json.value, schema, origin))
  })
}

function checkJson(body: Uint8Array, from: From, door: BatchDoor): Checked[] {
  const { schema } = door.rules()
  const json = parseJson(textOf(body))
  const list: readonly unknown[] = Array.isArray(json) ? json : [json]
  assertCount(list.length)
  return list.map((one, index) => checkedOf(index + 1, acceptEvent(one, schema, from)))
}

// Before the first is looked at: eight megabytes hold millions of empty objects.
function assertCount(count: number): void {
  if (count <= BATCH.events) return
  throw new AppError('too_large', `Expected at most ${BATCH.events} events, found ${count}; send them in parts.`)
}

function checkedOf(line: number, edge: ReturnType<typeof acceptEvent>): Checked {
  if ('accepted' in edge) return { line, accepted: edge.accepted }
  return { line, fault: edge.faults[0] ?? { code: 'invalid', pointer: '', detail: 'not an event' } }
}
