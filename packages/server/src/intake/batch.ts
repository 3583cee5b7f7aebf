import { type BatchAnswer, LineProblem, type LineResult } from '@lamplighter/api'
import { AppError, type Fault } from '../http/errors.ts'
import { brokenTexts, mayBreak, parseJson, readJson, textOf } from '../http/json.ts'
import type { Prefer } from '../http/prefer.ts'
import type { LiveRules } from '../policy/index.ts'
import type { NewRecord, Storage } from '../storage/index.ts'
import { BATCH, linesOf } from './body.ts'
import { type Accepted, acceptEvent, type Edge } from './event.ts'
import type { KeyedName } from './names.ts'
import { recordOf } from './record.ts'

export interface BatchDoor {
  readonly storage: Storage
  readonly rules: () => LiveRules
  readonly nameOf: KeyedName
  /** Pays for so many events, good or bad, before they are looked at. @throws AppError `rate_limited` */
  readonly spend: (count: number) => void
  /** Fields that the schema does not know, for metrics. */
  readonly onIgnored: (count: number) => void
}

type Checked =
  | { readonly line: number; readonly accepted: Accepted }
  | { readonly line: number; readonly faults: readonly Fault[] }

/**
 * Takes a batch of events: good ones are durable when this resolves, bad ones are named by line (platform.md §10).
 *
 * @throws AppError `malformed` · `invalid` none is good, or `handling=strict` and one is bad · `too_large` · `rate_limited`
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
  const results: LineResult[] = bad.map(({ line, faults }) => ({
    line,
    status: 'rejected',
    problem: problemOf(faults),
  }))
  if (how.prefer.representation) results.push(...lines.map((line) => ({ line, status: 'accepted' as const })))
  return { accepted: records.length, rejected: bad.length, results: results.sort((a, b) => a.line - b.line) }
}

/**
 * The events of an NDJSON body, all of them or none.
 *
 * @throws AppError as `takeBatch` with `handling=strict`
 */
export function eventsIn(body: Uint8Array, from: From, door: Pick<BatchDoor, 'rules' | 'spend'>): Accepted[] {
  const all = checkLines(body, from, door)
  const bad = all.flatMap((one) => ('faults' in one ? [one] : []))
  const good = all.flatMap((one) => ('accepted' in one ? [one.accepted] : []))
  if (good.length === 0 || bad.length > 0) throw refusal(bad, good.length)
  return good
}

/** What the wait for the disk needs, and no more: the events themselves are gone by then, and nobody has to carry them on. */
function checked(
  body: Uint8Array,
  how: From & { readonly ndjson: boolean },
  door: BatchDoor,
): {
  readonly records: readonly NewRecord[]
  readonly lines: readonly number[]
  readonly bad: readonly Bad[]
  /** How many fields the schema does not know. */
  readonly ignored: number
} {
  const all = how.ndjson ? checkLines(body, how, door) : checkJson(body, how, door)
  const good = all.flatMap((one) => ('accepted' in one ? [one] : []))
  return {
    ignored: good.reduce((sum, { accepted }) => sum + accepted.ignored.length, 0),
    records: good.map(({ accepted }) => recordOf(accepted, door.nameOf)),
    lines: good.map(({ line }) => line),
    bad: all.flatMap((one) => ('faults' in one ? [one] : [])),
  }
}

interface Bad {
  readonly line: number
  readonly faults: readonly Fault[]
}

type Problem = NonNullable<LineResult['problem']>

function problemOf(faults: readonly Fault[]): Problem {
  const errors = faults.map(lineFault)
  return { ...(errors[0] ?? lineFault(NO_EVENT)), ...(errors.length > 1 && { errors }) }
}

const NO_EVENT: Fault = { code: 'invalid', pointer: '', detail: 'not an event' }

function lineFault({ code, pointer, detail }: Fault): Problem {
  const own = LineProblem.shape.code.safeParse(code)
  return { code: own.success ? own.data : 'invalid', pointer, detail }
}

function refusal(bad: readonly Bad[], good: number): AppError {
  const only = bad.length === 1 && good === 0 ? bad[0]?.faults[0] : undefined
  const isHash =
    good === 0 && bad.length > 0 && bad.every(({ faults }) => faults.every(({ code }) => code === 'bad_hash'))
  const code = only?.code === 'line_incomplete' ? 'line_incomplete' : isHash ? 'bad_hash' : 'invalid'
  const detail =
    bad.length === 0
      ? 'The body holds no event; send at least one.'
      : `${bad.length} of ${bad.length + good} events cannot be taken; nothing was accepted.`
  return new AppError(code, detail, {
    errors: bad
      .flatMap(({ line, faults }) => faults.map((fault) => ({ ...fault, pointer: `/${line - 1}${fault.pointer}` })))
      .slice(0, MOST_FAULTS),
  })
}

interface From {
  readonly connection: string
  readonly now: number
}

const MOST_FAULTS = 100

// Not a byte-order mark: those bytes would not stand inside a record.
const BRACE = 0x7b

function checkLines(body: Uint8Array, from: From, door: Pick<BatchDoor, 'rules' | 'spend'>): Checked[] {
  const { schema } = door.rules()
  const lines = linesOf(body)
  assertCount(lines.length)
  door.spend(lines.length)
  return lines.map(({ number: line, bytes, text, open }): Checked => {
    if (bytes.length > BATCH.lineBytes)
      return {
        line,
        faults: [{ code: 'too_large', pointer: '', detail: `expected at most ${BATCH.lineBytes} bytes a line` }],
      }
    let json: ReturnType<typeof readJson>
    try {
      json = readJson(bytes, text)
    } catch (error) {
      // The last line without its end is a body that was cut off on the way, not a mistake in the line.
      const cut = open ? { code: 'line_incomplete', detail: 'the last line was cut off; send it again' } : undefined
      return {
        line,
        faults: [
          { code: 'malformed', pointer: '', detail: error instanceof AppError ? error.message : 'not JSON', ...cut },
        ],
      }
    }
    const origin = json.plain && bytes[0] === BRACE ? { ...from, bytes } : from
    // A text without any escape holds no half of a character.
    const broken = json.plain ? [] : brokenTexts(json.value)
    return checkedOf(line, broken, () => acceptEvent(json.value, schema, origin))
  })
}

function checkJson(body: Uint8Array, from: From, door: BatchDoor): Checked[] {
  const { schema } = door.rules()
  const text = textOf(body)
  const json = parseJson(text)
  const list: readonly unknown[] = Array.isArray(json) ? json : [json]
  assertCount(list.length)
  door.spend(list.length)
  const isSuspect = mayBreak(text)
  return list.map((one, index) =>
    checkedOf(index + 1, isSuspect ? brokenTexts(one) : [], () => acceptEvent(one, schema, from)),
  )
}

// Before the first is looked at: eight megabytes hold millions of empty objects.
function assertCount(count: number): void {
  if (count <= BATCH.events) return
  throw new AppError('too_large', `Expected at most ${BATCH.events} events, found ${count}; send them in parts.`)
}

function checkedOf(line: number, broken: readonly Fault[], accept: () => Edge): Checked {
  if (broken.length > 0) return { line, faults: broken }
  const edge = accept()
  return 'accepted' in edge ? { line, accepted: edge.accepted } : { line, faults: edge.faults }
}
