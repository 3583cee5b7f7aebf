import type { CounterDecl, Decl, RulesFile, TestDecl } from './ast.ts'
import { Findings } from './diagnostic.ts'
import { lex } from './lex.ts'
import { parse } from './parse.ts'
import { duration, windowText } from './print-expr.ts'
import type { Field, Schema } from './schema.ts'
import { type Type, typeName } from './types.ts'
import { RULE_WORDS } from './words.ts'

/** One coloured piece of a text: offsets in UTF-16 units. */
export interface Token {
  readonly from: number
  readonly to: number
  readonly kind: 'keyword' | 'name' | 'path' | 'string' | 'number' | 'pattern' | 'sign' | 'comment'
}

export interface Completion {
  readonly label: string
  readonly detail: string
  /** What the label replaces. */
  readonly from: number
  readonly to: number
}

export interface Hover {
  readonly from: number
  readonly to: number
  readonly text: string
}

/** What an editor shows of a text, complete or not. Never throws. */
export const editor = {
  /** The tokens and comments, in order, for colouring. */
  tokens(text: string): Token[] {
    const { tokens, comments } = lex({ name: '', text }, new Findings())
    const coloured = tokens
      .filter((token) => token.kind !== 'end')
      .map(({ from, to, kind, text: word }): Token => ({ from, to, kind: colourOf(kind, word) }))
    return [...coloured, ...comments.map(({ from, to }): Token => ({ from, to, kind: 'comment' }))].sort(
      (a, b) => a.from - b.from,
    )
  },

  /** What can stand at the offset: fields after `actor.`, else declared names, records and keywords. */
  complete(text: string, offset: number, schema: Schema): Completion[] {
    const typed = /[a-z0-9_.]*$/.exec(text.slice(0, offset))?.[0] ?? ''
    const from = offset - typed.length
    return candidates(text, schema)
      .filter(([label]) => label.startsWith(typed) && (typed.includes('.') || !label.includes('.')))
      .map(([label, detail]) => ({ label, detail, from, to: offset }))
  },

  /** What the name or field at the offset is. */
  hover(text: string, offset: number, schema: Schema): Hover | undefined {
    const { tokens } = lex({ name: '', text }, new Findings())
    const token = tokens.find((one) => one.from <= offset && offset < one.to)
    if (token === undefined || (token.kind !== 'word' && token.kind !== 'path')) return undefined
    const found = candidates(text, schema).find(([label, detail]) => label === token.text && detail !== 'keyword')
    return found === undefined ? undefined : { from: token.from, to: token.to, text: `${found[0]}: ${found[1]}` }
  },
}

function colourOf(kind: string, word: string): Token['kind'] {
  switch (kind) {
    case 'word':
      return RULE_WORDS.has(word) ? 'keyword' : 'name'
    case 'version':
    case 'duration':
      return 'number'
    case 'path':
    case 'string':
    case 'number':
    case 'pattern':
      return kind
    default:
      return 'sign'
  }
}

function candidates(text: string, schema: Schema): (readonly [string, string])[] {
  const file = parse({ name: '', text }, new Findings())
  return [
    ...(file?.kind === 'ruleset' ? declared(file) : []),
    ...fieldsOf(schema),
    ...[...schema.events.keys()].map((kind) => [kind, 'event'] as const),
    ...[...RULE_WORDS].map((word) => [word, 'keyword'] as const),
  ]
}

function declared(file: RulesFile): (readonly [string, string])[] {
  return file.decls.filter((decl) => decl.kind !== 'test').map((decl) => [decl.name.text, detailOf(decl)] as const)
}

function detailOf(decl: Exclude<Decl, TestDecl>): string {
  switch (decl.kind) {
    case 'list':
      return `${decl.sealed ? 'sealed ' : ''}${decl.type} list from ${decl.from.text}`
    case 'signal':
      return `${decl.type} signal from ${decl.provider.text}, within ${duration(decl.within)}`
    case 'counter':
      return counterInWords(decl)
    case 'rule':
      return `rule v${decl.version}`
    case 'let':
    case 'sample':
      return decl.kind
  }
}

/** `different target.id by actor.id in 24h, exact up to 50`. */
function counterInWords({ what, member, by, over, upTo }: CounterDecl): string {
  const counted = { count: 'events', distinct: `different ${member?.text}`, sum: `sum of ${member?.text}` }[what]
  const precision = upTo === undefined ? 'approximate' : `exact up to ${upTo}`
  return `${counted} by ${by.map((key) => key.text).join(', ')} in ${windowText(over)}, ${precision}`
}

function fieldsOf(schema: Schema): (readonly [string, string])[] {
  const found = new Map<string, string>([['event.id', 'id<event>']])
  for (const event of schema.events.values()) {
    for (const member of event.members.values()) {
      found.set(member.name, `record ${member.record.name}`)
      for (const field of member.record.fields.values()) found.set(`${member.name}.${field.name}`, describe(field))
    }
  }
  return [...found]
}

function describe(field: Field): string {
  const states = field.optional ? ', may be unknown or none' : ''
  return `${field.sealed ? 'sealed ' : ''}${typeText(field.type)}${states}`
}

function typeText(type: Type): string {
  return type.kind === 'text' ? `text of at most ${type.max} characters` : typeName(type)
}
