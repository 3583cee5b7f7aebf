import { Findings } from '../src/diagnostic.ts'
import { check, editor, format, readSchema, renderDiagnostics } from '../src/index.ts'
import { lex } from '../src/lex.ts'
import { parse } from '../src/parse.ts'
import { chat } from './files.ts'

const MAX_BYTES = 256 * 1024

/** A syntax tree without places, and without the brackets that format may add. */
export function bare(node: unknown): unknown {
  if (Array.isArray(node)) return node.map(bare)
  if (typeof node !== 'object' || node === null) return node
  if ((node as { kind?: unknown }).kind === 'paren') return bare((node as { of: unknown }).of)
  return Object.fromEntries(
    Object.entries(node).flatMap(([key, value]) => (key.endsWith('At') || key === 'at' ? [] : [[key, bare(value)]])),
  )
}

export function tree(text: string): unknown {
  return bare(parse({ name: 'x', text }, new Findings()))
}

export function comments(text: string): string[] {
  return lex({ name: 'x', text }, new Findings()).comments.map((one) => one.text)
}

/**
 * All that anybody does with a file while it is written: check, format, colour, print what is wrong.
 *
 * @returns whether it was accepted
 * @throws Error where the package breaks a promise: it throws, accepts what it calls wrong, points outside the file, or formats to something else
 */
export function survive(text: string): boolean {
  const source = { name: 'x', text }
  const { ruleset, diagnostics } = check(source, chat)
  const wrong = diagnostics.some((one) => one.severity === 'error')
  if ((ruleset === undefined) !== wrong) throw new Error('accepted and refused at once')
  for (const { at } of diagnostics) {
    if (at.from < 0 || at.to < at.from || at.to > text.length) throw new Error('a place outside of the file')
  }
  renderDiagnostics(source, diagnostics)
  editor.tokens(text)
  // What format does with a mistake of syntax is what the checker did: it reads no further.
  const unread = diagnostics.some((one) => /^S/.test(one.code))
  const once = unread ? undefined : format(source).text
  // A piece of a schema, too, may stand in the text; as rules it is refused, but it is read.
  if (text.startsWith('schema')) readSchema(source)
  if (ruleset === undefined) return false
  if (once === undefined) throw new Error('accepted, and not formatted')
  // Spaces and indentation can make a full file too long to be read again.
  if (Buffer.byteLength(once) > MAX_BYTES) return true
  if (format({ name: 'x', text: once }).text !== once) throw new Error('formatting twice changes it again')
  if (JSON.stringify(comments(once)) !== JSON.stringify(comments(text))) throw new Error('formatting lost a comment')
  if (check({ name: 'x', text: once }, chat).ruleset?.hash !== ruleset.hash)
    throw new Error('formatting changed the hash')
  if (JSON.stringify(tree(once)) !== JSON.stringify(tree(text))) throw new Error('formatting changed the meaning')
  return true
}
