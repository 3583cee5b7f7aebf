import { FORMS } from './forms.ts'
import type { EventKind, Field, Member, Schema } from './schema.ts'
import type { Json, ScalarType, Type, Value } from './types.ts'
import type { Event } from './world.ts'

/** What is wrong with an event: a JSON pointer (RFC 6901) and what was expected. Never the value itself. */
export interface Problem {
  readonly pointer: string
  readonly detail: string
}

export type Normalised =
  | { readonly event: Event; readonly ignored: readonly string[] }
  | { readonly problems: readonly Problem[] }

const MAX_ID = FORMS.id.maxLength
const MAX_PROBLEMS = 20
const MAX_IGNORED = 50
const TIME = /^(\d{4})-(\d\d)-(\d\d)[Tt](\d\d):(\d\d):(\d\d)(?:\.(\d{1,9}))?(?:[Zz]|([+-])(\d\d):(\d\d))$/
// The normal form, on a day that every month has: most senders write it, and it stays as it is.
const NORMAL_TIME =
  /^(?:19[7-9]|2\d\d)\d-(?:0[1-9]|1[0-2])-(?:0[1-9]|1\d|2[0-8])T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d\.\d{3}Z$/
const HASH = new RegExp(FORMS.hash.pattern)
const DOMAIN = new RegExp(FORMS.domain.pattern)

/**
 * The one validation of an event at the edge: checks JSON against the schema and gives back the typed normal form
 * (rules.md §6.1). Types, lengths and shapes are strict, nothing converts; unknown fields are left out and their
 * pointers listed. A missing field gets its default; a missing `?` field stays missing, which is unknown.
 */
export function normalise(schema: Schema, kind: string, json: unknown): Normalised {
  if (!isObject(json)) return { problems: [{ pointer: '', detail: 'expected an object' }] }
  const found = schema.events.get(kind)
  if (found === undefined) return { problems: new Reading([]).refuse([...schema.events.keys()], json) }
  return new Reading(readersOf(found)).run(found, json)
}

interface FieldReader {
  readonly name: string
  readonly field: Field
  readonly pointer: string
  readonly nullable: boolean
  /** The words that an enum may be: most fields that are looked up are one. */
  readonly words: ReadonlySet<unknown> | undefined
}

interface MemberReader {
  readonly name: string
  readonly pointer: string
  readonly optional: boolean
  readonly fields: ReadonlyMap<string, FieldReader>
  /** The fields that are something, or wrong, when they are missing. */
  readonly needed: readonly FieldReader[]
}

/** Pointers and lists are made once per kind: most events have no problem, and all of them are read. */
const readers = new WeakMap<EventKind, readonly MemberReader[]>()

function readersOf(kind: EventKind): readonly MemberReader[] {
  const made = readers.get(kind) ?? [...kind.members.values()].map(memberReader)
  readers.set(kind, made)
  return made
}

function memberReader({ name, optional, record }: Member): MemberReader {
  const fields = [...record.fields.values()].map((field) => ({
    name: field.name,
    field,
    pointer: `/${name}/${field.name}`,
    nullable: field.optional || field.default !== undefined,
    words: 'values' in field.type ? new Set(field.type.values.map((one) => one.name)) : undefined,
  }))
  return {
    name,
    pointer: `/${name}`,
    optional,
    fields: new Map(fields.map((reader) => [reader.name, reader])),
    needed: fields.filter(({ field }) => field.default !== undefined || !field.optional),
  }
}

type Given = Readonly<Record<string, unknown>>
type Out = Record<string, Value | Json | Record<string, Value>>

/** Reads one event. */
class Reading {
  readonly #members: readonly MemberReader[]
  readonly #problems: Problem[] = []
  readonly #ignored: string[] = []

  constructor(members: readonly MemberReader[]) {
    this.#members = members
  }

  run(kind: EventKind, json: Given): Normalised {
    const occurred = this.#envelope(kind, json)
    const event: Out = { id: json.id as string, kind: kind.name, occurred_at: occurred }
    for (const key of Object.keys(json)) {
      if (!kind.members.has(key) && key !== 'id' && key !== 'kind' && key !== 'occurred_at') this.#ignore('', key)
    }
    for (const member of this.#members) this.#member(member, json, event)
    if (this.#problems.length > 0) return { problems: this.#problems }
    return { event: event as Event, ignored: this.#ignored }
  }

  /** All that can be said of an event of no kind that is known. */
  refuse(kinds: readonly string[], json: Given): readonly Problem[] {
    this.#problem('/kind', `expected one of ${kinds.join(', ')}`)
    this.#envelope(undefined, json)
    return this.#problems
  }

  #envelope(kind: EventKind | undefined, json: Given): string {
    if (!isId(json.id)) this.#problem('/id', idProblem(json.id))
    if (kind !== undefined && json.kind !== undefined && json.kind !== kind.name)
      this.#problem('/kind', `expected "${kind.name}"`)
    const occurred = timeOf(json.occurred_at)
    if (occurred !== undefined) return occurred
    this.#problem('/occurred_at', 'expected an RFC 3339 time, for example 2026-01-01T09:00:00Z')
    return ''
  }

  #member(member: MemberReader, json: Given, event: Out): void {
    const given = own(json, member.name)
    if ((given === undefined || given === null) && member.optional) return
    if (!isObject(given)) {
      this.#problem(member.pointer, 'expected an object')
      return
    }
    const record: Record<string, Value> = {}
    for (const key of Object.keys(given)) {
      const reader = member.fields.get(key)
      if (reader === undefined) this.#ignore(member.pointer, key)
      else if (given[key] !== undefined) record[key] = this.#field(given[key], reader)
    }
    for (const { name, field, pointer } of member.needed) {
      if (Object.hasOwn(record, name)) continue
      if (field.default === undefined) this.#problem(pointer, 'expected a value')
      else record[name] = field.default
    }
    event[member.name] = record
  }

  #field(value: unknown, { field, pointer, nullable, words }: FieldReader): Value {
    if (words?.has(value)) return value as Value
    if (value !== null) return this.#value(value, field, pointer)
    if (!nullable) this.#problem(pointer, 'expected a value, not null')
    return null
  }

  #value(value: unknown, { type, optional }: Field, pointer: string): Value {
    if (type.kind !== 'list') return this.#scalar(value, type, pointer)
    if (!Array.isArray(value)) {
      this.#problem(pointer, 'expected a list')
      return null
    }
    if (value.length > type.max) {
      this.#problem(pointer, `expected at most ${type.max} elements`)
      return null
    }
    return value.map((one: unknown, index) => {
      // An element that nobody knows is allowed only where the whole field may be unknown.
      if (one === null && optional) return null
      return this.#scalar(one, type.of, pointer, index)
    })
  }

  #scalar(value: unknown, type: ScalarType, pointer: string, index?: number): Value {
    const problem = problemOf(value, type)
    if (problem === undefined) return value as Value
    this.#problem(index === undefined ? pointer : `${pointer}/${index}`, problem)
    return null
  }

  #problem(pointer: string, detail: string): void {
    if (this.#problems.length < MAX_PROBLEMS) this.#problems.push({ pointer, detail })
  }

  #ignore(pointer: string, key: string): void {
    if (this.#ignored.length >= MAX_IGNORED) return
    this.#ignored.push(`${pointer}/${key.slice(0, MAX_ID).replaceAll('~', '~0').replaceAll('/', '~1')}`)
  }
}

function own(of: Given, name: string): unknown {
  return Object.hasOwn(of, name) ? of[name] : undefined
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function isId(value: unknown): value is string {
  return typeof value === 'string' && value.length > 0 && value.length <= MAX_ID && value.isWellFormed()
}

const BROKEN = 'found half of a character (a lone surrogate); send the text in UTF-8, or both halves of the pair'

const isBroken = (value: unknown): boolean => typeof value === 'string' && !value.isWellFormed()

const idProblem = (value: unknown): string =>
  isBroken(value) ? BROKEN : `expected a text of 1 to ${MAX_ID} characters`

/** What is expected instead, or undefined if the value is of the type. */
function problemOf(value: unknown, type: Exclude<Type, { kind: 'list' }>): string | undefined {
  switch (type.kind) {
    case 'bool':
      return typeof value === 'boolean' ? undefined : 'expected true or false'
    case 'num':
      return Number.isFinite(value) ? undefined : 'expected a number'
    case 'score':
      return typeof value === 'number' && value >= 0 && value <= 1 ? undefined : 'expected a number from 0 to 1'
    case 'dur':
      return Number.isSafeInteger(value) && Number(value) >= 0
        ? undefined
        : 'expected a whole number of milliseconds from 0'
    case 'text':
      if (isBroken(value)) return BROKEN
      return typeof value === 'string' && fits(value, type.max)
        ? undefined
        : `expected a text of at most ${type.max} characters`
    case 'id':
      return isId(value) ? undefined : idProblem(value)
    case 'hash':
      return isHex(value, FORMS.hash) ? undefined : 'expected a hash in lower-case hex'
    case 'phash':
      return isHex(value, FORMS.phash) ? undefined : 'expected a perceptual hash in lower-case hex'
    case 'domain':
      return isDomain(value) ? undefined : 'expected a domain in lower case'
    case 'enum':
    case 'harm':
      return type.values.some((one) => one.name === value)
        ? undefined
        : `expected one of ${type.values.map((one) => one.name).join(', ')}`
  }
}

/** Characters are code points, as in JSON Schema. */
function fits(text: string, max: number): boolean {
  if (text.length <= max) return true
  if (text.length > max * 2) return false
  let count = 0
  for (const _ of text) count += 1
  return count <= max
}

function isHex(value: unknown, form: { readonly minLength: number; readonly maxLength: number }): boolean {
  return (
    typeof value === 'string' && value.length >= form.minLength && value.length <= form.maxLength && HASH.test(value)
  )
}

function isDomain(value: unknown): boolean {
  return typeof value === 'string' && value.length <= FORMS.domain.maxLength && DOMAIN.test(value)
}

/** RFC 3339 §5.6, in UTC with milliseconds; undefined for a day or an hour that does not exist. */
function timeOf(value: unknown): string | undefined {
  if (typeof value !== 'string') return undefined
  if (NORMAL_TIME.test(value)) return value
  const parts = TIME.exec(value)
  if (parts === null) return undefined
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = parts.slice(1, 7).map(Number)
  const ms = Number((parts[7] ?? '').padEnd(3, '0').slice(0, 3))
  const local = Date.UTC(year, month - 1, day, hour, minute, second, ms)
  const exists =
    new Date(local).getUTCDate() === day && month >= 1 && month <= 12 && hour < 24 && minute < 60 && second < 60
  const offset = (Number(parts[9] ?? 0) * 60 + Number(parts[10] ?? 0)) * 60_000
  if (!exists || year < 1970 || Number(parts[9] ?? 0) > 23 || Number(parts[10] ?? 0) > 59) return undefined
  return new Date(local - (parts[8] === '-' ? -offset : offset)).toISOString()
}
