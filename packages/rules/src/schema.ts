import type { EventNode, FieldNode, RecordNode, SchemaFile, TypeNode, Word } from './ast.ts'
import { type Diagnostic, Findings, type Source } from './diagnostic.ts'
import { parse } from './parse.ts'
import { type ScalarType, TEXT_MAX, type Type, type Value } from './types.ts'

export interface Field {
  readonly name: string
  readonly type: Type
  readonly sealed: boolean
  /** Written `?`: missing means unknown. */
  readonly optional: boolean
  /** Missing means this. Absent if there is none. */
  readonly default?: Value
}

export interface SchemaRecord {
  readonly name: string
  /** The kind of entity that it describes, if one. */
  readonly entity?: string
  readonly claimed: boolean
  readonly fields: ReadonlyMap<string, Field>
}

export interface Member {
  readonly name: string
  readonly record: SchemaRecord
  /** A missing optional record is none. */
  readonly optional: boolean
}

export interface EventKind {
  readonly name: string
  /** The member that holds the person addressed. */
  readonly about: string
  readonly item?: string
  readonly encrypted: boolean
  readonly members: ReadonlyMap<string, Member>
}

/** What a platform sends, checked. */
export interface Schema {
  readonly name: string
  readonly version: number
  readonly harms: ReadonlyMap<string, { readonly grave: boolean }>
  readonly limits: ReadonlySet<string>
  readonly records: ReadonlyMap<string, SchemaRecord>
  readonly events: ReadonlyMap<string, EventKind>
}

/** The words of an event's envelope, which no record may take. */
export const ENVELOPE: ReadonlySet<string> = new Set(['event', 'id', 'kind', 'occurred_at', 'received_at', 'flags'])

/** Reads and checks a schema file. The schema is absent if there is an error. */
export function readSchema(source: Source): { schema?: Schema; diagnostics: Diagnostic[] } {
  const findings = new Findings()
  const file = parse(source, findings)
  if (file?.kind === 'ruleset')
    findings.error('S01', file.at, "unexpected 'ruleset', expected 'schema'", 'this is a file of rules')
  const schema = file?.kind === 'schema' ? new Builder(file, findings).build() : undefined
  const diagnostics = findings.sorted()
  return schema === undefined || findings.failed ? { diagnostics } : { schema, diagnostics }
}

class Builder {
  readonly #file: SchemaFile
  readonly #findings: Findings
  readonly #harms = new Map<string, { grave: boolean }>()
  /** One for all fields: there may be many of both. */
  readonly #harm: ScalarType
  readonly #limits = new Set<string>()
  readonly #records = new Map<string, SchemaRecord>()
  readonly #events = new Map<string, EventKind>()
  readonly #taken = new Map<string, number>()

  constructor(file: SchemaFile, findings: Findings) {
    this.#file = file
    this.#findings = findings
    this.#harm = { kind: 'harm', values: file.harms.map((harm) => ({ name: harm.name.text, firm: false })) }
  }

  build(): Schema {
    for (const { name, grave } of this.#file.harms) {
      if (this.#unique('harm', name)) this.#harms.set(name.text, { grave })
    }
    for (const name of this.#file.limits) {
      if (this.#unique('limit', name)) this.#limits.add(name.text)
    }
    for (const record of this.#file.records) {
      if (this.#unique('record', record.name)) this.#records.set(record.name.text, this.#record(record))
    }
    for (const event of this.#file.events) {
      if (this.#unique('event', event.name)) this.#events.set(event.name.text, this.#event(event))
    }
    return {
      name: this.#file.name.text,
      version: this.#file.version,
      harms: this.#harms,
      limits: this.#limits,
      records: this.#records,
      events: this.#events,
    }
  }

  #unique(space: string, name: Word): boolean {
    const before = this.#taken.get(`${space} ${name.text}`)
    this.#taken.set(`${space} ${name.text}`, before ?? name.at.line)
    if (before === undefined) return true
    this.#findings.error('N01', name.at, `'${name.text}' is already defined on line ${before}`, 'choose another name')
    return false
  }

  /** Every JavaScript object answers to `constructor`, so a field of that name would never be missing. */
  #checkName(name: Word): void {
    if (name.text !== 'constructor') return
    this.#findings.error('N01', name.at, "'constructor' is already a word of every object", 'choose another name')
  }

  #record(node: RecordNode): SchemaRecord {
    const fields = new Map<string, Field>()
    for (const field of node.fields) {
      if (!this.#unique(`field of ${node.name.text}`, field.name)) continue
      this.#checkName(field.name)
      fields.set(field.name.text, this.#field(node, field))
    }
    return {
      name: node.name.text,
      ...(node.entity === undefined ? {} : { entity: node.entity.text }),
      claimed: node.claimed,
      fields,
    }
  }

  #field(record: RecordNode, node: FieldNode): Field {
    const type = this.#type(node.type, node)
    if (
      record.entity?.text === 'account' &&
      (type.kind === 'score' || (type.kind === 'list' && type.of.kind === 'score'))
    ) {
      this.#findings.error('R02', node.at, 'an account may not have a score', 'make it a signal of the content')
    }
    if (node.optional && node.default !== undefined) {
      this.#findings.error('R03', node.default.at, "a '?' field has no default", "remove the '?' or the default")
    }
    const base = { name: node.name.text, type, sealed: node.sealed, optional: node.optional }
    return node.default === undefined ? base : { ...base, default: this.#default(node.default, type) }
  }

  #type(node: TypeNode, field: FieldNode): Type {
    if (node.kind !== 'list') return this.#scalar(node, field)
    if (node.max === undefined) this.#findings.error('R03', field.at, 'a list has a max', 'list<text, max 20>')
    if (node.of.kind === 'list') this.#findings.error('R03', field.at, 'a list holds single values', 'not lists')
    const of = node.of.kind === 'list' ? { kind: 'bool' as const } : this.#scalar(node.of, field)
    return { kind: 'list', of, max: node.max ?? 0 }
  }

  #scalar(node: TypeNode, field: FieldNode): ScalarType {
    switch (node.kind) {
      case 'text':
        return { kind: 'text', max: node.max ?? TEXT_MAX }
      case 'id':
        return { kind: 'id', thing: node.thing }
      case 'enum': {
        const seen = new Set<string>()
        for (const { name } of node.values) {
          if (seen.has(name))
            this.#findings.error('N01', field.at, `'${name}' is already defined on line ${field.at.line}`)
          seen.add(name)
        }
        return { kind: 'enum', values: node.values }
      }
      case 'harm':
        return this.#harm
      case 'list':
        return { kind: 'bool' }
      default:
        return { kind: node.kind }
    }
  }

  #default(node: NonNullable<FieldNode['default']>, type: Type): Value {
    const wrong = (fix: string): Value => {
      this.#findings.error('T01', node.at, `this is no value of type ${type.kind}`, fix)
      return null
    }
    if (node.kind === 'empty') return type.kind === 'list' ? [] : wrong('[] is for lists')
    switch (type.kind) {
      case 'bool':
        return node.kind === 'bool' ? node.value : wrong('write true or false')
      case 'num':
      case 'score':
        return node.kind === 'number' ? node.value : wrong('write a number')
      case 'dur':
        return node.kind === 'duration' ? node.value : wrong('write a duration, for example 3d')
      case 'text':
        return node.kind === 'string' ? node.value : wrong('write a "text"')
      case 'enum':
      case 'harm': {
        const names = type.values.map((value) => value.name)
        if (node.kind !== 'word') return wrong('write one of its values')
        if (!names.includes(node.value)) {
          this.#findings.error(
            'N03',
            node.at,
            `no enum value '${node.value}'`,
            this.#findings.didYouMean(node.value, names),
          )
        }
        return node.value
      }
      default:
        return wrong('fields of this type have no default')
    }
  }

  #event(node: EventNode): EventKind {
    const members = new Map<string, Member>()
    for (const { name, record, optional } of node.members) {
      if (!this.#unique(`member of ${node.name.text}`, name)) continue
      this.#checkName(name)
      if (ENVELOPE.has(name.text)) {
        this.#findings.error('N01', name.at, `'${name.text}' is already a word of every event`, 'choose another name')
      }
      const found = this.#records.get(record.text)
      if (found === undefined) this.#missing('record', record, this.#records.keys())
      else members.set(name.text, { name: name.text, record: found, optional })
    }
    this.#checkRoles(node, members)
    if (node.encrypted) this.#checkEncrypted(node, members)
    const item = node.item === undefined ? {} : { item: node.item.text }
    return { name: node.name.text, about: node.about.text, ...item, encrypted: node.encrypted, members }
  }

  #checkRoles(node: EventNode, members: ReadonlyMap<string, Member>): void {
    if (members.get(node.about.text)?.record.entity !== 'account') {
      this.#findings.error(
        'R03',
        node.about.at,
        "'about' must name an account",
        'name a member whose record is an account',
      )
    }
    if (node.item !== undefined && !members.has(node.item.text)) this.#missing('member', node.item, members.keys())
  }

  #checkEncrypted(node: EventNode, members: ReadonlyMap<string, Member>): void {
    for (const { name } of node.members) {
      const record = members.get(name.text)?.record
      if (record === undefined) continue
      if (record.entity === 'media' || [...record.fields.values()].some((field) => field.sealed)) {
        this.#findings.error(
          'R01',
          name.at,
          'an encrypted event may not hold sealed fields or media',
          `remove '${name.text}'`,
        )
      }
    }
  }

  #missing(what: string, word: Word, names: Iterable<string>): void {
    this.#findings.error('N03', word.at, `no ${what} '${word.text}'`, this.#findings.didYouMean(word.text, names))
  }
}
