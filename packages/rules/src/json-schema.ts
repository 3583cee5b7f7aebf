import { FORMS } from './forms.ts'
import type { Field, Schema } from './schema.ts'
import type { Json, ScalarType } from './types.ts'

/**
 * The JSON Schema (2020-12) of one kind of event, for documents and generated clients. It accepts what `normalise`
 * accepts; unknown fields are allowed, because they are ignored.
 *
 * @throws RangeError if the schema has no such kind
 */
export function jsonSchema(schema: Schema, kind: string): Json {
  const event = schema.events.get(kind)
  if (event === undefined) throw new RangeError(`the schema '${schema.name}' has no event '${kind}'`)
  const properties: Record<string, Json> = {
    id: { type: 'string', ...FORMS.id },
    kind: { const: kind },
    occurred_at: { type: 'string', format: 'date-time' },
  }
  const required = ['id', 'occurred_at']
  for (const member of event.members.values()) {
    properties[member.name] = recordSchema([...member.record.fields.values()], member.optional)
    if (!member.optional) required.push(member.name)
  }
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: kind,
    type: 'object',
    required,
    properties,
  }
}

function recordSchema(fields: readonly Field[], optional: boolean): Json {
  const required = fields.filter((field) => !field.optional && field.default === undefined).map((field) => field.name)
  return {
    type: optional ? ['object', 'null'] : 'object',
    ...(required.length === 0 ? {} : { required }),
    properties: Object.fromEntries(fields.map((field) => [field.name, fieldSchema(field)])),
  }
}

function fieldSchema(field: Field): Json {
  const nullable = field.optional || field.default !== undefined
  const { type } = field
  const value =
    type.kind === 'list'
      ? { type: 'array', maxItems: type.max, items: withNull(scalarSchema(type.of), field.optional) }
      : scalarSchema(type)
  const initial = field.default === undefined || field.default === null ? {} : { default: field.default as Json }
  return { ...withNull(value, nullable), ...initial }
}

/** `null` is none in a field, and unknown in a list. */
function withNull(value: { readonly [key: string]: Json }, nullable: boolean): { readonly [key: string]: Json } {
  if (!nullable) return value
  if (Array.isArray(value.enum)) return { ...value, enum: [...value.enum, null] }
  return { ...value, type: [value.type ?? 'string', 'null'] }
}

function scalarSchema(type: ScalarType): { readonly [key: string]: Json } {
  switch (type.kind) {
    case 'bool':
      return { type: 'boolean' }
    case 'num':
      return { type: 'number' }
    case 'score':
      return { type: 'number', minimum: 0, maximum: 1 }
    case 'dur':
      return { type: 'integer', minimum: 0, maximum: Number.MAX_SAFE_INTEGER, description: 'milliseconds' }
    case 'text':
      return { type: 'string', maxLength: type.max }
    case 'id':
    case 'hash':
    case 'phash':
    case 'domain':
      return { type: 'string', ...FORMS[type.kind] }
    case 'enum':
    case 'harm':
      return { enum: type.values.map((value) => value.name) }
  }
}
