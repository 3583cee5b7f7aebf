import type { Word } from './ast.ts'
import type { FieldTerm } from './checked.ts'
import type { EventKind, Field } from './schema.ts'
import type { Scope } from './scope.ts'
import { sameType, typeName } from './types.ts'

const EVENT_ID: Field = { name: 'id', type: { kind: 'id', thing: 'event' }, sealed: false, optional: false }

interface Found {
  readonly field: Field
  readonly canBeNone: boolean
  readonly claimed: boolean
}

/**
 * What a path means on all of these kinds. Reports a path that does not exist on one of them (N02) or that has two
 * types (T03).
 */
export function resolveField(scope: Scope, word: Word, kinds: readonly string[]): FieldTerm | undefined {
  const [member = '', name = ''] = word.text.split('.')
  let term: FieldTerm | undefined
  let first = ''
  for (const kindName of kinds) {
    const kind = scope.schema.events.get(kindName)
    if (kind === undefined) continue
    const found = word.text.split('.').length === 2 ? findField(kind, member, name) : undefined
    if (found === undefined) {
      scope.findings.error(
        'N02',
        word.at,
        `'${word.text}' does not exist on event '${kindName}'`,
        scope.findings.didYouMean(word.text, pathsOf(kind)),
      )
      return undefined
    }
    const { field } = found
    if (term !== undefined && !sameType(term.type, field.type)) {
      const types = `type ${typeName(term.type)} on '${first}' and ${typeName(field.type)} on '${kindName}'`
      scope.findings.error('T03', word.at, `'${word.text}' has ${types}`, 'write two rules')
      return undefined
    }
    if (term === undefined) first = kindName
    term = {
      kind: 'field',
      path: word.text,
      member,
      field,
      type: longest(term, field),
      canBeUnknown: field.optional || (term?.canBeUnknown ?? false),
      canBeNone: found.canBeNone || (term?.canBeNone ?? false),
      claimed: found.claimed || (term?.claimed ?? false),
    }
  }
  return term
}

/** Whether every path exists on the kind; nothing is reported. */
export function hasPath(kind: EventKind, path: string): boolean {
  const [member = '', name = ''] = path.split('.')
  return findField(kind, member, name) !== undefined
}

function findField(kind: EventKind, memberName: string, name: string): Found | undefined {
  if (memberName === 'event') return name === 'id' ? { field: EVENT_ID, canBeNone: false, claimed: false } : undefined
  const member = kind.members.get(memberName)
  const field = member?.record.fields.get(name)
  if (member === undefined || field === undefined) return undefined
  const canBeNone = member.optional || field.optional || field.default !== undefined
  return { field, canBeNone, claimed: member.record.claimed }
}

function longest(before: FieldTerm | undefined, field: Field): FieldTerm['type'] {
  if (before?.type.kind === 'text' && field.type.kind === 'text' && before.type.max > field.type.max) return before.type
  return field.type
}

function* pathsOf(kind: EventKind): Iterable<string> {
  yield 'event.id'
  for (const member of kind.members.values()) {
    for (const field of member.record.fields.keys()) yield `${member.name}.${field}`
  }
}
