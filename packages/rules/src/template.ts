import type { Word } from './ast.ts'
import type { Template, TemplatePart, Term } from './checked.ts'
import type { Elaborator } from './elaborate.ts'
import type { Scope } from './scope.ts'

const NAME = /^[a-z][a-z0-9_]*(?:\.[a-z][a-z0-9_]*)?$/

/**
 * Takes `{name}` out of a text; `{{` is a brace. Only what may be read by staff can be printed: a sealed field is
 * refused (P07).
 *
 * @param about for a text to a user: the member that holds the person addressed; nothing else may be printed (P06)
 */
export function templateOf(word: Word, elaborator: Elaborator, scope: Scope, about?: string): Template {
  const parts: TemplatePart[] = []
  const pieces = word.text.split(/(\{\{|\{[^{}]*\}|\{)/)
  for (const piece of pieces) {
    if (piece === '') continue
    if (piece === '{{') parts.push({ text: '{' })
    else if (!piece.startsWith('{')) parts.push({ text: piece })
    else {
      const part = printed(piece, word, { elaborator, scope, about })
      if (part !== undefined) parts.push(part)
    }
  }
  return { source: word.text, parts }
}

interface Context {
  readonly elaborator: Elaborator
  readonly scope: Scope
  readonly about: string | undefined
}

function printed(piece: string, word: Word, { elaborator, scope, about }: Context): TemplatePart | undefined {
  const name = piece.slice(1, -1)
  if (!piece.endsWith('}') || !NAME.test(name)) {
    scope.findings.error('S02', word.at, 'this string is not valid: a brace opens no name', 'write {{ for a brace')
    return undefined
  }
  const print = elaborator.name({ text: name, at: word.at })
  if (print === undefined) return undefined
  if (print.kind === 'field' && print.field.sealed) {
    scope.findings.error(
      'P07',
      word.at,
      `'${name}' is sealed: it cannot be printed`,
      'print an id, for example {item.id}',
    )
    return undefined
  }
  if (about !== undefined && !isAbout(name, print, scope, about)) {
    scope.findings.error(
      'P06',
      word.at,
      `'tell user' may print only facts about the person addressed, not '${name}'`,
      `a field of ${about}, or none`,
    )
    return undefined
  }
  return { print, name }
}

function isAbout(name: string, print: Term, scope: Scope, about: string): boolean {
  if (print.kind === 'field') return print.member === about
  if (print.kind !== 'counter') return false
  const by = scope.counters.get(name)?.by ?? []
  return by.length === 1 && by[0]?.text === `${about}.id`
}
