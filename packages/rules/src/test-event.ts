import type { Assign, AssignValue, Literal, Step } from './ast.ts'
import type { RuleSet } from './checked.ts'
import { normalise, type Problem } from './normalise.ts'
import type { EventKind, Member } from './schema.ts'
import type { Type } from './types.ts'
import type { Event, Measured, Measurement } from './world.ts'

interface Moment {
  /** The turns of the repeats around the step, by name. */
  readonly turns: ReadonlyMap<string, number>
  /** How many events were sent before, with this one. */
  readonly number: number
  /** Milliseconds since 1970. */
  readonly at: number
}

type Made = { readonly event: Event; readonly measured: Measured } | { readonly problems: readonly Problem[] }

/**
 * The event that a test sends: the sample's assignments, then its own, later ones winning. What is required and not
 * given gets a made-up value; an optional record exists once one of its fields is set.
 */
export function makeEvent(ruleset: RuleSet, step: Step & { kind: 'send' }, moment: Moment): Made {
  const sample = ruleset.samples.get(step.what.text)
  const kind = ruleset.schema.events.get(sample?.event.text ?? step.what.text)
  if (kind === undefined) return { problems: [{ pointer: '/kind', detail: 'no such kind of event' }] }
  const assigns = new Map([...(sample?.assigns ?? []), ...step.assigns].map((assign) => [assign.path.text, assign]))
  const measured: Record<string, Measurement> = {}
  const records = new Map<string, Record<string, unknown>>()
  const absent = new Set<string>()
  for (const [path, assign] of assigns) {
    if (ruleset.signals.has(path)) measured[path] = measurementOf(assign.value)
    else if (!path.includes('.')) absent.add(path)
    else setField(records, assign, moment)
  }
  const json: Record<string, unknown> = {
    id: `e-${moment.number}`,
    kind: kind.name,
    occurred_at: new Date(moment.at).toISOString(),
  }
  for (const member of kind.members.values()) {
    const fields = records.get(member.name)
    if (absent.has(member.name) || (fields === undefined && member.optional)) continue
    json[member.name] = complete(member, fields ?? {}, kind)
  }
  const normal = normalise(ruleset.schema, kind.name, json)
  return 'problems' in normal ? normal : { event: normal.event, measured }
}

function setField(records: Map<string, Record<string, unknown>>, { path, value }: Assign, moment: Moment): void {
  const [member = '', field = ''] = path.text.split('.')
  const record = records.get(member) ?? {}
  records.set(member, record)
  if (value.kind === 'value') record[field] = literalOf(value.literal, moment)
  else if (value.kind === 'list') record[field] = value.values.map((literal) => literalOf(literal, moment))
  else record[field] = value.kind === 'none' ? null : undefined
}

/** `{i}` in a text is the turn of the repeat called `i`. */
function literalOf(literal: Literal, { turns }: Moment): string | number | boolean {
  if (literal.kind !== 'string') return literal.value
  return literal.value.replace(/\{([a-z][a-z0-9_]*)\}/g, (whole, name: string) => String(turns.get(name) ?? whole))
}

function measurementOf(value: AssignValue): Measurement {
  if (value.kind === 'none') return { known: 'none' }
  if (value.kind === 'off') return { known: 'off', switch: 'a switch' }
  if (value.kind === 'value' && value.literal.kind !== 'string') return { known: true, value: value.literal.value }
  return { known: false, why: 'unknown in the test' }
}

function complete(member: Member, given: Record<string, unknown>, kind: EventKind): Record<string, unknown> {
  const record: Record<string, unknown> = {}
  for (const field of member.record.fields.values()) {
    if (Object.hasOwn(given, field.name)) {
      if (given[field.name] !== undefined) record[field.name] = given[field.name]
    } else if (!field.optional && field.default === undefined)
      record[field.name] = madeUp(field.type, `${kind.name}-${member.name}`)
  }
  return record
}

function madeUp(type: Type, name: string): unknown {
  switch (type.kind) {
    case 'id':
      return name
    case 'bool':
      return false
    case 'num':
    case 'score':
    case 'dur':
      return 0
    case 'text':
      return ''
    case 'hash':
    case 'phash':
      return '0'.repeat(64)
    case 'domain':
      return 'made-up.example'
    case 'enum':
    case 'harm':
      return type.values[0]?.name
    case 'list':
      return []
  }
}
