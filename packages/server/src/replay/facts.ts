import { type Event, isHidden, type Schema, type Value } from '@lamplighter/rules'
import type { SealedId } from './ids.ts'

type Kind = NonNullable<ReturnType<Schema['events']['get']>>
type Field =
  Kind['members'] extends ReadonlyMap<string, { record: { fields: ReadonlyMap<string, infer F> } }> ? F : never

/**
 * What the replay log keeps of an event: its kind and times, and the fields that its schema does not seal, every id of them under the
 * segment's key. Content and hashes of files are not in it, nor anything that the schema does not know.
 */
export function factsOf(event: Event, kind: Kind, sealedId: SealedId): Event {
  const { occurred_at, received_at, flags } = event
  const facts: Record<string, Event[string]> = {}
  for (const [name, { record }] of kind.members) {
    const found = event[name]
    if (found === undefined || found === null) continue
    facts[name] = fieldsOf(found as Readonly<Record<string, Value>>, record.fields, sealedId)
  }
  return {
    id: sealedId('event', event.id),
    kind: event.kind,
    occurred_at,
    ...(received_at !== undefined && { received_at }),
    ...(flags !== undefined && { flags }),
    ...facts,
  }
}

function fieldsOf(
  record: Readonly<Record<string, Value>>,
  fields: ReadonlyMap<string, Field>,
  sealedId: SealedId,
): Readonly<Record<string, Value>> {
  const kept: Record<string, Value> = {}
  for (const [name, field] of fields) {
    const value = record[name]
    // Of a sealed field it is kept that it was none: nothing was there, or nobody was allowed to read it.
    if (value === undefined || (value !== null && isHidden(field))) continue
    kept[name] = keptValue(value, field, sealedId)
  }
  return kept
}

function keptValue(value: Value, { type }: Field, sealedId: SealedId): Value {
  const of = type.kind === 'list' ? type.of : type
  if (of.kind !== 'id') return value
  const { thing } = of
  const named = (one: Value): Value => (typeof one === 'string' ? sealedId(thing, one) : one)
  return typeof value === 'object' && value !== null ? value.map(named) : named(value)
}
